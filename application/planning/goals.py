"""Goals, each below another or on top."""

from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.life_plan import created_in_life_plan
from application.planning.orders import ChangeOrder, Order, U, URef, URefOrNone
from application.planning.plain import changed_plainly
from application.planning.references import reassign
from domain.planning.entities import Kept, RefId
from domain.planning.goals import GOALS, Goal, check_depth


class CreateGoal(Order):
    """Its name, its project, and which goal it is below, if any."""

    name: str
    project_ref_id: RefId
    parent_goal_ref_id: RefId | None = None


class ChangeGoal(ChangeOrder):
    """What to change of it."""

    name: U[str] = UNSET
    project_ref_id: URef = UNSET
    parent_goal_ref_id: URefOrNone = UNSET


_create = created_in_life_plan(GOALS)


async def create_goal(draft: Draft, order: CreateGoal) -> None:
    check_depth(await _tree(draft), None, order.parent_goal_ref_id)
    await _create(draft, order)


async def change_goal(draft: Draft, kept: Kept[Goal], order: ChangeGoal) -> None:
    above = order.applied(kept.entity).parent_goal_ref_id
    if above != kept.entity.parent_goal_ref_id:
        check_depth(await _tree(draft), kept.entity.ref_id, above)
    await changed_plainly(draft, kept, order)


async def remove_goal(draft: Draft, kept: Kept[Goal]) -> None:
    """Everything that names it names the goal above it instead, or none."""
    await draft.remove(kept)
    await reassign(draft, kept, kept.entity.parent_goal_ref_id)


async def _tree(draft: Draft) -> dict[str, str | None]:
    return {kept.entity.ref_id: kept.entity.parent_goal_ref_id for kept in await draft.all(GOALS)}
