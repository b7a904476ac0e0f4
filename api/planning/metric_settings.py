"""What is set for all metrics, over HTTP. A metric's own route changes it, as the contract has it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.planning.answering import workspace_with
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS
from api.planning.singletons import history_of_the
from api.requests import AnyRequest
from api.services import WithServices
from application.planning.reading import Reading
from domain.planning.metric_settings import METRIC_SETTINGS
from domain.planning.projects import Project


class MetricSettingsAnswer(msgspec.Struct):
    """The project that measuring belongs to."""

    collection_project: Project


async def the_project(reading: Reading, workspace_id: UUID) -> dict[str, Any]:
    """The project that the metrics' settings name, or else the root one."""
    project = await chosen_project(reading, workspace_id, METRIC_SETTINGS, lambda settings: settings.collection_project_ref_id)
    return {"collection_project": project}


@get("/metrics/settings", responses=answers(MetricSettingsAnswer, 200, 409), summary="The settings of metrics", tags=TAGS)
async def load_metric_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Which project measuring belongs to: the root one, unless another was chosen."""
    workspace_id = await workspace_with(request, services, METRIC_SETTINGS)
    answer = MetricSettingsAnswer(**await the_project(services.planning.reading, workspace_id))
    return json_answer(encoded(answer), request=request)


HANDLERS = [
    load_metric_settings,
    # Until something is set, nothing happened.
    history_of_the("/metrics/settings", "the settings of metrics", METRIC_SETTINGS),
]
