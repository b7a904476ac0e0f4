"""What can have happened to a page. One page is one stream: metadata and content, one timeline."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change, Event
from domain.pages.content import Edit

Status = Literal["idea", "not_started", "on_track", "at_risk", "off_track", "completed", "paused"]
PageType = Literal["page", "database", "file"]
PropertyValue = str | int | float | bool
PropertyType = Literal["text", "number", "select", "date", "checkbox", "url", "person", "relation"]


class Icon(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A picture beside the title: an emoji itself, or the name of a Lucide icon."""

    type: Literal["emoji", "lucide"]
    value: str


class PropertyDefinition(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a property of a database's rows may hold. `options` are the choices of a select."""

    type: PropertyType
    options: tuple[str, ...] = ()


Schema = dict[str, PropertyDefinition]


class PageCreated(Event, frozen=True, kw_only=True, tag="page.created"):
    """A page began, with all it had from the start."""

    slug: str
    title: str
    content_hash: str
    content: str = ""
    subtitle: str | None = None
    parent_id: UUID | None = None
    page_type: PageType = "page"
    status: Status | None = None
    icon: Icon | None = None
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()
    due_date: date | None = None
    properties: dict[str, PropertyValue] = {}


class DetailsChanged(Event, frozen=True, kw_only=True, tag="page.details_changed"):
    """Metadata changed: only the fields that did are set. A property that is new was None before, a removed one is None after."""

    title: Change[str] | UnsetType = UNSET
    subtitle: Change[str | None] | UnsetType = UNSET
    page_type: Change[PageType] | UnsetType = UNSET
    status: Change[Status | None] | UnsetType = UNSET
    icon: Change[Icon | None] | UnsetType = UNSET
    owner: Change[str | None] | UnsetType = UNSET
    blocked_by: Change[tuple[str, ...]] | UnsetType = UNSET
    due_date: Change[date | None] | UnsetType = UNSET
    properties: dict[str, Change[PropertyValue | None]] = {}


class SlugChanged(Event, frozen=True, tag="page.slug_changed"):
    """The page answers under another slug; the old one keeps leading to it until another page takes it."""

    slug: Change[str]


class PageMoved(Event, frozen=True, tag="page.moved"):
    """The page has another parent; None is the root."""

    parent_id: Change[UUID | None]


class PageOrdered(Event, frozen=True, tag="page.ordered"):
    """The page has another place among its siblings: they stand in the order of their ranks. None is the place it was born to."""

    rank: Change[str | None]


class SchemaChanged(Event, frozen=True, tag="page.schema_changed"):
    """The rows of this database have other properties now; None is any."""

    schema: Change[Schema | None]


class VersionLabelled(Event, frozen=True, tag="page.version_labelled"):
    """A version of the page has a name now, another one, or none."""

    version: int
    label: Change[str | None]


class ContentReplaced(Event, frozen=True, tag="page.content_replaced"):
    """The whole text was put in place of the old one."""

    content: str
    content_hash: str


class ContentEdited(Event, frozen=True, tag="page.content_edited"):
    """Parts of the text were replaced; edits are in order, do not overlap, and count in the text before any of them."""

    edits: tuple[Edit, ...]
    content_hash: str


class ContentAppended(Event, frozen=True, tag="page.content_appended"):
    """Text was added at the end, exactly as given here."""

    text: str
    content_hash: str


class PageReverted(Event, frozen=True, kw_only=True, tag="page.reverted"):
    """Metadata and text are again what they were at a version. Slug, parent and place among the siblings stay."""

    version: int
    details: DetailsChanged | None = None
    content: ContentReplaced | ContentEdited | None = None


class PageArchived(Event, frozen=True, tag="page.archived"):
    """The page went to the trash, with the page `root` that was deleted (itself, or one above it)."""

    root: UUID


class PageRestored(Event, frozen=True, tag="page.restored"):
    """The page came back from the trash, with the page `root` whose deletion had put it there."""

    root: UUID


PageEvent = (
    PageCreated
    | DetailsChanged
    | SlugChanged
    | PageMoved
    | PageOrdered
    | SchemaChanged
    | VersionLabelled
    | ContentReplaced
    | ContentEdited
    | ContentAppended
    | PageReverted
    | PageArchived
    | PageRestored
)


def slug_claims(events: Sequence[object]) -> dict[str, bool]:
    """The slugs these events take, and whether the page is made with it. One that is passed through keeps leading to the page."""
    claimed: dict[str, bool] = {}
    for event in events:
        if type(event) is PageCreated:
            claimed[event.slug] = True
        elif type(event) is SlugChanged:
            claimed.setdefault(event.slug.after, False)
    return claimed
