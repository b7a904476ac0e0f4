"""Notes over HTTP."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.queries import FindQuery
from application.planning.notes import ChangeNote, CreateNote, archive_note, create_note, remove_note
from domain.planning.notes import NOTES, Note, NoteNamespace


class FindNotes(FindQuery, kw_only=True):
    """Which notes."""

    filter_namespace: Annotated[tuple[NoteNamespace, ...], Meta(description="About any of these.")] = ()

    def keep(self) -> Callable[[Note], bool] | None:
        return (lambda note: note.namespace in self.filter_namespace) if self.filter_namespace else None


class NotesAnswer(msgspec.Struct):
    """Notes in the order of their ref_ids."""

    notes: list[Note]


class NoteAnswer(msgspec.Struct):
    """One note."""

    note: Note


class NewNoteAnswer(msgspec.Struct):
    """A note as it was made."""

    new_note: Note


RESOURCE: Resource[Note] = Resource(
    path="/common/notes",
    concept=NOTES,
    one="note",
    many="notes",
    find=Find(query=FindNotes, answer=NotesAnswer, entry=lambda shown, _: shown.itself, many="notes"),
    create=Create(order=CreateNote, act=create_note, answer=NewNoteAnswer, made=lambda made: NewNoteAnswer(made.the(NOTES))),
    load=Load(answer=NoteAnswer, shown=lambda shown, _: NoteAnswer(shown.itself)),
    change=Change(order=ChangeNote),
    archive=archive_note,
    remove=remove_note,
)
