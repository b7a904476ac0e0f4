"""How far projections are behind, for whoever watches the service."""

import time
from collections.abc import Sequence

from application.readiness import ProjectionState
from infrastructure.database import NO_WORKSPACE, Database
from infrastructure.projections import Projection
from infrastructure.sql import sql

# Counting looks at every workspace, and whoever asks needs no key.
FRESH_S = 1.0


class ProjectionStates:
    """Asks the database, at most once in `FRESH_S`."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self._database = database
        self._names = [projection.name for projection in projections]
        self._asked_s = float("-inf")
        self._states: dict[str, ProjectionState] = {}

    async def __call__(self) -> dict[str, ProjectionState]:
        """By name. Raises `StoreUnavailable`."""
        if self._names and time.monotonic() - self._asked_s > FRESH_S:
            async with self._database.reading(NO_WORKSPACE) as connection:
                rows = await connection.fetch(sql("projection_states"), self._names)
            self._states = {row["projection"]: ProjectionState(row["lag"], row["parked"]) for row in rows}
            self._asked_s = time.monotonic()
        return self._states
