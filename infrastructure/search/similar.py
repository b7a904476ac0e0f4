"""Similar pages: near the middle of a page's passages first, then compared passage by passage."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import asyncpg

from application.embeddings import EmbeddingsUnavailable
from application.page_views import resource
from application.similar import Likeness, SimilarPage, SimilarRead
from domain.pages.errors import PageNotFound
from domain.pages.slugs import as_id
from infrastructure.database import Connection, Database
from infrastructure.page_queries import fetch
from infrastructure.pages import NUL
from infrastructure.search.reader import OTHER_LENGTH
from infrastructure.search.state import embedded_from
from infrastructure.sql import sql

# Passages near the middle, how many pages of theirs are compared, and how many passages of each.
NEAR_PASSAGES = 400
COMPARED_MIN = 30
COMPARED_PASSAGES_MAX = 40
# How many passages say how near a page is, and are shown for it.
TELLING_PASSAGES = 3
SIMILARITY_DIGITS = 6


class PostgresSimilarPages:
    """Reads the index and the pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def similar(self, workspace_id: UUID, slug: str, model: str | None, limit: int) -> SimilarRead:
        # On one snapshot, because passages of one statement are looked up by the next.
        reading = self._database.reading(workspace_id)
        async with reading as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            page_id = await _page_id(connection, workspace_id, slug)
            [row] = await fetch(connection, sql("search_embedded"), [workspace_id])
            embedded = embedded_from(row)
            if model is None or not embedded.vectors_kept:
                return SimilarRead([], embedded)
            try:
                ranked = await _ranked(connection, workspace_id, page_id, model, limit)
            except asyncpg.DataError as error:
                raise EmbeddingsUnavailable(OTHER_LENGTH) from error
            return SimilarRead(await _told(connection, workspace_id, page_id, ranked[:limit]), embedded)


async def _page_id(connection: Connection, workspace_id: UUID, slug: str) -> UUID:
    rows = [] if NUL in slug else await fetch(connection, sql("page_named"), [workspace_id, [slug], [as_id(slug)]])
    if not rows:
        raise PageNotFound
    found: UUID = rows[0]["page_id"]
    return found


Ranked = tuple[UUID, float, list[asyncpg.Record]]


async def _ranked(connection: Connection, workspace_id: UUID, page_id: UUID, model: str, limit: int) -> list[Ranked]:
    """Pages by the mean of their nearest passages, so that one sentence in common does not make two pages alike."""
    middle = await connection.fetchval(sql("search_middle"), workspace_id, model, page_id)
    if middle is None:
        return []
    count = max(COMPARED_MIN, 2 * limit)
    rows = await fetch(connection, sql("search_near_pages"), [workspace_id, model, middle, NEAR_PASSAGES, page_id, count])
    others = [row["document_id"] for row in rows]
    pairs = await fetch(connection, sql("search_pairs"), [workspace_id, model, page_id, others, COMPARED_PASSAGES_MAX])
    ranked = []
    for other, group in groupby(pairs, key=itemgetter("document_id")):
        nearest = sorted(group, key=lambda pair: (-pair["similarity"], pair["ordinal"]))[:TELLING_PASSAGES]
        ranked.append((other, sum(pair["similarity"] for pair in nearest) / len(nearest), nearest))
    return sorted(ranked, key=lambda found: (-found[1], found[0]))


async def _told(connection: Connection, workspace_id: UUID, page_id: UUID, ranked: Sequence[Ranked]) -> list[SimilarPage]:
    ids = [other for other, _, _ in ranked]
    pairs = [(other, pair) for other, _, found in ranked for pair in found]
    shown = {(other, pair["ordinal"]) for other, pair in pairs} | {(page_id, pair["own_ordinal"]) for _, pair in pairs}
    documents, ordinals = zip(*shown, strict=True) if shown else ((), ())
    found = await fetch(connection, sql("search_texts"), [workspace_id, list(documents), list(ordinals)])
    texts = {(row["document_id"], row["ordinal"]): row for row in found}
    rows = {row["page_id"]: row for row in await fetch(connection, sql("page_rows"), [workspace_id, ids])}
    return [
        SimilarPage(
            resource(rows[other]["doc"], rows[other]["stamp"], rows[other]["parent_slug"]),
            similarity,
            [_likeness(texts[other, pair["ordinal"]], texts[page_id, pair["own_ordinal"]], pair) for pair in nearest],
        )
        for other, similarity, nearest in ranked
        if other in rows
    ]


def _likeness(other: asyncpg.Record, own: asyncpg.Record, pair: asyncpg.Record) -> Likeness:
    # More digits than vectors are kept with would say nothing.
    similarity = round(pair["similarity"], SIMILARITY_DIGITS)
    return Likeness(other["heading"], other["anchor"], other["body"], similarity, own["heading"], own["anchor"], own["body"])
