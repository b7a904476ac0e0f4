"""Which journals are made by themselves, over HTTP."""

import msgspec

from api.planning.frame import Change
from api.planning.singletons import ProjectOf, Singleton
from api.planning.tasks import NoTasks
from application.planning.generation import change_generation
from application.planning.journal_settings import ChangeJournalSettings
from application.planning.reading import Shown
from domain.planning.generation import makes_tasks, task_params
from domain.planning.journal_settings import JOURNAL_SETTINGS, JournalApproach, JournalSettings
from domain.planning.projects import Project
from domain.planning.recurring import Period, RecurringTaskGenParams


class JournalSettingsAnswer(msgspec.Struct):
    """Which journals are made, and how many days ahead. Of their tasks something is said only where they are made as well."""

    periods: tuple[Period, ...]
    generation_approach: JournalApproach
    generation_in_advance_days: dict[Period, int]
    writing_tasks: NoTasks
    writing_task_project: Project | None
    writing_task_gen_params: RecurringTaskGenParams | None


async def _settings(shown: Shown[JournalSettings], project_of: ProjectOf) -> JournalSettingsAnswer:
    settings = shown.entity
    return JournalSettingsAnswer(
        periods=settings.periods,
        generation_approach=settings.generation_approach,
        generation_in_advance_days=settings.generation_in_advance_days,
        writing_tasks=(),
        writing_task_project=await project_of(settings.task_project_ref_id) if makes_tasks(settings) else None,
        writing_task_gen_params=task_params(settings),
    )


SETTINGS = Singleton(
    path="/journals/settings",
    concept=JOURNAL_SETTINGS,
    the="the settings of journals",
    answer=JournalSettingsAnswer,
    shown=_settings,
    change=Change(order=ChangeJournalSettings, act=change_generation),
    changing="Every period has its days, and where tasks are made, they have a project, an eisen and a difficulty.",
)
