"""How often somebody may ask: fixed windows on the wall clock, the same in every process. Where hits are counted is a port."""

import math
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from domain.errors import DomainError


class RateLimited(DomainError):
    """You have used up what this limit allows for now. Wait the seconds that the Retry-After header says, then go on."""

    code = "rate_limited"


class Limit(msgspec.Struct, frozen=True):
    """So many hits in each window of so many seconds; a count of 0 switches it off. Its name tells its counts from others'."""

    name: str
    count: int
    window_s: int = 60


class Verdict(msgspec.Struct, frozen=True):
    """How a hit stands to its limit."""

    limit: Limit
    remaining: int
    # Unix seconds at which the window ends.
    reset_at: int
    allowed: bool
    # Until the window ends, and rounded up: whoever comes back after it is in the next one.
    retry_after_s: int


class Counters(Protocol):
    """Where hits are counted. It always answers, and soon: where the place itself cannot, the adapter finds another way."""

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        """Adds one to the bucket in this window; answers the count with it. `window` numbers those of `window_s` seconds."""
        ...


class RateLimits:
    """Judges hits."""

    def __init__(self, counters: Counters, clock: Callable[[], float] = time.time) -> None:
        self._counters = counters
        self._clock = clock

    async def hit(self, limit: Limit, who: str) -> Verdict | None:
        """Counts one hit of `who`, the refused ones too. None if the limit is off."""
        if limit.count == 0:
            return None
        now = self._clock()
        window = int(now // limit.window_s)
        count = await self._counters.count(f"{limit.name}/{who}", window, limit.window_s)
        reset_at = (window + 1) * limit.window_s
        return Verdict(
            limit=limit,
            remaining=max(0, limit.count - count),
            reset_at=reset_at,
            allowed=count <= limit.count,
            retry_after_s=max(1, math.ceil(reset_at - now)),
        )

    def still(self, verdict: Verdict) -> Verdict | None:
        """A verdict of a while ago as it stands now; None if its window is over."""
        now = self._clock()
        if now >= verdict.reset_at:
            return None
        return msgspec.structs.replace(verdict, retry_after_s=max(1, math.ceil(verdict.reset_at - now)))
