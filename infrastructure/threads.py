"""Threads in PostgreSQL: a row for each, written in the transaction of its events."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.items import Piece
from domain.events import Actor
from domain.pages.slugs import as_id
from domain.threads.state import Thread
from infrastructure.database import NO_WORKSPACE, Connection, Database
from infrastructure.pages import NUL
from infrastructure.sql import sql

LISTED_AT_ONCE_MAX = 1000
COUNT_MAX = 2**31 - 1

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
        after, left = (None, None), COUNT_MAX if limit is None else limit
        offset = min(offset, total)
        while left > 0:
            chunk = min(left, LISTED_AT_ONCE_MAX)
            async with self._database.reading(workspace_id) as connection:
                rows = await connection.fetch(sql("thread_list"), *seen, *after, chunk, offset)
            # The first piece may be empty; no other is.
            if rows or after == (None, None):
                yield Piece([_decode(row["doc"]) for row in rows], total)
            if len(rows) < chunk:
                return
            after, offset, left = (rows[-1]["created_at"], rows[-1]["thread_id"]), 0, left - chunk

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
