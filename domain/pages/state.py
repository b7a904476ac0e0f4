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
    PageOrdered,
    PageRestored,
    PageReverted,
    PageType,
    PropertyValue,
    Schema,
    SchemaChanged,
    SlugChanged,
    Status,
    VersionLabelled,
)

# Told by exact type: isinstance asks an abstract metaclass, which was an eighth of an append.
CONTENT_EVENTS = frozenset((ContentAppended, ContentEdited, ContentReplaced))
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
    # Its place among its siblings, where it was given one.
    rank: str | None = None
    # What the properties of a database's rows have to be.
    schema: Schema | None = None
    # The names of versions.
    labels: dict[int, str] = {}

    @property
    def place(self) -> str:
        """What siblings are sorted by: its rank, or its id, which sorts by when it was made."""
        return self.rank or self.id.hex


class Page(msgspec.Struct, frozen=True):
    """A page at one version. `version` counts its events from 1. `latest_at` is the latest time any of them happened at, which an
    import can make later than that of the last one.
    """

    details: Details
    content: Content
    version: int
    updated_at: datetime
    updated_by: Actor
    latest_at: datetime

    @property
    def live(self) -> bool:
        return self.details.archived_at is None


def evolve(page: Page | None, fact: Recorded[PageEvent], page_id: UUID) -> Page:
    """The page after one more fact. Never fails and never decides: what was recorded did happen."""
    event = fact.event
    if page is None:
        if not isinstance(event, PageCreated):
            raise TypeError(f"a page's stream starts with its creation, not with {type(event).__name__}")
        return _created(event, fact, page_id)
    content = evolve_content(page.content, event)
    details = page.details if type(event) in CONTENT_EVENTS else evolve_details(page.details, fact)
    return Page(details, content, fact.version, fact.at, fact.actor, max(page.latest_at, fact.at))


def evolve_content(content: Content, event: PageEvent | None) -> Content:
    """The text after one more event; the same object if the event is not about the text."""
    match event:
        case ContentAppended():
            return content.appended(event.text.encode())
        case ContentEdited():
            return content.edited(event.edits)
        case ContentReplaced():
            return content.replaced(event.content.encode())
        case PageReverted():
            return evolve_content(content, event.content)
    return content


def evolve_size(size_bytes: int, event: PageEvent | None) -> int:
    """How many bytes the text has after one more event, from how many it had."""
    match event:
        case PageCreated() | ContentReplaced():
            return len(event.content.encode())
        case ContentAppended():
            return size_bytes + len(event.text.encode())
        case ContentEdited():
            return size_bytes + sum(len(edit.text.encode()) - edit.removed_bytes for edit in event.edits)
        case PageReverted():
            return evolve_size(size_bytes, event.content)
    return size_bytes


def hash_after(event: object) -> str | None:
    """What the text hashes to after an event about the text; None after any other."""
    match event:
        case PageCreated() | ContentReplaced() | ContentAppended() | ContentEdited():
            return event.content_hash
        case PageReverted():
            return hash_after(event.content)
    return None


def evolve_details(details: Details, fact: Recorded[PageEvent]) -> Details:
    """The metadata after one more fact; the same object if the event is only about the text."""
    event = fact.event
    match event:
        case DetailsChanged():
            return _changed(details, event)
        case PageReverted():
            return _changed(details, event.details) if event.details else details
        case SlugChanged():
            return msgspec.structs.replace(details, slug=event.slug.after)
        case PageMoved():
            return msgspec.structs.replace(details, parent_id=event.parent_id.after)
        case PageOrdered():
            return msgspec.structs.replace(details, rank=event.rank.after)
        case SchemaChanged():
            return msgspec.structs.replace(details, schema=event.schema.after)
        case VersionLabelled():
            return msgspec.structs.replace(details, labels=_labelled(details.labels, event))
        case PageArchived():
            return msgspec.structs.replace(details, archived_at=fact.at, archived_root=event.root)
        case PageRestored():
            return msgspec.structs.replace(details, archived_at=None, archived_root=None)
    return details


def fold(page: Page | None, facts: Iterable[Recorded[PageEvent]], page_id: UUID) -> Page | None:
    """The page after all `facts`, in order."""
    for fact in facts:
        page = evolve(page, fact, page_id)
    return page


def _created(event: PageCreated, fact: Recorded[PageEvent], page_id: UUID) -> Page:
    content = Content.from_text(event.content.encode())
    return Page(created_details(event, fact, page_id), content, fact.version, fact.at, fact.actor, fact.at)


def created_details(event: PageCreated, fact: Recorded[PageEvent], page_id: UUID) -> Details:
    """The metadata a page begins with."""
    return Details(
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


def _labelled(labels: dict[int, str], event: VersionLabelled) -> dict[int, str]:
    others = {version: label for version, label in labels.items() if version != event.version}
    return others if event.label.after is None else others | {event.version: event.label.after}


def _changed(details: Details, event: DetailsChanged) -> Details:
    changes = {name: change.after for name in CHANGEABLE if (change := getattr(event, name))}
    if event.properties:
        merged = details.properties | {key: change.after for key, change in event.properties.items()}
        changes["properties"] = {key: value for key, value in merged.items() if value is not None}
    return msgspec.structs.replace(details, **changes)
