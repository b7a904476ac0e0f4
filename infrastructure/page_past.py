"""Pages as they were: from the newest snapshot before, and the events since then, in one round trip."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from application.page_past import PastPage, Then
from application.page_versions import VersionEntry, VersionsRead, version_entry
from application.page_views import details_from, labels_from, stamp_from
from domain.events import Recorded
from domain.pages.content import Content
from domain.pages.errors import PageNotFound, VersionNotFound
from domain.pages.slugs import as_id
from domain.pages.state import Page, evolve, evolve_size, hash_after
from infrastructure.database import Database
from infrastructure.event_store import codec
from infrastructure.pages import NUL, entry_from
from infrastructure.sql import sql

# One is added to it in the statement.
VERSION_MAX = 2**31 - 2
# The driver's infinity.
NEWEST = datetime.max.replace(tzinfo=UTC)


class PostgresPagePast:
    """The reader of the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, workspace_id: UUID, reference: str, then: Then) -> PastPage:
        if NUL in reference:
            raise PageNotFound
        version = None if then.version is None else min(then.version, VERSION_MAX)
        row = await self._read(workspace_id, as_id(reference), reference, version, then.moment or NEWEST, with_text=True)
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

    async def versions(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> VersionsRead:
        if NUL in reference:
            raise PageNotFound
        rows = await self._versions(workspace_id, as_id(reference), reference, limit, offset, None)
        if not rows:
            raise PageNotFound
        return VersionsRead(_entries(rows), rows[0]["newest"])

    async def version(self, workspace_id: UUID, page_id: UUID, version: int) -> VersionEntry:
        return _entries(await self._versions(workspace_id, page_id, "", 1, 0, version))[0]

    async def _versions(self, workspace_id: UUID, *arguments: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - those of the statement
        async with self._database.reading(workspace_id) as connection:
            return await connection.fetch(sql("page_versions"), workspace_id, *arguments)

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


def _entries(rows: list[asyncpg.Record]) -> list[VersionEntry]:
    """Newest first. Sizes are counted on from the snapshot in front of the oldest."""
    labels = labels_from(rows[0]["aside"])
    size_bytes, content_hash = rows[0]["content_bytes"] or 0, (rows[0]["content_hash"] or b"").hex()
    entries: list[VersionEntry] = []
    for row in rows:
        if row["data"] is None:
            continue
        entry = entry_from(row, row["page_id"])
        size_bytes = evolve_size(size_bytes, entry.event)
        content_hash = hash_after(entry.event) or content_hash
        if row["version"] >= row["first"]:
            entries.append(version_entry(entry, size_bytes, content_hash, labels.get(row["version"])))
    return entries[::-1]
