"""Refilling every read model from the log while the service runs: a new generation, caught up, then put in place of the old."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from infrastructure.database import Connection
from infrastructure.link_rows import PROJECTION as LINKS
from infrastructure.projections import snapshots, texts
from infrastructure.replay import COLUMNS, Rows, replay
from infrastructure.search import projection as search
from infrastructure.sql import sql

log = logging.getLogger(__name__)

NEXT = "read_model_next"
COPY_BYTES = 4 * 1024 * 1024
# When a round of catching up finds no more than this, the rest is done while writers wait.
LAST_ROUND_EVENTS_MAX = 2000
ROUNDS_MAX = 20
# The asynchronous projections whose tables are read models, and so are filled here as well.
REFILLED = (snapshots.NAME, LINKS, texts.NAME)


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild did."""

    workspaces: int
    events: int
    rounds: int


async def refill(dsn: str, wanted_by: str) -> None:
    """For a database that an older release filled. Says what it does, because a long log takes a while."""
    log.info("filling the read models anew, as %s wants them; this happens once", wanted_by)
    reading, writing = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    try:
        rebuilt = await Rebuild(reading, writing).run()
    finally:
        await reading.close()
        await writing.close()
    log.info("filled the read models from %d events", rebuilt.events)


class Rebuild:
    """One run. `reading` and `writing` are the owner's connections: one reads the log while the other fills the generation."""

    def __init__(self, reading: Connection, writing: Connection, told: Callable[[int], None] = lambda _: None) -> None:
        self._reading = reading
        self._writing = writing
        self._told = told
        self._done: dict[UUID, int] = {}
        self._events = 0
        self._pending: dict[str, list[tuple[Any, ...]]] = {}
        self._pending_bytes = 0

    async def run(self) -> Rebuilt:
        await self._writing.execute("SELECT daybook.new_generation($1)", NEXT)
        await self._writing.execute(sql("claims_table"))
        rounds = 1
        while await self._round() > LAST_ROUND_EVENTS_MAX and rounds < ROUNDS_MAX:
            rounds += 1
        async with self._writing.transaction():
            # From here to the commit nobody appends; readers go on.
            await self._writing.execute("LOCK TABLE daybook.workspace_head IN EXCLUSIVE MODE")
            await self._round()
            await self._writing.execute(sql("claims_settle"))
            await self._writing.execute(sql("tally_settle"))
            await self._carry_on()
            await self._writing.execute("SELECT daybook.use_generation($1)", NEXT)
        await self._writing.execute("ANALYZE read_model.page")
        for workspace_id in self._done:
            try:
                await self._refill_search(workspace_id)
            except asyncpg.PostgresError:
                # The others are refilled all the same; this one keeps the index it has.
                log.exception("the index of search of workspace %s could not be refilled", workspace_id)
        return Rebuilt(len(self._done), self._events, rounds + 1)

    async def _round(self) -> int:
        """Takes in what was appended since the last round; answers how many events that was."""
        grown = 0
        for head in await self._reading.fetch(sql("heads")):
            workspace_id, position = head["workspace_id"], head["position"]
            before = self._done.get(workspace_id, 0)
            if position > before:
                await self._take_in(workspace_id, before, position)
                self._done[workspace_id] = position
                grown += position - before
        return grown

    async def _take_in(self, workspace_id: UUID, before: int, position: int) -> None:
        streams = None
        if before:
            found = await self._reading.fetch(sql("streams_since"), workspace_id, before, position)
            streams = [row["stream_id"] for row in found]
            await self._remove(workspace_id, streams)
        async with self._reading.transaction():
            async for rows in replay(self._reading, workspace_id, position, streams, self._count):
                await self._keep(rows)
        await self._flush()

    async def _carry_on(self) -> None:
        """Projections that write to read models go on from here. A runner in the middle of a batch is waited for; the next one
        waits until this transaction ends, and finds the new generation.
        """
        for workspace_id, position in self._done.items():
            for projection in REFILLED:
                await self._writing.execute(sql("projection_set"), workspace_id, projection, position)

    async def _refill_search(self, workspace_id: UUID) -> None:
        """The index of search lies apart, because its words come from the database: it is refilled from the read models. Where it
        has yet to be begun, its projection does it.
        """
        async with self._writing.transaction():
            # A runner in the middle of a batch is waited for. What is appended from here on, it takes in afterwards.
            position = await self._writing.fetchval(sql("projection_hold"), workspace_id, search.NAME)
            if position is not None:
                await search.refill(self._writing, workspace_id)
                await self._writing.execute(sql("projection_set"), workspace_id, search.NAME, position)

    def _count(self, events: int) -> None:
        self._events += events
        self._told(events)

    async def _remove(self, workspace_id: UUID, streams: list[UUID]) -> None:
        """Streams that grew are folded anew from their first event, so what was filled for them goes."""
        for table, column in (
            ("page", "page_id"),
            ("page_segment", "page_id"),
            ("page_facet", "page_id"),
            ("page_snapshot", "page_id"),
            ("page_link", "page_id"),
            ("page_text", "page_id"),
            ("api_key", "stream_id"),
            ("member", "member_id"),
            ("signing_key", "stream_id"),
            ("search_settings", "stream_id"),
            ("webhook", "webhook_id"),
            ("item", "item_id"),
            ("thread", "thread_id"),
            ("entity", "stream_id"),
        ):
            await self._writing.execute(
                f"DELETE FROM {NEXT}.{table} WHERE workspace_id = $1 AND {column} = ANY ($2)",  # noqa: S608 - names of our own
                workspace_id,
                streams,
            )
        await self._writing.execute("DELETE FROM claim WHERE workspace_id = $1 AND page_id = ANY ($2)", workspace_id, streams)

    async def _keep(self, rows: Rows) -> None:
        for table, found in rows.tables.items():
            self._pending.setdefault(table, []).extend(found)
            self._pending_bytes += sum(len(value) for row in found for value in row if isinstance(value, bytes))
        self._pending.setdefault("claim", []).extend(rows.claims)
        if self._pending_bytes > COPY_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        pending, self._pending, self._pending_bytes = self._pending, {}, 0
        for table, rows in pending.items():
            if table == "claim":
                await self._writing.copy_records_to_table("claim", records=rows)
            else:
                await self._writing.copy_records_to_table(table, schema_name=NEXT, columns=COLUMNS[table], records=rows)
