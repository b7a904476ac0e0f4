"""What is set for all metrics, over HTTP. The address of a metric changes it, as the contract has it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.planning.answering import answers_null, carried_out, workspace_with
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS, ref_id_of
from api.planning.singletons import ProjectOf, Singleton
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.metric_settings import ChangeCollectionProject, change_collection_project
from application.planning.ports import Seen
from application.planning.reading import Reading, Shown
from domain.planning.metric_settings import METRIC_SETTINGS, MetricSettings
from domain.planning.projects import Project


class MetricSettingsAnswer(msgspec.Struct):
    """The project that measuring belongs to: the root one, unless another was chosen."""

    collection_project: Project


async def the_project(reading: Reading, workspace_id: UUID, seen: Seen) -> dict[str, Any]:
    """The project that the metrics' settings name, or else the root one; null before there was any."""
    settings = METRIC_SETTINGS, lambda each: each.collection_project_ref_id
    return {"collection_project": await chosen_project(reading, workspace_id, *settings, seen)}


async def _settings(shown: Shown[MetricSettings], project_of: ProjectOf) -> MetricSettingsAnswer:
    return MetricSettingsAnswer(await project_of(shown.entity.collection_project_ref_id))


SETTINGS = Singleton(
    path="/metrics/settings",
    concept=METRIC_SETTINGS,
    the="the settings of metrics",
    answer=MetricSettingsAnswer,
    shown=_settings,
)


@post(
    "/metrics/{ref_id:str}/change-collection-project",
    responses=answers_null(),
    status_code=200,
    summary="Change the project that measuring belongs to",
    tags=TAGS,
)
async def change_project(request: AnyRequest, data: JSONBody[ChangeCollectionProject], services: WithServices) -> ASGIResponse:
    """For all metrics, whichever the address names. Versions are those of the settings."""
    metric, versions = ref_id_of(request, "ref_id"), versions_from(request, data.expected_version)
    await workspace_with(request, services, METRIC_SETTINGS)
    return await carried_out(
        request, services, lambda draft: change_collection_project(draft, metric, data, versions), METRIC_SETTINGS
    )


HANDLERS = [change_project]
