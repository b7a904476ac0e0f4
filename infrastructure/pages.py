"""Pages from the read model: states for commands, spliced JSON for readers."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from application.history import Entry
from application.page_reader import BEFORE_ALL, LISTED_AT_ONCE_MAX, ListRead, PageRead
from application.page_views import details_from, full_resource, page_variant, parent_variant, resource, stamp_from
from application.pages.ports import BatchTooLarge, SlugOwner
from domain.pages.content import Content
from domain.pages.errors import PageNotFound
from domain.pages.ordering import Sibling
from domain.pages.slugs import as_id
from domain.pages.state import Page
from infrastructure.database import Database
from infrastructure.event_store import codec
from infrastructure.sql import sql
from infrastructure.walking import walked

HISTORY_CHUNK_ENTRIES = 1000
POSITION_MAX = 2**63 - 1
# PostgreSQL's text holds none, so asking for it would be an error and not an answer.
NUL = "\0"


class PostgresPages:
    """Both what use cases need and what readers need; either way one statement a call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, workspace_id: UUID, page_id: UUID) -> Page | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("page_load"), workspace_id, page_id)
        return None if row is None else _page(row)

    async def subtree(self, workspace_id: UUID, page_id: UUID) -> list[Page]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("page_subtree"), workspace_id, page_id)
        return [_page(row) for row in rows]

    async def siblings(
        self, workspace_id: UUID, parent_id: UUID | None, beside: Sibling, *, before: bool, limit: int
    ) -> list[Sibling]:
        text = sql("page_siblings").replace("{below}", "p.parent_id IS NULL" if parent_id is None else "p.parent_id = $5")
        text = text.replace("{side}", "<" if before else ">").replace("{way}", "DESC" if before else "ASC")
        arguments = (workspace_id, *beside, limit, *(() if parent_id is None else (parent_id,)))
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(text, *arguments)
        return [Sibling(row["place"], row["page_id"]) for row in rows]

    async def load_all(self, workspace_id: UUID, page_ids: Sequence[UUID], bytes_max: int) -> list[Page]:
        return await self._several("pages_load", workspace_id, page_ids, bytes_max)

    async def branches(self, workspace_id: UUID, page_ids: Sequence[UUID], bytes_max: int) -> list[Page]:
        return await self._several("pages_branches", workspace_id, page_ids, bytes_max)

    async def slug_owners(self, workspace_id: UUID, slugs: Sequence[str]) -> list[SlugOwner]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("slug_owners"), workspace_id, slugs)
        return [SlugOwner(row["slug"], row["page_id"], bool(row["live"]), row["present"]) for row in rows]

    async def find(self, workspace_id: UUID, reference: str) -> UUID | None:
        page_id = as_id(reference)
        if page_id is not None:
            return page_id
        if NUL in reference:
            return None
        async with self._database.reading(workspace_id) as connection:
            found: UUID | None = await connection.fetchval(sql("page_find"), workspace_id, reference)
        return found

    async def free_slug(self, workspace_id: UUID, base: str, avoid: Sequence[str]) -> str:
        async with self._database.reading(workspace_id) as connection:
            return str(await connection.fetchval(sql("page_free_slug"), workspace_id, base, list(avoid)))

    async def _several(self, statement: str, workspace_id: UUID, page_ids: Sequence[UUID], bytes_max: int) -> list[Page]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql(statement), workspace_id, page_ids, bytes_max)
        if any(row["segments"] is None for row in rows):
            raise BatchTooLarge
        return [_page(row) for row in rows]

    async def get(self, workspace_id: UUID, reference: str) -> PageRead:
        """Raises `PageNotFound`."""
        if NUL in reference:
            raise PageNotFound
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("page_get"), workspace_id, as_id(reference), reference)
        if row is None:
            raise PageNotFound
        content_hash = row["content_hash"].hex()
        listed = resource(row["doc"], row["stamp"], row["parent_slug"])
        json = full_resource(listed, row["content"], content_hash)
        return PageRead(
            json,
            row["version"],
            row["slug"],
            row["title"],
            row["content"],
            content_hash,
            page_variant(row["page_id"], contested=row["contested"]),
            parent_variant(row["parent_slug"], renamed=row["parent_renamed"]),
        )

    async def listing(self, workspace_id: UUID, *, limit: int, offset: int, after: UUID = BEFORE_ALL) -> ListRead:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("page_list"), workspace_id, after, limit, offset)
            total = rows[0]["total"] if rows else await connection.fetchval(sql("page_total"), workspace_id)
        return ListRead(_spliced(rows), total, _last(rows, limit))

    async def long_listing(
        self, workspace_id: UUID, *, limit: int | None, offset: int, after: UUID = BEFORE_ALL
    ) -> AsyncIterator[ListRead]:
        """The same in pieces, for lists too long to be held at once."""
        last, left = after, limit if limit is not None else POSITION_MAX
        while left > 0:
            chunk = min(left, LISTED_AT_ONCE_MAX)
            async with self._database.reading(workspace_id) as connection:
                rows = await connection.fetch(sql("page_list"), workspace_id, last, chunk, offset)
            if not rows:
                return
            yield ListRead(_spliced(rows), rows[0]["total"], _last(rows, chunk))
            last, offset, left = rows[-1]["page_id"], 0, left - len(rows)

    async def position_at(self, workspace_id: UUID, moment: datetime) -> int:
        async with self._database.reading(workspace_id) as connection:
            return int(await connection.fetchval(sql("position_at"), workspace_id, moment))

    async def history(
        self, workspace_id: UUID, *, since: int, page_id: UUID | None, limit: int | None, offset: int
    ) -> AsyncIterator[list[Entry]]:
        """Newest first, in pieces; `since` is the first position wanted."""
        statement, of_page = (sql("page_history"), ()) if page_id is None else (sql("page_history_of"), (page_id,))

        async def fetch(before: int, count: int, offset: int) -> list[asyncpg.Record]:
            async with self._database.reading(workspace_id) as connection:
                return await connection.fetch(statement, workspace_id, since, before, count, offset, *of_page)

        pieces = walked(
            fetch, lambda row: int(row["position"]), POSITION_MAX, limit=limit, offset=offset, at_once=HISTORY_CHUNK_ENTRIES
        )
        async for rows in pieces:
            yield [entry_from(row, row["stream_id"]) for row in rows]


def _last(rows: list[asyncpg.Record], wanted: int) -> UUID | None:
    """The last page, if there may be more after it."""
    found: UUID | None = rows[-1]["page_id"] if len(rows) == wanted else None
    return found


def _spliced(rows: list[asyncpg.Record]) -> bytes:
    """JSON objects with commas between; nothing is decoded or encoded."""
    return b",".join([resource(doc, stamp, parent_slug) for _, doc, stamp, parent_slug, _ in rows])


def _page(row: asyncpg.Record) -> Page:
    stamp = stamp_from(row["stamp"])
    details = details_from(row["doc"], row["aside"], row["archived_root"])
    content, updated_at = Content.of(row["segments"]), datetime.fromisoformat(stamp.updated_at)
    return Page(details, content, stamp.version, updated_at, stamp.updated_by, row["latest_at"])


def entry_from(row: asyncpg.Record, page_id: UUID) -> Entry:
    """An event of a page, from its row and the page's slug and title."""
    meta = codec.decode_meta(row["meta"])
    return Entry(
        event=codec.decode(row["type"], row["schema_version"], row["data"]),
        position=row["position"],
        version=row["version"],
        type=row["type"],
        page_id=page_id,
        page_slug=row["slug"],
        page_title=row["title"],
        actor=meta.actor,
        message=meta.message,
        cause=meta.causation,
        at=row["effective_at"],
    )
