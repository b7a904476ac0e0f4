"""The bodies of a batch: each action is the body of its single route, with the page it is for and a name for later ones."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Self

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.page_shapes import (
    ChangePage,
    CreatePage,
    FindReplaceBody,
    MovePage,
    PageSummary,
    RevertPage,
    SectionBody,
    Version,
    WriteContent,
)
from application.event_store import Command
from application.pages.batches import Cases, InvalidAction, Needs
from application.pages.ports import Outcome
from domain.errors import DomainError, InvalidValue
from domain.pages.decisions import Changes, Guard
from domain.pages.rules import TITLE_CHARACTERS_MAX
from domain.pages.slugs import slug_from
from domain.pages.state import Page

ACTIONS_MAX = 500
DETAIL_CHARACTERS_MAX = 1000
Ref = Annotated[str | None, Meta(description="A name for this action's page: later actions write it as `$name`.")]
Slug = Annotated[str | UnsetType, Meta(description="The page's slug, or `$name`.")]
Id = Annotated[str | UnsetType, Meta(description="The page's id, or `$name`, in place of `slug`.")]
NewSlug = Annotated[str | UnsetType, Meta(description="A rename, because `slug` says which page.")]


class _Member:
    """What the actions have in common. It has no fields, so that the bodies of routes can be actions as well."""

    __slots__ = ()

    # The status that the single route answers with.
    answers: ClassVar[int] = 200
    # The fields that name pages.
    naming: ClassVar[tuple[str, ...]] = ("slug", "id", "parent_slug", "parent_id", "before", "after")
    # Whether all pages below are looked at.
    branch: ClassVar[bool] = False

    def needs(self) -> Needs:
        pages = [name for field in self.naming if isinstance(name := getattr(self, field, None), str)]
        slugs = [slug for slug in (getattr(self, "new_slug", None),) if isinstance(slug, str)]
        return Needs(pages, pages[:1] if self.looks_below() else (), slugs)

    def looks_below(self) -> bool:
        return self.branch

    def resolved(self, resolve: Callable[[str], Page]) -> Self:
        """With ids for names; `blockedBy` takes slugs."""
        given: dict[str, Any] = {field: getattr(self, field, None) for field in self.naming}
        found: dict[str, Any] = {field: str(resolve(name).details.id) for field, name in given.items() if _names(name)}
        blocked_by = getattr(self, "blocked_by", None) or ()
        if any(map(_names, blocked_by)):
            found["blocked_by"] = tuple(resolve(slug).details.slug if _names(slug) else slug for slug in blocked_by)
        return msgspec.structs.replace(self, **found) if found else self  # type: ignore[type-var] # all members are Structs

    def page(self) -> str:
        slug, page_id = getattr(self, "slug", UNSET), getattr(self, "id", UNSET)
        if (slug is UNSET) == (page_id is UNSET):
            raise InvalidValue("Name the page by slug or by id, one of them.", parameter="slug")
        return str(page_id if slug is UNSET else slug)

    def guard(self) -> Guard:
        return Guard(getattr(self, "version", None), getattr(self, "content_hash", None))


def _names(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


class CreateAction(_Member, CreatePage, tag="create", tag_field="action", kw_only=True):
    """POST /pages. `slug` is the new page's own."""

    ref: Ref = None
    answers: ClassVar = 201
    naming: ClassVar = ("parent_slug", "parent_id")

    def needs(self) -> Needs:
        slug = slug_from(self.title[:TITLE_CHARACTERS_MAX]) if self.slug is None else self.slug
        return msgspec.structs.replace(_Member.needs(self), slugs=[slug])

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.pages.create(command, self.draft(), slug=self.slug, parent=self.parent())


class UpdateAction(_Member, ChangePage, tag="update", tag_field="action", kw_only=True):
    """PATCH /pages/{slug}. `slug` says which page; `newSlug` renames it."""

    slug: Slug = UNSET
    id: Id = UNSET
    new_slug: NewSlug = UNSET
    ref: Ref = None

    def changes(self) -> Changes:
        return msgspec.structs.replace(ChangePage.changes(self), slug=self.new_slug)

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.pages.change(
            command, self.page(), self.changes(), parent=self.parent(), place=self.place(), guard=self.guard()
        )


class _OnPage(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True, tag_field="action"):
    """Actions that need no more than their page."""

    slug: Slug = UNSET
    id: Id = UNSET
    version: Version | None = None
    content_hash: str | None = None
    ref: Ref = None


class MoveAction(_Member, MovePage, tag="move", tag_field="action", kw_only=True):
    """POST /pages/{slug}/move."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def looks_below(self) -> bool:
        return self.parent_slug is not UNSET or self.parent_id is not UNSET

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.pages.change(command, self.page(), Changes(), parent=self.parent(), place=self.place(), guard=self.guard())


class DeleteAction(_Member, _OnPage, tag="delete", kw_only=True):
    """DELETE /pages/{slug}: the page and those below it."""

    branch: ClassVar = True

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.pages.archive(command, self.page(), self.guard())


class RestoreAction(_Member, _OnPage, tag="restore", kw_only=True):
    """POST /pages/{slug}/restore."""

    branch: ClassVar = True

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.pages.restore(command, self.page(), self.guard())


class RevertAction(_Member, RevertPage, tag="revert", tag_field="action", kw_only=True):
    """POST /pages/{slug}/revert. `version` is the one to go back to."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.versions.revert(command, self.page(), self.version, Guard(content_hash=self.content_hash))


class AppendAction(_Member, WriteContent, tag="append", tag_field="action", kw_only=True):
    """POST /pages/{slug}/content/append."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.contents.append(command, self.page(), self.content, self.guard())


class PrependAction(_Member, WriteContent, tag="prepend", tag_field="action", kw_only=True):
    """POST /pages/{slug}/content/prepend."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.contents.prepend(command, self.page(), self.content, self.guard())


class ReplaceAction(_Member, WriteContent, tag="replace", tag_field="action", kw_only=True):
    """PUT /pages/{slug}/content."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.contents.replace(command, self.page(), self.content, self.guard())


class FindReplaceAction(_Member, FindReplaceBody, tag="findReplace", tag_field="action", kw_only=True):
    """POST /pages/{slug}/content/find-replace."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        fields = {name: getattr(self, name) for name in FindReplaceBody.__struct_fields__}
        return cases.contents.find_replace(command, self.page(), FindReplaceBody(**fields).wanted(), self.guard())


class EditSectionAction(_Member, SectionBody, tag="editSection", tag_field="action", kw_only=True):
    """POST /pages/{slug}/content/sections."""

    slug: Slug = UNSET
    id: Id = UNSET
    ref: Ref = None

    def run(self, cases: Cases, command: Command) -> Awaitable[Outcome]:
        return cases.contents.edit_section(command, self.page(), self.wanted(), self.guard())


AnyAction = (
    CreateAction
    | UpdateAction
    | MoveAction
    | DeleteAction
    | RestoreAction
    | RevertAction
    | AppendAction
    | PrependAction
    | ReplaceAction
    | FindReplaceAction
    | EditSectionAction
)
ACTIONS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in AnyAction.__args__}
# Those of which the text is shown where a refusal shows the page as it is.
ON_CONTENT = frozenset({"append", "prepend", "replace", "findReplace", "editSection"})


class Refused(msgspec.Struct, frozen=True):
    """An action that could not be read."""

    error: DomainError
    ref: str | None = None
    answers: ClassVar[int] = 400

    def needs(self) -> Needs:
        return Needs()

    def resolved(self, resolve: Callable[[str], Page]) -> Self:  # noqa: ARG002 - the protocol's signature
        raise self.error

    async def run(self, cases: Cases, command: Command) -> Outcome:  # noqa: ARG002 - the protocol's signature
        raise self.error


class _Head(msgspec.Struct):
    """What can be said of an action even where the rest of it is wrong."""

    action: Any = None
    ref: Any = None
    slug: Any = None
    id: Any = None


class Read(msgspec.Struct, frozen=True):
    """An action as it was read. `name` and `slug` are what was written, for the answer."""

    body: AnyAction | Refused
    name: str | None
    slug: str | None


_ONE = msgspec.json.Decoder(AnyAction)
_HEAD = msgspec.json.Decoder(_Head)


def read_action(raw: msgspec.Raw) -> Read:
    """One action by itself, so that what is wrong with it keeps nobody from hearing what is wrong with the others."""
    head = _Head()
    try:
        head = _HEAD.decode(raw)
        body: AnyAction | Refused = _ONE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        body = Refused(InvalidAction(_what_is_wrong(head, str(error))), _text(head.ref))
    return Read(body, _text(head.action), _text(head.slug) or _text(head.id))


def _text(value: object) -> str | None:
    return value[:DETAIL_CHARACTERS_MAX] if isinstance(value, str) else None


def _what_is_wrong(head: _Head, found: str) -> str:
    if isinstance(head.action, str) and head.action not in ACTIONS:
        return f"There is no action {head.action[:100]!r}. There are {', '.join(ACTIONS)}."
    return found if len(found) <= DETAIL_CHARACTERS_MAX else found[:DETAIL_CHARACTERS_MAX] + "…"


_LISTED = {
    "type": "array",
    "minItems": 1,
    "maxItems": ACTIONS_MAX,
    "items": {"oneOf": [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in ACTIONS.values()]},
}


class BatchBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Actions on pages, carried out in their order. `operations` is a synonym of `actions`."""

    # For the document, because the actions are read one by one.
    members: ClassVar = tuple(ACTIONS.values())
    schema: ClassVar = {
        "properties": {
            "actions": _LISTED,
            "operations": _LISTED,
            "atomic": {"type": "boolean", "default": True, "description": "All or nothing; otherwise each stands alone."},
            "dryRun": {"type": "boolean", "default": False, "description": "Only say what would happen."},
        },
        "oneOf": [{"required": ["actions"]}, {"required": ["operations"]}],
    }

    actions: list[msgspec.Raw] | UnsetType = UNSET
    operations: list[msgspec.Raw] | UnsetType = UNSET
    # All or nothing; otherwise each action stands alone.
    atomic: bool = True
    # Answers what would happen, and does nothing.
    dry_run: bool = False

    def read(self) -> list[Read]:
        given = [actions for actions in (self.actions, self.operations) if actions is not UNSET]
        if len(given) != 1:
            raise InvalidValue("Send actions, or operations, which is the same.", parameter="actions")
        if not 1 <= len(given[0]) <= ACTIONS_MAX:
            raise InvalidValue(f"A batch has 1 to {ACTIONS_MAX} actions; this one has {len(given[0])}.", parameter="actions")
        return [read_action(each) for each in given[0]]


class BatchPage(PageSummary, rename="camel"):
    """A page as lists show it, with what guards a later write of its text."""

    content_hash: str


class BatchResult(msgspec.Struct, rename="camel", kw_only=True):
    """What became of one action. `status` is what its single route would have answered."""

    index: int
    action: str | None
    slug: str | None
    status: int
    ref: str | UnsetType = UNSET
    page: BatchPage | UnsetType = UNSET
    replacements: int | UnsetType = UNSET
    # Of each, where a find and replace has several.
    edits: list[int] | UnsetType = UNSET
    error: dict[str, Any] | UnsetType = UNSET


class BatchSummary(msgspec.Struct, rename="camel"):
    """How many actions there were, and how many did or would do what they say."""

    total: int
    succeeded: int
    failed: int


class BatchAnswer(msgspec.Struct, rename="camel"):
    """What became of each action, in their order."""

    success: bool
    dry_run: bool
    results: list[BatchResult]
    summary: BatchSummary
