"""The projection of links: reads the present text of every page whose text changed."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import asyncpg

from infrastructure.database import Connection
from infrastructure.link_rows import PROJECTION, LinkRow, as_columns, link_rows
from infrastructure.projections.portions import portions
from infrastructure.sql import sql

# What happens to a page without touching its text or its being there.
_BESIDE = frozenset(
    {
        "page.details_changed",
        "page.slug_changed",
        "page.moved",
        "page.ordered",
        "page.schema_changed",
        "page.version_labelled",
    }
)


class LinkProjection:
    """Asynchronous. The rows are a function of the page as it is now, so that reading it once more does no harm."""

    name = PROJECTION

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        changed = {event["stream_id"] for event in events if event["type"].startswith("page.") and event["type"] not in _BESIDE}
        for page_ids in portions(await connection.fetch(sql("link_pages"), workspace_id, sorted(changed))):
            await self._read(connection, workspace_id, page_ids)

    async def _read(self, connection: Connection, workspace_id: UUID, page_ids: list[UUID]) -> None:
        """Most changes leave the links as they are, and then nothing is written."""
        texts = await connection.fetch(sql("link_contents"), workspace_id, page_ids)
        found = await asyncio.to_thread(_rows, workspace_id, texts)
        stored = _by_page([tuple(row) for row in await connection.fetch(sql("link_stored"), workspace_id, page_ids)])
        changed = [page_id for page_id in page_ids if found.get(page_id, []) != stored.get(page_id, [])]
        if changed:
            await connection.execute(sql("link_remove"), workspace_id, changed)
            rows = [row for page_id in changed for row in found.get(page_id, [])]
            await connection.execute(sql("link_write"), *as_columns(rows))


def _rows(workspace_id: UUID, texts: Sequence[asyncpg.Record]) -> dict[UUID, list[LinkRow]]:
    return {text["page_id"]: link_rows(workspace_id, text["page_id"], text["content"]) for text in texts}


def _by_page(rows: list[LinkRow]) -> dict[UUID, list[LinkRow]]:
    return {page_id: list(group) for page_id, group in groupby(rows, key=itemgetter(1))}
