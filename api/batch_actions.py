"""The actions of a batch: each is the body of its single route, with the page it is for and a name for later ones."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Self

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.bodies import Version
from api.content_shapes import FindReplaceBody, SectionBody, WriteContent
from api.page_shapes import ChangePage, CreatePage, MovePage, RevertPage
from application.event_store import Command
from application.pages.batches import Cases, Needs
from application.pages.ports import Outcome
from domain.errors import InvalidValue
from domain.pages.decisions import Changes, Guard
from domain.pages.rules import TITLE_CHARACTERS_MAX
from domain.pages.slugs import slug_from
from domain.pages.state import Page

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
