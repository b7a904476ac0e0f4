"""Notes: what is written about something else of planning. Nothing has more than one."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError
from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    NOT_USED,
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)
from domain.planning.note_blocks import Block, check_content

NoteNamespace = Literal[
    "big-plan",
    "chapter",
    "chore",
    "doc",
    "goal",
    "habit",
    "inbox-task",
    "journal",
    "metric",
    "metric-entry",
    "milestone",
    "occasion",
    "person",
    "project",
    "schedule-event-full-days",
    "schedule-event-in-day",
    "schedule-stream",
    "smart-list",
    "smart-list-item",
    "time-plan",
    "vacation",
    "vision",
    "working-mem",
]


class NoteExists(DomainError):
    """This has a note already, perhaps an archived one. Change that one."""

    code = "note_exists"


class NoteStays(DomainError):
    """This note comes and goes with what it is about. Say nothing in it, or archive or remove that."""

    code = "note_stays"


class NoteCreated(Created, frozen=True, kw_only=True, tag="note.created"):
    """Something was written about something."""

    namespace: NoteNamespace
    source_entity_ref_id: RefId
    content: tuple[Block, ...]
    name: str = NOT_USED
    note_collection_ref_id: RefId = COLLECTION


class NoteRewritten(Changed, frozen=True, kw_only=True, tag="note.rewritten"):
    """The note says something else."""

    content: Change[tuple[Block, ...]] | UnsetType = UNSET


class NoteArchived(Archived, frozen=True, tag="note.archived"):
    """The note was put away."""


class NoteUnarchived(Unarchived, frozen=True, tag="note.unarchived"):
    """The note was brought back."""


class NoteRemoved(Removed, frozen=True, tag="note.removed"):
    """The note disappeared from every read."""


class Note(Entity, frozen=True, kw_only=True):
    """What is written about something."""

    name: str
    note_collection_ref_id: RefId
    namespace: NoteNamespace
    source_entity_ref_id: RefId
    content: tuple[Block, ...]


def _settle(note: Note) -> Note:
    return msgspec.structs.replace(note, content=check_content(note.content))


NOTES = Concept(
    kind="note",
    entity=Note,
    created=NoteCreated,
    changed=(NoteRewritten,),
    lifecycle=Lifecycle(NoteArchived, NoteUnarchived, NoteRemoved),
    settle=_settle,
    owner=lambda note: note.source_entity_ref_id,
)
