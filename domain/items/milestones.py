"""Milestones: what is to be reached on a day, by a page or by the workspace."""

from datetime import UTC, date, datetime, time
from typing import ClassVar, Literal, get_args
from uuid import UUID

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.items.errors import MilestoneNotFound
from domain.items.kinds import Archived, Begun, Changed, Changes, Item, Kind, Restored
from domain.items.rules import DESCRIPTION_BYTES_MAX, check_text, check_title

State = Literal["planned", "reached", "missed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
# A field that is called date hides the type of that name, where annotations are read after the fields.
Day = date


class MilestoneCreated(Begun, frozen=True, kw_only=True, tag="milestone.created"):
    """Something is to be reached on a day."""

    title: str
    date: Day
    description: str | None = None
    state: State = "planned"
    page_id: UUID | None = None


class MilestoneChanged(Changed, frozen=True, kw_only=True, tag="milestone.changed"):
    """Something about the milestone changed, such as its day or whether it was reached."""

    title: Change[str] | UnsetType = UNSET
    date: Change[Day] | UnsetType = UNSET
    description: Change[str | None] | UnsetType = UNSET
    state: Change[State] | UnsetType = UNSET
    page_id: Change[UUID | None] | UnsetType = UNSET


class MilestoneArchived(Archived, frozen=True, tag="milestone.archived"):
    """The milestone went to the trash."""


class MilestoneRestored(Restored, frozen=True, tag="milestone.restored"):
    """The milestone came back from the trash."""


MilestoneEvent = MilestoneCreated | MilestoneChanged | MilestoneArchived | MilestoneRestored


class Milestone(Item, frozen=True, kw_only=True):
    """A milestone at one version. It may name a page, and outlives it."""

    kind: ClassVar[str] = "milestone"

    title: str
    date: Day
    description: str | None
    state: State

    @property
    def moment(self) -> datetime:
        return noon(self.date)

    @property
    def standing(self) -> str:
        return self.state


class MilestoneChanges(Changes, frozen=True, kw_only=True):
    """What to change: only set fields do. Without a page it is the workspace's."""

    title: str | UnsetType = UNSET
    date: Day | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    state: State | UnsetType = UNSET
    page_id: UUID | UnsetType | None = UNSET


def noon(day: Day) -> datetime:
    """The moment that stands for a day in lists. The first midnight of the calendar would not: drivers take it for infinity."""
    return datetime.combine(day, time(12), UTC)


def _check(milestone: MilestoneCreated | Milestone) -> None:
    check_title(milestone.title)
    if milestone.description is not None:
        check_text(milestone.description, "description", DESCRIPTION_BYTES_MAX)


MILESTONES = Kind(
    state=Milestone,
    changed=MilestoneChanged,
    archived=MilestoneArchived(),
    restored=MilestoneRestored(),
    not_found=MilestoneNotFound,
    check=_check,
)
