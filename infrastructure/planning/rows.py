"""The rows of entities."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from domain.events import Event
from domain.planning.concepts import BY_KIND, CONCEPTS
from domain.planning.entities import Concept, Kept
from infrastructure.database import Connection
from infrastructure.event_store.codec import recorded_from
from infrastructure.sql import sql

encode_entity = msgspec.json.Encoder().encode
_decoders = {concept.kind: msgspec.json.Decoder(concept.entity) for concept in CONCEPTS}
# How planning's streams are folded, by the types of their events.
EVOLVE: dict[type[Event], Callable[..., Kept[Any]]] = {event: concept.evolve for concept in CONCEPTS for event in concept.events}


def entity_row(workspace_id: UUID, kept: Kept[Any]) -> tuple[Any, ...]:
    """The columns of `entity_write`, in its order."""
    concept, entity = kept.concept, kept.entity
    return (
        workspace_id,
        kept.stream_id,
        int(entity.ref_id),
        concept.kind,
        _number(concept.owner(entity)),
        entity.archived,
        _number(kept.along_with),
        kept.removed,
        concept.key(entity),
        entity.version,
        encode_entity(entity),
    )


async def write_entity(connection: Connection, workspace_id: UUID, kept: Kept[Any], _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("entity_write"), *entity_row(workspace_id, kept))


def kept_from(row: asyncpg.Record) -> Kept[Any]:
    """Of what was not removed."""
    concept: Concept[Any] = BY_KIND[row["kind"]]
    along_with = row["along_with"]
    entity = _decoders[concept.kind].decode(row["doc"])
    return Kept(concept, row["stream_id"], entity, None if along_with is None else str(along_with))


def folded(rows: Iterable[asyncpg.Record]) -> Iterator[Kept[Any]]:
    """The entity of each stream, from its events in order."""
    for stream_id, events in groupby(rows, lambda row: row["stream_id"]):
        kept: Kept[Any] | None = None
        for row in events:
            fact = recorded_from(row)
            kept = EVOLVE[type(fact.event)](kept, fact, stream_id)
        if kept is not None:
            yield kept


def _number(ref_id: str | None) -> int | None:
    return None if ref_id is None else int(ref_id)
