"""Proving the index: that it is what would be written if everything were indexed again."""

from uuid import UUID

from domain.search.passages import TITLE_ORDINAL
from domain.search.settings import LANGUAGE_DEFAULT
from domain.search.words import words_of
from infrastructure.database import Connection
from infrastructure.search.documents import Document, read_documents
from infrastructure.search.index import LEXEME_BYTES_MAX, TITLE_WEIGHT, changes_of
from infrastructure.sql import sql


async def difference(connection: Connection, workspace_id: UUID) -> str | None:
    """The first thing that differs; None if nothing does. Needs an open transaction, and an index that has caught up."""
    ids = [row["id"] for row in await connection.fetch(sql("search_all_ids"), workspace_id)]
    async for wanted, documents in read_documents(connection, workspace_id, ids):
        changes = await changes_of(connection, workspace_id, wanted, documents)
        differing = [*changes.ends, *(document_id for document_id, _ in changes.passages)]
        if differing:
            return f"the passages of {differing[0]} differ from its text"
        kept = {
            row["document_id"]: tuple(row)[1:] for row in await connection.fetch(sql("search_documents"), workspace_id, wanted)
        }
        for document in documents:
            if kept[document.id] != (document.kind, document.page_id, document.version):
                return f"what is kept of {document.id} is not what it is"
            if await _words_differ(connection, workspace_id, document):
                return f"the words of {document.id} differ from its text"
    if await connection.fetchval(sql("search_vectors")) and await connection.fetchval(sql("search_audit_vectors"), workspace_id):
        return "a passage has no vector and is not asked for"
    wrong: str | None = await connection.fetchval(
        sql("search_audit"), workspace_id, TITLE_ORDINAL, TITLE_WEIGHT, LEXEME_BYTES_MAX, LANGUAGE_DEFAULT
    )
    return wrong


async def _words_differ(connection: Connection, workspace_id: UUID, document: Document) -> bool:
    words = [words_of(passage.searched) for passage in document.passages]
    differ: bool = await connection.fetchval(sql("search_audit_words"), workspace_id, document.id, words)
    return differ
