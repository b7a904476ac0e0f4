"""What a page is, as the fold of its events."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from domain.events import Actor, Recorded
from domain.pages.content import Content
from domain.pages.events import (
    ContentAppended,
    ContentEdited,
    ContentReplaced,
    DetailsChanged,
    Icon,
    PageArchived,
    PageCreated,
    PageEvent,
    PageMoved,
    PageRestored,
    PageType,
    PropertyValue,
    SlugChanged,
    Status,
)

CHANGEABLE = ("title", "subtitle", "page_type", "status", "icon", "owner", "blocked_by", "due_date")


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """A page's metadata: everything that appends and edits leave as it is."""

    id: UUID
    slug: str
    title: str
    subtitle: str | None
    parent_id: UUID | None
    page_type: PageType
    status: Status | None
    icon: Icon | None
    owner: str | None
    blocked_by: tuple[str, ...]
    due_date: date | None
    properties: dict[str, PropertyValue]
    created_at: datetime
    created_by: Actor
    archived_at: datetime | None
    # Which deletion put it in the trash: the page it was asked for.
    archived_root: UUID | None


class Page(msgspec.Struct, frozen=True):
    """A page at one version. `version` counts its events from 1."""

    details: Details
    content: Content
    version: int
    updated_at: datetime
    updated_by: Actor

    @property
    def live(self) -> bool:
        return self.details.archived_at is None


def evolve(page: Page | None, fact: Recorded[PageEvent], page_id: UUID) -> Page:  # noqa: C901 - one case for each event
    """The page after one more fact. Never fails and never decides: what was recorded did happen."""
    event = fact.event
    if page is None:
        if not isinstance(event, PageCreated):
            raise TypeError(f"a page's stream starts with its creation, not with {type(event).__name__}")
        return _created(event, fact, page_id)
    details, content = page.details, page.content
    match event:
        case ContentAppended():
            content = content.appended(event.text.encode())
        case ContentEdited():
            content = content.edited(event.edits)
        case ContentReplaced():
            content = Content.from_text(event.content.encode())
        case DetailsChanged():
            details = _changed(details, event)
        case SlugChanged():
            details = msgspec.structs.replace(details, slug=event.slug.after)
        case PageMoved():
            details = msgspec.structs.replace(details, parent_id=event.parent_id.after)
        case PageArchived():
            details = msgspec.structs.replace(details, archived_at=fact.at, archived_root=event.root)
        case PageRestored():
            details = msgspec.structs.replace(details, archived_at=None, archived_root=None)
    return Page(details, content, fact.version, fact.at, fact.actor)


def fold(page: Page | None, facts: Iterable[Recorded[PageEvent]], page_id: UUID) -> Page | None:
    """The page after all `facts`, in order."""
    for fact in facts:
        page = evolve(page, fact, page_id)
    return page


def _created(event: PageCreated, fact: Recorded[PageEvent], page_id: UUID) -> Page:
    details = Details(
        id=page_id,
        slug=event.slug,
        title=event.title,
        subtitle=event.subtitle,
        parent_id=event.parent_id,
        page_type=event.page_type,
        status=event.status,
        icon=event.icon,
        owner=event.owner,
        blocked_by=event.blocked_by,
        due_date=event.due_date,
        properties=event.properties,
        created_at=fact.at,
        created_by=fact.actor,
        archived_at=None,
        archived_root=None,
    )
    return Page(details, Content.from_text(event.content.encode()), fact.version, fact.at, fact.actor)


def _changed(details: Details, event: DetailsChanged) -> Details:
    changes = {name: change.after for name in CHANGEABLE if (change := getattr(event, name))}
    if event.properties:
        merged = details.properties | {key: change.after for key, change in event.properties.items()}
        changes["properties"] = {key: value for key, value in merged.items() if value is not None}
    return msgspec.structs.replace(details, **changes)
