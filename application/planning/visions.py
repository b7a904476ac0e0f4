"""Visions, of which one is active."""

import msgspec

from application.planning.draft import Draft
from application.planning.life_plan import the_life_plan
from application.planning.orders import Order, OrderOnOne
from domain.planning.entities import Kept
from domain.planning.notes import NOTES, NoteCreated
from domain.planning.visions import ACTIVE, VISIONS, Vision, VisionActivated, VisionCreated, VisionSuperseded


class CreateVision(Order):
    """Nothing needs to be said of it: what it is stands in its note."""


async def create_draft(draft: Draft) -> None:
    """With an empty note."""
    plan = (await the_life_plan(draft)).entity
    vision = draft.begin(VISIONS, VisionCreated(ref_id=draft.next_ref_id(), life_plan_ref_id=plan.ref_id)).entity
    note = NoteCreated(ref_id=draft.next_ref_id(), namespace="vision", source_entity_ref_id=vision.ref_id, content=())
    draft.begin(NOTES, note)


async def mark_active(draft: Draft, kept: Kept[Vision], _: OrderOnOne) -> None:
    """The one that was active is an old one from here on, also if it is archived."""
    before = await draft.all(VISIONS, [ACTIVE])
    draft.change(kept, msgspec.structs.replace(kept.entity, status=ACTIVE), telling=VisionActivated)
    for other in before:
        if other.stream_id != kept.stream_id:
            draft.change(other, msgspec.structs.replace(other.entity, status="old"), telling=VisionSuperseded)
