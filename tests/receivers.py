"""A receiver of webhooks: a real HTTP server on this machine that answers as it is told."""

import contextlib
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.body)
        return decoded


Answer = int | tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    # Five, as it is by itself, resets connections where more come at once.
    request_queue_size = 128


class Receiver:
    """`answers` are given one after the other, then `always`."""

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.answers: deque[Answer] = deque()
        self.always: Answer = 200
        self.broken_off = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body, time.monotonic()))
                with contextlib.suppress(IndexError):
                    receiver.answer(self, receiver.answers.popleft())
                    return
                receiver.answer(self, receiver.always)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = _Server(("127.0.0.1", port), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port: int = self.server.server_address[1]
        threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.02), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?of=daybook"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        try:
            if callable(answer):
                answer(handler)
                return
            status, headers, body = (answer, {}, b"") if isinstance(answer, int) else answer
            handler.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            self.broken_off += 1

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def receiving(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver(port, tls)
    try:
        yield receiver
    finally:
        receiver.close()


def eventually(check: Callable[[], Any], within_s: float = 10.0) -> Any:
    """What `check` answers as soon as it is true."""
    give_up = time.monotonic() + within_s
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < give_up, f"still {found!r} after {within_s} s"
        time.sleep(0.02)
