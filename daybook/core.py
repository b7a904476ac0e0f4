"""What every process stands on that goes on, whether it serves or works: the database, the log, and news of what is written."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.growth import EVENTS_CHANNEL, Announcer, Hub
from infrastructure.listening import listen


class Core:
    """It never learns the owner's connection."""

    def __init__(self, service_dsn: str, role: str | None, batch_written: Callable[[int], None] = lambda _: None) -> None:
        self._reached = (service_dsn, role)
        self.database = Database(service_dsn, role=role)
        self.hub = Hub()
        self._announcer = Announcer(self.database, self.hub)
        self.store = PostgresEventStore(self.database, self._announcer, batch_written)

    @contextlib.asynccontextmanager
    async def running(
        self, channels: Mapping[str, Callable[[str], None]], line: Callable[[bool], None] = lambda _: None
    ) -> AsyncIterator[None]:
        """Listens on the channels besides its own. `line` hears whether that works."""

        def both(up: bool) -> None:  # noqa: FBT001 - as the listener calls it
            line(up)
            self.hub.line(up=up)

        listening = asyncio.create_task(listen(*self._reached, {**channels, EVENTS_CHANNEL: self.hub.heard}, both))
        try:
            yield
        finally:
            self.hub.close()
            # What was accepted is finished before the connections go.
            await self.store.close()
            listening.cancel()
            await self._announcer.close()
            await self.database.close()
