"""How far the index of a workspace is."""

from uuid import UUID

import asyncpg

from application.search_state import Embedded, IndexState
from infrastructure.database import Database
from infrastructure.search.projection import NAME
from infrastructure.sql import sql


def embedded_from(row: asyncpg.Record) -> Embedded:
    return Embedded(row["passages"], row["pending"], row["vectors_kept"], row["model"])


class PostgresIndexState:
    """Asks the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, workspace_id: UUID) -> IndexState:
        async with self._database.reading(workspace_id) as connection:
            place = await connection.fetchrow(sql("projection_place"), workspace_id, NAME)
            [row] = await connection.fetch(sql("search_embedded"), workspace_id)
        embedded = embedded_from(row)
        position, head = (0, 0) if place is None else (place["position"] or 0, place["head"])
        return IndexState(position, head, row["documents"], embedded)
