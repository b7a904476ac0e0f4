"""Looks things up in the index of search."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from application.embeddings import EmbeddingsUnavailable
from application.page_views import iso, stamp_from
from application.search import Asked, FoundDocument, Hit, Part, Phrase, Scope
from domain.search.fusion import DEPTH
from domain.search.queries import SearchQuery
from domain.search.ranking import NORMALISATION, SATURATION
from domain.search.settings import LANGUAGE_DEFAULT
from domain.search.snippets import CLOSE, OPEN, snippet
from domain.search.words import phrase_asked, unspaced_runs, words_asked
from infrastructure.database import Connection, Database
from infrastructure.items import decode_item
from infrastructure.page_queries import Statement, fetch
from infrastructure.search.documents import shown_title
from infrastructure.search.index import LEXEME_BYTES_MAX
from infrastructure.search.scope import among
from infrastructure.search.state import embedded_from
from infrastructure.search.terms import terms_of, weight_of
from infrastructure.sql import sql

# How many passages are looked at for documents: at first, and where many were of the same ones.
PASSAGES = (400, 4000, 40_000)
OTHER_LENGTH = (
    "The passages have vectors of another length than what is looked for: a model was exchanged behind one name. Give the new "
    "one another name in DAYBOOK_EMBEDDINGS_MODEL and start again."
)
_MARKS = f"HighlightAll=true, StartSel={OPEN}, StopSel={CLOSE}"


class PostgresSearchIndex:
    """Each method is a statement or two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asked(self, workspace_id: UUID, query: SearchQuery) -> Asked:
        async with self._database.reading(workspace_id) as connection:
            arguments = [workspace_id, words_asked(query.text), LANGUAGE_DEFAULT]
            [row] = await fetch(connection, sql("search_words"), arguments)
            terms = await terms_of(connection, workspace_id, row)
            phrases = await _phrases(connection, row["language"], query.phrases)
            excluded = await _phrases(connection, row["language"], query.excluded)
        return Asked(
            language=row["language"],
            documents=row["documents"],
            document_words=row["words"] / max(row["documents"], 1),
            embedded=embedded_from(row),
            terms=terms,
            phrases=phrases,
            excluded=excluded,
            runs=unspaced_runs(query.text),
            weight=weight_of(row),
        )

    async def by_words(self, workspace_id: UUID, asked: Asked, scope: Scope) -> list[Hit]:
        async with self._database.reading(workspace_id) as connection:
            statement = Statement(workspace_id)
            ids = await among(connection, statement, asked, scope)
            text = statement.piece(
                "search_keyword",
                {"restriction": "" if ids is None else f"AND p.document_id IN ({ids})"},
                **_ranking(asked),
                kinds=list(scope.kinds),
                count=DEPTH,
            )
            rows = await fetch(connection, text, statement.arguments)
        return [Hit(row["document_id"], row["score"]) for row in rows]

    async def by_meaning(
        self, workspace_id: UUID, asked: Asked, scope: Scope, model: str, vector: Sequence[float], *, limit: int
    ) -> list[Hit]:
        rows: list[asyncpg.Record] = []
        async with self._database.reading(workspace_id) as connection:
            for count in PASSAGES:
                statement = Statement(workspace_id)
                ids = await among(connection, statement, asked, scope)
                values: dict[str, Any] = {"model": model, "vector": list(vector), "count": count}
                if ids is None:
                    splices = {"near": statement.piece("search_near", **values), "restriction": ""}
                else:
                    # The restriction once more, because an equal passage may stand in a document that may not be found.
                    near = statement.piece("search_near_among", {"among": ids}, **values)
                    splices = {"near": near, "restriction": f"AND s.document_id IN ({ids})"}
                text = statement.piece("search_nearest", splices, kinds=list(scope.kinds), documents=DEPTH)
                try:
                    rows = await fetch(connection, text, statement.arguments)
                except asyncpg.DataError as error:
                    raise EmbeddingsUnavailable(OTHER_LENGTH) from error
                if len(rows) >= limit or not rows or rows[0]["passages"] < count:
                    break
        return [Hit(row["document_id"], row["similarity"], row["ordinal"]) for row in rows]

    async def documents(self, workspace_id: UUID, asked: Asked, hits: Sequence[Hit]) -> Mapping[UUID, FoundDocument]:
        ids, nearest = [hit.id for hit in hits], [hit.ordinal for hit in hits]
        async with self._database.reading(workspace_id) as connection:
            arguments = [workspace_id, ids, nearest, asked.language, _any_of(asked), _MARKS]
            rows = await fetch(connection, sql("search_results"), arguments)
        return {row["document_id"]: _document(row, asked) for row in rows}

    async def parts(self, workspace_id: UUID, asked: Asked, ids: Sequence[UUID]) -> Mapping[UUID, list[Part]]:
        async with self._database.reading(workspace_id) as connection:
            statement = Statement(workspace_id)
            text = statement.piece("search_parts", ids=list(ids), **_ranking(asked))
            rows = await fetch(connection, text, statement.arguments)
        parts: dict[UUID, list[Part]] = {}
        for row in rows:
            parts.setdefault(row["document_id"], []).append(Part(row["lexeme"], row["count"], row["score"]))
        return parts


async def _phrases(connection: Connection, language: str, said: Sequence[str]) -> list[Phrase]:
    if not said:
        return []
    words, open_ends = zip(*map(phrase_asked, said), strict=True)
    rows = await fetch(connection, sql("search_phrases"), [language, list(words), LEXEME_BYTES_MAX, list(open_ends)])
    return [Phrase(" ".join(row["words"].split()), row["query"], row["lexemes"]) for row in rows]


def _ranking(asked: Asked) -> dict[str, Any]:
    return {
        "lexemes": [term.lexeme for term in asked.terms],
        "weights": [term.weight for term in asked.terms],
        "saturation": SATURATION,
        "normalisation": NORMALISATION,
        "average": max(asked.document_words, 1.0),
    }


def _any_of(asked: Asked) -> str:
    """The text of a `tsquery` that any of the words matches."""
    return " | ".join("'{}'".format(term.lexeme.replace("\\", "\\\\").replace("'", "''")) for term in asked.terms)


def _document(row: asyncpg.Record, asked: Asked) -> FoundDocument:
    item = None if row["item"] is None else decode_item(row["kind"], row["item"])
    return FoundDocument(
        kind=row["kind"],
        id=row["document_id"],
        page_slug=row["slug"],
        page_title=row["page_title"],
        title=row["page_title"] if item is None else shown_title(item),
        updated_at=stamp_from(row["stamp"]).updated_at if item is None else iso(item.updated_at),
        heading=row["heading"],
        anchor=row["anchor"],
        # What has changed since may no longer say so.
        snippet=snippet(row["marked"], asked.runs) if row["fresh"] else "",
        marked=row["marked"] if row["fresh"] else "",
    )
