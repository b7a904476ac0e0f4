"""The life of one embedded PostgreSQL server: it starts, it is watched, it stops, and it never outlives its process."""

import asyncio
import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from infrastructure.embedded.binaries import find_binaries
from infrastructure.embedded.cluster import PREDECESSOR_MESSAGES, ensure_cluster, is_ready, living_predecessor
from infrastructure.embedded.errors import EmbeddedServerError
from infrastructure.embedded.lock import DataDirectoryLock, RunningServer
from infrastructure.embedded.log import ServerLog
from infrastructure.embedded.privileges import Privileges, choose_privileges, clean_environment, reachable_binaries
from infrastructure.embedded.settings import DEFAULT_SETTINGS
from infrastructure.embedded.sockets import prepare_socket_dir, remove_socket_dir

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 600  # the replay of 4 GB of log on a slow disk included
PREDECESSOR_TIMEOUT_S = 60
FAST_SHUTDOWN_TIMEOUT_S = 60
IMMEDIATE_SHUTDOWN_TIMEOUT_S = 10
WATCH_INTERVAL_S = 0.2
RESTART_PAUSE_S = 2
_READY_INTERVAL_S = 0.01
_RETRY_INTERVAL_S = 0.1
_DEFAULT_PORT = "5432"  # it only names the socket, which has a folder to itself


class StartFailed(EmbeddedServerError):
    """PostgreSQL did not start. What it said about that follows."""


class PredecessorStillRunning(EmbeddedServerError):
    """A PostgreSQL server from before still uses this data directory and did not leave in time.

    If nobody needs it, end it (kill -INT and its process id) and start again.
    """


class ServerNotStarted(EmbeddedServerError):
    """The embedded server has not been started, so there is nothing to connect to. Call start() first."""


class EmbeddedServer:
    """PostgreSQL as a child of this process, one per data directory.

    Its binaries are found, its cluster created and its privileges dropped on `start`; `settings` outrank
    DEFAULT_SETTINGS; `privileges` only matters to root, who may choose how to drop them.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
        privileges: Privileges | None = None,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._cluster = self._data_dir / "postgres"
        self._chosen_binaries = binaries
        self._chosen_privileges = privileges
        self._settings = {"port": _DEFAULT_PORT, **DEFAULT_SETTINGS, **settings}
        self._lock = DataDirectoryLock(self._data_dir)
        self._log = ServerLog(self._data_dir / "postgres.log")
        self._running: RunningServer | None = None
        self._command: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        # The signal that ends PostgreSQL with us comes when the *thread* that forked it dies, be it one of a pool that
        # shrinks. So one thread does all the forking and lives as long as this object.
        self._forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded-postgres")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id of the postmaster; it changes when the server had to be brought back."""
        return self._started().pid

    def poll(self) -> int | None:
        """Return the postmaster's exit status, or None while it runs."""
        return self._started().poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """Block until the postmaster ends and return its exit status; past the timeout raise TimeoutError."""
        try:
            return self._started().wait(timeout_s)
        except subprocess.TimeoutExpired as exc:
            raise TimeoutError(f"PostgreSQL still runs after {timeout_s} s") from exc

    def dsn(self, *, user: str = "postgres", database: str = "postgres") -> str:
        return self._announced().dsn(user=user, database=database)

    def start(self) -> None:
        """Block until the server takes connections. Safe from any thread; an event loop wants `asyncio.to_thread`."""
        self._data_dir.mkdir(parents=True, exist_ok=True)
        previous = self._lock.acquire()
        self._stopping.clear()
        try:
            self._forker.submit(self._prepare_and_launch, previous).result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Block until the server has shut down and the data directory is free. Does nothing if it is not running."""
        self._stopping.set()
        with self._changing:
            try:
                self._end_process()
                if self._running is not None:
                    remove_socket_dir(Path(self._running.socket_dir))
            finally:
                self._running = None
                self._lock.release()

    async def keep_running(self) -> None:
        """Bring PostgreSQL back whenever it dies, until `stop` is called. Looking five times a second blocks nobody."""
        while not self._stopping.is_set():
            status = self.poll()
            if status is not None:
                logger.warning("PostgreSQL ended with status %d; starting it again", status)
                await self._bring_back()
            await asyncio.sleep(WATCH_INTERVAL_S)

    async def _bring_back(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._forker, self._launch)
        except (EmbeddedServerError, OSError) as exc:
            if not self._stopping.is_set():
                # The message quotes the server's log; a traceback every few seconds would only bury it.
                logger.error("PostgreSQL could not be brought back: %s", exc)  # noqa: TRY400 -- as just said
                await asyncio.sleep(RESTART_PAUSE_S)

    def _prepare_and_launch(self, previous: RunningServer | None) -> None:
        with self._changing:
            self._refuse_while_stopping()
            self._prepare(previous)
        self._launch()

    def _prepare(self, previous: RunningServer | None) -> None:
        binaries = find_binaries(self._chosen_binaries)
        privileges = choose_privileges(self._data_dir, self._chosen_privileges)
        binaries = reachable_binaries(binaries, privileges, self._data_dir / "postgres-binaries")
        port = int(self._settings["port"])
        socket_dir = prepare_socket_dir(self._data_dir, port=port, privileges=privileges, previous=previous)
        self._running = RunningServer(
            pid=os.getpid(),
            command=shlex.join(sys.orig_argv),
            started_at=datetime.now(UTC),
            socket_dir=str(socket_dir),
            port=port,
        )
        self._lock.announce(self._running)
        ensure_cluster(self._cluster, binaries, privileges)
        arguments = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        self._command = privileges.command(binaries / "postgres", "-D", self._cluster, *arguments, "-k", socket_dir)

    def _launch(self) -> None:
        """Start PostgreSQL, again and again while its predecessor is leaving."""
        began = time.monotonic()
        with self._changing:
            while not self._attempt():
                if time.monotonic() - began > PREDECESSOR_TIMEOUT_S:
                    predecessor = self._predecessor()
                    raise PredecessorStillRunning(f"It is process {predecessor}." if predecessor else self._log.tail())
                time.sleep(_RETRY_INTERVAL_S)
        logger.info("PostgreSQL runs as process %d, ready after %.2f s", self.pid, time.monotonic() - began)

    def _attempt(self) -> bool:
        self._refuse_while_stopping()
        if self._predecessor() is not None:
            return False
        with self._log.open() as log:
            self._process = subprocess.Popen(  # noqa: S603 -- the binaries were chosen by find_binaries
                self._command,
                cwd=self._data_dir,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for us; we stop PostgreSQL when we are done with it
            )
        return self._await_ready(self._process)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while process.poll() is None:
            if is_ready(self._cluster, process.pid):
                return True
            self._refuse_while_stopping()
            if time.monotonic() > deadline:
                self._end_process()
                raise StartFailed(f"It was not ready after {START_TIMEOUT_S} s.\n{self._log.tail()}")
            time.sleep(_READY_INTERVAL_S)
        if any(message in self._log.tail() for message in PREDECESSOR_MESSAGES):
            return False
        raise StartFailed(self._log.tail())

    def _predecessor(self) -> int | None:
        return living_predecessor(self._cluster, Path(self._announced().socket_dir))

    def _refuse_while_stopping(self) -> None:
        if self._stopping.is_set():
            raise StartFailed("It was stopped before it was ready.")

    def _end_process(self) -> None:
        """Fast shutdown, which ends sessions and writes a checkpoint; then immediate; then the kernel's way."""
        if self._process is None:
            return
        for how, timeout_s in (
            (signal.SIGINT, FAST_SHUTDOWN_TIMEOUT_S),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_TIMEOUT_S),
            (signal.SIGKILL, None),
        ):
            self._process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
                return
            logger.warning("PostgreSQL did not heed %s within %s s", how.name, timeout_s)

    def _announced(self) -> RunningServer:
        if self._running is None:
            raise ServerNotStarted
        return self._running

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerNotStarted
        return self._process
