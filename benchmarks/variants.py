"""`daybook serve` with something left out of it, to measure what that costs: `python -m benchmarks.variants serve …`."""

import os
from typing import Any
from uuid import UUID

import daybook.access
from api.requests import AnyRequest, Requests
from application.access import Caller
from daybook.cli import main
from domain.events import Actor
from domain.scopes import ALL
from infrastructure.rate_limits import MemoryCounters

VARIANT, WORKSPACE = "BENCHMARK_VARIANT", "BENCHMARK_WORKSPACE"
UNCHECKED, ALONE = "unchecked", "alone"


def leave_out_the_check() -> None:
    """Nobody is asked who they are, what they may do, or how often: everybody is the owner of one workspace."""
    caller = Caller(UUID(os.environ[WORKSPACE]), Actor("key", "1", "benchmark"), ALL)

    async def admit(_: Requests, request: AnyRequest) -> None:
        request.scope["state"]["caller"] = caller

    Requests.admit = admit  # type: ignore[method-assign]  # that is what this program is for


def count_alone() -> None:
    """As a service does that has its database to itself, though this one has not."""

    def counters(*_: Any, **__: Any) -> MemoryCounters:  # noqa: ANN401 - whatever the settings are
        return MemoryCounters()

    daybook.access.counters_for = counters


if __name__ == "__main__":
    match os.environ[VARIANT]:
        case "unchecked":
            leave_out_the_check()
        case "alone":
            count_alone()
    main()
