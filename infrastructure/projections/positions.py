"""Waiting for the log and for projections to get to a position."""

import time
from uuid import UUID

from application.positions import PositionNotReached
from infrastructure.database import Database
from infrastructure.growth import Hub
from infrastructure.projections.elsewhere import Runner
from infrastructure.sql import sql

# How long a read that names a position waits for it, and how long one that names none waits for what is written by now.
NAMED_WAIT_S = 5.0
UNNAMED_WAIT_S = 1.0
# A position further ahead than this is not going to be written while anybody waits.
AHEAD_POSITIONS_MAX = 10_000
# Another process may be the one that moves a projection; nobody tells of that. So it is looked for after a moment, which doubles.
LOOK_FIRST_S = 0.01
LOOK_S = 0.05


class PostgresPositions:
    """Looks, and sleeps where there is news to wait for."""

    def __init__(self, database: Database, hub: Hub, runner: Runner) -> None:
        self._database = database
        self._hub = hub
        self._runner = runner

    async def written(self, workspace_id: UUID, position: int) -> None:
        give_up_s = time.monotonic() + NAMED_WAIT_S
        # What this process has heard of is there, so that a position that was just given out costs no look.
        while self._hub.head(workspace_id) < position:
            async with self._database.reading(workspace_id) as connection:
                head = await connection.fetchval(sql("recorder_head"), workspace_id)
            if head >= position:
                return
            left_s = give_up_s - time.monotonic()
            if left_s <= 0 or position - head > AHEAD_POSITIONS_MAX or self._hub.closed:
                raise PositionNotReached
            await self._hub.wait(workspace_id, head, left_s)

    async def reached(self, workspace_id: UUID, projection: str, position: int | None) -> None:
        moved = self._runner.moved[projection]
        wanted = position
        look_s = LOOK_FIRST_S
        give_up_s = time.monotonic() + (UNNAMED_WAIT_S if position is None else NAMED_WAIT_S)
        while wanted is None or moved.head(workspace_id) < wanted:
            async with self._database.reading(workspace_id) as connection:
                place = await connection.fetchrow(sql("projection_place"), workspace_id, projection)
            head, reached, parked = (0, 0, False) if place is None else (place["head"], place["position"] or 0, place["parked"])
            wanted = head if wanted is None else wanted
            if reached >= wanted:
                return
            left_s = give_up_s - time.monotonic()
            if left_s <= 0 or parked or wanted - head > AHEAD_POSITIONS_MAX:
                if position is None:
                    return
                raise PositionNotReached
            self._runner.hurry(projection)
            await moved.wait(workspace_id, wanted - 1, min(left_s, look_s))
            look_s = min(2 * look_s, LOOK_S)
