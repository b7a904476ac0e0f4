"""Threads in PostgreSQL: a row for each, written in the transaction of its events."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from application.items import Piece
from domain.events import Actor
from domain.pages.slugs import as_id
from domain.threads.state import Thread
from infrastructure.database import NO_WORKSPACE, Connection, Database
from infrastructure.pages import NUL
from infrastructure.sql import sql
from infrastructure.walking import walked

LISTED_AT_ONCE_MAX = 1000

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Thread).decode


class PostgresThreadBook:
    """What the use cases read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, workspace_id: UUID, reference: str) -> Thread | None:
        if NUL in reference:
            return None
        async with self._database.reading(workspace_id) as connection:
            doc = await connection.fetchval(sql("thread_load"), workspace_id, as_id(reference), reference)
        return None if doc is None else _decode(doc)

    async def listing(
        self, workspace_id: UUID, actor: Actor, *, archived: bool, limit: int | None, offset: int
    ) -> AsyncIterator[Piece[Thread]]:
        seen = workspace_id, actor.identity, not archived
        async with self._database.reading(workspace_id) as connection:
            total = await connection.fetchval(sql("thread_total"), *seen)

        async def fetch(after: tuple[Any, Any], count: int, offset: int) -> list[asyncpg.Record]:
            async with self._database.reading(workspace_id) as connection:
                return await connection.fetch(sql("thread_list"), *seen, *after, count, offset)

        pieces = walked(fetch, _place, (None, None), limit=limit, offset=min(offset, total), at_once=LISTED_AT_ONCE_MAX)
        async for rows in pieces:
            yield Piece([_decode(row["doc"]) for row in rows], total)

    async def overdue(self, now: datetime) -> list[tuple[UUID, UUID]]:
        async with self._database.reading(NO_WORKSPACE) as connection:
            rows = await connection.fetch(sql("thread_overdue"), now)
        return [(row["workspace_id"], row["thread_id"]) for row in rows]


def thread_row(workspace_id: UUID, thread: Thread) -> tuple[Any, ...]:
    """The columns of `thread_write`, in its order."""
    names = workspace_id, thread.id, thread.provider_thread_id, thread.author.identity
    return *names, thread.shared, thread.live, thread.created_at, thread.overdue_from, thread.version, _encode(thread)


async def write_thread(connection: Connection, workspace_id: UUID, thread: Thread, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("thread_write"), *thread_row(workspace_id, thread))


def _place(row: asyncpg.Record) -> tuple[Any, Any]:
    return row["created_at"], row["thread_id"]
