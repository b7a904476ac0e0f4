"""Docs over HTTP."""

from typing import Any

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from api.planning.queries import Include, LoadQuery, wanted
from application.planning.docs import ChangeDoc, CreateDoc, create_doc
from application.planning.reading import Beside, Shown
from domain.planning.docs import DOCS, Doc
from domain.planning.entities import Concept
from domain.planning.notes import NOTES, Note
from domain.planning.tags import Tag


class FindDocs(FindNoted, kw_only=True):
    """Which docs, and what of each."""

    include_subdocs: Include = False

    def also(self) -> tuple[Concept[Any], ...]:
        return wanted((self.include_subdocs, DOCS))


class DocFindResultEntry(msgspec.Struct):
    """A doc, and what was asked for of what belongs to it."""

    doc: Doc
    note: Note | None
    subdocs: list[Doc] | None
    tags: list[Tag]


class DocsAnswer(msgspec.Struct):
    """Docs in the order of their ref_ids, those below others as well."""

    entries: list[DocFindResultEntry]


class DocAnswer(msgspec.Struct):
    """A doc with its note, and those that are right below it."""

    doc: Doc
    note: Note
    subdocs: list[Doc]
    tags: list[Tag]


class NewDocAnswer(msgspec.Struct):
    """A doc and its note, as they were made, or as they are where they were there already."""

    new_doc: Doc
    new_note: Note


def _entry(shown: Shown[Doc], query: FindDocs) -> DocFindResultEntry:
    subdocs = shown.all(DOCS) if query.include_subdocs else None
    return DocFindResultEntry(doc=shown.itself, note=note_of(shown), subdocs=subdocs, tags=tags_of(shown))


def _loaded(shown: Shown[Doc], _: LoadQuery) -> DocAnswer:
    return DocAnswer(doc=shown.itself, note=shown.the(NOTES), subdocs=shown.all(DOCS), tags=tags_of(shown))


RESOURCE = Resource(
    path="/docs",
    concept=DOCS,
    one="doc",
    many="docs",
    find=Find(query=FindDocs, answer=DocsAnswer, entry=_entry),
    create=Create(
        order=CreateDoc,
        act=create_doc,
        answer=NewDocAnswer,
        made=lambda made: NewDocAnswer(made.the(DOCS), made.the(NOTES)),
    ),
    load=Load(answer=DocAnswer, shown=_loaded, beside=Beside(belonging=(*NOTED, DOCS))),
    change=Change(order=ChangeDoc),
)
