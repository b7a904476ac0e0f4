"""What is set for all metrics."""

import msgspec

from application.planning.draft import Draft
from application.planning.orders import OrderOnOne
from application.planning.references import check_references
from domain.planning.entities import RefId
from domain.planning.metric_settings import METRIC_SETTINGS, MetricSettingsCreated
from domain.planning.metrics import METRICS


class ChangeCollectionProject(OrderOnOne, kw_only=True):
    """The project that measuring should belong to, for all metrics of the workspace. The version is that of their settings."""

    collection_project_ref_id: RefId


async def begin_metric_settings(draft: Draft) -> None:
    draft.begin(METRIC_SETTINGS, MetricSettingsCreated(ref_id=draft.next_ref_id()))


async def change_collection_project(
    draft: Draft, metric: RefId, order: ChangeCollectionProject, versions: tuple[int, ...]
) -> None:
    """The metric of the address has to be there, and is not touched. Raises `EntityNotFound` and `FeatureOff`."""
    await draft.get(METRICS, metric)
    settings = draft.about((await draft.all(METRIC_SETTINGS))[0], versions)
    chosen = {"collection_project_ref_id": order.collection_project_ref_id}
    await check_references(draft, METRIC_SETTINGS, chosen, settings.entity)
    draft.change(settings, msgspec.structs.replace(settings.entity, **chosen))
