"""Proving the record: every hash and chain, no position and no version missing, and read models that are what replaying gives."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from infrastructure.database import Connection
from infrastructure.event_store import codec
from infrastructure.link_rows import PROJECTION as LINKS
from infrastructure.projections import snapshots, texts
from infrastructure.replay import COLUMNS, ReplayFailed, replay
from infrastructure.search import projection as search
from infrastructure.search.verifying import difference
from infrastructure.sql import sql

ROWS_AT_ONCE = 2000
# The order in which a table's rows are met when streams are replayed one after the other.
_ORDER = {
    "workspace": "workspace_id",
    "api_key": "stream_id",
    "member": "member_id",
    "signing_key": "stream_id",
    "search_settings": "stream_id",
    "webhook": "webhook_id",
    "item": "item_id",
    "thread": "thread_id",
    "entity": "stream_id",
    "page": "page_id",
    "page_segment": "page_id, segment",
    "page_snapshot": "page_id, version",
    "page_facet": "page_id, facet, value",
    "page_link": "page_id, ordinal",
    "page_text": "page_id, part",
}
# How many of a table's first columns name a row.
_KEYS = {
    "workspace": 1,
    "api_key": 2,
    "member": 2,
    "signing_key": 2,
    "search_settings": 2,
    "webhook": 2,
    "item": 2,
    "thread": 2,
    "entity": 2,
    "page": 2,
    "page_segment": 3,
    "page_snapshot": 3,
    "page_facet": 5,
    "page_link": 3,
    "page_text": 3,
}

_SNAPSHOT_POSITION = COLUMNS["page_snapshot"].index("position")


class Altered(Exception):
    """The record is not what was written."""


class Verified(msgspec.Struct, frozen=True):
    """What was proven of one workspace. Whoever keeps position and chain can prove later that nothing before was changed."""

    workspace_id: UUID
    position: int
    chain: str
    rows: int


class Anchor(msgspec.Struct, frozen=True):
    """The chain at a position, as an earlier audit gave it and somebody kept it where the database's owner cannot reach."""

    position: int
    chain: str


async def verify(
    connection: Connection,
    workspace_id: UUID,
    told: Callable[[int], None] = lambda _: None,
    *,
    anchor: Anchor | None = None,
) -> Verified:
    """Raises `Altered` with the first thing that is wrong. Works beside a running service, on one snapshot of the database."""
    async with connection.transaction(isolation="repeatable_read"):
        head = await _head(connection, workspace_id)
        await _verify_log(connection, head, told, anchor)
        try:
            rows = await _verify_read_models(connection, workspace_id, head["position"], told)
        except ReplayFailed as error:
            raise Altered(str(error)) from error
    return Verified(workspace_id, head["position"], head["chain"].hex(), rows)


async def _head(connection: Connection, workspace_id: UUID) -> asyncpg.Record:
    heads: list[asyncpg.Record] = await connection.fetch(sql("heads"))
    for head in heads:
        if head["workspace_id"] == workspace_id:
            return head
    raise Altered("the workspace's head is missing")


async def _verify_log(connection: Connection, head: asyncpg.Record, told: Callable[[int], None], anchor: Anchor | None) -> None:
    if anchor is not None and anchor.position > head["position"]:
        raise Altered(f"the log ends at position {head['position']}, before the anchor at {anchor.position}")
    log = _Log(head["workspace_id"], anchor)
    async for row in connection.cursor(sql("log"), head["workspace_id"], prefetch=ROWS_AT_ONCE):
        log.take(row)
        if log.position % ROWS_AT_ONCE == 0:
            told(ROWS_AT_ONCE)
    told(log.position % ROWS_AT_ONCE)
    log.end(head)


class _Log:
    """The log as it is read, event by event."""

    def __init__(self, workspace_id: UUID, anchor: Anchor | None) -> None:
        self._workspace_id = workspace_id
        self._anchor = anchor
        self.position = 0
        self._chain = b""
        # Of the batch that is being read.
        self._hashes: list[bytes] = []
        self._recorded_at: datetime | None = None

    def take(self, row: asyncpg.Record) -> None:
        self.position += 1
        if row["position"] != self.position:
            raise Altered(f"position {self.position} is missing: the next event is at {row['position']}")
        if codec.digest(_stored(self._workspace_id, row)) != row["hash"]:
            raise Altered(f"{_named(row)} is not what was recorded: its hash does not match")
        self._check_time(row)
        self._hashes.append(row["hash"])
        if row["chain"] is not None:
            self._end_batch(row)
        self._check_anchor(row)

    def end(self, head: asyncpg.Record) -> None:
        if self.position != head["position"]:
            raise Altered(f"the log ends at position {self.position}, but {head['position']} were given out")
        if self._hashes or self._chain != head["chain"]:
            raise Altered(f"the chain at the end of the log (position {self.position}) is not the workspace's")

    def _check_time(self, row: asyncpg.Record) -> None:
        """Within a batch all have one time; from batch to batch it never runs backwards."""
        previous, self._recorded_at = self._recorded_at, row["recorded_at"]
        if previous is None:
            return
        if row["recorded_at"] < previous or (self._hashes and row["recorded_at"] != previous):
            raise Altered(f"{_named(row)} was recorded at another time than its place in the log says")

    def _end_batch(self, row: asyncpg.Record) -> None:
        self._chain = codec.chain(self._chain, row["recorded_at"], self._hashes)
        self._hashes = []
        if self._chain != row["chain"]:
            raise Altered(f"the chain breaks at {_named(row)}: its batch, or the time it was recorded, was altered")

    def _check_anchor(self, row: asyncpg.Record) -> None:
        anchor = self._anchor
        if anchor is None or self.position != anchor.position:
            return
        if row["chain"] is None or self._chain.hex() != anchor.chain:
            raise Altered(f"the chain at position {self.position} is not the anchor's: the log up to there was rewritten")


async def _verify_read_models(connection: Connection, workspace_id: UUID, up_to: int, told: Callable[[int], None]) -> int:
    """Compares row by row, both sides in the order of streams, so that nothing has to be held."""
    # Links and texts are written a moment later; while some have yet to be, there is nothing to compare with.
    behind = {
        table
        for table, projection in (("page_link", LINKS), ("page_text", texts.NAME))
        if await connection.fetchval(sql("projection_position"), workspace_id, projection) != up_to
    }
    stored = {table: _Stored(connection, workspace_id, table) for table in COLUMNS if table not in behind}
    await connection.execute(sql("claims_table"))
    # Snapshots follow the log a moment behind it; up to where they have got, they are all there.
    snapshots_position = await connection.fetchval(sql("projection_position"), workspace_id, snapshots.NAME) or 0
    compared = 0
    async for rows in replay(connection, workspace_id, up_to, told=told):
        for table, expected in rows.tables.items():
            if table not in stored:
                continue
            for row in expected:
                if table == "page_snapshot" and row[_SNAPSHOT_POSITION] > snapshots_position:
                    continue
                await stored[table].check(row)
            compared += len(expected)
        if rows.claims:
            await connection.copy_records_to_table("claim", records=rows.claims)
    for left in stored.values():
        await left.check_end()
    for what, statement in (("slugs", "audit_slugs"), ("count of live pages", "audit_tally")):
        wrong = await connection.fetchval(sql(statement), workspace_id)
        if wrong is not None:
            raise Altered(f"the read model's {what} differ from what replaying gives: {wrong}")
    await connection.execute("DROP TABLE claim")
    await _verify_search(connection, workspace_id, up_to)
    return compared


async def _verify_search(connection: Connection, workspace_id: UUID, up_to: int) -> None:
    """Against the read models, which are proven by now; like links and texts, only where the index has caught up."""
    if await connection.fetchval(sql("projection_position"), workspace_id, search.NAME) != up_to:
        return
    wrong = await difference(connection, workspace_id)
    if wrong is not None:
        raise Altered(f"the index of search is not what it would be if it were made anew: {wrong}")


class _Stored:
    """A read model's rows, met one by one."""

    def __init__(self, connection: Connection, workspace_id: UUID, table: str) -> None:
        self._table = table
        statement = (
            f"SELECT {', '.join(COLUMNS[table])} FROM read_model.{table} "  # noqa: S608 - names of our own
            f"WHERE workspace_id = $1 ORDER BY {_ORDER[table]}"
        )
        cursor = connection.cursor(statement, workspace_id, prefetch=ROWS_AT_ONCE)
        self._rows: AsyncIterator[asyncpg.Record] = aiter(cursor)

    async def check(self, expected: tuple[Any, ...]) -> None:
        found = await anext(self._rows, None)
        if found is None:
            raise Altered(f"{self._name(expected)} is missing from the read model")
        if tuple(found) == expected:
            return
        key = _KEYS[self._table]
        if tuple(found)[:key] != expected[:key]:
            raise Altered(f"the read model has {self._name(tuple(found))} where replaying gives {self._name(expected)}")
        names = zip(COLUMNS[self._table], tuple(found), expected, strict=True)
        wrong = [name for name, one, other in names if one != other]
        raise Altered(f"{self._name(expected)} of the read model differs from what replaying gives in {', '.join(wrong)}")

    async def check_end(self) -> None:
        found = await anext(self._rows, None)
        if found is not None:
            raise Altered(f"the read model has {self._name(tuple(found))}, of which the log knows nothing")

    def _name(self, row: tuple[Any, ...]) -> str:
        return f"{self._table} {' '.join(str(value) for value in row[1 : _KEYS[self._table]])}".strip()


def _stored(workspace_id: UUID, row: asyncpg.Record) -> codec.Stored:
    return codec.Stored(
        workspace_id,
        row["stream_id"],
        row["version"],
        row["type"],
        row["schema_version"],
        row["data"],
        row["meta"],
        row["effective_at"],
        row["command_id"],
    )


def _named(row: asyncpg.Record) -> str:
    return f"the event at position {row['position']} ({row['type']}, stream {row['stream_id']}, version {row['version']})"
