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
    PageOrdered,
    PageRestored,
    PageReverted,
    SchemaChanged,
    SlugChanged,
    VersionLabelled,
)
from domain.pages.state import CHANGEABLE

ACTIONS: dict[type, str] = {
    PageCreated: "create",
    DetailsChanged: "update",
    SlugChanged: "rename",
    PageMoved: "move",
    PageOrdered: "order",
    SchemaChanged: "schema",
    VersionLabelled: "label",
    PageReverted: "revert",
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
    cause: UUID | None
    at: datetime


class HistoryEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the timeline. `changes` names each changed field with what it was (`from`) and what it is (`to`). Of what
    the assistant did, `cause` is the thread that it did it in.
    """

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
    cause: UUID | None
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
        cause=entry.cause,
        created_at=iso(entry.at),
    )


def changes(event: PageEvent) -> dict[str, Any]:  # noqa: C901 - one case for each event
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
        case PageOrdered():
            return {"rank": _change(event.rank.before, event.rank.after)}
        case SchemaChanged():
            return {"schema": _change(event.schema.before, event.schema.after)}
        case VersionLabelled():
            return {"label": {"version": event.version} | _change(event.label.before, event.label.after)}
        case PageReverted():
            parts = [changes(part) for part in (event.details, event.content) if part is not None]
            return {"revertedTo": event.version} | {name: change for part in parts for name, change in part.items()}
        case ContentAppended():
            return {"content": {"appended": event.text}}
        case ContentEdited():
            return {"content": {"edits": len(event.edits), "removedBytes": sum(edit.removed_bytes for edit in event.edits)}}
        case ContentReplaced():
            return {"content": {"characters": len(event.content)}}
        case PageArchived() | PageRestored():
            return {"archived": _change(isinstance(event, PageRestored), isinstance(event, PageArchived))}


def summary(event: PageEvent) -> str:  # noqa: C901, PLR0912 - one case for each event
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
        case PageOrdered():
            return "Moved among its siblings"
        case SchemaChanged():
            return "Changed the properties of its rows" if event.schema.after else "Lifted the rules for its rows"
        case VersionLabelled():
            return _labelled(event)
        case PageReverted():
            return f"Reverted to version {event.version}"
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


def _labelled(event: VersionLabelled) -> str:
    if event.label.after is None:
        return f"Took the name “{event.label.before}” from version {event.version}"
    return f"Named version {event.version} “{event.label.after}”"


def _change(before: object, after: object) -> dict[str, object]:
    return {"from": before, "to": after}
