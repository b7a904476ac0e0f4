"""Counting in a place that processes share.

Hits that come while a round trip is out leave together in the next, as appends do in a group commit: there is no timer, and the
more there are, the less each costs. While the place is away, this process counts by itself.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from infrastructure.rate_limits.memory import MemoryCounters

log = logging.getLogger(__name__)

# Bucket, window, and the window's seconds.
Hit = tuple[str, int, int]
# Adds so many hits to each; answers the counts with them.
Add = Callable[[Mapping[Hit, int]], Awaitable[Mapping[Hit, int]]]

# Longer names, and those with characters that not every place takes, go by their hash.
BUCKET_CHARACTERS_MAX = 200
# The longest that a round may keep those waiting who ride in it.
ROUND_S = 0.5
# A place that was away is tried again this often. Nobody waits for it then, so it may take its time.
AWAY_S = 1.0
RETURN_S = 5.0
# What it is tried with: only a count that was written shows that counts can be.
_TRIAL: Mapping[Hit, int] = {("trial", 0, 60): 1}


class Gathered:
    """Never raises and never hangs: being available matters more here than counting exactly."""

    def __init__(self, add: Add, place: str) -> None:
        """`place` is for the log."""
        self._add = add
        self._place = place
        self._waiting: list[tuple[Hit, asyncio.Future[int]]] = []
        self._sending: asyncio.Task[None] | None = None
        self._here = MemoryCounters()
        self._away = False
        self._returning: asyncio.Task[None] | None = None

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        if self._away:
            return self._here.add(bucket, window, window_s)
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(((_plain(bucket), window, window_s), done))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await done

    async def close(self) -> None:
        """Whoever waits is answered. What comes later is counted here."""
        self._away = True
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.wait([self._returning])
        if self._sending is not None:
            await self._sending

    async def _send_all(self) -> None:
        while self._waiting:
            riding, self._waiting = self._waiting, []
            try:
                counts = await self._round([hit for hit, _ in riding])
            except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, nobody is refused for it
                self._lost(error)
                riding, self._waiting = riding + self._waiting, []
                counts = [self._here.add(*hit) for hit, _ in riding]
            for (_, done), count in zip(riding, counts, strict=True):
                if not done.done():
                    done.set_result(count)
        self._sending = None

    async def _round(self, hits: list[Hit]) -> list[int]:
        """The counts of these hits, one after the other, also where several are of one bucket."""
        amounts = Counter(hits)
        async with asyncio.timeout(ROUND_S):
            totals = await self._add(amounts)
        latest = {hit: totals[hit] - amount for hit, amount in amounts.items()}
        counts = []
        for hit in hits:
            latest[hit] += 1
            counts.append(latest[hit])
        return counts

    def _lost(self, error: Exception) -> None:
        if not self._away:
            # The kind of error only: a message may quote what was sent, or where to.
            kind = type(error).__name__
            log.warning("requests cannot be counted in %s (%s); until they can, each process counts its own", self._place, kind)
            self._away = True
            self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        while self._away:
            await asyncio.sleep(AWAY_S)
            try:
                async with asyncio.timeout(RETURN_S):
                    await self._add(_TRIAL)
            except Exception as error:  # noqa: BLE001 - as above
                log.debug("%s is still away (%s)", self._place, type(error).__name__)
            else:
                log.info("requests are counted in %s again", self._place)
                self._away = False


def _plain(bucket: str) -> str:
    """A name for it that no place refuses. Otherwise whoever may choose a name could have everybody's round fail."""
    if len(bucket) <= BUCKET_CHARACTERS_MAX and bucket.isprintable():
        return bucket
    return hashlib.sha256(bucket.encode("utf-8", "surrogatepass")).hexdigest()
