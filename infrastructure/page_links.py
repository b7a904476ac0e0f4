"""Links between pages, from the rows that the projection `links` keeps."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from application.page_links import LINKS, Backlink, Candidate, LinkedPage, OutLink
from domain.pages.errors import PageNotFound
from domain.pages.slugs import as_id
from infrastructure.database import Connection, Database
from infrastructure.pages import NUL
from infrastructure.sql import sql

# How many events of the page itself a rename writes at most.
OWN_EVENTS_MAX = 8


class PostgresPageLinks:
    """Both what readers ask and what a rename asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def links(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> tuple[list[OutLink], int]:
        async with self._database.reading(workspace_id) as connection:
            page_id = await _live(connection, workspace_id, reference)
            rows = await connection.fetch(sql("page_links"), workspace_id, page_id, limit, offset)
            if not rows and offset:
                first = await connection.fetch(sql("page_links"), workspace_id, page_id, 1, 0)
                return [], first[0]["total"] if first else 0
        return [_link(row) for row in rows], rows[0]["total"] if rows else 0

    async def backlinks(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> tuple[list[Backlink], int]:
        async with self._database.reading(workspace_id) as connection:
            page_id = await _live(connection, workspace_id, reference)
            rows = await connection.fetch(sql("page_backlinks"), workspace_id, page_id, limit, offset)
            if not rows and offset:
                return [], await connection.fetchval(sql("page_backlink_total"), workspace_id, page_id)
        return [_backlink(row) for row in rows], rows[0]["total"] if rows else 0

    async def slugs(self, workspace_id: UUID, page_id: UUID) -> list[str]:
        async with self._database.reading(workspace_id) as connection:
            return [row["slug"] for row in await connection.fetch(sql("link_slugs"), workspace_id, page_id)]

    async def candidates(self, workspace_id: UUID, targets: Sequence[str], limit: int) -> list[Candidate]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("link_candidates"), workspace_id, list(targets), LINKS, limit)
        return [Candidate(row["page_id"], row["content_bytes"], row["unread"]) for row in rows]

    async def rewritten(self, workspace_id: UUID, command_id: UUID, last_position: int) -> list[str]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("link_rewritten"), workspace_id, command_id, OWN_EVENTS_MAX, last_position)
        return [row["slug"] for row in rows]


async def _live(connection: Connection, workspace_id: UUID, reference: str) -> UUID:
    if NUL in reference:
        raise PageNotFound
    page_id: UUID | None = await connection.fetchval(sql("page_live_id"), workspace_id, as_id(reference), reference)
    if page_id is None:
        raise PageNotFound
    return page_id


def _link(row: asyncpg.Record) -> OutLink:
    page = None if row["page_id"] is None else LinkedPage(row["page_id"], row["slug"], row["page_title"])
    return OutLink(row["kind"], row["target"], row["fragment"], row["title"], row["line"], page)


def _backlink(row: asyncpg.Record) -> Backlink:
    page = LinkedPage(row["page_id"], row["slug"], row["title"])
    return Backlink(page, row["kind"], row["target"], row["line"], row["context"])
