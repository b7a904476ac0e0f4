"""Docs with their notes."""

from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from domain.planning.docs import DOCS, DocCreated, KeyOfArchived
from domain.planning.entities import RefId
from domain.planning.note_blocks import Block
from domain.planning.notes import NOTES, NoteCreated


class CreateDoc(Order):
    """What it is called and says, and below which other one it is. The key is its client's: sent again, it makes no second."""

    idempotency_key: str
    name: str
    content: tuple[Block, ...]
    parent_doc_ref_id: RefId | None = None


class ChangeDoc(ChangeOrder):
    """Its name; what it says is changed in its note."""

    name: U[str] = UNSET


async def create_doc(draft: Draft, order: CreateDoc) -> None:
    """The same again where its key is known, if that is still there. Raises `EntityNotFound` where there is none that it could be
    below, and `KeyOfArchived`.
    """
    parent = None if order.parent_doc_ref_id is None else await draft.get(DOCS, order.parent_doc_ref_id)
    wanted = DocCreated(
        ref_id=draft.next_ref_id(),
        name=order.name,
        idempotency_key=order.idempotency_key,
        parent_doc_ref_id=None if parent is None else parent.entity.ref_id,
    )
    note = NoteCreated(ref_id=draft.next_ref_id(), namespace="doc", source_entity_ref_id=wanted.ref_id, content=order.content)
    # What is wrong with an order is wrong with it whether its key is known or not.
    begun, noted = DOCS.begin(wanted, draft.at), NOTES.begin(note, draft.at)
    for doc in await draft.all(DOCS, [order.idempotency_key]):
        if doc.entity.archived:
            raise KeyOfArchived(ref_id=doc.entity.ref_id)
        draft.there_already += [doc, *await draft.belonging(NOTES, doc)]
        return
    draft.begin(DOCS, begun)
    draft.begin(NOTES, noted)
