"""The bodies of the pages API: what is taken in, leniently where the contract says so, and what is answered."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from application.page_versions import VersionEntry
from application.pages.ports import LAST, Place
from domain.errors import InvalidValue
from domain.events import Actor
from domain.pages.decisions import Changes, Draft
from domain.pages.events import Icon, PageType, PropertyDefinition, PropertyType, PropertyValue, Schema, Status
from domain.pages.find_replace import FindReplace
from domain.pages.section_edits import Operation, SectionEdit
from domain.pages.sections import clean_path, parse_path

Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
EDITS_AT_ONCE_MAX = 100
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


class MovePage(_Body):
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


class WriteContent(_Body):
    """Text to put or to append. With `contentHash` (or `version`) the write is refused if the page has changed since."""

    content: str
    content_hash: str | None = None
    version: Version | None = None


class FindReplaceOne(_Body):
    """What to find and what to put there; `oldText`/`newText` and `search` are synonyms."""

    schema: ClassVar[dict[str, Any]] = {
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

    def one(self) -> FindReplace:
        return FindReplace(
            find=_one_of("find", self.find, self.old_text, self.search),
            replace=_one_of("replace", self.replace, self.new_text),
            replace_all=self.replace_all,
            expected_count=self.expected_count,
        )


class FindReplaceBody(FindReplaceOne):
    """One find and replace; or `edits`, several, each on what the one before left, all or none."""

    schema: ClassVar[dict[str, Any]] = {
        "oneOf": [
            FindReplaceOne.schema,
            {"required": ["edits"], "properties": {"edits": {"minItems": 1, "maxItems": EDITS_AT_ONCE_MAX}}},
        ]
    }

    edits: list[FindReplaceOne] | UnsetType = UNSET
    content_hash: str | None = None
    version: Version | None = None

    def wanted(self) -> FindReplace | list[FindReplace]:
        """What is to be replaced, or all of it in order."""
        if self.edits is UNSET:
            return self.one()
        if self != FindReplaceBody(edits=self.edits, content_hash=self.content_hash, version=self.version):
            raise InvalidValue("Send edits, or one find and replace beside them, not both.", parameter="edits")
        if not 0 < len(self.edits) <= EDITS_AT_ONCE_MAX:
            raise InvalidValue(f"edits holds 1 to {EDITS_AT_ONCE_MAX} find-replaces.", parameter="edits")
        return [edit.one() for edit in self.edits]


class SectionBody(_Body):
    r"""What to do with a section. `path`: `Guide/Setup`, with `\/` for a slash inside a heading, or a list of headings."""

    path: str | list[str]
    operation: Operation
    content: str | UnsetType = UNSET
    content_hash: str | None = None
    version: Version | None = None

    def wanted(self) -> SectionEdit:
        path = parse_path(self.path) if isinstance(self.path, str) else clean_path(self.path)
        if self.content is UNSET and self.operation != "delete":
            raise InvalidValue("content is missing.", parameter="content")
        return SectionEdit(path=path, operation=self.operation, content="" if self.content is UNSET else self.content)


def _one_of(name: str, *synonyms: str | UnsetType) -> str:
    given = [text for text in synonyms if text is not UNSET]
    if len(given) != 1:
        raise InvalidValue(f"{name} is missing." if not given else f"{name} is given more than once.", parameter=name)
    return given[0]


def _parent(slug: str | UnsetType | None, page_id: str | UnsetType | None) -> str | UnsetType | None:
    if page_id is not UNSET and slug is not UNSET:
        raise InvalidValue("Name the parent by parentSlug or by parentId, not by both.", parameter="parentId")
    return slug if page_id is UNSET else page_id


def _place(before: str | None, after: str | None, position: Literal["first", "last"] | None) -> Place | None:
    given = [each for each in (before, after, position) if each is not None]
    if len(given) > 1:
        raise InvalidValue("Say where by one of before, after and position.", parameter="before")
    return Place(before, after, position) if given else None


class RevertPage(_Body):
    """The version to go back to. With `contentHash`, only if the content is still the one you read."""

    version: Version
    content_hash: str | None = None


class VersionLabel(_Body):
    """A version's name; null takes it away."""

    label: str | None


class PropertyRule(_Body):
    """What a property of a row may hold. A select has `options`."""

    type: PropertyType
    options: tuple[str, ...] = ()


class PutSchema(_Body):
    """The properties that rows may have, by name."""

    properties: dict[str, PropertyRule]
    version: Version | None = None

    def schema_of_rows(self) -> Schema:
        return {name: PropertyDefinition(rule.type, rule.options) for name, rule in self.properties.items()}


class SchemaAnswer(msgspec.Struct):
    """A schema; `properties` is null where rows may have any."""

    properties: dict[str, PropertyDefinition] | None
    version: int


class UnfitRows(msgspec.Struct):
    """How many rows do not fit, and the slugs of the first."""

    count: int
    slugs: list[str]


class SchemaSet(msgspec.Struct):
    """A schema that holds from now on."""

    success: Literal[True]
    properties: dict[str, PropertyDefinition]
    version: int
    nonconforming: UnfitRows


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
    """What find-and-replace left, and in how many places it replaced; where `edits` were sent, also each of them."""

    replacements: int
    edits: list[int] | UnsetType = UNSET


class HistoryAnswer(msgspec.Struct):
    """The timeline, newest first."""

    history: list[Any]
