"""What a workspace has set for all its journals."""

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

JournalApproach = Literal["both-journal-and-task", "none", "only-journal"]


class JournalSettingsCreated(GenerationCreated[JournalApproach], frozen=True, kw_only=True, tag="journal_settings.created"):
    """The workspace began to keep journals."""


class JournalPeriodsChanged(GenerationPeriodsChanged, frozen=True, kw_only=True, tag="journal_settings.periods_changed"):
    """There are journals for other periods, or made another number of days ahead."""


class JournalApproachChanged(
    GenerationApproachChanged[JournalApproach], frozen=True, kw_only=True, tag="journal_settings.approach_changed"
):
    """Making journals by themselves was begun or ended, or making tasks with them."""


class JournalTaskChanged(GenerationTaskChanged, frozen=True, kw_only=True, tag="journal_settings.task_changed"):
    """The tasks that come with journals belong to another project, or are otherwise."""


class JournalSettingsChanged(GenerationChanged[JournalApproach], frozen=True, kw_only=True, tag="journal_settings.changed"):
    """Several of these at once."""


class JournalSettings(GenerationSettings[JournalApproach], frozen=True, kw_only=True):
    """Which journals are made by themselves."""


JOURNAL_SETTINGS = Concept(
    kind="journal_settings",
    entity=JournalSettings,
    created=JournalSettingsCreated,
    changed=(JournalPeriodsChanged, JournalApproachChanged, JournalTaskChanged, JournalSettingsChanged),
    settle=settled,
    references={"task_project_ref_id": "project"},
    feature="journals",
)
