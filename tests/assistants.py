"""A provider of assistants: a real HTTP server on this machine that speaks OpenAI's API, streams what it was told to say, and
fails as it was told to.

    with assisting() as model:
        model.calls(("search", {"query": "oslo"}))
        model.says("On ", "Friday.")
        assistant = OpenAiCompatibleAssistant(model.url, "a-model", api_key="sk-test")
"""

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from receivers import Answer, Received, Receiver, receiving

# The tokens that an answer tells of where the script says nothing else.
USAGE = (100, 10)
HANGS_S_MAX = 30.0
DONE = b"data: [DONE]\n\n"
Call = tuple[str, dict[str, Any] | str]


class Model:
    """Answers what was scripted, one after the other, and from then on `otherwise`."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.url = f"http://127.0.0.1:{receiver.port}/v1"
        # Set when the test is over, so that nobody hangs any longer.
        self.over = threading.Event()
        self._ids = itertools.count(1)
        self.otherwise("Nothing was scripted.")

    @property
    def received(self) -> list[Received]:
        """Each request as it came, with its headers."""
        return self.receiver.received

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The body of each request."""
        return [json.loads(received.body) for received in self.received]

    @property
    def results(self) -> list[str]:
        """What tools answered, as the last request shows it."""
        return [message["content"] for message in self.asked[-1]["messages"] if message["role"] == "tool"]

    @property
    def broken_off(self) -> int:
        """How many answers nobody wanted to hear to their end."""
        return self.receiver.broken_off

    def otherwise(self, *pieces: str) -> None:
        self.receiver.always = _stream(_said(*pieces))

    def says(self, *pieces: str, usage: tuple[int, int] | None = USAGE, finish: str = "stop") -> None:
        """Text, a chunk for each piece."""
        self.chunks(*_said(*pieces, usage=usage, finish=finish))

    def calls(self, *calls: Call, said: str = "", usage: tuple[int, int] | None = USAGE, whole: bool = False) -> None:
        """Tools, in pieces as OpenAI sends them, or each `whole` in a chunk as Ollama does. Arguments may be any text."""
        deltas: list[dict[str, Any]] = [{"content": said}] if said else []
        for index, (name, given) in enumerate(calls):
            arguments = given if isinstance(given, str) else json.dumps(given)
            identity = f"call_{next(self._ids)}"
            parts = [arguments] if whole else ["", *(arguments[at : at + 7] for at in range(0, len(arguments), 7))]
            for number, part in enumerate(parts):
                first = {"id": identity, "type": "function"} if number == 0 else {}
                function = {"arguments": part} | ({"name": name} if number == 0 else {})
                deltas.append({"tool_calls": [{"index": index, **first, "function": function}]})
        finish = "stop" if whole else "tool_calls"
        self.chunks(*map(delta, deltas), delta({}, finish), *([] if usage is None else [_usage(*usage)]))

    def chunks(self, *chunks: object, done: bool = True) -> None:
        """A stream of these chunks, as they are."""
        self.then(_stream(chunks, done=done))

    def answers(self, body: bytes, *, content_type: str = "text/event-stream", **headers: str) -> None:
        """These bytes."""
        self.then((200, {"content-type": content_type, **headers}, body))

    def fails(self, status: int, body: object = None, **headers: str) -> None:
        """`fails(429, **{"retry-after": "7"})`."""
        self.then((status, headers, json.dumps(body).encode()))

    def hangs(self, *pieces: str) -> None:
        """Says this much, and then nothing more."""

        def hang(handler: BaseHTTPRequestHandler) -> None:
            _begin(handler)
            for piece in pieces:
                _send(handler, delta({"content": piece}))
            give_up = time.monotonic() + HANGS_S_MAX
            # Comments mean nothing, but show whether anybody still listens.
            while not self.over.wait(0.05) and time.monotonic() < give_up:
                if pieces:
                    handler.wfile.write(b": waiting\n\n")

        def silent(_handler: BaseHTTPRequestHandler) -> None:
            self.over.wait(HANGS_S_MAX)

        self.then(hang if pieces else silent)

    def stalls(self, *pieces: str) -> None:
        """Says this much, and keeps the connection open without another byte."""

        def stall(handler: BaseHTTPRequestHandler) -> None:
            _begin(handler)
            for piece in pieces:
                _send(handler, delta({"content": piece}))
            self.over.wait(HANGS_S_MAX)

        self.then(stall)

    def cuts(self, *pieces: str) -> None:
        """Says this much, and breaks the connection where more was promised."""

        def cut(handler: BaseHTTPRequestHandler) -> None:
            _begin(handler, **{"content-length": "100000"})
            for piece in pieces:
                _send(handler, delta({"content": piece}))

        self.then(cut)

    def goes_on(self, piece: str) -> None:
        """Says it again and again until nobody listens."""

        def forever(handler: BaseHTTPRequestHandler) -> None:
            _begin(handler)
            while not self.over.is_set():
                _send(handler, delta({"content": piece}))

        self.then(forever)

    def then(self, answer: Answer) -> None:
        self.receiver.answers.append(answer)


def delta(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A chunk with a piece of the answer."""
    return {**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


@contextlib.contextmanager
def assisting() -> Iterator[Model]:
    with receiving() as receiver:
        model = Model(receiver)
        try:
            yield model
        finally:
            model.over.set()


_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "a-model-2026-01-31"}


def _said(*pieces: str, usage: tuple[int, int] | None = USAGE, finish: str = "stop") -> list[object]:
    said = [delta({"content": piece}) for piece in pieces]
    return [delta({"role": "assistant", "content": ""}), *said, delta({}, finish), *([] if usage is None else [_usage(*usage)])]


def _usage(read: int, written: int) -> dict[str, Any]:
    told = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return {**_CHUNK, "choices": [], "usage": told}


def _stream(chunks: Any, *, done: bool = True) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        for chunk in chunks:
            _send(handler, chunk)
        if done:
            handler.wfile.write(DONE)

    return answer


def _begin(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    handler.send_response(200)
    for name, value in {"content-type": "text/event-stream", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()


def _send(handler: BaseHTTPRequestHandler, chunk: object) -> None:
    handler.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    handler.wfile.flush()
