"""How far the index of a workspace is."""

from uuid import UUID

from application.search_state import Embedded, IndexState
from infrastructure.database import Database
from infrastructure.search.projection import NAME
from infrastructure.sql import sql


class PostgresIndexState:
    """Asks the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, workspace_id: UUID) -> IndexState:
        async with self._database.reading(workspace_id) as connection:
            place = await connection.fetchrow(sql("projection_place"), workspace_id, NAME)
            [row] = await connection.fetch(sql("search_embedded"), workspace_id)
        embedded = Embedded(row["passages"], row["pending"], row["vectors_kept"])
        position, head = (0, 0) if place is None else (place["position"] or 0, place["head"])
        return IndexState(position, head, row["documents"], embedded)
