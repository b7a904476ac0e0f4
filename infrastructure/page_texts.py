"""Looking for a text: in what the projection keeps, and in the pages that changed since it got there."""

from uuid import UUID

import msgspec

from application.page_queries import TextBehind
from infrastructure.database import Connection
from infrastructure.projections import texts
from infrastructure.sql import sql

# What is read and searched here, because the projection has not taken it in yet.
BEHIND_EVENTS_MAX = 10_000
BEHIND_CHARACTERS_MAX = 16 * 1024 * 1024


class FoundText(msgspec.Struct, frozen=True):
    """A pattern for what the projection keeps, the streams that changed since, and those of them that have the text."""

    pattern: str
    changed: list[UUID]
    matching: list[UUID]


async def find_text(connection: Connection, workspace_id: UUID, text: str) -> FoundText:
    """On the snapshot of the transaction that is open. Raises `TextBehind`."""
    needle = texts.folded(text)
    position = await connection.fetchval(sql("projection_position"), workspace_id, texts.NAME) or 0
    rows = await connection.fetch(sql("streams_after"), workspace_id, position, BEHIND_EVENTS_MAX + 1)
    if len(rows) > BEHIND_EVENTS_MAX:
        raise TextBehind
    changed = list({row["stream_id"] for row in rows})
    matching, read = [], 0
    async for page_id, found in texts.read_texts(connection, workspace_id, changed):
        read += sum(map(len, found))
        if read > BEHIND_CHARACTERS_MAX:
            raise TextBehind
        if any(needle in texts.folded(each) for each in found):
            matching.append(page_id)
    return FoundText(f"%{_escaped(needle)}%", changed, matching)


def _escaped(needle: str) -> str:
    return needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
