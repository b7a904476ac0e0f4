"""Which time plans are made by themselves, over HTTP."""

import msgspec

from api.planning.frame import Change
from api.planning.singletons import ProjectOf, Singleton
from api.planning.tasks import NoTasks
from application.planning.generation import change_generation
from application.planning.reading import Shown
from application.planning.time_plan_settings import ChangeTimePlanSettings
from domain.planning.generation import makes_tasks, task_params
from domain.planning.projects import Project
from domain.planning.recurring import Period, RecurringTaskGenParams
from domain.planning.time_plan_settings import TIME_PLAN_SETTINGS, TimePlanApproach, TimePlanSettings


class TimePlanSettingsAnswer(msgspec.Struct):
    """Which time plans are made, and how many days ahead. Of their tasks something is said only where they are made as well."""

    periods: tuple[Period, ...]
    generation_approach: TimePlanApproach
    generation_in_advance_days: dict[Period, int]
    planning_tasks: NoTasks
    planning_task_project: Project | None
    planning_task_gen_params: RecurringTaskGenParams | None


async def _settings(shown: Shown[TimePlanSettings], project_of: ProjectOf) -> TimePlanSettingsAnswer:
    settings = shown.entity
    return TimePlanSettingsAnswer(
        periods=settings.periods,
        generation_approach=settings.generation_approach,
        generation_in_advance_days=settings.generation_in_advance_days,
        planning_tasks=(),
        planning_task_project=await project_of(settings.task_project_ref_id) if makes_tasks(settings) else None,
        planning_task_gen_params=task_params(settings),
    )


SETTINGS = Singleton(
    path="/time-plans/settings",
    concept=TIME_PLAN_SETTINGS,
    the="the settings of time plans",
    answer=TimePlanSettingsAnswer,
    shown=_settings,
    change=Change(order=ChangeTimePlanSettings, act=change_generation),
    changing="Every period has its days, and where tasks are made, they have a project, an eisen and a difficulty.",
)
