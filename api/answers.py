"""Answers whose bytes are ready: nothing is encoded twice. What caches may do with them is said here and nowhere else."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

_MEDIA_TYPE = "application/json"
# The workspace follows from the key, so nobody else may be given an answer, and its owner asks first whether it still holds.
_NOT_SHARED = {"cache-control": "private, no-cache", "vary": "Authorization"}
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_TAG_BYTES = 12


def json_answer(
    body: bytes,
    *,
    request: Request[Any, Any, Any] | None = None,
    status: int = 200,
    version: int | None = None,
    variant: str = "",
    replayed: bool = False,
    position: int | None = None,
) -> ASGIResponse:
    """A body with its tag.

    Every handler of a GET hands its `request` in: then the answer has an `ETag` always, `If-None-Match` is heeded (304, no body),
    and caches keep the answer for its key alone. Nothing else is needed for that.

    `version` becomes the tag (`"3"`), and `variant`, hex digits or nothing, is for what else the bytes depend on (`"3-1f0c"`);
    both together have to change exactly when the bytes do. What was read of a page by its slug needs `PageRead.page_variant`.
    Without a version the tag is made of the bytes. `replayed` says that this is an earlier answer again.
    `position` is that of the last event a command wrote, for reads that are to know of it.
    """
    headers = {} if request is None else dict(_NOT_SHARED)
    if version is not None:
        headers["etag"] = f'"{version}-{variant}"' if variant else f'"{version}"'
    elif request is not None:
        headers["etag"] = f'"{short_hash(body)}"'
    if request is not None and _is_known(headers["etag"], request.headers.get("if-none-match")):
        return ASGIResponse(status_code=304, headers=headers)
    if replayed:
        headers["idempotent-replay"] = "true"
    if position is not None:
        headers["daybook-position"] = str(position)
    return ASGIResponse(body=body, status_code=status, headers=headers, media_type=_MEDIA_TYPE)


def text_or_json_answer(text: bytes, json: Callable[[], bytes], *, request: Request[Any, Any, Any]) -> ASGIResponse:
    """A text, or the JSON for whoever asks for JSON by name; with its tag."""
    wanted = request.accept.best_match(["text/plain", _MEDIA_TYPE]) or "text/plain"
    body = text if wanted != _MEDIA_TYPE else json()
    tag = f'"{short_hash(body)}"'
    headers = {**_NOT_SHARED, "vary": "Authorization, Accept", "etag": tag}
    if _is_known(tag, request.headers.get("if-none-match")):
        return ASGIResponse(status_code=304, headers=headers)
    return ASGIResponse(body=body, headers=headers, media_type=wanted)


def text_answer(text: str, *, request: Request[Any, Any, Any]) -> ASGIResponse:
    """A text, or the text in a JSON object."""
    return text_or_json_answer(text.encode(), lambda: encoded({"text": text}), request=request)


def streamed_answer(pieces: AsyncIterator[bytes]) -> ASGIResponse:
    """For what may be too long to be held at once, and so has no tag."""
    return ASGIStreamingResponse(iterator=pieces, headers=dict(_NOT_SHARED), media_type=_MEDIA_TYPE)


def encoded(value: Any) -> bytes:  # noqa: ANN401 - any response Struct
    return msgspec.json.encode(value)


def short_hash(body: bytes) -> str:
    """For tags. SHA-256 is the fastest of the standard library's where processors help with it: 35 µs for a list of 100 pages."""
    return hashlib.sha256(body, usedforsecurity=False).digest()[:_TAG_BYTES].hex()


def _is_known(tag: str, asked: str | None) -> bool:
    """Whether `If-None-Match` names a tag. Weak ones compare by what is in the quotes, as RFC 9110 says for reading."""
    if asked is None:
        return False
    return asked.strip() == "*" or tag in _TAG.findall(asked)
