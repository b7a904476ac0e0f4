"""The working mem, which a workspace has one of: a note for what is on one's mind, and how often that is cleaned up."""

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId
from domain.planning.recurring import Period


class WorkingMemSettingsCreated(Created, frozen=True, kw_only=True, tag="working_mem_settings.created"):
    """The workspace began to have something on its mind."""

    generation_period: Period
    cleanup_project_ref_id: RefId
    workspace_ref_id: RefId = COLLECTION


class CleanupPeriodChanged(Changed, frozen=True, kw_only=True, tag="working_mem_settings.period_changed"):
    """The working mem is cleaned up more often, or less."""

    generation_period: Change[Period] | UnsetType = UNSET


class CleanupProjectChanged(Changed, frozen=True, kw_only=True, tag="working_mem_settings.cleanup_project_changed"):
    """Cleaning up belongs to another project."""

    cleanup_project_ref_id: Change[RefId] | UnsetType = UNSET


class WorkingMemSettingsChanged(CleanupProjectChanged, frozen=True, kw_only=True, tag="working_mem_settings.changed"):
    """Both at once."""

    generation_period: Change[Period] | UnsetType = UNSET


class WorkingMemCollection(Entity, frozen=True, kw_only=True):
    """How often the working mem is cleaned up, and the project that this belongs to."""

    workspace_ref_id: RefId
    generation_period: Period
    cleanup_project_ref_id: RefId


class WorkingMemCreated(Created, frozen=True, kw_only=True, tag="working_mem.created"):
    """There is a place for what is on one's mind."""

    working_mem_collection_ref_id: RefId


class WorkingMem(Entity, frozen=True, kw_only=True):
    """What is on one's mind; its note says it."""

    working_mem_collection_ref_id: RefId


WORKING_MEM_SETTINGS = Concept(
    kind="working_mem_settings",
    entity=WorkingMemCollection,
    created=WorkingMemSettingsCreated,
    changed=(CleanupPeriodChanged, CleanupProjectChanged, WorkingMemSettingsChanged),
    references={"cleanup_project_ref_id": "project"},
    feature="working-mem",
)
# Nothing of it changes but its note.
WORKING_MEMS = Concept(
    kind="working_mem",
    entity=WorkingMem,
    created=WorkingMemCreated,
    changed=(),
    note_namespace="working-mem",
    note_stays=True,
    feature="working-mem",
)
