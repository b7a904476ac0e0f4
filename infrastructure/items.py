"""Updates, milestones and principles in PostgreSQL: one table for the three, written in the transaction of their events."""

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from application.item_views import NO_PAGE, ItemEntry, PageName
from application.items import Kept, Piece, Wanted
from domain.items.kinds import Item, Kind
from domain.items.milestones import Milestone
from domain.items.principles import Principle
from domain.items.updates import Update
from domain.pages.slugs import as_id
from infrastructure.database import Connection, Database
from infrastructure.event_store import codec
from infrastructure.pages import NUL
from infrastructure.sql import sql
from infrastructure.walking import walked

# What the rows of each kind decode to.
STATES: dict[str, type[Item]] = {state.kind: state for state in (Update, Milestone, Principle)}
# Each may be of 100 KiB, so no more than these lie in memory at once.
LISTED_AT_ONCE_MAX = 200
HISTORY_CHUNK_ENTRIES = 100
VERSION_MAX = 2**31 - 1

S = TypeVar("S", bound=Item)
_encode = msgspec.json.Encoder().encode
_decoders = {kind: msgspec.json.Decoder(state) for kind, state in STATES.items()}


class PostgresItemBook(Generic[S]):
    """What the use cases of one kind read."""

    def __init__(self, database: Database, kind: Kind[S]) -> None:
        self._database = database
        self._kind = kind
        self._decode = msgspec.json.Decoder(kind.state).decode
        side, way = ("<", "DESC") if kind.newest_first else (">", "ASC")
        self._list = sql("item_list").replace("{side}", side).replace("{way}", way)

    async def load(self, workspace_id: UUID, item_id: UUID) -> S | None:
        async with self._database.reading(workspace_id) as connection:
            doc = await connection.fetchval(sql("item_load"), workspace_id, self._kind.state.kind, item_id)
        return None if doc is None else self._decode(doc)

    async def page(self, workspace_id: UUID, reference: str) -> PageName | None:
        if NUL in reference:
            return None
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("item_page"), workspace_id, as_id(reference), reference)
        return None if row is None else PageName(row["page_id"], row["slug"], row["title"], row["live"])

    async def listing(
        self, workspace_id: UUID, wanted: Wanted, *, limit: int | None, offset: int
    ) -> AsyncIterator[Piece[Kept[S]]]:
        kind, standing = self._kind, wanted.standing or None
        filters = (workspace_id, kind.state.kind, kind.goes_with_page, wanted.page_id, standing, wanted.since, wanted.until)
        async with self._database.reading(workspace_id) as connection:
            total = await connection.fetchval(sql("item_total"), *filters)

        async def fetch(after: tuple[Any, Any], count: int, offset: int) -> list[asyncpg.Record]:
            async with self._database.reading(workspace_id) as connection:
                return await connection.fetch(self._list, *filters, *after, count, offset)

        pieces = walked(fetch, _place, (None, None), limit=limit, offset=offset, at_once=LISTED_AT_ONCE_MAX)
        async for rows in pieces:
            yield Piece([self._kept(row) for row in rows], total)

    async def history(
        self, workspace_id: UUID, item_id: UUID, *, limit: int | None, offset: int
    ) -> AsyncIterator[list[ItemEntry]]:
        async def fetch(before: int, count: int, offset: int) -> list[asyncpg.Record]:
            async with self._database.reading(workspace_id) as connection:
                return await connection.fetch(sql("stream_back"), workspace_id, item_id, before, count, offset)

        pieces = walked(
            fetch, lambda row: int(row["version"]), VERSION_MAX, limit=limit, offset=offset, at_once=HISTORY_CHUNK_ENTRIES
        )
        async for rows in pieces:
            yield [_entry(row) for row in rows]

    def _kept(self, row: asyncpg.Record) -> Kept[S]:
        named = row["page_id"] is not None
        page = PageName(row["page_id"], row["slug"], row["title"], row["page_live"]) if named else NO_PAGE
        return Kept(self._decode(row["doc"]), page)


def decode_item(kind: str, doc: bytes) -> Item:
    """A row's state."""
    return _decoders[kind].decode(doc)


def item_row(workspace_id: UUID, item: Item) -> tuple[Any, ...]:
    """The columns of `item_write`, in its order."""
    where = workspace_id, item.id, item.kind, item.page_id
    return *where, item.live, item.standing, item.moment, item.version, _encode(item)


async def write_item(connection: Connection, workspace_id: UUID, item: Item, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("item_write"), *item_row(workspace_id, item))


def _place(row: asyncpg.Record) -> tuple[Any, Any]:
    return row["moment"], row["item_id"]


def _entry(row: asyncpg.Record) -> ItemEntry:
    meta = codec.decode_meta(row["meta"])
    return ItemEntry(
        event=codec.decode(row["type"], row["schema_version"], row["data"]),
        position=row["position"],
        version=row["version"],
        type=row["type"],
        actor=meta.actor,
        message=meta.message,
        at=row["effective_at"],
    )
