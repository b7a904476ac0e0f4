"""The working mem of a workspace, with its note, and how often it is cleaned up."""

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.life_plan import the_root_project
from application.planning.orders import ChangeOrder, Should, URef
from domain.planning.notes import NOTES, NoteCreated
from domain.planning.recurring import Period
from domain.planning.working_mem import WORKING_MEM_SETTINGS, WORKING_MEMS, WorkingMemCreated, WorkingMemSettingsCreated


class ShouldComeEach(Should[Period]):
    """How often it should come from now on, or that it should stay as it is."""


class ChangeWorkingMemSettings(ChangeOrder):
    """How often it should be cleaned up, and which project that should belong to."""

    generation_period: ShouldComeEach | Period | UnsetType = UNSET
    cleanup_project_ref_id: URef = UNSET


async def begin_working_mem(draft: Draft) -> None:
    """With an empty note."""
    root = (await the_root_project(draft)).entity
    wanted = WorkingMemSettingsCreated(ref_id=draft.next_ref_id(), generation_period="daily", cleanup_project_ref_id=root.ref_id)
    settings = draft.begin(WORKING_MEM_SETTINGS, wanted).entity
    created = WorkingMemCreated(ref_id=draft.next_ref_id(), working_mem_collection_ref_id=settings.ref_id)
    mem = draft.begin(WORKING_MEMS, created).entity
    draft.begin(
        NOTES, NoteCreated(ref_id=draft.next_ref_id(), namespace="working-mem", source_entity_ref_id=mem.ref_id, content=())
    )
