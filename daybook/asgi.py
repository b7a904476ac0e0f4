"""The ASGI application as a worker process builds it, from what its supervisor left in the environment."""

import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

import msgspec

from api.edge import Edge
from daybook.bootstrap import build
from daybook.choices import Together
from daybook.settings import Settings

WORKER_VARIABLE = "DAYBOOK_WORKER_SETUP"
_PR_SET_PDEATHSIG = 1
COLLECT_AFTER_OBJECTS = 20_000


class WorkerSetup(msgspec.Struct, frozen=True):
    """What a worker needs to know; never the owner's connection."""

    service_dsn: str
    role: str | None
    server_key: str
    supervisor_pid: int
    settings: Settings
    together: Together


def leave_for_workers(setup: WorkerSetup) -> None:
    """In the environment, which uvicorn's worker processes inherit."""
    os.environ[WORKER_VARIABLE] = msgspec.json.encode(setup, enc_hook=str).decode()


def create() -> Edge:
    """For `uvicorn --factory`."""
    setup = msgspec.json.decode(os.environ[WORKER_VARIABLE], type=WorkerSetup, dec_hook=_path)
    if os.getpid() != setup.supervisor_pid:
        _end_with_parent()
    app = build(setup.service_dsn, setup.role, bytes.fromhex(setup.server_key), setup.settings, setup.together)
    _collect_seldom()
    return app


def _path(kind: type, text: str) -> Path:
    if kind is not Path:
        raise NotImplementedError(f"settings hold no {kind.__name__}")
    return Path(text)


def _collect_seldom() -> None:
    """What requests leave behind is freed by counting references. Looking for cycles among all that stays, every 700 objects,
    was a fifth of an append to a long page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 100)


def _end_with_parent() -> None:
    """A worker whose supervisor was killed has lost its database as well; it must not linger on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
