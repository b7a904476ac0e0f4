"""What a workspace has set for all its time plans."""

from typing import Literal

from domain.planning.entities import Concept
from domain.planning.generation import (
    GenerationApproachChanged,
    GenerationChanged,
    GenerationCreated,
    GenerationPeriodsChanged,
    GenerationSettings,
    GenerationTaskChanged,
    settled,
)

TimePlanApproach = Literal["both-plan-and-task", "none", "only-plan"]


class TimePlanSettingsCreated(GenerationCreated[TimePlanApproach], frozen=True, kw_only=True, tag="time_plan_settings.created"):
    """The workspace began to plan its time."""


class TimePlanPeriodsChanged(GenerationPeriodsChanged, frozen=True, kw_only=True, tag="time_plan_settings.periods_changed"):
    """There are time plans for other periods, or made another number of days ahead."""


class TimePlanApproachChanged(
    GenerationApproachChanged[TimePlanApproach], frozen=True, kw_only=True, tag="time_plan_settings.approach_changed"
):
    """Making time plans by themselves was begun or ended, or making tasks with them."""


class TimePlanTaskChanged(GenerationTaskChanged, frozen=True, kw_only=True, tag="time_plan_settings.task_changed"):
    """The tasks that come with time plans belong to another project, or are otherwise."""


class TimePlanSettingsChanged(GenerationChanged[TimePlanApproach], frozen=True, kw_only=True, tag="time_plan_settings.changed"):
    """Several of these at once."""


class TimePlanSettings(GenerationSettings[TimePlanApproach], frozen=True, kw_only=True):
    """Which time plans are made by themselves."""


TIME_PLAN_SETTINGS = Concept(
    kind="time_plan_settings",
    entity=TimePlanSettings,
    created=TimePlanSettingsCreated,
    changed=(TimePlanPeriodsChanged, TimePlanApproachChanged, TimePlanTaskChanged, TimePlanSettingsChanged),
    settle=settled,
    references={"task_project_ref_id": "project"},
    feature="time-plans",
)
