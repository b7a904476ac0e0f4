"""What unit tests start from."""

from datetime import date

import pytest
from planning_desk import Here

from application.planning.draft import Draft
from application.planning.vacations import CreateVacation, create_vacation
from domain.planning.notes import NOTES, NoteCreated


@pytest.fixture
def here() -> Here:
    """With a vacation, its block and its note."""
    here = Here()
    order = CreateVacation(name="x", start_date=date(2026, 7, 1), end_date=date(2026, 7, 2))
    assert here.does(lambda draft: create_vacation(draft, order)) == ["vacation.created", "full_days_block.created"]

    async def write(draft: Draft) -> None:
        about = NoteCreated(ref_id=draft.next_ref_id(), namespace="vacation", source_entity_ref_id="1", content=())
        draft.begin(NOTES, about)

    assert here.does(write) == ["note.created"]
    return here
