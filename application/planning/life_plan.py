"""The life plan of a workspace, and what is made in it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from application.planning.draft import Draft
from application.planning.orders import Order
from application.planning.plain import begun_plainly
from domain.planning.entities import Concept, Entity, Kept
from domain.planning.life_plan import BIRTH_YEAR, BIRTHDAY, LIFE_PLANS, LifePlan, LifePlanCreated
from domain.planning.projects import PROJECTS, ROOT, ROOT_NAME, Project, ProjectCreated

S = TypeVar("S", bound=Entity)


async def begin_life_plan(draft: Draft) -> None:
    """With the project that all others are below."""
    wanted = LifePlanCreated(ref_id=draft.next_ref_id(), birthday=BIRTHDAY, birth_year=BIRTH_YEAR)
    plan = draft.begin(LIFE_PLANS, wanted).entity
    draft.begin(PROJECTS, ProjectCreated(ref_id=draft.next_ref_id(), name=ROOT_NAME, life_plan_ref_id=plan.ref_id))


async def the_life_plan(draft: Draft) -> Kept[LifePlan]:
    """There is one in each workspace, since its first request."""
    return (await draft.all(LIFE_PLANS))[0]


async def the_root_project(draft: Draft) -> Kept[Project]:
    """Where things are that name no project."""
    return (await draft.all(PROJECTS, [ROOT]))[0]


async def begun_in_life_plan(draft: Draft, concept: Concept[S], order: Order) -> Kept[S]:
    """The order's fields are the entity's own."""
    return await begun_plainly(draft, concept, order, life_plan_ref_id=(await the_life_plan(draft)).entity.ref_id)


def created_in_life_plan(concept: Concept[Any]) -> Callable[[Draft, Order], Awaitable[None]]:
    async def create(draft: Draft, order: Order) -> None:
        await begun_in_life_plan(draft, concept, order)

    return create
