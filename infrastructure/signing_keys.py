"""Signing keys in PostgreSQL, in the service's own log."""

from typing import Any
from uuid import UUID

from domain.signing_keys import SigningKey
from domain.workspaces import SERVICE
from infrastructure.database import Connection, Database
from infrastructure.sql import sql


class PostgresSigningKeyBook:
    """All of them; there are few."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[SigningKey]:
        async with self._database.reading(SERVICE) as connection:
            rows = await connection.fetch(sql("signing_key_list"), SERVICE)
        return [
            SigningKey(row["stream_id"], row["number"], row["salt"], row["made_at"], row["version"], row["retired_at"])
            for row in rows
        ]


def signing_key_row(workspace_id: UUID, key: SigningKey) -> tuple[Any, ...]:
    """The columns of `signing_key_write`, in its order."""
    return workspace_id, key.stream_id, key.number, key.salt, key.made_at, key.version, key.retired_at


async def write_signing_key(connection: Connection, workspace_id: UUID, key: SigningKey, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("signing_key_write"), *signing_key_row(workspace_id, key))
    await connection.execute(sql("keys_notify"))
