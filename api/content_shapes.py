"""The bodies of the routes of a page's text."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.bodies import Body, Version
from domain.errors import InvalidValue
from domain.pages.find_replace import FindReplace
from domain.pages.section_edits import Operation, SectionEdit
from domain.pages.sections import clean_path, parse_path

EDITS_AT_ONCE_MAX = 100
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class WriteContent(Body):
    """Text to put or to append. With `contentHash` (or `version`) the write is refused if the page has changed since."""

    content: str
    content_hash: str | None = None
    version: Version | None = None


class FindReplaceOne(Body):
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


class SectionBody(Body):
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
