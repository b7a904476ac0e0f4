"""The days that chapters are told by: when the life began, and those of its milestones."""

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.life_plan import the_life_plan
from application.planning.orders import ChangeOrder, Should
from domain.planning.chapters import CHAPTERS, check_order, in_order, milestone_in_use, milestones_of
from domain.planning.entities import Kept
from domain.planning.life_plan import Birthday, LifePlan, Year, birth_of, check_age
from domain.planning.milestones import LIFE_MILESTONES, Milestone
from domain.planning.partial_dates import Lifetime


class ShouldBeBornOn(Should[Birthday]):
    """On which day the life should begin from now on, or that it should stay."""


class ShouldBeBornIn(Should[Year]):
    """In which year the life should begin from now on, or that it should stay."""


class ChangeLifePlan(ChangeOrder):
    """When the life began. Chapters that are told by an age follow."""

    birthday: ShouldBeBornOn | Birthday | UnsetType = UNSET
    birth_year: ShouldBeBornIn | Year | UnsetType = UNSET


async def change_life_plan(draft: Draft, kept: Kept[LifePlan], order: ChangeLifePlan) -> None:
    """Raises `BirthInvalid`, and `DatesOutOfOrder` where a chapter would be."""
    before = await lifetime(draft)
    draft.change(kept, check_age(order.applied(kept.entity), draft.at.date()))
    await check_all_in_order(draft, before)


async def lifetime(draft: Draft) -> Lifetime:
    """Archived milestones have days as well."""
    milestones = {kept.entity.ref_id: kept.entity.date for kept in await draft.all(LIFE_MILESTONES)}
    return Lifetime(birth_of((await the_life_plan(draft)).entity), draft.at.date(), milestones)


async def check_all_in_order(draft: Draft, before: Lifetime) -> None:
    """After the days changed that chapters are told by. One that was out of order before, because the present went on, is
    none of this, and archived ones are looked at when they come back. Raises `DatesOutOfOrder`.
    """
    life = await lifetime(draft)
    for kept in await draft.all(CHAPTERS):
        if not kept.entity.archived and in_order(kept.entity, before):
            check_order(kept.entity, life, what=f"The chapter {kept.entity.ref_id}")


async def check_unused(draft: Draft, milestone: Kept[Milestone]) -> None:
    """Raises `MilestoneInUse`."""
    for kept in await draft.all(CHAPTERS):
        if milestone.entity.ref_id in milestones_of(kept.entity):
            raise milestone_in_use(kept.entity)
