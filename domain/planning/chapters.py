"""Chapters of a life, from one partial date to another."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.errors import DatesOutOfOrder
from domain.planning.milestones import MilestoneInUse
from domain.planning.names import clean_name
from domain.planning.partial_dates import PRESENT, Lifetime, PartialDate, milestone_of, resolved, settled


class ChapterCreated(Created, frozen=True, kw_only=True, tag="chapter.created"):
    """A chapter was planned."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    start_date: str
    end_date: str


class ChapterRenamed(Changed, frozen=True, kw_only=True, tag="chapter.renamed"):
    """The chapter is called something else."""

    name: Change[str] | UnsetType = UNSET


class ChapterMoved(Changed, frozen=True, kw_only=True, tag="chapter.moved"):
    """The chapter is of another project."""

    project_ref_id: Change[RefId] | UnsetType = UNSET


class ChapterRescheduled(Changed, frozen=True, kw_only=True, tag="chapter.rescheduled"):
    """The chapter begins or ends at another time."""

    start_date: Change[str] | UnsetType = UNSET
    end_date: Change[str] | UnsetType = UNSET


class ChapterChanged(ChapterRescheduled, frozen=True, kw_only=True, tag="chapter.changed"):
    """Several of these at once."""

    name: Change[str] | UnsetType = UNSET
    project_ref_id: Change[RefId] | UnsetType = UNSET


class ChapterArchived(Archived, frozen=True, tag="chapter.archived"):
    """The chapter was put away."""


class ChapterUnarchived(Unarchived, frozen=True, tag="chapter.unarchived"):
    """The chapter was brought back."""


class ChapterRemoved(Removed, frozen=True, tag="chapter.removed"):
    """The chapter disappeared from every read. What named it names none."""


class Chapter(Entity, frozen=True, kw_only=True):
    """A time of a life."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    start_date: PartialDate
    end_date: PartialDate


def milestones_of(chapter: Chapter) -> list[RefId]:
    """With which it begins or ends."""
    return [ref_id for ref_id in (milestone_of(chapter.start_date), milestone_of(chapter.end_date)) if ref_id is not None]


def tells_of_the_present(chapter: Chapter) -> bool:
    return PRESENT in (chapter.start_date, chapter.end_date)


def in_order(chapter: Chapter, life: Lifetime) -> bool:
    return resolved(chapter.start_date, life) < resolved(chapter.end_date, life)


def check_order(chapter: Chapter, life: Lifetime, *, what: str = "The chapter") -> None:
    """Raises `DatesOutOfOrder`."""
    if not in_order(chapter, life):
        start, end = resolved(chapter.start_date, life), resolved(chapter.end_date, life)
        raise DatesOutOfOrder(
            f"{what} would start on {start} and end on {end}, which is not after that.", start_date=start, end_date=end
        )


def milestone_in_use(chapter: Chapter) -> MilestoneInUse:
    """Of an archived one as well, which may come back."""
    if chapter.archived:
        return MilestoneInUse(
            "An archived chapter begins or ends with this milestone. Remove that one, or unarchive and change it.",
            chapter_ref_id=chapter.ref_id,
        )
    return MilestoneInUse(chapter_ref_id=chapter.ref_id)


def settle(chapter: Chapter) -> Chapter:
    start, end = settled(chapter.start_date), settled(chapter.end_date)
    return msgspec.structs.replace(chapter, name=clean_name(chapter.name), start_date=start, end_date=end)


CHAPTERS = Concept(
    kind="chapter",
    entity=Chapter,
    created=ChapterCreated,
    feature="life-plan",
    changed=(ChapterRenamed, ChapterMoved, ChapterRescheduled, ChapterChanged),
    lifecycle=Lifecycle(ChapterArchived, ChapterUnarchived, ChapterRemoved),
    settle=settle,
    references={"project_ref_id": "project"},
    note_namespace="chapter",
    tag_namespace="chapter",
)
