"""What happened to an entity and to what belongs to it, as it is answered."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from api.answers import encoded
from application.planning.ports import EntityEntry
from domain.events import Actor
from domain.planning.entities import Archived, Changed, Created, EntityEvent, Removed, Time, Unarchived, changes_of, moment_text

ACTIONS: dict[type[EntityEvent], str] = {
    Created: "create",
    Changed: "update",
    Archived: "archive",
    Unarchived: "unarchive",
    Removed: "remove",
}


class ValueChange(msgspec.Struct):
    """A field's value before and after; before it was made, null."""

    before: Any
    after: Any


class EntityHistoryEntry(msgspec.Struct):
    """One event: of the entity itself, or of what belongs to it, as `entity` and `ref_id` say."""

    id: str
    position: int
    version: int
    type: str
    action: str
    entity: str
    ref_id: str
    actor: Actor
    message: str | None
    changes: dict[str, ValueChange]
    time: Time


class EntityHistoryAnswer(msgspec.Struct):
    """What happened, newest first."""

    history: list[EntityHistoryEntry]


def history_entry(entry: EntityEntry) -> EntityHistoryEntry:
    return EntityHistoryEntry(
        id=str(entry.position),
        position=entry.position,
        version=entry.version,
        type=entry.type,
        action=next(action for kind, action in ACTIONS.items() if isinstance(entry.event, kind)),
        entity=entry.kind,
        ref_id=str(entry.ref_id),
        actor=entry.actor,
        message=entry.message,
        changes=_changes(entry.event),
        time=moment_text(entry.at),
    )


def _changes(event: EntityEvent) -> dict[str, ValueChange]:
    match event:
        case Created():
            return {name: ValueChange(None, value) for name, value in msgspec.structs.asdict(event).items()}
        case Changed():
            return {name: ValueChange(change.before, change.after) for name, change in changes_of(event).items()}
        case Archived():
            return {"archived": ValueChange(before=False, after=True)}
        case Unarchived():
            return {"archived": ValueChange(before=True, after=False)}
    return {}


async def timeline(pieces: AsyncIterator[list[EntityEntry]]) -> AsyncIterator[bytes]:
    """Streamed, because a history has no bound."""
    opening = b'{"history":['
    async for entries in pieces:
        yield opening + encoded([history_entry(entry) for entry in entries])[1:-1]
        opening = b","
    yield b"]}" if opening == b"," else opening + b"]}"
