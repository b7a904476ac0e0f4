"""A provider of embeddings: a real HTTP server on this machine that speaks OpenAI's API, and answers otherwise when told to."""

import contextlib
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from receivers import Receiver, receiving

VectorOf = Callable[[str], list[float]]


class Provider:
    """`receiver.answers` are given first; then each text gets its vector from `vector_of`."""

    def __init__(self, receiver: Receiver, vector_of: VectorOf) -> None:
        self.receiver = receiver
        self.url = f"http://127.0.0.1:{receiver.port}/v1"
        self._vector_of = vector_of
        receiver.always = self._embeddings

    @property
    def asked(self) -> list[list[str]]:
        """The texts of each request."""
        return [json.loads(received.body)["input"] for received in self.receiver.received]

    def answers(self, data: object, status: int = 200, **headers: str) -> None:
        self.receiver.answers.append((status, headers, json.dumps({"object": "list", "data": data}).encode()))

    def _embeddings(self, handler: BaseHTTPRequestHandler) -> None:
        data = [numbered(index, self._vector_of(text)) for index, text in enumerate(self.asked[-1])]
        # As no provider promises an order, ours keeps none.
        body = json.dumps({"object": "list", "data": data[::-1]}).encode()
        self.receiver.answer(handler, (200, {"content-type": "application/json"}, body))


def numbered(index: int, vector: list[float]) -> dict[str, Any]:
    return {"object": "embedding", "index": index, "embedding": vector}


@contextlib.contextmanager
def providing(vector_of: VectorOf) -> Iterator[Provider]:
    with receiving() as receiver:
        yield Provider(receiver, vector_of)
