"""What orders do where the concept has nothing to add: their fields are the entity's own."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order
from domain.planning.entities import Concept, Kept


def plainly_created(concept: Concept[Any]) -> Callable[[Draft, Order], Awaitable[None]]:
    async def create(draft: Draft, order: Order) -> None:
        draft.begin(concept, concept.created(ref_id=draft.next_ref_id(), **msgspec.structs.asdict(order)))

    return create


async def plainly_changed(draft: Draft, kept: Kept[Any], order: ChangeOrder) -> None:
    draft.change(kept, order.applied(kept.entity))
