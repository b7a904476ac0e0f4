"""What orders want, and what commands make of it in a draft."""

from datetime import date
from typing import Any

import msgspec
import pytest
from planning_desk import AT, SEA, Here, on_the

from application.planning.draft import Draft
from application.planning.goals import ChangeGoal, CreateGoal, change_goal, create_goal
from application.planning.life_plan import begin_life_plan
from application.planning.milestones import ChangeLifeMilestone, CreateLifeMilestone, change_milestone, create_milestone
from application.planning.orders import ChangeOrder, Should, U
from application.planning.projects import ChangeProject, change_project
from application.planning.settings import begin_settings
from application.planning.vacations import ChangeVacation, CreateVacation, change_vacation, create_vacation
from domain.errors import InvalidValue
from domain.planning.entities import Concept
from domain.planning.errors import DatesOutOfOrder, EntityNotFound, OwnerArchived
from domain.planning.goals import GOALS
from domain.planning.milestones import LIFE_MILESTONES
from domain.planning.notes import NOTES
from domain.planning.projects import PROJECTS
from domain.planning.time_blocks import FULL_DAYS_BLOCKS
from domain.planning.vacations import (
    VACATIONS,
)


class ChangeSomething(ChangeOrder):
    name: U[str] = msgspec.UNSET
    note: U[str | None] = msgspec.UNSET


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"{}", {}),
        (b'{"name":"x"}', {"name": "x"}),
        (b'{"name":{"should_change":true,"value":"x"}}', {"name": "x"}),
        (b'{"name":{"should_change":false,"value":"x"}}', {}),
        (b'{"name":{"should_change":false}}', {}),
        (b'{"note":null}', {"note": None}),
        (b'{"note":{"should_change":true,"value":null},"expected_version":3}', {"note": None}),
    ],
)
def test_a_field_changes_by_a_plain_value_or_in_the_long_form(body: bytes, wanted: dict[str, Any]) -> None:
    assert msgspec.json.decode(body, type=ChangeSomething).wanted() == wanted


def test_a_field_that_should_change_needs_a_value() -> None:
    with pytest.raises(InvalidValue):
        ChangeSomething(name=Should(should_change=True)).wanted()


# Drafts.


def test_numbers_are_given_out_once_for_all_concepts(here: Here) -> None:
    assert [here.has(concept)[0].ref_id for concept in (VACATIONS, FULL_DAYS_BLOCKS, NOTES)] == ["1", "2", "3"]
    here.does(on_the(NOTES, lambda draft, note: draft.remove(note)))
    here.does(lambda draft: create_vacation(draft, CreateVacation(name="x", start_date=AT.date(), end_date=AT.date())))
    assert here.has(VACATIONS)[-1].ref_id == "4"


def test_what_belongs_to_something_goes_and_comes_with_it(here: Here) -> None:
    archive = on_the(VACATIONS, lambda draft, vacation: draft.archive(vacation))
    assert here.does(archive) == ["vacation.archived", "full_days_block.archived", "note.archived"]
    assert here.does(archive) == []
    back = on_the(VACATIONS, lambda draft, vacation: draft.unarchive(vacation))
    assert here.does(back) == ["vacation.unarchived", "full_days_block.unarchived", "note.unarchived"]
    assert here.does(back) == []
    gone = on_the(VACATIONS, lambda draft, vacation: draft.remove(vacation))
    assert here.does(gone) == ["vacation.removed", "full_days_block.removed", "note.removed"]
    assert here.has(VACATIONS) == []


def test_what_was_archived_by_itself_stays_where_it_is(here: Here) -> None:
    assert here.does(on_the(NOTES, lambda draft, note: draft.archive(note))) == ["note.archived"]
    assert here.does(on_the(VACATIONS, lambda draft, kept: draft.archive(kept))) == [
        "vacation.archived",
        "full_days_block.archived",
    ]
    with pytest.raises(OwnerArchived):
        here.does(on_the(NOTES, lambda draft, note: draft.unarchive(note)))
    back = here.does(on_the(VACATIONS, lambda draft, kept: draft.unarchive(kept)))
    assert back == ["vacation.unarchived", "full_days_block.unarchived"]
    assert here.does(on_the(NOTES, lambda draft, note: draft.unarchive(note))) == ["note.unarchived"]


def test_a_draft_sees_what_it_holds_already(here: Here) -> None:
    async def act(draft: Draft) -> None:
        vacation = await draft.get(VACATIONS, "1")
        await draft.remove(vacation)
        assert await draft.all(VACATIONS) == await draft.belonging(NOTES, vacation) == []
        with pytest.raises(EntityNotFound):
            await draft.get(VACATIONS, "1", archived=True)
        other = draft.begin(VACATIONS, msgspec.structs.replace(SEA, ref_id=draft.next_ref_id()))
        assert [kept.entity.ref_id for kept in await draft.all(VACATIONS)] == [other.entity.ref_id]

    here.does(act)


def test_nothing_changes_twice_in_one_command(here: Here) -> None:
    async def act(draft: Draft) -> None:
        vacation = await draft.get(VACATIONS, "1")
        changed = draft.change(vacation, msgspec.structs.replace(vacation.entity, name="y"))
        draft.change(changed, msgspec.structs.replace(changed.entity, name="z"))

    with pytest.raises(RuntimeError):
        here.does(act)
    assert here.has(VACATIONS)[0].name == "x"


def test_a_block_follows_its_vacation(here: Here) -> None:
    order = ChangeVacation(end_date=date(2026, 7, 9))
    moved = here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, order)))
    assert moved == ["vacation.rescheduled", "full_days_block.moved"]
    assert (here.has(FULL_DAYS_BLOCKS)[0].duration_days, here.has(FULL_DAYS_BLOCKS)[0].version) == (9, 2)
    assert here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, order))) == []
    early = ChangeVacation(end_date=date(2026, 6, 9))
    with pytest.raises(DatesOutOfOrder):
        here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, early)))


def test_another_name_asks_for_nothing_else() -> None:
    """Other commands of the workspace wait meanwhile, and trees may be large."""
    here = Here()
    here.does(begin_settings)
    here.does(begin_life_plan)
    here.does(lambda draft: create_goal(draft, CreateGoal(name="x", project_ref_id="3")))
    here.does(lambda draft: create_milestone(draft, CreateLifeMilestone(name="x", date=AT.date(), project_ref_id="3")))
    renamed: list[tuple[Concept[Any], Any]] = [
        (PROJECTS, lambda draft, kept: change_project(draft, kept, ChangeProject(name="y"))),
        (GOALS, lambda draft, kept: change_goal(draft, kept, ChangeGoal(name="y"))),
        (LIFE_MILESTONES, lambda draft, kept: change_milestone(draft, kept, ChangeLifeMilestone(name="y"))),
    ]
    for concept, rename in renamed:
        before = here.book.reads
        assert here.does(on_the(concept, rename)) == [f"{concept.kind}.renamed"]
        # The one that finds it.
        assert here.book.reads == before + 1
