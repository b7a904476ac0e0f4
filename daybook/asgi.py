"""The ASGI application as a worker process builds it, from what its supervisor left in the environment."""

import ctypes
import gc
import os
import signal
import sys

import msgspec

from api.app import RequestIds
from daybook.bootstrap import build

WORKER_VARIABLE = "DAYBOOK_WORKER_SETUP"
_PR_SET_PDEATHSIG = 1
COLLECT_AFTER_OBJECTS = 20_000


class WorkerSetup(msgspec.Struct, frozen=True):
    """What a worker needs to know."""

    service_dsn: str
    role: str | None
    server_key: str
    environment: str
    supervisor_pid: int
    webhook_allow_private: bool


def create() -> RequestIds:
    """For `uvicorn --factory`."""
    setup = msgspec.json.decode(os.environ[WORKER_VARIABLE], type=WorkerSetup)
    if os.getpid() != setup.supervisor_pid:
        _end_with_parent()
    app = build(
        setup.service_dsn,
        setup.role,
        bytes.fromhex(setup.server_key),
        setup.environment,
        webhook_allow_private=setup.webhook_allow_private,
    )
    _collect_seldom()
    return app


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
