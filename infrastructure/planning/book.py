"""What planning's commands are decided on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from application.event_store import KnownCommand
from domain.planning.entities import Concept, Kept
from infrastructure.database import Database
from infrastructure.planning.rows import encode_entity, folded, kept_from
from infrastructure.sql import sql


class PostgresEntityBook:
    """Reads what is committed, which under the workspace's lock is all there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, workspace_id: UUID) -> int:
        async with self._database.reading(workspace_id) as connection:
            return int(await connection.fetchval(sql("entity_newest"), workspace_id))

    async def load(self, workspace_id: UUID, ref_ids: Sequence[str]) -> list[Kept[Any]]:
        return await self._kept("entity_load", workspace_id, [int(ref_id) for ref_id in ref_ids])

    async def belonging(self, workspace_id: UUID, owner: str, *, position: int | None = None) -> list[Kept[Any]]:
        if position is None:
            return await self._kept("entity_belonging_all", workspace_id, int(owner))
        async with self._database.reading(workspace_id) as connection:
            then = folded(await connection.fetch(sql("entity_belonged"), workspace_id, int(owner), position))
            return [kept for kept in then if not kept.removed]

    async def of_kind(
        self, workspace_id: UUID, concept: Concept[Any], keys: Sequence[str] | None = None, *, naming: str | None = None
    ) -> list[Kept[Any]]:
        named = None if naming is None else encode_entity(naming)
        return await self._kept("entity_keyed", workspace_id, concept.kind, keys, named)

    async def told(self, workspace_id: UUID, command: KnownCommand, subject: str | None) -> list[Kept[Any]]:
        async with self._database.reading(workspace_id) as connection:
            place = command.stream_id, command.version, command.position, None if subject is None else int(subject)
            return list(folded(await connection.fetch(sql("entity_told"), workspace_id, *place)))

    async def _kept(self, statement: str, workspace_id: UUID, *arguments: object) -> list[Kept[Any]]:
        async with self._database.reading(workspace_id) as connection:
            return [kept_from(row) for row in await connection.fetch(sql(statement), workspace_id, *arguments)]
