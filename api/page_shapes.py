"""The bodies of the pages API: what is taken in, leniently where the contract says so, and what is answered."""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from api.bodies import Body, Version
from application.page_versions import VersionEntry
from application.pages.ports import LAST, Place
from domain.errors import InvalidValue
from domain.events import Actor
from domain.pages.decisions import Changes, Draft
from domain.pages.events import Icon, PageType, PropertyValue, Status


class CreatePage(Body):
    """A page to create; only `title` is required. Name the parent by `parentSlug` or `parentId`."""

    title: str
    slug: str | None = None
    content: str = ""
    subtitle: str | None = None
    parent_slug: str | None = None
    parent_id: str | None = None
    type: PageType = "page"
    status: Status | None = None
    icon: Icon | None = None
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()
    due_date: date | None = None
    properties: dict[str, PropertyValue | None] = {}

    def draft(self) -> Draft:
        return Draft(
            title=self.title,
            content=self.content,
            subtitle=self.subtitle,
            page_type=self.type,
            status=self.status,
            icon=self.icon,
            owner=self.owner,
            blocked_by=self.blocked_by,
            due_date=self.due_date,
            properties=self.properties,
        )

    def parent(self) -> str | None:
        if self.parent_id is not None and self.parent_slug is not None:
            raise InvalidValue("Name the parent by parentSlug or by parentId, not by both.", parameter="parentId")
        return self.parent_id or self.parent_slug


class ChangePage(Body):
    """What to change; fields left out stay. `properties` merge, null removes one. `parentSlug: null` moves to the root."""

    title: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    subtitle: str | UnsetType | None = UNSET
    parent_slug: str | UnsetType | None = UNSET
    parent_id: str | UnsetType | None = UNSET
    type: PageType | UnsetType = UNSET
    status: Status | UnsetType | None = UNSET
    icon: Icon | UnsetType | None = UNSET
    owner: str | UnsetType | None = UNSET
    blocked_by: tuple[str, ...] | UnsetType = UNSET
    due_date: date | UnsetType | None = UNSET
    properties: dict[str, PropertyValue | None] | UnsetType = UNSET
    before: str | None = None
    after: str | None = None
    version: Version | None = None
    content_hash: str | None = None

    def changes(self) -> Changes:
        return Changes(
            title=self.title,
            slug=self.slug,
            content=self.content,
            subtitle=self.subtitle,
            page_type=self.type,
            status=self.status,
            icon=self.icon,
            owner=self.owner,
            blocked_by=self.blocked_by,
            due_date=self.due_date,
            properties=self.properties,
        )

    def parent(self) -> str | UnsetType | None:
        return _parent(self.parent_slug, self.parent_id)

    def place(self) -> Place | None:
        return _place(self.before, self.after, None)


class MovePage(Body):
    """Where a page goes: below which parent (left out: where it is; null: to the top), and beside which of the pages there, by
    slug or id, or to which end. Without a place it goes to the end.
    """

    parent_slug: str | UnsetType | None = UNSET
    parent_id: str | UnsetType | None = UNSET
    before: str | None = None
    after: str | None = None
    position: Literal["first", "last"] | None = None
    version: Version | None = None

    def parent(self) -> str | UnsetType | None:
        return _parent(self.parent_slug, self.parent_id)

    def place(self) -> Place:
        return _place(self.before, self.after, self.position) or LAST


def _parent(slug: str | UnsetType | None, page_id: str | UnsetType | None) -> str | UnsetType | None:
    if page_id is not UNSET and slug is not UNSET:
        raise InvalidValue("Name the parent by parentSlug or by parentId, not by both.", parameter="parentId")
    return slug if page_id is UNSET else page_id


def _place(before: str | None, after: str | None, position: Literal["first", "last"] | None) -> Place | None:
    given = [each for each in (before, after, position) if each is not None]
    if len(given) > 1:
        raise InvalidValue("Say where by one of before, after and position.", parameter="before")
    return Place(before, after, position) if given else None


class RevertPage(Body):
    """The version to go back to. With `contentHash`, only if the content is still the one you read."""

    version: Version
    content_hash: str | None = None


class VersionLabel(Body):
    """A version's name; null takes it away."""

    label: str | None


class PageSummary(msgspec.Struct, rename="camel"):
    """A page as lists show it."""

    id: str
    slug: str
    title: str
    subtitle: str | None
    parent_id: str | None
    type: PageType
    status: Status | None
    icon: Icon | None
    owner: str | None
    blocked_by: list[str]
    due_date: date | None
    properties: dict[str, PropertyValue]
    created_at: str
    created_by: Actor
    archived_at: str | None
    version: int
    updated_at: str
    updated_by: Actor
    parent_slug: str | None


class PageResource(PageSummary, rename="camel"):
    """A page with its content."""

    content: str
    content_hash: str


class PageAnswer(msgspec.Struct):
    """One page."""

    page: PageResource


class ChangedPageAnswer(msgspec.Struct):
    """One page; and, with `rewriteLinks=true`, the slugs of the pages in which links to it were rewritten."""

    page: PageResource
    rewritten: list[str] | UnsetType = UNSET


class PagesAnswer(msgspec.Struct, rename="camel"):
    """Pages, and how many the workspace has that a list could return. With a limit: where to go on, null at the end."""

    pages: list[PageSummary]
    total_pages: int
    next_cursor: str | UnsetType | None = UNSET


class FoundAnswer(msgspec.Struct, rename="camel"):
    """Pages that match, and how many do in all."""

    pages: list[PageSummary]
    total_count: int


class TrashedPage(PageSummary, rename="camel"):
    """A page that was deleted."""

    # How many pages were deleted with it.
    pages_below: int


class TrashAnswer(msgspec.Struct, rename="camel"):
    """Deleted pages, newest deletion first, and how many there are in all."""

    pages: list[TrashedPage]
    total_count: int


class Success(msgspec.Struct):
    """It was done."""

    success: Literal[True]


class VersionAnswer(msgspec.Struct):
    """One version of a page."""

    version: VersionEntry


class HistoryAnswer(msgspec.Struct):
    """The timeline, newest first."""

    history: list[Any]
