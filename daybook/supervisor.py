"""How the service's processes run, and how they end: what was accepted is answered, and nobody waits for ever."""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from daybook.protocol import CONNECTIONS_MAX

log = logging.getLogger(__name__)

# Beside connections: the database's, webhooks', files.
OTHER_FILES = 512
# What is left to do when the last answer is on its way: the last batch, and hanging up.
CLOSING_S = 15.0
_KILLED = 1


def run(config: uvicorn.Config) -> None:
    """Returns, or ends the process with 0, when the service was told to end and has."""
    _allow_open_files()
    if config.workers > 1:
        _Workers(config, sockets=[config.bind_socket()]).run()
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _Server(config).run()
    finally:
        signal.signal(signal.SIGTERM, before)


def overdue_in(seconds: float) -> threading.Timer:
    """Ends this process then, whatever it waits for, unless the timer is cancelled before."""
    timer = threading.Timer(seconds, os._exit, [_KILLED])
    timer.daemon = True
    timer.start()
    return timer


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """The server raises the signal that ended it once more when it has ended, and by itself it would kill this process."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """The server of a process that has no supervisor."""

    _overdue: threading.Timer | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            if self._overdue is not None:
                # What is left to end has bounds of its own.
                self._overdue.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._overdue is None:
            # The server bounds how long it waits for requests. What comes after has to be bounded as well.
            self._overdue = overdue_in(_ends_within_s(self.config))
        super().handle_exit(sig, frame)


class _Workers(Multiprocess):
    """Several processes on one socket."""

    def terminate_all(self) -> None:
        """The socket first: as long as this process holds it, connections would be taken that nobody answers."""
        for each in self.sockets:
            each.close()
        super().terminate_all()

    def join_all(self) -> None:
        give_up = time.monotonic() + _ends_within_s(self.config)
        for process in self.processes:
            process.process.join(max(0.0, give_up - time.monotonic()))
            if process.exitcode is None:
                log.error("process %s did not end in time and is killed", process.pid)
                process.process.kill()


def _ends_within_s(config: uvicorn.Config) -> float:
    return (config.timeout_graceful_shutdown or 0) + CLOSING_S


def _allow_open_files() -> None:
    """Each connection is an open file, and many systems allow a thousand unless they are asked."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        if allowed < wanted:
            log.warning("this system allows %d open files; %d connections may need %d", allowed, CONNECTIONS_MAX, wanted)
