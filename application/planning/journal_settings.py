"""Which journals are made by themselves."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.gen_params import ShouldDemand, ShouldRank
from application.planning.generation import ChangeGeneration
from application.planning.life_plan import the_root_project
from application.planning.orders import Should, URefOrNone
from domain.planning.journal_settings import JOURNAL_SETTINGS, JournalApproach, JournalSettingsCreated
from domain.planning.recurring import Difficulty, Eisen


class ShouldMakeJournals(Should[JournalApproach]):
    """What should be made from now on, or that it should stay as it is."""


class ChangeJournalSettings(ChangeGeneration):
    """Which journals should be made, how many days ahead, and with which task."""

    of_task: ClassVar[str] = "writing_"

    generation_approach: ShouldMakeJournals | JournalApproach | UnsetType = UNSET
    writing_task_project_ref_id: URefOrNone = UNSET
    writing_task_eisen: ShouldRank | Eisen | UnsetType | None = UNSET
    writing_task_difficulty: ShouldDemand | Difficulty | UnsetType | None = UNSET


async def begin_journals(draft: Draft) -> None:
    root = (await the_root_project(draft)).entity
    wanted = JournalSettingsCreated(
        ref_id=draft.next_ref_id(),
        periods=("weekly",),
        generation_approach="both-journal-and-task",
        generation_in_advance_days={"weekly": 3},
        task_project_ref_id=root.ref_id,
        task_eisen="important",
        task_difficulty="medium",
    )
    draft.begin(JOURNAL_SETTINGS, wanted)
