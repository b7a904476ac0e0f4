"""The bodies of the pages API: what is taken in, leniently where the contract says so, and what is answered."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.errors import InvalidValue
from domain.events import Actor
from domain.pages.decisions import Changes, Draft
from domain.pages.events import Icon, PageType, PropertyValue, Status
from domain.pages.find_replace import FindReplace

Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class _Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A request's body: a field nobody knows is refused, because it would be silently lost."""


class CreatePage(_Body):
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


class ChangePage(_Body):
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
        if self.parent_id is not UNSET and self.parent_slug is not UNSET:
            raise InvalidValue("Name the parent by parentSlug or by parentId, not by both.", parameter="parentId")
        return self.parent_slug if self.parent_id is UNSET else self.parent_id


class WriteContent(_Body):
    """Text to put or to append. With `contentHash` (or `version`) the write is refused if the page has changed since."""

    content: str
    content_hash: str | None = None
    version: Version | None = None


class FindReplaceBody(_Body):
    """What to find and what to put there; `oldText`/`newText` and `search` are synonyms."""

    schema: ClassVar = {
        "allOf": [
            {"oneOf": [{"required": ["find"]}, {"required": ["oldText"]}, {"required": ["search"]}]},
            {"oneOf": [{"required": ["replace"]}, {"required": ["newText"]}]},
        ]
    }

    find: str | UnsetType = UNSET
    old_text: str | UnsetType = UNSET
    search: str | UnsetType = UNSET
    replace: str | UnsetType = UNSET
    new_text: str | UnsetType = UNSET
    replace_all: bool = False
    expected_count: Count | None = None
    content_hash: str | None = None
    version: Version | None = None

    def wanted(self) -> FindReplace:
        return FindReplace(
            find=_one_of("find", self.find, self.old_text, self.search),
            replace=_one_of("replace", self.replace, self.new_text),
            replace_all=self.replace_all,
            expected_count=self.expected_count,
        )


def _one_of(name: str, *synonyms: str | UnsetType) -> str:
    given = [text for text in synonyms if text is not UNSET]
    if len(given) != 1:
        raise InvalidValue(f"{name} is missing." if not given else f"{name} is given more than once.", parameter=name)
    return given[0]


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


class ContentAnswer(msgspec.Struct, rename="camel"):
    """A page's text."""

    slug: str
    title: str
    content: str
    content_hash: str
    version: int


class ContentChanged(msgspec.Struct, rename="camel", kw_only=True):
    """What a write of content left."""

    success: Literal[True]
    content_hash: str
    version: int


class ContentReplacements(ContentChanged, rename="camel", kw_only=True):
    """What a find-and-replace left, and in how many places it replaced."""

    replacements: int


class HistoryAnswer(msgspec.Struct):
    """The timeline, newest first."""

    history: list[Any]
