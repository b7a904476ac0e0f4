"""A load generator for HTTP/1.1 in a process of its own, lean so that it takes little from the services on the same machine.

Every connection sends one request after the other. Requests are bytes made beforehand; of a response only the status, the length
and the end are looked at. As a program it takes jobs, one a line, and answers twice: when measuring begins, and with the figures.
"""

import asyncio
import sys
import time
from typing import Literal, cast

import msgspec
import uvloop

from benchmarks.processes import answer

HEAD_END = b"\r\n\r\n"
CHUNKS_END = b"0\r\n\r\n"
WARM_UP_S = 0.7


class Target(msgspec.Struct, frozen=True):
    """What to send: `block` requests in a row go to the same path, then come those for the next path, and around again."""

    method: Literal["GET", "POST"]
    paths: list[str]
    authorization: str
    body: str = ""
    block: int = 1


class Job(msgspec.Struct, frozen=True):
    """One round."""

    port: int
    connections: int
    seconds: float
    target: Target


class Figures(msgspec.Struct, frozen=True):
    """What came of it. `errors` are answers other than 2xx, `share` is how much of one core this process took."""

    requests: int
    seconds: float
    errors: int
    last_error: str
    bytes: int
    p50_ms: float
    p99_ms: float
    cpu_s: float

    @property
    def share(self) -> float:
        return self.cpu_s / self.seconds


class Round:
    """What all connections share: whose turn which request is, and what has been counted."""

    def __init__(self, job: Job) -> None:
        self._requests = [_request(job, path) for path in job.target.paths]
        self._block = job.target.block
        self._issued = 0
        self.begin()

    def begin(self) -> None:
        """Forgets the warm-up."""
        self.times: list[float] = []
        self.errors = 0
        self.last_error = ""
        self.bytes = 0

    def next_request(self) -> bytes:
        number = self._issued // self._block % len(self._requests)
        self._issued += 1
        return self._requests[number]


class Connection(asyncio.Protocol):
    """Sends a request whenever the answer to the last one is complete, until told to stop."""

    def __init__(self, round_: Round) -> None:
        self._round = round_
        self._missing = 0
        self._head = b""
        self._chunked = False
        self._sent_at = 0.0
        self._stopping = False
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports can do all an asyncio.Transport can, without being one by name.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        elif self._chunked:
            self._head += data
        else:
            data = self._head + data
            end = data.find(HEAD_END)
            if end < 0:
                self._head = data
                return
            self._begin_answer(data, end)
        if self._chunked:
            if not self._head.endswith(CHUNKS_END):
                return
        elif self._missing:
            return
        self._end_answer()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._stopping:
            self._round.errors += 1
            self._round.last_error = f"the service hung up: {error}"
        if not self.closed.done():
            self.closed.set_result(None)

    def stop(self) -> None:
        """After the answer on its way."""
        self._stopping = True

    def _begin_answer(self, data: bytes, end: int) -> None:
        round_ = self._round
        if data[9:10] != b"2":
            round_.errors += 1
            round_.last_error = data[:1000].decode("latin-1")
        head = data[:end].lower()
        place = head.find(b"content-length:")
        if place < 0:
            self._chunked, self._head = True, data[end:]
            return
        length = int(head[place + 15 : end if (stop := head.find(b"\r", place)) < 0 else stop])
        round_.bytes += length
        self._missing = length - (len(data) - end - 4)

    def _end_answer(self) -> None:
        self._chunked, self._head = False, b""
        self._round.times.append(time.perf_counter() - self._sent_at)
        if self._stopping:
            self._transport.close()
        else:
            self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._round.next_request())


async def work(job: Job) -> None:
    round_ = Round(job)
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Connection(round_), "127.0.0.1", job.port) for _ in range(job.connections)]
    connections = [protocol for _, protocol in made]
    await asyncio.sleep(WARM_UP_S)
    answer({"measuring": True})
    round_.begin()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(job.seconds)
    figures = _figures(round_, time.perf_counter() - began, time.process_time() - cpu)
    answer(figures)
    for connection in connections:
        connection.stop()
    await asyncio.gather(*(connection.closed for connection in connections))


def _figures(round_: Round, seconds: float, cpu_s: float) -> Figures:
    times = sorted(round_.times) or [0.0]
    return Figures(
        requests=len(round_.times),
        seconds=seconds,
        errors=round_.errors,
        last_error=round_.last_error,
        bytes=round_.bytes,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
        cpu_s=cpu_s,
    )


def _request(job: Job, path: str) -> bytes:
    target = job.target
    head = f"{target.method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\nAuthorization: {target.authorization}\r\n"
    if target.body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(target.body.encode())}\r\n"
    return f"{head}\r\n{target.body}".encode()


if __name__ == "__main__":
    for line in sys.stdin:
        uvloop.run(work(msgspec.json.decode(line, type=Job)))
