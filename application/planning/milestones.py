"""Milestones of a life."""

import datetime as dt

from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.life_plan import created_in_life_plan
from application.planning.lifetimes import check_all_in_order, check_unused, lifetime
from application.planning.orders import ChangeOrder, Order, U, URef
from application.planning.plain import changed_plainly
from domain.planning.entities import Kept, RefId
from domain.planning.milestones import LIFE_MILESTONES, Milestone


class CreateLifeMilestone(Order):
    """Which day, and of which project."""

    name: str
    date: dt.date
    project_ref_id: RefId


class ChangeLifeMilestone(ChangeOrder):
    """What to change of it. Chapters that begin or end with it follow."""

    name: U[str] = UNSET
    date: U[dt.date] = UNSET
    project_ref_id: URef = UNSET


create_milestone = created_in_life_plan(LIFE_MILESTONES)


async def change_milestone(draft: Draft, kept: Kept[Milestone], order: ChangeLifeMilestone) -> None:
    """Raises `DatesOutOfOrder`, where a chapter would be."""
    before = None if order.applied(kept.entity).date == kept.entity.date else await lifetime(draft)
    await changed_plainly(draft, kept, order)
    if before is not None:
        await check_all_in_order(draft, before)


async def remove_milestone(draft: Draft, kept: Kept[Milestone]) -> None:
    """Raises `MilestoneInUse`."""
    await check_unused(draft, kept)
    await draft.remove(kept)
