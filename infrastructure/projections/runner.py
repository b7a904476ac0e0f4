"""Keeps projections going: takes a workspace, a batch of its events and the checkpoint in one transaction, then the next.

Any number of processes run this side by side and share the work, because a workspace is taken by locking its checkpoint.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from infrastructure.database import LOST, Connection, Database
from infrastructure.growth import POLL_S, Hub, Subscription
from infrastructure.listening import RECONNECT_PAUSE_S
from infrastructure.projections import EVENTS_MAX, Projection
from infrastructure.sql import sql

log = logging.getLogger(__name__)

# After so many failures in a row a workspace's projection is parked.
TRIES_MAX = 4
# The pause after the first failure, doubled with each further one; and how long a parked one rests between tries.
RETRY_PAUSE_S = 0.25
PARKED_PAUSE_S = 60.0
# Between two rounds: what arrives meanwhile is taken in together, for one commit. Whoever waits for a projection cuts it short.
ROUND_PAUSE_S = 0.05
# After a round that took long the pause is so many times as long, up to its limit, so that projections leave the machine to
# requests where there is not enough of it for both. The longer the pause, the more changes of one page are taken in as one.
REST_FACTOR = 9
REST_MAX_S = 1.0
ERROR_CHARACTERS_MAX = 500
# Nothing is wrong with the events: two transactions got in each other's way.
_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class ProjectionRunner:
    """One for each process. `moved` has a hub for each projection, told when it got on in this process."""

    def __init__(self, database: Database, hub: Hub, projections: Sequence[Projection]) -> None:
        self.moved = {projection.name: Hub() for projection in projections}
        self._followers = {
            projection.name: _Follower(database, hub, projection, self.moved[projection.name]) for projection in projections
        }
        self._tasks: list[asyncio.Task[None]] = []

    def hurry(self, projection: str) -> None:
        """Somebody waits for it: the next round begins as soon as there is anything to do."""
        if projection in self._followers:
            self._followers[projection].hurry()

    def start(self) -> None:
        self._tasks = [asyncio.create_task(follower.run()) for follower in self._followers.values()]

    async def close(self) -> None:
        """Lets the batches under way end."""
        for follower in self._followers.values():
            follower.stop()
        await asyncio.gather(*self._tasks)


class _Failed(Exception):
    """A batch could not be taken in; the cause is why."""

    def __init__(self, position: int, events: int) -> None:
        super().__init__(position, events)
        self.position = position
        self.events = events


class _Follower:
    """One projection in this process."""

    def __init__(self, database: Database, hub: Hub, projection: Projection, moved: Hub) -> None:
        self._stopping = False
        self._subscription = Subscription()
        self._database = database
        self._hub = hub
        self._projection = projection
        self._moved = moved
        self._connection: Connection | None = None
        self._bound: UUID | None = None
        self._begun: set[UUID] = set()
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        self._hurried.set()

    def stop(self) -> None:
        """What is under way ends first."""
        self._stopping = True
        self.hurry()
        self._subscription.add_anybody()

    async def run(self) -> None:
        with self._hub.subscribed(self._subscription):
            # A restart may have brought the remedy, so what was parked is tried at once.
            resting = True
            grown: Iterable[UUID] | None = None
            looked_s = 0.0
            while not self._stopping:
                if grown is None:
                    looked_s = time.monotonic()
                try:
                    begun_s = time.monotonic()
                    await self._round(grown, resting=resting)
                    resting = False
                    rest_s = REST_FACTOR * (time.monotonic() - begun_s)
                    await self._pause(min(max(ROUND_PAUSE_S, rest_s), REST_MAX_S))
                except Exception as error:  # the last resort: the projection must go on
                    if not isinstance(error, LOST):
                        log.exception("the projection %s failed in an unforeseen way", self._projection.name)
                    self._hang_up()
                    await asyncio.sleep(RECONNECT_PAUSE_S)
                grown = await self._subscription.next(POLL_S)
                if time.monotonic() - looked_s > POLL_S:
                    grown = None
        self._hang_up()

    async def _pause(self, pause_s: float) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._hurried.wait()
        except TimeoutError:
            pass
        self._hurried.clear()

    async def _round(self, grown: Iterable[UUID] | None, *, resting: bool) -> None:
        """A batch of each workspace, and again of those that have more, so that a long one keeps nobody waiting."""
        if grown is None:
            connection = await self._connected()
            grown = [
                row["workspace_id"] for row in await connection.fetch(sql("projection_work"), self._projection.name, resting)
            ]
        workspaces = list(grown)
        while workspaces:
            unfinished = []
            for workspace_id in workspaces:
                if self._stopping:
                    return
                if await self._take(workspace_id, resting=resting):
                    unfinished.append(workspace_id)
            workspaces = unfinished

    async def _take(self, workspace_id: UUID, *, resting: bool) -> bool:
        """Takes a batch in and answers whether there is more. One that fails is halved, until the event at fault stands alone."""
        size = EVENTS_MAX
        while True:
            try:
                more = await self._batch(workspace_id, size, resting=resting)
            except _TRY_AGAIN:
                return True
            except _Failed as failed:
                if failed.events == 1:
                    await self._failed(workspace_id, failed)
                    return False
                size = failed.events // 2
                continue
            if size == EVENTS_MAX or not more or self._stopping:
                return more
            size = min(size * 2, EVENTS_MAX)

    async def _batch(self, workspace_id: UUID, size: int, *, resting: bool) -> bool:
        connection = await self._bind(workspace_id)
        place = (workspace_id, self._projection.name)
        if workspace_id not in self._begun:
            await connection.execute(sql("projection_begin"), *place)
            self._begun.add(workspace_id)
        async with connection.transaction():
            position = await connection.fetchval(sql("projection_take"), *place, resting)
            if position is None:
                return False
            events = await connection.fetch(sql("projection_events"), workspace_id, position, position + size)
            if not events:
                return False
            last = events[-1]["position"]
            try:
                await self._projection.apply(connection, workspace_id, events)
                await connection.execute(sql("projection_move"), *place, last)
            except _TRY_AGAIN:
                raise
            except Exception as error:
                if connection.is_closed():
                    raise
                raise _Failed(position, len(events)) from error
        self._moved.grown({workspace_id: last})
        return len(events) == size

    async def _failed(self, workspace_id: UUID, failed: _Failed) -> None:
        connection = await self._bind(workspace_id)
        cause = f"{type(failed.__cause__).__name__}: {failed.__cause__}"[:ERROR_CHARACTERS_MAX].replace("\0", "")
        pauses = (TRIES_MAX, RETRY_PAUSE_S, PARKED_PAUSE_S)
        row = await connection.fetchrow(
            sql("projection_failed"), workspace_id, self._projection.name, failed.position, cause, *pauses
        )
        if row is not None:
            stands = "stands still" if row["parked"] else "is tried again"
            log.error(
                "the projection %s cannot take in position %d of workspace %s (failure %d) and %s there",
                self._projection.name,
                failed.position + 1,
                workspace_id,
                row["failures"],
                stands,
                exc_info=failed.__cause__,
            )

    async def _bind(self, workspace_id: UUID) -> Connection:
        connection = await self._connected()
        if self._bound != workspace_id:
            await connection.execute(sql("bind"), [workspace_id])
            self._bound = workspace_id
        return connection

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection, self._bound = await self._database.connect_aside(), None
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
