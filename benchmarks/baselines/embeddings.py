"""A stand-in for a provider of embeddings: cheap, and the same in every run. It knows no meaning, only words.

Each word has a direction of its own, and a text's vector is the sum of its words': texts with words in common are near.
"""

import asyncio
import re
import zlib
from functools import cache
from typing import Any

import msgspec
import numpy as np

DIMENSIONS = 384
MODEL = "stand-in"
# Shorter ones stand in every text.
WORD_CHARACTERS_MIN = 4
_WORD = re.compile(rf"\w{{{WORD_CHARACTERS_MIN},}}")
Vector = np.ndarray[Any, np.dtype[np.float32]]


class Wanted(msgspec.Struct, frozen=True):
    """OpenAI's request, as far as it is looked at."""

    input: list[str]


def vector(text: str) -> Vector:
    """Of length 1."""
    words = _WORD.findall(text.lower()) or [""]
    summed: Vector = np.sum([_direction(word) for word in words], axis=0)
    return summed / np.linalg.norm(summed)


@cache
def _direction(word: str) -> Vector:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(DIMENSIONS, dtype=np.float32)


def answer_to(body: bytes) -> bytes:
    texts = msgspec.json.decode(body, type=Wanted).input
    data = [{"index": place, "embedding": vector(text).tolist()} for place, text in enumerate(texts)]
    return msgspec.json.encode({"model": MODEL, "data": data})


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
    """Answers POST /v1/embeddings, and GET with nothing."""
    assert scope["type"] == "http", scope
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    answer = await asyncio.to_thread(answer_to, body) if scope["method"] == "POST" else b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
