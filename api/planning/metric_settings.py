"""What is set for all metrics, over HTTP. The address of a metric changes it, as the contract has it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.pages import answers
from api.planning.answering import answers_null, carried_out, null
from api.planning.chosen_projects import chosen_project
from api.planning.handlers import TAGS
from api.planning.queries import LoadQuery, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import WithServices
from application.planning.metric_settings import ChangeCollectionProject, change_collection_project
from application.planning.ports import Seen
from application.planning.reading import Reading
from domain.errors import InvalidValue
from domain.planning.entities import RefId
from domain.planning.metric_settings import METRIC_SETTINGS
from domain.planning.projects import Project


class MetricSettingsAnswer(msgspec.Struct):
    """The project that measuring belongs to."""

    collection_project: Project


async def the_project(reading: Reading, workspace_id: UUID, seen: Seen) -> dict[str, Any]:
    """The project that the metrics' settings name, or else the root one; null before there was any."""
    settings = METRIC_SETTINGS, lambda each: each.collection_project_ref_id
    return {"collection_project": await chosen_project(reading, workspace_id, *settings, seen)}


@get(
    "/metrics/settings",
    responses=answers(MetricSettingsAnswer, 200, 404, 409),
    summary="The settings of metrics",
    tags=TAGS,
    opt={QUERY: LoadQuery},
)
async def load_metric_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Which project measuring belongs to: the root one, unless another was chosen. Its tag begins with the version that
    `change-collection-project` may name.
    """
    workspace_id, planning = (await services.requests.caller(request)).workspace_id, services.planning
    await planning.features.check(workspace_id, "metrics")
    seen = read_query(request, LoadQuery).seen
    settings = await planning.reading.only(workspace_id, METRIC_SETTINGS, seen)
    body = encoded(MetricSettingsAnswer(**await the_project(planning.reading, workspace_id, seen)))
    # The project changes without them.
    return json_answer(body, request=request, version=settings.entity.version, variant=short_hash(body))


@post(
    "/metrics/{ref_id:str}/change-collection-project",
    responses=answers_null(),
    status_code=200,
    summary="Change the project that measuring belongs to",
    tags=TAGS,
)
async def change_project(
    request: AnyRequest, ref_id: FromPath[str], data: JSONBody[ChangeCollectionProject], services: WithServices
) -> ASGIResponse:
    """For all metrics, whichever the address names. Versions are those of the settings."""
    await services.planning.features.check((await services.requests.caller(request)).workspace_id, "metrics")
    metric, versions = _checked(ref_id), versions_from(request, data.expected_version)
    return await carried_out(request, services, lambda draft: change_collection_project(draft, metric, data, versions), null)


def _checked(ref_id: str) -> RefId:
    """Raises `InvalidValue`."""
    try:
        return msgspec.convert(ref_id, RefId)
    except msgspec.ValidationError:
        raise InvalidValue("ref_id is a number as ref_id shows it.", parameter="ref_id") from None


HANDLERS = [load_metric_settings, change_project]
