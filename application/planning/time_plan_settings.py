"""Which time plans are made by themselves."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.gen_params import ShouldDemand, ShouldRank
from application.planning.generation import ChangeGeneration
from application.planning.life_plan import the_root_project
from application.planning.orders import Should, URefOrNone
from domain.planning.recurring import Difficulty, Eisen
from domain.planning.time_plan_settings import TIME_PLAN_SETTINGS, TimePlanApproach, TimePlanSettingsCreated


class ShouldMakePlans(Should[TimePlanApproach]):
    """What should be made from now on, or that it should stay as it is."""


class ChangeTimePlanSettings(ChangeGeneration):
    """Which time plans should be made, how many days ahead, and with which task."""

    of_task: ClassVar[str] = "planning_"

    generation_approach: ShouldMakePlans | TimePlanApproach | UnsetType = UNSET
    planning_task_project_ref_id: URefOrNone = UNSET
    planning_task_eisen: ShouldRank | Eisen | UnsetType | None = UNSET
    planning_task_difficulty: ShouldDemand | Difficulty | UnsetType | None = UNSET


async def begin_time_plans(draft: Draft) -> None:
    root = (await the_root_project(draft)).entity
    wanted = TimePlanSettingsCreated(
        ref_id=draft.next_ref_id(),
        periods=("weekly", "quarterly"),
        generation_approach="both-plan-and-task",
        generation_in_advance_days={"weekly": 3, "quarterly": 14},
        task_project_ref_id=root.ref_id,
        task_eisen="important",
        task_difficulty="medium",
    )
    draft.begin(TIME_PLAN_SETTINGS, wanted)
