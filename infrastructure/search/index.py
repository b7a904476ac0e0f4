"""What is kept of documents to find them by: a function of what they are now, written where it differs from what is there."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from domain.search.passages import TITLE_ORDINAL, Passage
from domain.search.words import words_of
from infrastructure.database import Connection
from infrastructure.search.documents import Document
from infrastructure.sql import sql

# A word of the title says as much as so many of the text.
TITLE_WEIGHT = 2
# What is longer is no word: a key, a picture in letters.
LEXEME_BYTES_MAX = 128
# In a smaller index any plan will do.
LOOKED_OVER_DOCUMENTS_MIN = 256

# How often each lexeme stands in a document.
Counts = dict[str, int]


class Changes(msgspec.Struct):
    """How what is to be kept differs from what is."""

    passages: list[tuple[UUID, Passage]] = []
    # How many passages each document has that had more, or another number of them.
    ends: dict[UUID, int] = {}
    gone: set[bytes] = set()
    wanted: set[bytes] = set()
    # Passages that are embedded, more than before.
    more_embedded: int = 0


async def write_documents(
    connection: Connection,
    workspace_id: UUID,
    language: str,
    wanted: Sequence[UUID],
    documents: Sequence[Document],
    *,
    vectors_kept: bool,
) -> None:
    """`documents` are those of the `wanted` that are there; the others no longer are."""
    changes = await changes_of(connection, workspace_id, wanted, documents)
    if changes.ends:
        await connection.execute(sql("search_passage_drop"), workspace_id, *_columns(list(changes.ends.items()), 2))
    await _write_passages(connection, workspace_id, language, changes.passages)
    await _write_words(connection, workspace_id, language, wanted, documents, changes)
    # Where no vectors can be kept, nothing is embedded.
    if vectors_kept:
        await _settle_vectors(connection, workspace_id, changes)


async def changes_of(
    connection: Connection, workspace_id: UUID, wanted: Sequence[UUID], documents: Sequence[Document]
) -> Changes:
    """What is there to be written."""
    stored: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for row in await connection.fetch(sql("search_passages"), workspace_id, wanted):
        stored[row["document_id"]].append(tuple(row)[1:])
    changes = Changes()
    there = {document.id: document.passages for document in documents}
    before: Counter[bytes] = Counter()
    after: Counter[bytes] = Counter()
    for document_id in wanted:
        old, new = stored[document_id], there.get(document_id, [])
        if len(old) != len(new):
            changes.ends[document_id] = len(new)
        changes.passages += [
            (document_id, passage) for passage in new if passage.ordinal >= len(old) or _row(passage) != old[passage.ordinal]
        ]
        before.update(row[-1] for row in old if row[-1] is not None)
        after.update(passage.digest for passage in new if passage.digest is not None)
    changes.gone, changes.wanted = before.keys() - after.keys(), after.keys() - before.keys()
    changes.more_embedded = after.total() - before.total()
    return changes


async def _write_passages(
    connection: Connection, workspace_id: UUID, language: str, changed: Sequence[tuple[UUID, Passage]]
) -> None:
    if changed:
        rows = [(document_id, *_row(passage), words_of(passage.searched)) for document_id, passage in changed]
        await connection.execute(sql("search_passage_write"), workspace_id, language, *_columns(rows, 8))


async def _write_words(  # the whole of a change, and where it goes
    connection: Connection,
    workspace_id: UUID,
    language: str,
    wanted: Sequence[UUID],
    documents: Sequence[Document],
    changes: Changes,
) -> None:
    """Postings, how many documents have a lexeme, how long documents are."""
    touched = list({document_id for document_id, _ in changes.passages} | changes.ends.keys())
    old = {
        row["document_id"]: dict(zip(row["lexemes"], row["counts"], strict=True))
        for row in await connection.fetch(sql("search_vocabularies"), workspace_id, wanted)
    }
    counted = await connection.fetch(sql("search_counts"), workspace_id, touched, TITLE_ORDINAL, TITLE_WEIGHT, LEXEME_BYTES_MAX)
    new: dict[UUID, Counts] = {row["document_id"]: dict(zip(row["lexemes"], row["counts"], strict=True)) for row in counted}
    # A document whose passages stayed keeps its words.
    after = {each.id: new.get(each.id, {}) if each.id in touched else old.get(each.id, {}) for each in documents}
    await _write_postings(connection, workspace_id, {each: (old.get(each, {}), after.get(each, {})) for each in touched})
    gone = [each for each in wanted if each not in after and each in old]
    if gone:
        await connection.execute(sql("search_document_drop"), workspace_id, gone)
    if documents:
        rows = [(each.id, each.kind, each.page_id, each.version, sum(after[each.id].values())) for each in documents]
        await connection.execute(sql("search_document_write"), workspace_id, *_columns(rows, 5))
    written = [each for each in documents if each.id in touched]
    if written:
        lists = [(workspace_id, each.id, list(after[each.id]), list(after[each.id].values())) for each in written]
        await connection.executemany(sql("search_vocabulary_write"), lists)
    more_words = sum(map(_words, after.values())) - sum(map(_words, old.values()))
    more = len(after) - len(old)
    totals = (more, more_words, changes.more_embedded)
    count = await connection.fetchval(sql("search_totals_write"), workspace_id, language, *totals)
    # Whenever it has doubled.
    if count >= LOOKED_OVER_DOCUMENTS_MIN and count.bit_length() > (count - more).bit_length():
        await connection.execute(sql("search_look_over"))


async def _write_postings(connection: Connection, workspace_id: UUID, pairs: dict[UUID, tuple[Counts, Counts]]) -> None:
    dropped: list[tuple[str, UUID]] = []
    written: list[tuple[str, UUID, int]] = []
    more: Counter[str] = Counter()
    for document_id, (before, after) in pairs.items():
        for lexeme in before.keys() - after.keys():
            dropped.append((lexeme, document_id))
            more[lexeme] -= 1
        for lexeme, count in after.items():
            if before.get(lexeme) != count:
                written.append((lexeme, document_id, count))
                more[lexeme] += lexeme not in before
    # In the order of the index, neighbours are written to one page of it.
    if dropped:
        await connection.execute(sql("search_posting_drop"), workspace_id, *_columns(sorted(dropped), 2))
    if written:
        await connection.execute(sql("search_posting_write"), workspace_id, *_columns(sorted(written), 3))
    counts = sorted((lexeme, count) for lexeme, count in more.items() if count)
    if counts:
        await connection.execute(sql("search_term_write"), workspace_id, *_columns(counts, 2))
    fewer = [lexeme for lexeme, count in counts if count < 0]
    if fewer:
        await connection.execute(sql("search_term_drop"), workspace_id, fewer)


async def _settle_vectors(connection: Connection, workspace_id: UUID, changes: Changes) -> None:
    """Asked for, whether anything embeds at present or not; whoever does settles it."""
    if changes.wanted:
        await connection.execute(sql("search_pending_write"), workspace_id, list(changes.wanted))
    if changes.gone:
        await connection.execute(sql("search_pending_gone"), workspace_id, list(changes.gone))


def _row(passage: Passage) -> tuple[Any, ...]:
    """As it is stored, but for the words."""
    return passage.ordinal, passage.heading, passage.anchor, passage.body, passage.begins, passage.digest


def _words(counts: Counts) -> int:
    return sum(counts.values())


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """For a statement that takes columns."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
