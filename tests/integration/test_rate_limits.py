"""What every place to count in keeps to, what those do besides that processes share, and what happens when one goes away."""

import asyncio
import contextlib
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import asyncpg
import pytest
from conftest import Service, free_port, run_apart
from fakeredis import TcpFakeServer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.workspaces import SERVICE
from infrastructure.database import Database
from infrastructure.rate_limits import MachineCounters, MemoryCounters, PostgresCounters, RedisCounters, gathering
from infrastructure.rate_limits import machine as machine_counters
from infrastructure.rate_limits.gathering import ROUND_S

GIVE_UP_S = 20.0
WINDOW = 29_000_000


class Closing(Protocol):
    """Counters, and how they end."""

    async def count(self, bucket: str, window: int, window_s: int) -> int: ...
    async def close(self) -> None: ...


class Memory:
    """This process."""

    def counters(self) -> Closing:
        return MemoryCounters()


class Machine:
    """Memory that processes of one machine share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def counters(self) -> Closing:
        # A process opens it once, so that two in one process are only as apart as their handles.
        return MachineCounters(self._folder)


class Postgres:
    """A database of the test's own."""

    def __init__(self, service: Service, dsn: Callable[..., str]) -> None:
        self._service_dsn = dsn("daybook_service")
        self.owner_dsn = dsn()
        self._other_dsn = service.database.dsn()

    def counters(self) -> Closing:
        return PostgresCounters(Database(self._service_dsn, role=None))

    async def leave(self) -> None:
        """Whoever is connected is cut off, and nobody else gets in."""
        await self._elsewhere("ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await self.cut()

    async def cut(self) -> None:
        await self._elsewhere("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    async def come_back(self) -> None:
        await self._elsewhere("ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    async def _elsewhere(self, statement: str) -> None:
        connection = await asyncpg.connect(self._other_dsn)
        await connection.execute(statement.format(name=self.owner_dsn.rpartition("/")[2].partition("?")[0]))
        await connection.close()


class Valkey:
    """A real server where one is installed; else a likeness of it that speaks the same protocol."""

    def __init__(self, folder: Path) -> None:
        self.url = f"redis://127.0.0.1:{free_port()}/0"
        self._port = int(self.url.rpartition(":")[2].partition("/")[0])
        self._folder = folder
        self._program = shutil.which("valkey-server") or shutil.which("redis-server")
        self._process: subprocess.Popen[bytes] | None = None
        self._likeness: TcpFakeServer | None = None
        self._thread: threading.Thread | None = None

    def counters(self) -> Closing:
        return RedisCounters(self.url)

    async def leave(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._likeness is not None and self._thread is not None:
            self._likeness.shutdown()
            self._likeness.server_close()
            self._thread.join()
        self._process = self._likeness = None

    async def come_back(self) -> None:
        if self._program:
            arguments = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
            self._process = subprocess.Popen([self._program, *arguments], stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it takes a moment
        else:
            self._likeness = TcpFakeServer(("127.0.0.1", self._port), server_type="valkey")
            self._thread = threading.Thread(target=self._likeness.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            self._thread.start()
        async with asyncio.timeout(GIVE_UP_S):
            while not await self._answers():  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        async with Redis.from_url(self.url) as client:
            with contextlib.suppress(RedisError):
                return bool(await client.ping())
        return False


Shared = Postgres | Valkey
Place = Memory | Machine | Shared


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def postgres(service: Service, database: Callable[..., str]) -> Postgres:
    return Postgres(service, database)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    run_apart(server.come_back())
    yield server
    run_apart(server.leave())


@pytest.fixture(params=["memory", "machine", "postgres", "valkey"])
def place(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["postgres", "valkey"])
def shared(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is slow, and that is no outage."""
    monkeypatch.setattr(gathering, "ROUND_S", GIVE_UP_S)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, _patient: None) -> None:
    """As it is in earnest."""
    monkeypatch.setattr(gathering, "ROUND_S", ROUND_S)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that was away is tried again soon."""
    monkeypatch.setattr(gathering, "AWAY_S", 0.05)


@contextlib.asynccontextmanager
async def opened(place: Place, count: int = 1) -> AsyncIterator[list[Closing]]:
    """What so many processes have of it."""
    opened = [place.counters() for _ in range(count)]
    yield opened
    for counters in opened:
        await counters.close()


async def both(first: Closing, second: Closing, bucket: str) -> bool:
    """Whether both count in one place."""
    return await first.count(bucket, WINDOW, 60) + 1 == await second.count(bucket, WINDOW, 60)


async def until_shared(first: Closing, second: Closing) -> None:
    async with asyncio.timeout(GIVE_UP_S):
        while not await both(first, second, f"again-{uuid4()}"):  # noqa: ASYNC110 - they tell nobody
            await asyncio.sleep(0.02)


async def test_every_hit_adds_one(place: Place) -> None:
    async with opened(place) as (counters,):
        assert [await counters.count("a", WINDOW, 60) for _ in range(5)] == [1, 2, 3, 4, 5]


async def test_buckets_do_not_touch_each_other(place: Place) -> None:
    async with opened(place) as (counters,):
        hits = [counters.count(bucket, WINDOW, 60) for bucket in ("a", "b", "a", "A", "a/b", "b")]
        assert await asyncio.gather(*hits) == [1, 1, 2, 1, 1, 2]


async def test_many_hits_at_once_are_counted_exactly(place: Place) -> None:
    async with opened(place) as (counters,):
        hits = [counters.count(f"bucket-{number % 2}", WINDOW, 60) for number in range(128)]
        counts = await asyncio.gather(*hits)
        assert sorted(counts[::2]) == sorted(counts[1::2]) == list(range(1, 65))


async def test_a_window_that_turns_begins_with_one(place: Place) -> None:
    async with opened(place) as (counters,):
        hits = [counters.count("a", WINDOW + turn, 60) for turn in (0, 0, 1, 1, 1)]
        assert await asyncio.gather(*hits) == [1, 2, 1, 2, 3]
        assert await counters.count("a", WINDOW + 9, 60) == 1


async def test_a_hit_that_comes_late_does_not_begin_a_window_anew(place: Place) -> None:
    async with opened(place) as (counters,):
        await counters.count("a", WINDOW + 1, 60)
        await counters.count("a", WINDOW, 60)
        assert await counters.count("a", WINDOW + 1, 60) >= 2


async def test_a_clock_that_was_put_back_does_not_keep_anybody_out(place: Place) -> None:
    async with opened(place) as (counters,):
        await counters.count("a", WINDOW + 60, 60)
        assert await counters.count("a", WINDOW, 60) == 1


async def test_windows_of_different_lengths_go_together(place: Place) -> None:
    async with opened(place) as (counters,):
        hits = [counters.count(f"each-{window_s}", WINDOW * 60 // window_s, window_s) for window_s in (60, 3600, 60, 1)]
        assert await asyncio.gather(*hits) == [1, 1, 2, 1]


async def test_any_name_is_counted(place: Place) -> None:
    names = ["nul\x00", "half a character\ud800", "long" * 5000, "line\nbreak", "Zoë", "'; DROP TABLE", ""]
    async with opened(place) as (counters,):
        assert [await counters.count(name, WINDOW, 60) for name in names * 2] == [1] * len(names) + [2] * len(names)


async def test_who_goes_away_while_he_is_counted_disturbs_nobody(place: Place) -> None:
    async with opened(place) as (counters,):
        leaving, staying = (asyncio.create_task(counters.count("a", WINDOW, 60)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 2
        assert await counters.count("a", WINDOW, 60) == 3


async def test_counting_goes_on_after_closing(place: Place) -> None:
    async with opened(place) as (counters,):
        hits = [asyncio.create_task(counters.count("a", WINDOW, 60)) for _ in range(3)]
        await asyncio.sleep(0)
        await counters.close()
        assert await asyncio.gather(*hits) == [1, 2, 3]
        assert await counters.count("b", WINDOW, 60) == 1


async def test_processes_count_together_exactly(shared: Shared) -> None:
    async with opened(shared, 2) as (first, second):
        hits = [counters.count(f"bucket-{number % 4}", WINDOW, 60) for number in range(256) for counters in (first, second)]
        counts = await asyncio.gather(*hits)
        assert sorted(counts) == sorted(4 * list(range(1, 129)))


async def test_names_are_shared_whatever_they_are(shared: Shared) -> None:
    async with opened(shared, 2) as (first, second):
        for name in ("nul\x00", "long" * 5000):
            assert await both(first, second, name)


@pytest.mark.usefixtures("soon")
async def test_while_a_place_is_away_counting_goes_on_and_afterwards_it_is_shared_again(
    shared: Shared, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(shared, 2) as (first, second):
        assert await both(first, second, "before")
        await shared.leave()
        counts = await asyncio.gather(*(first.count("during", WINDOW, 60) for _ in range(64)))
        assert sorted(counts) == list(range(1, 65))
        assert await first.count("during", WINDOW, 60) == 65
        assert await second.count("during", WINDOW, 60) == 1
        await asyncio.sleep(0.3)
        assert [record.levelno for record in caplog.records if "cannot be counted" in record.message] == 2 * [logging.WARNING]
        await shared.come_back()
        await until_shared(first, second)


@pytest.mark.usefixtures("soon")
async def test_a_place_that_was_never_there_is_no_error(shared: Shared) -> None:
    await shared.leave()
    async with opened(shared, 2) as (first, second):
        assert [await first.count("a", WINDOW, 60) for _ in range(3)] == [1, 2, 3]
        await shared.come_back()
        await until_shared(first, second)


@pytest.mark.usefixtures("soon", "impatient")
async def test_nobody_waits_long_for_counts_that_are_locked(postgres: Postgres) -> None:
    async with opened(postgres, 2) as (first, second):
        await until_shared(first, second)
        holding = await asyncpg.connect(postgres.owner_dsn)
        async with holding.transaction():
            await holding.execute("LOCK TABLE daybook.rate_count IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            assert await asyncio.gather(*(first.count("during", WINDOW, 60) for _ in range(3))) == [1, 2, 3]
            assert ROUND_S <= time.monotonic() - began < ROUND_S + 5
            # Nor does anybody after them, not even so long.
            began = time.monotonic()
            assert await first.count("during", WINDOW, 60) == 4
            assert time.monotonic() - began < ROUND_S
        await holding.close()
        await until_shared(first, second)


@pytest.mark.usefixtures("impatient")
async def test_nobody_waits_long_for_a_redis_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    accepted: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
    counters = RedisCounters(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}")
    began = time.monotonic()
    assert await asyncio.gather(*(counters.count("a", WINDOW, 60) for _ in range(3))) == [1, 2, 3]
    assert time.monotonic() - began < ROUND_S + 5
    assert "TimeoutError" in caplog.text
    await counters.close()
    silent.close()
    for writer in accepted:
        writer.transport.abort()


@pytest.mark.usefixtures("soon")
async def test_a_lost_connection_alone_is_made_anew(postgres: Postgres) -> None:
    async with opened(postgres, 2) as (first, second):
        assert await both(first, second, "before")
        await postgres.cut()
        assert await first.count("during", WINDOW, 60) == 1
        await until_shared(first, second)


async def test_what_is_said_of_an_outage_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    counters = RedisCounters(f"redis://somebody:hush@127.0.0.1:{free_port()}/0")
    assert await counters.count("a", WINDOW, 60) == 1
    await counters.close()
    assert "ConnectionError" in caplog.text
    assert "hush" not in caplog.text


async def test_counts_of_windows_that_are_over_are_swept(postgres: Postgres) -> None:
    owner = await asyncpg.connect(postgres.owner_dsn)
    insert = "INSERT INTO daybook.rate_count (workspace_id, bucket, window_end, hits) VALUES ($1, $2, $3, 1)"
    for bucket, window_end in (("over", WINDOW * 60 - 3600), ("late", WINDOW * 60), ("hourly", WINDOW * 60 + 3000)):
        await owner.execute(insert, SERVICE, bucket, window_end)
    async with opened(postgres) as (counters,):
        await counters.count("present", WINDOW, 60)
        async with asyncio.timeout(GIVE_UP_S):
            while await owner.fetchval("SELECT EXISTS (SELECT FROM daybook.rate_count WHERE bucket = 'over')"):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
    left = [row["bucket"] for row in await owner.fetch("SELECT bucket FROM daybook.rate_count ORDER BY bucket")]
    assert left == ["hourly", "late", "present"]
    await owner.close()


async def test_keys_in_redis_go_by_themselves(valkey: Valkey) -> None:
    async with opened(valkey) as (counters,), Redis.from_url(valkey.url) as client:
        await counters.count("a", WINDOW, 60)
        assert 0 < await client.ttl(f"daybook:rate:a/{WINDOW}") <= 60


async def test_a_process_that_is_killed_while_it_counts_leaves_the_others_counting(machine: Machine, tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from infrastructure.rate_limits import MachineCounters\n"
        "async def go():\n"
        "    counters = MachineCounters(pathlib.Path(sys.argv[1]))\n"
        "    while True:\n"
        f"        await counters.count('a', {WINDOW}, 60)\n"
        "        print(end='.', flush=True)\n"
        "asyncio.run(go())\n"
    )
    async with opened(machine) as (counters,):
        for _ in range(5):
            other = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)  # noqa: ASYNC220 - it takes a moment
            assert other.stdout is not None
            other.stdout.read(50)
            before = await counters.count("a", WINDOW, 60)
            other.kill()
            other.communicate()
            assert before > 50
            begun = time.monotonic()
            after = [await counters.count("a", WINDOW, 60) for _ in range(3)]
            assert after == list(range(after[0], after[0] + 3))
            assert after[0] > before
            assert time.monotonic() - begun < 1


async def test_more_buckets_than_there_is_room_for_begin_anew(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_counters, "BYTES_MAX", 256 * 1024)
    async with opened(machine) as (counters,):
        counts = {await counters.count(f"bucket-{number}", WINDOW, 60) for number in range(20_000)}
        assert counts == {1}
        assert [await counters.count("a", WINDOW, 60) for _ in range(3)] == [1, 2, 3]
