"""Chapters. They end after they start, whatever becomes of the days that they are told by."""

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.life_plan import begun_in_life_plan
from application.planning.lifetimes import lifetime
from application.planning.orders import ChangeOrder, Order, Should, U, URef
from application.planning.plain import changed_plainly
from application.planning.references import reassign
from domain.planning.chapters import CHAPTERS, Chapter, check_order, milestones_of, tells_of_the_present
from domain.planning.entities import Kept, RefId
from domain.planning.milestones import LIFE_MILESTONES
from domain.planning.partial_dates import PartialDate


class CreateChapter(Order):
    """When it is, and of which project."""

    name: str
    project_ref_id: RefId
    start_date: PartialDate
    end_date: PartialDate


class ShouldBeginOrEnd(Should[PartialDate]):
    """When a chapter should begin or end from now on, or that it should stay."""


class ChangeChapter(ChangeOrder):
    """What to change of it."""

    name: U[str] = UNSET
    project_ref_id: URef = UNSET
    start_date: ShouldBeginOrEnd | PartialDate | UnsetType = UNSET
    end_date: ShouldBeginOrEnd | PartialDate | UnsetType = UNSET


async def create_chapter(draft: Draft, order: CreateChapter) -> None:
    """Raises `DatesOutOfOrder`."""
    chapter = await begun_in_life_plan(draft, CHAPTERS, order)
    await _check(draft, chapter.entity, [])


async def change_chapter(draft: Draft, kept: Kept[Chapter], order: ChangeChapter) -> None:
    """Raises `DatesOutOfOrder`."""
    after = (await changed_plainly(draft, kept, order)).entity
    if (after.start_date, after.end_date) != (kept.entity.start_date, kept.entity.end_date):
        await _check(draft, after, milestones_of(kept.entity))


async def unarchive_chapter(draft: Draft, kept: Kept[Chapter]) -> None:
    """The days that it is told by may have changed meanwhile. That the present went on is no reason. Raises `DatesOutOfOrder`."""
    await draft.unarchive(kept)
    if kept.entity.archived and not tells_of_the_present(kept.entity):
        check_order(kept.entity, await lifetime(draft))


async def remove_chapter(draft: Draft, kept: Kept[Chapter]) -> None:
    """What names it names none."""
    await draft.remove(kept)
    await reassign(draft, kept, None)


async def _check(draft: Draft, chapter: Chapter, known: list[RefId]) -> None:
    """What it names for the first time has to be there."""
    for ref_id in milestones_of(chapter):
        await draft.get(LIFE_MILESTONES, ref_id, archived=ref_id in known)
    check_order(chapter, await lifetime(draft))
