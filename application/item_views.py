"""Updates, milestones and principles as they are answered, and what happened to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from application.page_views import iso
from domain.events import Actor
from domain.items.kinds import Archived, Begun, Changed, Item, ItemEvent, Restored
from domain.items.milestones import Day, Milestone, State
from domain.items.principles import Principle
from domain.items.updates import Update
from domain.pages.events import Status


class PageName(msgspec.Struct, frozen=True):
    """The page that an item names, as it is now."""

    id: UUID
    slug: str
    title: str
    live: bool


# Of what names no page.
NO_PAGE = PageName(UUID(int=0), "", "", live=False)


class ItemView(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What all of them have."""

    id: UUID
    version: int
    created_at: str
    updated_at: str
    created_by: Actor
    updated_by: Actor
    archived_at: str | None


class UpdateView(ItemView, frozen=True, rename="camel", kw_only=True):
    """An update. The page's slug and title are those of today."""

    page_id: UUID
    page_slug: str
    page_title: str
    title: str | None
    content: str
    status: Status | None


class MilestoneView(ItemView, frozen=True, rename="camel", kw_only=True):
    """A milestone. The page's slug and title are those of today, in the trash as well; null without a page."""

    title: str
    description: str | None
    date: Day
    state: State
    page_id: UUID | None
    page_slug: str | None
    page_title: str | None


class PrincipleView(ItemView, frozen=True, rename="camel", kw_only=True):
    """A principle."""

    title: str
    content: str


def update_view(update: Update, page: PageName) -> UpdateView:
    return UpdateView(
        page_id=update.page_id,
        page_slug=page.slug,
        page_title=page.title,
        title=update.title,
        content=update.content,
        status=update.status,
        **_common(update),
    )


def milestone_view(milestone: Milestone, page: PageName) -> MilestoneView:
    return MilestoneView(
        title=milestone.title,
        description=milestone.description,
        date=milestone.date,
        state=milestone.state,
        page_id=milestone.page_id,
        page_slug=page.slug or None,
        page_title=page.title or None,
        **_common(milestone),
    )


def principle_view(principle: Principle, _: PageName) -> PrincipleView:
    return PrincipleView(title=principle.title, content=principle.content, **_common(principle))


def _common(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "version": item.version,
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at),
        "created_by": item.created_by,
        "updated_by": item.updated_by,
        "archived_at": iso(item.archived_at) if item.archived_at else None,
    }


class ItemEntry(msgspec.Struct, frozen=True):
    """One event of an item and where it stands."""

    event: ItemEvent
    position: int
    version: int
    type: str
    actor: Actor
    message: str | None
    at: datetime


class ItemHistoryEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One line of an item's history. `changes` names each changed field with what it was (`from`) and what it is (`to`); of a
    long text it says how many `characters` it has now.
    """

    id: str
    position: int
    version: int
    type: str
    action: str
    actor: Actor
    summary: str
    changes: dict[str, Any]
    created_at: str


# As in the history of pages.
ACTIONS: dict[type[ItemEvent], str] = {Begun: "create", Changed: "update", Archived: "delete", Restored: "restore"}
_NAMES = {"page_id": "pageId"}
_LONG = {"content", "description"}


def item_history_entry(entry: ItemEntry) -> ItemHistoryEntry:
    return ItemHistoryEntry(
        id=str(entry.position),
        position=entry.position,
        version=entry.version,
        type=entry.type,
        action=next(action for kind, action in ACTIONS.items() if isinstance(entry.event, kind)),
        actor=entry.actor,
        summary=entry.message or _summary(entry.event),
        changes=_changes(entry.event),
        created_at=iso(entry.at),
    )


def _changes(event: ItemEvent) -> dict[str, Any]:
    fields = msgspec.structs.asdict(event)
    match event:
        case Begun():
            return {_NAMES.get(name, name): _change(name, None, value) for name, value in fields.items() if value}
        case Changed():
            changed = {name: change for name, change in fields.items() if change is not UNSET}
            return {_NAMES.get(name, name): _change(name, each.before, each.after) for name, each in changed.items()}
        case Archived() | Restored():
            return {"archived": {"from": isinstance(event, Restored), "to": isinstance(event, Archived)}}


def _change(name: str, before: Any, after: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the field holds
    return {"characters": len(after or "")} if name in _LONG else {"from": before, "to": after}


def _summary(event: ItemEvent) -> str:
    match event:
        case Begun():
            title = getattr(event, "title", None)
            return f"Created “{title}”" if title else "Created"
        case Changed():
            return f"Changed {', '.join(_changes(event))}"
        case Archived():
            return "Deleted"
        case Restored():
            return "Restored"
