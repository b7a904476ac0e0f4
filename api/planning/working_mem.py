"""The working mem and its settings, over HTTP."""

import msgspec

from api.planning.frame import Change
from api.planning.singletons import ProjectOf, Singleton
from api.planning.tasks import NoTasks
from application.planning.reading import Beside, Shown
from application.planning.working_mem import ChangeWorkingMemSettings
from domain.planning.notes import NOTES, Note
from domain.planning.projects import Project
from domain.planning.recurring import Period
from domain.planning.working_mem import WORKING_MEM_SETTINGS, WORKING_MEMS, WorkingMem, WorkingMemCollection

PATH = "/working-mem"


class WorkingMemLoadCurrentEntry(msgspec.Struct):
    """The working mem, and its note, which says what is on one's mind."""

    working_mem: WorkingMem
    note: Note


class WorkingMemAnswer(msgspec.Struct):
    """The working mem of a workspace."""

    entry: WorkingMemLoadCurrentEntry


class WorkingMemSettingsAnswer(msgspec.Struct):
    """How often the working mem is cleaned up, which project that belongs to, and the tasks that there are for it."""

    generation_period: Period
    cleanup_project: Project
    clean_up_inbox_tasks: NoTasks


async def _mem(shown: Shown[WorkingMem], _: ProjectOf) -> WorkingMemAnswer:
    return WorkingMemAnswer(WorkingMemLoadCurrentEntry(shown.itself, shown.the(NOTES)))


async def _settings(shown: Shown[WorkingMemCollection], project_of: ProjectOf) -> WorkingMemSettingsAnswer:
    settings = shown.entity
    return WorkingMemSettingsAnswer(
        generation_period=settings.generation_period,
        cleanup_project=await project_of(settings.cleanup_project_ref_id),
        clean_up_inbox_tasks=(),
    )


THE = Singleton(
    path=PATH,
    concept=WORKING_MEMS,
    the="the working mem",
    answer=WorkingMemAnswer,
    shown=_mem,
    beside=Beside(belonging=(NOTES,)),
)
SETTINGS = Singleton(
    path=f"{PATH}/settings",
    concept=WORKING_MEM_SETTINGS,
    the="the settings of the working mem",
    answer=WorkingMemSettingsAnswer,
    shown=_settings,
    change=Change(order=ChangeWorkingMemSettings),
    changing="The project has to be there.",
)
