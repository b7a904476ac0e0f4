"""What planning's answers are put together from: stored bytes, or for the past, what the log folds to."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any
from uuid import UUID

import asyncpg
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
_REF_ID = attrgetter("ref_id")


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
        both = sql("entity_beside").replace("{selected}", statement).replace("{kinds}", kinds)
        rows = await self._fetch(both, workspace_id, *arguments, _kinds(selection.beside))
        selected = [Stored(selection.concept, row[0], row[1], Raw(row[3])) for row in rows if row[2] is None]
        return _in_order(selected), _stored(row for row in rows if row[2] is not None)

    async def belonging(
        self, workspace_id: UUID, owners: Sequence[int], concepts: Sequence[Concept[Any]], seen: Seen
    ) -> list[Stored]:
        if seen.moment is not None:
            return await self._past(workspace_id, seen, seen.moment, kinds=_kinds(concepts), owners=owners)
        return _stored(await self._fetch(sql("entity_belonging"), workspace_id, owners, _kinds(concepts), seen.archived))

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]:
        if seen.moment is not None:
            return await self._past(workspace_id, seen, seen.moment, ref_ids=ref_ids)
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
        seen, kinds = selection.seen, [selection.concept.kind]
        owners = None if selection.owner is None else [selection.owner]
        found = await self._past(workspace_id, seen, moment, kinds=kinds, ref_ids=selection.ref_ids, owners=owners)
        selected = [stored for stored in found if stored.ref_id > selection.after][selection.offset :][: selection.limit]
        if not (selection.beside and selected):
            return selected, []
        return selected, await self.belonging(workspace_id, [each.ref_id for each in selected], selection.beside, seen)

    async def _past(
        self,
        workspace_id: UUID,
        seen: Seen,
        moment: datetime,
        *,
        kinds: Sequence[str] | None = None,
        ref_ids: Sequence[int] | None = None,
        owners: Sequence[int] | None = None,
    ) -> list[Stored]:
        """Each stream up to its first event after the moment: what happened later cannot have been seen then."""
        rows = await self._fetch(sql("entity_past"), workspace_id, kinds, ref_ids, owners)
        then = folded(_up_to(rows, moment))
        return [_as_stored(kept) for kept in then if seen.archived or not kept.entity.archived]

    async def _fetch(self, statement: str, workspace_id: UUID, *arguments: object) -> list[asyncpg.Record]:
        async with self._database.reading(workspace_id) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(statement, workspace_id, *arguments)
        return rows


def _up_to(rows: Iterable[asyncpg.Record], moment: datetime) -> Iterable[asyncpg.Record]:
    for _, events in groupby(rows, lambda row: row["stream_id"]):
        yield from takewhile(lambda row: row["effective_at"] <= moment, events)


def _kinds(concepts: Sequence[Concept[Any]]) -> list[str]:
    return [concept.kind for concept in concepts]


def _stored(rows: Iterable[asyncpg.Record]) -> list[Stored]:
    return _in_order([Stored(BY_KIND[row[2]], row[0], row[1], Raw(row[3])) for row in rows])


def _in_order(found: list[Stored]) -> list[Stored]:
    """Of their ref_ids, which a statement of two halves does not promise."""
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
