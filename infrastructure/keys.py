"""Keys and workspaces in PostgreSQL: the operator's side, which owns the tables, and the service's look-up of one key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from application.access import KeyRecord
from application.event_store import Append
from application.keys import Workspace
from domain.keys import Key, evolve
from domain.workspaces import WorkspaceNameTaken
from infrastructure.database import NO_WORKSPACE, Connection, Database
from infrastructure.event_store.batch import Batch, Request, Unit
from infrastructure.event_store.store import VERSION_MAX, recorded_from
from infrastructure.event_store.writer import APPEND
from infrastructure.growth import EVENTS_CHANNEL, messages
from infrastructure.sql import sql

# Every service listens here, so that a revoked key opens nothing at the next request.
KEYS_CHANNEL = "daybook_keys"


class PostgresKeyBook:
    """On the owner's connection: it sees all workspaces and is used from the command line only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin_workspace(self, append: Append, workspace: Workspace) -> None:
        async with self._connection.transaction():
            await self._connection.execute(sql("workspace_names_lock"))
            if await self._connection.fetchval(sql("workspace_name_taken"), workspace.name):
                raise WorkspaceNameTaken
            await self._connection.execute(sql("workspace_begin"), workspace.id)
            await self._append(append)
            await self._connection.execute(sql("workspace_write"), workspace.id, workspace.name, workspace.created_at)

    async def workspaces(self, name_or_id: str | None = None) -> list[Workspace]:
        rows = await self._connection.fetch(sql("workspace_list"), name_or_id)
        return [Workspace(row["workspace_id"], row["name"], row["created_at"]) for row in rows]

    async def next_number(self) -> int:
        return int(await self._connection.fetchval("SELECT nextval('daybook.api_key_number')"))

    async def load(self, workspace_id: UUID, number: int) -> Key | None:
        row = await self._connection.fetchrow(sql("key_list"), workspace_id, number)
        if row is None:
            return None
        key = None
        for event in await self._connection.fetch(sql("stream"), workspace_id, row["stream_id"], VERSION_MAX):
            key = evolve(key, recorded_from(event), row["stream_id"])
        return key

    async def keys(self, workspace_id: UUID) -> list[asyncpg.Record]:
        return await self._connection.fetch(sql("key_list"), workspace_id, None)

    async def write(self, append: Append, key: Key) -> None:
        async with self._connection.transaction():
            await self._append(append)
            await self._connection.execute(sql("key_write"), *key_row(append.command.workspace_id, key))
        await self._connection.execute(f"NOTIFY {KEYS_CHANNEL}")

    async def _append(self, append: Append) -> None:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        batch = Batch([Unit(Request(append, done))])
        answers = await self._connection.fetchval(APPEND, *batch.arguments())
        if answers[0]["outcome"] != "written":
            raise RuntimeError(f"the append was refused: {answers[0]['outcome']}; run the command again")
        # Heard when the transaction commits. Nobody waits for an operator's few commands.
        await self._connection.execute(sql("notify"), EVENTS_CHANNEL, messages(batch.heads(answers)))


@asynccontextmanager
async def key_book(owner_dsn: str) -> AsyncIterator[PostgresKeyBook]:
    connection: Connection = await asyncpg.connect(owner_dsn)
    try:
        yield PostgresKeyBook(connection)
    finally:
        await connection.close()


def key_row(workspace_id: UUID, key: Key) -> tuple[Any, ...]:
    """The columns of `key_write`, in its order."""
    issued = key.issued
    return (
        workspace_id,
        key.stream_id,
        issued.number,
        issued.name,
        issued.environment,
        bytes.fromhex(issued.secret_hash),
        issued.last_four,
        key.issued_at,
        key.revoked_at,
    )


class PostgresKeyLookup:
    """The service's side: one key by its number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, number: int) -> KeyRecord | None:
        async with self._database.reading(NO_WORKSPACE) as connection:
            row = await connection.fetchrow(sql("key_find"), number)
        if row is None:
            return None
        return KeyRecord(row["workspace_id"], row["name"], row["environment"], row["secret_hash"], row["revoked_at"] is not None)
