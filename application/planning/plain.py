"""What orders do where the concept has nothing to add: their fields are the entity's own."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order
from application.planning.references import check_references
from domain.planning.entities import Concept, Entity, Kept

S = TypeVar("S", bound=Entity)


async def begun_plainly(draft: Draft, concept: Concept[S], order: Order, **more: object) -> Kept[S]:
    """With the order's fields, and more that it does not tell."""
    fields = {**msgspec.structs.asdict(order), **more}
    await check_references(draft, concept, fields)
    return draft.begin(concept, concept.created(ref_id=draft.next_ref_id(), **fields))


def plainly_created(concept: Concept[Any]) -> Callable[[Draft, Order], Awaitable[None]]:
    async def create(draft: Draft, order: Order) -> None:
        await begun_plainly(draft, concept, order)

    return create


async def changed_plainly(draft: Draft, kept: Kept[S], order: ChangeOrder) -> Kept[S]:
    await check_references(draft, kept.concept, order.wanted(), kept.entity)
    return draft.change(kept, order.applied(kept.entity))


async def plainly_changed(draft: Draft, kept: Kept[Any], order: ChangeOrder) -> None:
    await changed_plainly(draft, kept, order)
