"""The whole workspace as it was, from rows that have not changed since, and from snapshots and events where they have."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from application.page_past import PagePast
from application.page_reader import BEFORE_ALL
from application.page_views import details_from, doc, stamp_of
from application.workspace_past import ListedThen, Named
from domain.events import Recorded
from domain.pages.queries import Query
from domain.pages.state import Details, created_details, evolve_details
from infrastructure.database import Connection, Database
from infrastructure.event_store import codec
from infrastructure.page_queries import NamedPages
from infrastructure.sql import sql

CHUNK_PAGES = 1000


class _Then(msgspec.Struct, frozen=True, gc=False):
    """A page as it was; one in the trash as well, because it can be a parent."""

    live: bool
    slug: str
    parent_id: UUID | None
    place: str
    doc: bytes
    stamp: bytes


class PostgresWorkspacePast:
    """The reader of all pages of the past."""

    def __init__(self, database: Database, past: PagePast) -> None:
        self._database = database
        self._past = past

    async def listing(self, workspace_id: UUID, moment: datetime) -> AsyncIterator[list[ListedThen]]:
        last = BEFORE_ALL
        parents: dict[UUID, str | None] = {}
        while True:
            async with self._database.reading(workspace_id) as connection:
                ids = [row["page_id"] for row in await connection.fetch(sql("page_ids"), workspace_id, last, CHUNK_PAGES)]
                pages = (await _read(connection, workspace_id, ids, moment)).values()
                live = [page for page in pages if page.live]
                missing = {page.parent_id for page in live if page.parent_id} - parents.keys()
                found = await _read(connection, workspace_id, missing, moment)
            parents |= {page_id: page.slug for page_id, page in found.items()}
            for parent_id in missing - parents.keys():
                # Younger by its dates than the page below it.
                parents[parent_id] = await self._past.slug_as_of(workspace_id, parent_id, moment)
            if not ids:
                return
            last = ids[-1]
            yield [_listed(page, parents) for page in live]

    async def named(self, workspace_id: UUID, query: Query) -> Named:
        async with self._database.reading(workspace_id) as connection:
            found = await NamedPages.read(connection, workspace_id, query)
        return Named(found.all_ids, frozenset(found.blockers))


async def _read(connection: Connection, workspace_id: UUID, ids: Iterable[UUID], moment: datetime) -> dict[UUID, _Then]:
    """Those of the pages that were there then."""
    rows = await connection.fetch(sql("pages_past"), workspace_id, list(ids), moment)
    return {row["page_id"]: _then(row) for row in rows if row["unchanged"] or row["last_version"] is not None}


def _listed(page: _Then, parents: dict[UUID, str | None]) -> ListedThen:
    parent_slug = None if page.parent_id is None else parents[page.parent_id]
    return ListedThen(page.doc, page.stamp, parent_slug, page.place)


def _then(row: asyncpg.Record) -> _Then:
    if row["unchanged"]:
        return _Then(row["live"], row["slug"], row["parent_id"], row["place"], row["doc"], row["stamp"])
    details = _details(row)
    stamp = stamp_of(row["last_version"], row["last_at"], codec.decode_meta(row["last_meta"]).actor)
    return _Then(details.archived_at is None, details.slug, details.parent_id, details.place, doc(details), stamp)


def _details(row: asyncpg.Record) -> Details:
    """The metadata of the snapshot, and what became of it."""
    columns = (row["versions"], row["types"], row["schema_versions"], row["data"], row["meta"], row["effective"])
    facts = [
        Recorded(codec.decode(tag, schema_version, data), version, at, codec.decode_meta(meta).actor)
        for version, tag, schema_version, data, meta, at in zip(*(column or () for column in columns), strict=True)
    ]
    if row["base_doc"] is not None:
        details = details_from(row["base_doc"], row["base_aside"], row["base_archived_root"])
    else:
        details = created_details(facts[0].event, facts.pop(0), row["page_id"])
    for fact in facts:
        details = evolve_details(details, fact)
    return details
