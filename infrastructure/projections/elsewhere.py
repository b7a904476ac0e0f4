"""Projections that are kept by other processes. All that can be done for them here is to say that somebody waits."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import asyncpg

from application.event_store import StoreUnavailable
from infrastructure.database import NO_WORKSPACE, Database
from infrastructure.growth import NOTIFY_PAUSE_S, Hub
from infrastructure.lines import Line
from infrastructure.sql import sql

log = logging.getLogger(__name__)

# Its messages are names of projections: each is wanted by somebody who reads, so whoever keeps it should not pause.
WANTED_CHANNEL = "daybook_wanted"


class Runner(Protocol):
    """Who keeps projections: this process, or others."""

    @property
    def moved(self) -> Mapping[str, Hub]:
        """Where to wait for news of a projection, as far as there are any here."""
        ...

    def hurry(self, projection: str) -> None: ...


class RunnerElsewhere:
    """Nobody tells this process when a projection gets on, so whoever waits has to look."""

    def __init__(self, database: Database) -> None:
        self.moved: defaultdict[str, Hub] = defaultdict(Hub)
        self._line = Line(database, relaxed=True)
        self._wanted: set[str] = set()
        self._telling: asyncio.Task[None] | None = None

    def hurry(self, projection: str) -> None:
        """Costs whoever waits nothing, and the database little: what many want within a moment is said once."""
        self._wanted.add(projection)
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if self._telling is not None:
                await self._telling
            await self._line.close()

    async def _tell(self) -> None:
        try:
            while self._wanted:
                wanted, self._wanted = sorted(self._wanted), set()
                async with self._line.bound(NO_WORKSPACE) as connection:
                    await connection.execute(sql("notify"), WANTED_CHANNEL, wanted)
                await asyncio.sleep(NOTIFY_PAUSE_S)
        except StoreUnavailable:
            # Who waits looks again soon, and asks again.
            self._wanted.clear()
        except asyncpg.PostgresError:
            log.exception("nobody could be told that a projection is waited for")
        finally:
            self._telling = None
