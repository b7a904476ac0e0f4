"""Notes about what is there."""

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, Should
from application.planning.owners import the_owner
from domain.planning.concepts import BY_NOTE_NAMESPACE
from domain.planning.entities import Kept, RefId
from domain.planning.note_blocks import Block
from domain.planning.notes import NOTES, Note, NoteCreated, NoteExists, NoteNamespace, NoteStays


class CreateNote(Order):
    """What it is about, and what it says."""

    namespace: NoteNamespace
    source_entity_ref_id: RefId
    content: tuple[Block, ...]


class ShouldSay(Should[tuple[Block, ...]]):
    """What the note should say from now on, or that it should stay. It has a name, because its type would make a long one."""


class ChangeNote(ChangeOrder):
    """What it says."""

    content: ShouldSay | tuple[Block, ...] | UnsetType = UNSET


async def create_note(draft: Draft, order: CreateNote) -> None:
    """Raises `NoteExists`."""
    owner = await the_owner(draft, BY_NOTE_NAMESPACE, order.namespace, order.source_entity_ref_id)
    if await draft.belonging(NOTES, owner):
        raise NoteExists
    wanted = NoteCreated(
        ref_id=draft.next_ref_id(),
        namespace=order.namespace,
        source_entity_ref_id=owner.entity.ref_id,
        content=order.content,
    )
    draft.begin(NOTES, wanted)


async def archive_note(draft: Draft, kept: Kept[Note]) -> None:
    """Raises `NoteStays`."""
    _check_may_go(kept.entity)
    await draft.archive(kept)


async def remove_note(draft: Draft, kept: Kept[Note]) -> None:
    """Raises `NoteStays`."""
    _check_may_go(kept.entity)
    await draft.remove(kept)


def _check_may_go(note: Note) -> None:
    if BY_NOTE_NAMESPACE[note.namespace].note_stays:
        raise NoteStays
