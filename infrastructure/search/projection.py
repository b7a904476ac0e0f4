"""The projection of search: reads whatever changed as it is now, and keeps the index of it."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.search.settings import LANGUAGE_DEFAULT
from infrastructure.database import Connection
from infrastructure.search.documents import read_documents
from infrastructure.search.index import write_documents
from infrastructure.sql import sql

NAME = "search"
# Whose streams are documents.
_SEARCHED = ("page.", "update.", "milestone.", "principle.")
LANGUAGE_CHOSEN = "search.language_chosen"


class SearchProjection:
    """Asynchronous. What it keeps is a function of what there is now, so that events may come again."""

    name = NAME

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        if any(event["type"] == LANGUAGE_CHOSEN for event in events):
            await refill(connection, workspace_id)
            return
        changed = {event["stream_id"] for event in events if event["type"].startswith(_SEARCHED)}
        if changed:
            await connection.execute(sql("search_plan"))
            language = await connection.fetchval(sql("search_language"), workspace_id, LANGUAGE_DEFAULT)
            await _write(connection, workspace_id, language, sorted(changed))


async def refill(connection: Connection, workspace_id: UUID) -> int:
    """The whole index anew, in the transaction that is open: until it ends, searches see the old one. Answers how many
    documents there are.
    """
    await connection.execute(sql("search_plan"))
    language = await connection.fetchval(sql("search_language_wanted"), workspace_id, LANGUAGE_DEFAULT)
    await connection.execute(sql("search_clear"), workspace_id)
    await connection.execute(sql("search_totals_begin"), workspace_id, language)
    ids = [row["id"] for row in await connection.fetch(sql("search_all_ids"), workspace_id)]
    count = await _write(connection, workspace_id, language, ids)
    if await connection.fetchval(sql("search_vectors")):
        await connection.execute(sql("search_pending_orphans"), workspace_id)
    return count


async def _write(connection: Connection, workspace_id: UUID, language: str, ids: Sequence[UUID]) -> int:
    """Answers how many documents there are among the ids."""
    vectors_kept = await connection.fetchval(sql("search_vectors"))
    count = 0
    async for wanted, documents in read_documents(connection, workspace_id, ids):
        await write_documents(connection, workspace_id, language, wanted, documents, vectors_kept=vectors_kept)
        count += len(documents)
    return count
