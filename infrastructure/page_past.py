"""Pages as they were: from the newest snapshot before, and the events since then, in one round trip."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from application.page_past import PastPage, Then
from application.page_views import details_from, stamp_from
from domain.events import Recorded
from domain.pages.content import Content
from domain.pages.errors import PageNotFound, VersionNotFound
from domain.pages.state import Page, evolve
from infrastructure.database import Database
from infrastructure.event_store import codec
from infrastructure.pages import NUL, as_id
from infrastructure.sql import sql


class PostgresPagePast:
    """The reader of the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, workspace_id: UUID, reference: str, then: Then) -> PastPage:
        if NUL in reference:
            raise PageNotFound
        row = await self._read(workspace_id, as_id(reference), reference, then.version, then.moment, with_text=True)
        if row is None:
            raise PageNotFound
        if then.version is not None and not 1 <= then.version <= row["newest"]:
            raise VersionNotFound(newest=row["newest"])
        page = _page(row)
        if page is None:
            raise PageNotFound
        return PastPage(page, bool(row["contested"]))

    async def slug_as_of(self, workspace_id: UUID, page_id: UUID, moment: datetime) -> str | None:
        row = await self._read(workspace_id, page_id, "", None, moment, with_text=False)
        if row is not None and row["version"] is None and row["versions"] is None:
            row = await self._read(workspace_id, page_id, "", 1, None, with_text=False)
        page = None if row is None else _page(row)
        return None if page is None else page.details.slug

    async def _read(
        self,
        workspace_id: UUID,
        page_id: UUID | None,
        slug: str,
        version: int | None,
        moment: datetime | None,
        *,
        with_text: bool,
    ) -> asyncpg.Record | None:
        async with self._database.reading(workspace_id) as connection:
            arguments = (workspace_id, page_id, slug, version, moment, with_text)
            return await connection.fetchrow(sql("page_past"), *arguments)


def from_snapshot(row: asyncpg.Record, content: bytes | None) -> Page:
    """The page a snapshot holds; without its text where that is not needed."""
    stamp = stamp_from(row["stamp"])
    details = details_from(row["doc"], row["aside"], row["archived_root"])
    updated_at = datetime.fromisoformat(stamp.updated_at)
    return Page(details, Content.unhashed(content or b""), stamp.version, updated_at, stamp.updated_by, row["latest_at"])


def evolved(page: Page | None, fact: Recorded[Any], page_id: UUID) -> Page:
    """The page after one more fact. Nothing is hashed on the way."""
    after = evolve(page, fact, page_id)
    return after if page is not None else msgspec.structs.replace(after, content=Content.unhashed(bytes(after.content)))


def _page(row: asyncpg.Record) -> Page | None:
    """None where nothing had happened yet."""
    page = None if row["version"] is None else from_snapshot(row, row["content"])
    columns = (row["versions"], row["types"], row["schema_versions"], row["data"], row["meta"], row["effective"])
    for version, tag, schema_version, data, meta, at in zip(*(column or () for column in columns), strict=True):
        actor = codec.decode_meta(meta).actor
        if page is None or data is not None:
            page = evolved(page, Recorded(codec.decode(tag, schema_version, data), version, at, actor), row["page_id"])
        else:
            # About the text, and nobody will see what it was then.
            page = Page(page.details, page.content, version, at, actor, max(page.latest_at, at))
    return page
