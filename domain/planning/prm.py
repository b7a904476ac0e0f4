"""What a workspace has set for all its persons."""

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId


class PrmSettingsCreated(Created, frozen=True, kw_only=True, tag="prm_settings.created"):
    """The workspace began to know persons."""

    catch_up_project_ref_id: RefId | None = None
    workspace_ref_id: RefId = COLLECTION


class CatchUpProjectChanged(Changed, frozen=True, kw_only=True, tag="prm_settings.catch_up_project_changed"):
    """Catching up belongs to another project."""

    catch_up_project_ref_id: Change[RefId | None] | UnsetType = UNSET


class PrmSettings(Entity, frozen=True, kw_only=True):
    """The project that catching up belongs to; null means the root one."""

    workspace_ref_id: RefId
    catch_up_project_ref_id: RefId | None


PRM_SETTINGS = Concept(
    kind="prm_settings",
    entity=PrmSettings,
    created=PrmSettingsCreated,
    feature="prm",
    changed=(CatchUpProjectChanged,),
    references={"catch_up_project_ref_id": "project"},
)
