"""What a workspace has set for all its metrics."""

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId


class MetricSettingsCreated(Created, frozen=True, kw_only=True, tag="metric_settings.created"):
    """The workspace began to know metrics."""

    collection_project_ref_id: RefId | None = None
    workspace_ref_id: RefId = COLLECTION


class CollectionProjectChanged(Changed, frozen=True, kw_only=True, tag="metric_settings.collection_project_changed"):
    """Measuring belongs to another project."""

    collection_project_ref_id: Change[RefId | None] | UnsetType = UNSET


class MetricSettings(Entity, frozen=True, kw_only=True):
    """The project that measuring belongs to; null means the root one."""

    workspace_ref_id: RefId
    collection_project_ref_id: RefId | None


METRIC_SETTINGS = Concept(
    kind="metric_settings",
    entity=MetricSettings,
    created=MetricSettingsCreated,
    feature="metrics",
    changed=(CollectionProjectChanged,),
    references={"collection_project_ref_id": "project"},
)
