"""Readers of streams in a process of their own: how fast they get a whole log, and how soon they hear of what is written.

As a program it takes jobs, one a line, and answers each with figures.
"""

import asyncio
import re
import sys
import time

import msgspec
import uvloop

from benchmarks.processes import answer

READ_BYTES = 256 * 1024
_POSITION = re.compile(rb"id: (\d+)\n")
_ACKNOWLEDGED = re.compile(rb"daybook-position: (\d+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
FRAME_END = b"\n\n"


class Stream(msgspec.Struct, frozen=True):
    """What to listen to."""

    port: int
    path: str
    authorization: str


class Job(msgspec.Struct, frozen=True):
    """Reads `events` events with each of so many readers; or, where there are writers, listens to what they write for a while."""

    stream: Stream
    readers: int
    events: int = 0
    writers: int = 0
    seconds: float = 0.0
    pause_s: float = 0.0
    write_port: int = 0
    write_paths: list[str] = []
    body: str = ""


async def opened(stream: Stream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", stream.port, limit=4 * READ_BYTES)
    head = f"GET {stream.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {stream.authorization}\r\n"
    writer.write(f"{head}Accept: text/event-stream\r\n\r\n".encode())
    status = await reader.readuntil(b"\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 200"), status
    return reader, writer


async def read_all(job: Job) -> int:
    """Frames end with an empty line, and nothing else in a frame does; the last few bytes may be half of one."""
    reader, writer = await opened(job.stream)
    seen, kept = 0, b""
    while seen < job.events:
        data = await reader.read(READ_BYTES)
        assert data, "the stream ended"
        seen += data.count(b"\nevent: ") + (kept + data[:7]).count(b"\nevent: ")
        kept = data[-7:]
    writer.close()
    return seen


async def throughput(job: Job) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    seen = sum(await asyncio.gather(*(read_all(job) for _ in range(job.readers))))
    passed = time.perf_counter() - began
    return {"events": seen, "seconds": passed, "share": (time.process_time() - cpu) / passed}


class Latency:
    """When each position was acknowledged, and when each reader heard of it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.acknowledged: dict[int, float] = {}
        self.arrived: list[tuple[int, float]] = []

    async def listen(self) -> None:
        reader, _ = await opened(self.job.stream)
        kept = b""
        while True:
            data = kept + await reader.read(READ_BYTES)
            now = time.perf_counter()
            end = data.rfind(FRAME_END) + 2
            self.arrived += [(int(position), now) for position in _POSITION.findall(data[:end])]
            kept = data[end:]

    async def write(self, number: int, until: float) -> None:
        job = self.job
        reader, writer = await asyncio.open_connection("127.0.0.1", job.write_port)
        path = job.write_paths[number % len(job.write_paths)]
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {job.stream.authorization}\r\n"
        request = f"{head}Content-Type: application/json\r\nContent-Length: {len(job.body)}\r\n\r\n{job.body}".encode()
        while time.perf_counter() < until:
            writer.write(request)
            answered = await reader.readuntil(b"\r\n\r\n")
            now = time.perf_counter()
            position, length = _ACKNOWLEDGED.search(answered), _LENGTH.search(answered)
            assert position is not None, answered
            assert length is not None, answered
            self.acknowledged[int(position[1])] = now
            await reader.readexactly(int(length[1]))
            await asyncio.sleep(job.pause_s)
        writer.close()

    async def figures(self) -> dict[str, float]:
        listeners = [asyncio.create_task(self.listen()) for _ in range(self.job.readers)]
        await asyncio.sleep(0.5)
        until = time.perf_counter() + self.job.seconds
        await asyncio.gather(*(self.write(number, until) for number in range(self.job.writers)))
        await asyncio.sleep(0.5)
        for listener in listeners:
            listener.cancel()
        # An event may be here before the writer has its answer; then nobody waited.
        took = sorted(
            max(0.0, at - self.acknowledged[position]) for position, at in self.arrived if position in self.acknowledged
        )
        assert len(took) == len(self.acknowledged) * self.job.readers, "an event did not arrive, or twice"
        return {
            "p50_ms": took[len(took) // 2] * 1000,
            "p99_ms": took[len(took) * 99 // 100] * 1000,
            "writes": len(self.acknowledged) / self.job.seconds,
        }


async def work(job: Job) -> dict[str, float]:
    return await (Latency(job).figures() if job.writers else throughput(job))


if __name__ == "__main__":
    for line in sys.stdin:
        answer(uvloop.run(work(msgspec.json.decode(line, type=Job))))
