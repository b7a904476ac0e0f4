"""Keeps versions of pages whole, a moment behind the log, so that the past is near however long ago it was."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.pages.snapshots import EVENT_BYTES, LEAST_BYTES, Meter
from infrastructure import page_rows
from infrastructure.database import Connection
from infrastructure.event_store.codec import recorded_from
from infrastructure.page_past import evolved, from_snapshot
from infrastructure.sql import sql

NAME = "snapshots"


class Snapshots:
    """The projection. Which versions are kept follows from the log alone, whatever batches it comes in."""

    name = NAME

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        grown = {event["stream_id"]: event["version"] for event in events if event["type"].startswith("page.")}
        if not grown:
            return
        due = await connection.fetch(
            sql("snapshot_due"), workspace_id, list(grown), list(grown.values()), EVENT_BYTES, LEAST_BYTES
        )
        for row in due:
            await _take(connection, workspace_id, row["page_id"], row["version"])


async def _take(connection: Connection, workspace_id: UUID, page_id: UUID, up_to: int) -> None:
    """All that are due of one page. The events are read one by one, because some are of megabytes."""
    last = await connection.fetchrow(sql("snapshot_last"), workspace_id, page_id)
    page = None if last is None else from_snapshot(last, last["content"])
    meter = Meter(page.content.size_bytes if page else 0)
    tail = connection.cursor(sql("snapshot_tail"), workspace_id, page_id, page.version if page else 0, up_to, prefetch=50)
    async for row in tail:
        page = evolved(page, recorded_from(row), page_id)
        meter = meter.after(len(row["data"]))
        if meter.due:
            meter = Meter(page.content.size_bytes)
            # At once, so that a long history of a large page is never held.
            await connection.execute(sql("snapshot_write"), *page_rows.snapshot_row(workspace_id, page, row["position"]))
