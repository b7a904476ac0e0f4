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
_SEARCHED = ("page.",)
LANGUAGE_CHOSEN = "search.language_chosen"


class SearchProjection:
    """Asynchronous. What it keeps is a function of what there is now, so that events may come again."""

    name = NAME

    def __init__(self, model: str | None) -> None:
        """`model` is what embeds passages; None where nothing does."""
        self._model = model

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        if any(event["type"] == LANGUAGE_CHOSEN for event in events):
            await refill(connection, workspace_id, self._model)
            return
        changed = {event["stream_id"] for event in events if event["type"].startswith(_SEARCHED)}
        if changed:
            await connection.execute(sql("search_plan"))
            language = await connection.fetchval(sql("search_language"), workspace_id) or LANGUAGE_DEFAULT
            model = await embedding_model(connection, self._model)
            await write(connection, workspace_id, language, model, sorted(changed))


async def refill(connection: Connection, workspace_id: UUID, model: str | None) -> int:
    """The whole index anew, in the transaction that is open: until it ends, searches see the old one. Answers how many documents
    there are.
    """
    await connection.execute(sql("search_plan"))
    language = await connection.fetchval(sql("search_language_wanted"), workspace_id) or LANGUAGE_DEFAULT
    await connection.execute(sql("search_clear"), workspace_id)
    model = await embedding_model(connection, model)
    ids = [row["id"] for row in await connection.fetch(sql("search_all_ids"), workspace_id)]
    count = await write(connection, workspace_id, language, model, ids)
    if model is not None:
        await connection.execute(sql("search_vector_sweep"), workspace_id)
    return count


async def write(connection: Connection, workspace_id: UUID, language: str, model: str | None, ids: Sequence[UUID]) -> int:
    """Answers how many documents there are among the ids."""
    count = 0
    async for wanted, documents in read_documents(connection, workspace_id, ids):
        await write_documents(connection, workspace_id, language, model, wanted, documents)
        count += len(documents)
    return count


async def embedding_model(connection: Connection, model: str | None) -> str | None:
    """The model, where vectors can be kept."""
    return model if model is not None and await connection.fetchval(sql("search_vectors")) else None
