"""The `eventsourcing` library's `PostgresApplicationRecorder`, in a process of its own, called by a thread for each caller.

As a program it takes jobs, one a line: it opens a recorder, warms up, says so, and when told to go appends for some seconds.
"""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import cycle
from uuid import UUID, uuid4

import msgspec
from eventsourcing.persistence import StoredEvent

from benchmarks.measuring import Numbers
from benchmarks.processes import Helper, answer
from benchmarks.server import Server

DATABASE = "library"
WARM_UP_S = 0.5
# The recorder locks its table in every append, so connections beyond a few only wait: 2 and 32 were slower than 8 and 16.
POOL_MAX = 16


class Job(msgspec.Struct):
    """One round's work."""

    host: str
    port: int
    threads: int
    streams: int
    seconds: float
    payload: str


class Library:
    """The benchmark's side: rounds of the library's recorder."""

    def __init__(self, server: Server, helper: Helper, payload: bytes, streams: int) -> None:
        self._server = server
        self._helper = helper
        self._payload = payload.decode()
        self._streams = streams

    async def prepare(self) -> None:
        await self._server.create_database(DATABASE)

    async def round(self, threads: int, seconds: float) -> Numbers:
        await self._server.checkpoint()
        flushes = await self._server.flushes()
        host, port = self._server.address
        await self._helper.send(Job(host, port, threads, self._streams, seconds, self._payload))
        await self._helper.receive()
        before = await self._server.usage()
        await self._helper.send("go")
        done = await self._helper.receive()
        after = await self._server.usage()
        await self._helper.send("close")
        total = (await self._helper.receive())["total"]
        assert not done["errors"], done
        return {
            "rate": done["appends"] / done["seconds"],
            **after.per_operation(before, done["appends"], done["cpu_s"]),
            "flushes": (await self._server.flushes() - flushes) / total,
        }


class Callers:
    """Threads that append, each to streams of its own."""

    def __init__(self, insert: Callable[[list[StoredEvent]], object], job: Job) -> None:
        self._insert = insert
        self._payload = job.payload.encode()
        self._streams = [_versions(job.streams // job.threads) for _ in range(job.threads)]
        self.total = 0
        self.errors: list[str] = []

    def run(self, seconds: float) -> int:
        counts = [0] * len(self._streams)
        until = time.perf_counter() + seconds
        threads = [threading.Thread(target=self._append, args=(number, until, counts)) for number in range(len(counts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.total += sum(counts)
        return sum(counts)

    def _append(self, number: int, until: float, counts: list[int]) -> None:
        try:
            while time.perf_counter() < until:
                stream, version = next(self._streams[number])
                self._insert([StoredEvent(stream, version, "page.content_appended", self._payload)])
                counts[number] += 1
        except Exception:  # noqa: BLE001 - whatever it is, the round is void and the benchmark says why
            self.errors.append(traceback.format_exc())


def _versions(streams: int) -> Iterator[tuple[UUID, int]]:
    next_version = {uuid4(): 1 for _ in range(streams)}
    for stream in cycle(list(next_version)):
        yield stream, next_version[stream]
        next_version[stream] += 1


def work(job: Job) -> None:
    # Imported here, because it needs a driver that only the benchmarks' lock brings.
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore  # noqa: PLC0415

    pool = min(job.threads, POOL_MAX)
    datastore = PostgresDatastore(
        DATABASE, job.host, job.port, "postgres", "", pool_size=pool, max_overflow=0, connect_timeout=60
    )
    with datastore:
        recorder = PostgresApplicationRecorder(datastore)
        recorder.create_table()
        callers = Callers(recorder.insert_events, job)
        callers.run(WARM_UP_S)
        answer({"ready": True})
        sys.stdin.readline()
        began, cpu = time.perf_counter(), time.process_time()
        appends = callers.run(job.seconds)
        passed = time.perf_counter() - began
        answer({"appends": appends, "seconds": passed, "cpu_s": time.process_time() - cpu, "errors": callers.errors[:3]})
        sys.stdin.readline()
    # Backends hand in their counts as they end, just after the pool has closed.
    time.sleep(0.3)
    answer({"total": callers.total})


if __name__ == "__main__":
    for line in sys.stdin:
        work(msgspec.json.decode(line, type=Job))
