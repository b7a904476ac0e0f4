"""The life plan itself, which a workspace has one of."""

import msgspec

from api.planning.frame import Change
from api.planning.singletons import ProjectOf, Singleton
from application.planning.lifetimes import ChangeLifePlan, change_life_plan
from application.planning.reading import Shown
from domain.planning.life_plan import LIFE_PLANS, LifePlan


class LifePlanAnswer(msgspec.Struct):
    """The life plan of a workspace."""

    life_plan: LifePlan


async def _plan(shown: Shown[LifePlan], _: ProjectOf) -> LifePlanAnswer:
    return LifePlanAnswer(shown.itself)


THE = Singleton(
    path="/life-plan",
    concept=LIFE_PLANS,
    the="the life plan",
    answer=LifePlanAnswer,
    shown=_plan,
    change=Change(order=ChangeLifePlan, act=change_life_plan),
    changing="Refused where a chapter would end before it starts.",
)
