"""Blocks of whole days, made and moved by what takes the days."""

from datetime import date
from typing import Any

import msgspec

from application.planning.draft import Draft
from domain.planning.entities import Kept
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, FullDaysBlockCreated, TimeEventNamespace, days


def take_days(draft: Draft, namespace: TimeEventNamespace, owner: str, start: date, end: date) -> None:
    wanted = FullDaysBlockCreated(
        ref_id=draft.next_ref_id(),
        namespace=namespace,
        source_entity_ref_id=owner,
        start_date=start,
        duration_days=days(start, end),
        end_date=end,
    )
    draft.begin(FULL_DAYS_BLOCKS, wanted)


async def follow_days(draft: Draft, owner: Kept[Any], start: date, end: date) -> None:
    """The block of what is on other days now."""
    for block in await draft.belonging(FULL_DAYS_BLOCKS, owner):
        draft.change(block, msgspec.structs.replace(block.entity, start_date=start, duration_days=days(start, end), end_date=end))
