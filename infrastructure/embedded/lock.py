"""One supervisor per data directory: the lock it holds for life, and what it says about itself to everybody else."""

import fcntl
import os
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from infrastructure.embedded.errors import EmbeddedServerError

LOCK_NAME = "daybook.lock"
# Somebody who only looks (`find_running`) holds the lock for an instant; that must not make a start fail.
_ACQUIRE_TIMEOUT_S = 0.5
_ACQUIRE_INTERVAL_S = 0.02


class DataDirectoryHeld(EmbeddedServerError):
    """Another process runs the embedded server of this data directory, and there can be only one.

    Stop that process first, or choose another data directory.
    """


class RunningServer(msgspec.Struct, frozen=True):
    """Who runs the server of a data directory, and where it listens."""

    pid: int
    command: str
    started_at: datetime
    socket_dir: str
    port: int

    def dsn(self, *, user: str = "postgres", database: str = "postgres") -> str:
        address = f"host={quote(self.socket_dir, safe='')}&port={self.port}"
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{address}"


def find_running(data_dir: Path) -> RunningServer | None:
    """Return the server of this data directory if a living process supervises it. It may still be starting."""
    try:
        file = os.open(data_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(file)
    finally:
        os.close(file)
    return None


class DataDirectoryLock:
    """A flock: the kernel frees it with the process, however that ends, so it can be neither stale nor forgotten.

    PostgreSQL must not inherit it: its shutdown outlasts a killed supervisor, and the next one must not wait for that
    (Python closes descriptors on exec by itself). A process that forks without exec would share it; Daybook has none.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOCK_NAME
        self._file: int | None = None

    def acquire(self) -> RunningServer | None:
        """Take the lock and return what its last holder said, unless it took its leave."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock_or_refuse(file)
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return _read(file)

    def announce(self, server: RunningServer) -> None:
        self._rewrite(msgspec.json.encode(server))

    def release(self) -> None:
        """Take leave. The file stays: deleting it would let two processes lock two files of the same name."""
        if self._file is None:
            return
        self._rewrite(b"")
        os.close(self._file)
        self._file = None

    def _rewrite(self, content: bytes) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, content, 0)


def _lock_or_refuse(file: int) -> None:
    deadline = time.monotonic() + _ACQUIRE_TIMEOUT_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataDirectoryHeld(_describe(_read(file))) from None
        time.sleep(_ACQUIRE_INTERVAL_S)


def _describe(holder: RunningServer | None) -> str:
    if holder is None:
        return "It has only just started and has not yet said who it is."
    return f"It is process {holder.pid} ({holder.command}), started at {holder.started_at.isoformat()}."


def _read(file: int) -> RunningServer | None:
    content = os.pread(file, os.fstat(file).st_size, 0)
    try:
        return msgspec.json.decode(content, type=RunningServer)
    except msgspec.DecodeError:  # empty, or caught in the middle of being rewritten
        return None
