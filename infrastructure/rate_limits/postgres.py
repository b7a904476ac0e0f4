"""Counts in PostgreSQL, for several processes that need nothing else to share a place."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping

import asyncpg

from application.event_store import StoreUnavailable
from domain.workspaces import SERVICE
from infrastructure.database import Database
from infrastructure.lines import Line
from infrastructure.rate_limits.gathering import Gathered, Hit
from infrastructure.sql import sql

log = logging.getLogger(__name__)

# Every process sweeps this often, by the clock that the windows follow.
FORGET_EACH_S = 300
# How far a process's clock may be behind before others' sweeping takes away what it still counts in.
CLOCKS_APART_S = 60
# Few enough that a bucket which comes back at this very moment waits for its row no longer than a round may take.
FORGOTTEN_AT_ONCE_MAX = 2000


class PostgresCounters:
    """One connection of its own, made when the first hit comes."""

    def __init__(self, database: Database) -> None:
        self._line = Line(database, relaxed=True)
        self._sweeping_line = Line(database, relaxed=True)
        self._gathered = Gathered(self._add, "the database")
        self._sweep_from = 0
        self._sweeping: asyncio.Task[None] | None = None

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        return await self._gathered.count(bucket, window, window_s)

    async def close(self) -> None:
        await self._gathered.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait([self._sweeping])
        await self._line.close()

    async def _add(self, amounts: Mapping[Hit, int]) -> Mapping[Hit, int]:
        # One statement for each window, which is one but for the moment when it turns: a statement may touch no row twice.
        windows: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        for (bucket, window, window_s), hits in amounts.items():
            windows[window, window_s][bucket] = hits
        counts: dict[Hit, int] = {}
        async with self._line.bound(SERVICE) as connection:
            for (window, window_s), added in windows.items():
                end = (window + 1) * window_s
                rows = await connection.fetch(sql("rate_add"), SERVICE, end, window_s, list(added), list(added.values()))
                counts.update({(row["bucket"], window, window_s): row["hits"] for row in rows})
        self._sweep_if_due(max(window * window_s for window, window_s in windows))
        return counts

    def _sweep_if_due(self, now: int) -> None:
        """`now` is when a window began that goes on."""
        if now >= self._sweep_from and (self._sweeping is None or self._sweeping.done()):
            self._sweep_from = now + FORGET_EACH_S
            self._sweeping = asyncio.create_task(self._sweep(now - CLOCKS_APART_S))

    async def _sweep(self, before: int) -> None:
        """On a connection that is there only for this, so that no hit waits for it."""
        try:
            forgotten = FORGOTTEN_AT_ONCE_MAX
            while forgotten == FORGOTTEN_AT_ONCE_MAX:
                async with self._sweeping_line.bound(SERVICE) as connection:
                    forgotten = await connection.fetchval(sql("rate_forget"), SERVICE, before, FORGOTTEN_AT_ONCE_MAX)
        except (StoreUnavailable, asyncpg.PostgresError, TimeoutError) as error:
            log.debug("old counts stay until they are swept again (%s)", type(error).__name__)
        finally:
            await self._sweeping_line.close()
