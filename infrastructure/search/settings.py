"""The settings of search in PostgreSQL."""

from typing import Any
from uuid import UUID

import msgspec

from domain.search.settings import SearchSettings, settings_id
from infrastructure.database import Connection, Database
from infrastructure.sql import sql

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SearchSettings).decode


class PostgresSettingsBook:
    """What use cases read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, workspace_id: UUID) -> SearchSettings:
        async with self._database.reading(workspace_id) as connection:
            doc = await connection.fetchval(sql("search_settings"), workspace_id)
        return SearchSettings() if doc is None else _decode(doc)


def search_settings_row(workspace_id: UUID, settings: SearchSettings) -> tuple[Any, ...]:
    """The columns of `search_settings_write`, in its order."""
    return workspace_id, settings_id(workspace_id), settings.language, settings.version, _encode(settings)


async def write_search_settings(connection: Connection, workspace_id: UUID, settings: SearchSettings, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("search_settings_write"), *search_settings_row(workspace_id, settings))
