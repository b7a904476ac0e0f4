"""The timeline: what each event of a page says to a reader."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from application.page_views import iso
from domain.events import Actor
from domain.pages.events import (
    ContentAppended,
    ContentEdited,
    ContentReplaced,
    DetailsChanged,
    PageArchived,
    PageCreated,
    PageEvent,
    PageMoved,
    PageRestored,
    SlugChanged,
)
from domain.pages.state import CHANGEABLE

ACTIONS: dict[type, str] = {
    PageCreated: "create",
    DetailsChanged: "update",
    SlugChanged: "rename",
    PageMoved: "move",
    ContentReplaced: "replace",
    ContentEdited: "edit",
    ContentAppended: "append",
    PageArchived: "delete",
    PageRestored: "restore",
}
_NAMES = {"page_type": "type", "blocked_by": "blockedBy", "due_date": "dueDate"}


class Entry(msgspec.Struct, frozen=True):
    """One event of a page and where it stands."""

    event: PageEvent
    position: int
    version: int
    type: str
    page_id: UUID
    page_slug: str
    page_title: str
    actor: Actor
    message: str | None
    at: datetime


class HistoryEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the timeline. `changes` names each changed field with what it was (`from`) and what it is (`to`)."""

    id: str
    position: int
    version: int
    type: str
    action: str
    page_id: UUID
    page_slug: str
    page_title: str
    actor: Actor
    summary: str
    changes: dict[str, Any]
    created_at: str


def history_entry(entry: Entry) -> HistoryEntry:
    return HistoryEntry(
        id=str(entry.position),
        position=entry.position,
        version=entry.version,
        type=entry.type,
        action=ACTIONS[type(entry.event)],
        page_id=entry.page_id,
        page_slug=entry.page_slug,
        page_title=entry.page_title,
        actor=entry.actor,
        summary=entry.message or summary(entry.event),
        changes=changes(entry.event),
        created_at=iso(entry.at),
    )


def changes(event: PageEvent) -> dict[str, Any]:
    match event:
        case PageCreated():
            return {"title": _change(None, event.title), "slug": _change(None, event.slug)}
        case DetailsChanged():
            fields = {name: change for name in CHANGEABLE if (change := getattr(event, name)) is not UNSET}
            changed = {_NAMES.get(name, name): _change(change.before, change.after) for name, change in fields.items()}
            properties = {key: _change(change.before, change.after) for key, change in event.properties.items()}
            return changed | ({"properties": properties} if properties else {})
        case SlugChanged():
            return {"slug": _change(event.slug.before, event.slug.after)}
        case PageMoved():
            return {"parentId": _change(event.parent_id.before, event.parent_id.after)}
        case ContentAppended():
            return {"content": {"appended": event.text}}
        case ContentEdited():
            return {"content": {"edits": len(event.edits), "removedBytes": sum(edit.removed_bytes for edit in event.edits)}}
        case ContentReplaced():
            return {"content": {"characters": len(event.content)}}
        case PageArchived() | PageRestored():
            return {"archived": _change(isinstance(event, PageRestored), isinstance(event, PageArchived))}


def summary(event: PageEvent) -> str:
    """What happened, in a few words."""
    match event:
        case PageCreated():
            return f"Created “{event.title}”"
        case DetailsChanged():
            return f"Changed {', '.join(changes(event))}"
        case SlugChanged():
            return f"Renamed {event.slug.before} to {event.slug.after}"
        case PageMoved():
            return "Moved to another parent" if event.parent_id.after else "Moved to the root"
        case ContentAppended():
            return f"Appended {len(event.text)} characters"
        case ContentEdited():
            return f"Edited the content in {len(event.edits)} place{'s' if len(event.edits) > 1 else ''}"
        case ContentReplaced():
            return f"Replaced the content ({len(event.content)} characters)"
        case PageArchived():
            return "Deleted"
        case PageRestored():
            return "Restored"


def _change(before: object, after: object) -> dict[str, object]:
    return {"from": before, "to": after}
