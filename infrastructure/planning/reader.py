"""What planning's answers are put together from: stored bytes, or for the past, what the log folds to."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Raw

from application.planning.ports import EntityEntry, Seen, Selection, Stored
from domain.planning.concepts import BY_KIND
from domain.planning.entities import Concept, Kept
from infrastructure.database import Database
from infrastructure.event_store import codec
from infrastructure.planning.rows import encode_entity, folded
from infrastructure.sql import sql

HISTORY_CHUNK_ENTRIES = 100
COUNT_MAX = 2**31 - 1
POSITION_MAX = 2**63 - 1
# How many streams of the past are read and folded at once.
PAST_CHUNK_STREAMS = 200
_REF_ID = attrgetter("ref_id")


class Past(msgspec.Struct, frozen=True):
    """Which entities of the past are wanted. Filters are "and"; one that is None asks nothing."""

    kind: str | None = None
    ref_ids: Sequence[int] | None = None
    owners: Sequence[int] | None = None
    after: int = 0


class PostgresEntityReader:
    """Reads one workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def select(self, workspace_id: UUID, selection: Selection) -> tuple[list[Stored], list[Stored]]:
        if selection.seen.moment is not None:
            return await self._select_past(workspace_id, selection, selection.seen.moment)
        statement, kinds = sql("entity_select"), "$7"
        arguments = [selection.concept.kind, selection.seen.archived, selection.after, selection.limit, selection.offset]
        if selection.ref_ids is not None or selection.owner is not None:
            statement, kinds = sql("entity_pick"), "$9"
            arguments += [selection.ref_ids, selection.owner]
        if not selection.beside:
            return _stored(await self._fetch(statement, workspace_id, *arguments)), []
        rows = await self._fetch(_with_beside(statement, kinds), workspace_id, *arguments, _kinds(selection.beside))
        selected = [Stored(selection.concept, row[0], row[1], Raw(row[3])) for row in rows if row[2] is None]
        return _in_order(selected), _stored(row for row in rows if row[2] is not None)

    async def belonging(
        self, workspace_id: UUID, owners: Sequence[int], concepts: Sequence[Concept[Any]], seen: Seen
    ) -> list[Stored]:
        if seen.moment is not None:
            wanted = [Past(kind, owners=owners) for kind in _kinds(concepts)]
            return _in_order([each for past in wanted for each in await self._whole_past(workspace_id, seen, seen.moment, past)])
        return _stored(await self._fetch(sql("entity_belonging"), workspace_id, owners, _kinds(concepts), seen.archived))

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]:
        if seen.moment is not None:
            return await self._whole_past(workspace_id, seen, seen.moment, Past(ref_ids=ref_ids))
        return _stored(await self._fetch(sql("entity_named"), workspace_id, ref_ids, seen.archived))

    async def history(
        self, workspace_id: UUID, ref_id: int, *, limit: int | None, offset: int
    ) -> AsyncIterator[list[EntityEntry]]:
        before, left = POSITION_MAX, COUNT_MAX if limit is None else limit
        while left > 0:
            chunk = min(left, HISTORY_CHUNK_ENTRIES)
            rows = await self._fetch(sql("entity_history"), workspace_id, ref_id, before, chunk, offset)
            if not rows:
                return
            yield [_entry(row) for row in rows]
            before, offset, left = rows[-1]["position"], 0, left - len(rows)

    async def _select_past(self, workspace_id: UUID, selection: Selection, moment: datetime) -> tuple[list[Stored], list[Stored]]:
        seen, wanted = selection.seen, selection.offset + selection.limit
        owners = None if selection.owner is None else [selection.owner]
        past = Past(selection.concept.kind, selection.ref_ids, owners, selection.after)
        found = list[Stored]()
        async for chunk in self._past(workspace_id, seen, moment, past):
            found += chunk
            if len(found) >= wanted:
                break
        selected = found[selection.offset : wanted]
        if not (selection.beside and selected):
            return selected, []
        return selected, await self.belonging(workspace_id, [each.ref_id for each in selected], selection.beside, seen)

    async def _whole_past(self, workspace_id: UUID, seen: Seen, moment: datetime, past: Past) -> list[Stored]:
        return [each async for chunk in self._past(workspace_id, seen, moment, past) for each in chunk]

    async def _past(self, workspace_id: UUID, seen: Seen, moment: datetime, past: Past) -> AsyncIterator[list[Stored]]:
        """Chunk by chunk, so that neither is all of it in memory at once, nor does everybody else wait while it is folded."""
        after = past.after
        while True:
            arguments = after, past.kind, past.ref_ids, past.owners, PAST_CHUNK_STREAMS
            streams = await self._fetch(sql("entity_streams"), workspace_id, *arguments)
            if streams:
                after, stream_ids = streams[-1]["ref_id"], [row["stream_id"] for row in streams]
                then = folded(await self._fetch(sql("entity_past"), workspace_id, stream_ids, moment))
                yield _in_order([_as_stored(kept) for kept in then if seen.archived or not kept.entity.archived])
            if len(streams) < PAST_CHUNK_STREAMS:
                return

    async def _fetch(self, statement: str, workspace_id: UUID, *arguments: object) -> list[asyncpg.Record]:
        async with self._database.reading(workspace_id) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(statement, workspace_id, *arguments)
        return rows


@cache
def _with_beside(statement: str, kinds: str) -> str:
    return sql("entity_beside").replace("{selected}", statement).replace("{kinds}", kinds)


def _kinds(concepts: Sequence[Concept[Any]]) -> list[str]:
    return [concept.kind for concept in concepts]


def _stored(rows: Iterable[asyncpg.Record]) -> list[Stored]:
    return _in_order([Stored(BY_KIND[row[2]], row[0], row[1], Raw(row[3])) for row in rows])


def _in_order(found: list[Stored]) -> list[Stored]:
    """Of their ref_ids, which not every statement promises."""
    found.sort(key=_REF_ID)
    return found


def _as_stored(kept: Kept[Any]) -> Stored:
    owner = kept.owner
    return Stored(kept.concept, int(kept.entity.ref_id), None if owner is None else int(owner), Raw(encode_entity(kept.entity)))


def _entry(row: asyncpg.Record) -> EntityEntry:
    meta = codec.decode_meta(row["meta"])
    return EntityEntry(
        event=codec.decode(row["type"], row["schema_version"], row["data"]),
        kind=row["kind"],
        ref_id=row["ref_id"],
        position=row["position"],
        version=row["version"],
        type=row["type"],
        actor=meta.actor,
        message=meta.message,
        at=row["effective_at"],
    )
