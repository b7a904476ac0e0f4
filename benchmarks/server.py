"""The PostgreSQL under test: the embedded server, with what cannot be measured from outside it."""

import asyncio
import contextlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from benchmarks.measuring import say
from benchmarks.processes import ROOT, family_cpu_s
from daybook.connections import SERVICE_ROLE
from infrastructure.embedded import EmbeddedServer, find_binaries, find_running
from infrastructure.migrations import migrate

# Room for 256 clients of pgbench beside everybody else.
SETTINGS = {"max_connections": "400"}
# PostgreSQL 18 counts flushes of the log here; before, they stood in pg_stat_wal.
_FLUSHES = "SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal'"


class Usage(msgspec.Struct, frozen=True):
    """What the server had used at one moment."""

    cpu_s: float
    wal_bytes: int

    def per_operation(self, before: "Usage", operations: int, client_cpu_s: float) -> dict[str, float]:
        return {
            "server_cpu_us": (self.cpu_s - before.cpu_s) / operations * 1e6,
            "client_cpu_us": client_cpu_s / operations * 1e6,
            "cpu_us": (self.cpu_s - before.cpu_s + client_cpu_s) / operations * 1e6,
            "wal_bytes": (self.wal_bytes - before.wal_bytes) / operations,
        }


class Server:
    """A running server and a connection that watches it."""

    def __init__(self, embedded: EmbeddedServer, folder: Path, watcher: "asyncpg.Connection[Any]") -> None:
        self._embedded = embedded
        self._watcher = watcher
        self.folder = folder
        self.binaries = find_binaries(None)

    def dsn(self, database: str, user: str = "postgres") -> str:
        return self._embedded.dsn(user=user, database=database)

    def service_dsn(self, database: str) -> str:
        return self.dsn(database, SERVICE_ROLE)

    @property
    def address(self) -> tuple[str, int]:
        """Socket folder and port, for clients that take no URL."""
        running = find_running(self.folder)
        assert running is not None
        return running.socket_dir, running.port

    async def usage(self) -> Usage:
        wal: int = await self._watcher.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return Usage(family_cpu_s(self._embedded.pid), int(wal))

    async def flushes(self) -> int:
        """How often the log was flushed, as far as backends have told; they tell when they end or are asked to."""
        return int(await self._watcher.fetchval(_FLUSHES))

    async def checkpoint(self) -> None:
        """So that whole pages, logged at their first change after a checkpoint, fall into everybody's rounds alike."""
        await self._watcher.execute("CHECKPOINT")

    async def create_database(self, name: str) -> str:
        await self._watcher.execute(f"CREATE DATABASE {name}")
        return self.dsn(name)

    async def create_daybook(self, name: str = "daybook") -> str:
        dsn = await self.create_database(name)
        await migrate(dsn)
        return dsn

    async def settle(self, database: str) -> None:
        """Gives the planner the statistics that autovacuum would bring it within a minute: rounds measure the steady state."""
        connection = await asyncpg.connect(self.dsn(database))
        await connection.execute("VACUUM (ANALYZE)")
        await connection.close()

    async def drop_database(self, name: str) -> None:
        await self._watcher.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    """A fresh server on a disk that is one: temporary folders are often memory, where a flush costs nothing."""
    parent = ROOT / "data"
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=parent))
    embedded = EmbeddedServer(folder, settings=SETTINGS)
    try:
        await asyncio.to_thread(embedded.start)
        watcher = await asyncpg.connect(embedded.dsn())
        say(f"PostgreSQL {watcher.get_server_version().major}.{watcher.get_server_version().minor} in {folder}")
        try:
            yield Server(embedded, folder, watcher)
        finally:
            await watcher.close()
    finally:
        await asyncio.to_thread(embedded.stop)
        shutil.rmtree(folder, ignore_errors=True)


def flush_us(tries: int = 200) -> float:
    """What one flush of 8 kB to this disk costs, at the median."""
    parent = ROOT / "data"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=parent) as file:
        times = []
        for count in range(tries):
            os.pwrite(file.fileno(), bytes(8192), count % 64 * 8192)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6
