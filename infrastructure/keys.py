"""API keys in PostgreSQL: the read model, the look-up of one key before its workspace is known, and when each was used."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from application.access import KeyRecord
from application.keys import KeptKey, KeyCount
from domain.keys import Key
from infrastructure.database import NO_WORKSPACE, Connection, Database
from infrastructure.lines import Line
from infrastructure.sql import sql

# Every service listens here, so that what was revoked opens nothing at the next request: keys, memberships, sessions.
KEYS_CHANNEL = "daybook_keys"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Key).decode


class PostgresKeyBook:
    """What use cases read."""

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    async def next_number(self) -> int:
        async with self._line.bound(NO_WORKSPACE) as connection:
            return int(await connection.fetchval(sql("key_number")))

    async def load(self, workspace_id: UUID, number: int) -> KeptKey | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("key_list"), workspace_id, number, 1, 0)
        return None if row is None else _kept(row)

    async def all(self, workspace_id: UUID, *, limit: int | None = None, offset: int = 0) -> list[KeptKey]:
        async with self._database.reading(workspace_id) as connection:
            return [_kept(row) for row in await connection.fetch(sql("key_list"), workspace_id, None, limit, offset)]

    async def count(self, workspace_id: UUID, now: datetime) -> KeyCount:
        async with self._database.reading(workspace_id) as connection:
            (row,) = await connection.fetch(sql("key_total"), workspace_id, now)
        return KeyCount(row["total"], row["good"])


class PostgresKeyLookup:
    """One key by its number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, number: int) -> KeyRecord | None:
        async with self._database.reading(NO_WORKSPACE) as connection:
            row = await connection.fetchrow(sql("key_find"), number)
        if row is None:
            return None
        return KeyRecord(
            workspace_id=row["workspace_id"],
            name=row["name"],
            environment=row["environment"],
            secret_hash=row["secret_hash"],
            scopes=tuple(row["scopes"]),
            expires_at=row["expires_at"],
            revoked=row["revoked_at"] is not None,
        )


async def write_key_uses(line: Line, uses: dict[tuple[UUID, int], datetime]) -> None:
    for (workspace_id, number), at in uses.items():
        async with line.bound(workspace_id) as connection:
            await connection.execute(sql("key_used"), workspace_id, number, at)


def key_row(workspace_id: UUID, key: Key) -> tuple[Any, ...]:
    """The columns of `key_write`, in its order."""
    issued = key.issued
    return (
        workspace_id,
        key.stream_id,
        issued.number,
        key.name,
        issued.environment,
        bytes.fromhex(issued.secret_hash),
        issued.last_four,
        key.issued_at,
        key.revoked_at,
        list(issued.scopes),
        issued.expires_at,
        _encode(key),
    )


async def write_key(connection: Connection, workspace_id: UUID, key: Key, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("key_write"), *key_row(workspace_id, key))
    await connection.execute(sql("keys_notify"))


def _kept(row: asyncpg.Record) -> KeptKey:
    return KeptKey(_decode(row["doc"]), row["last_used_at"])
