"""The settings of planning."""

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.planning.answering import answers_null, carried_out, null
from api.planning.handlers import TAGS
from api.planning.queries import LoadQuery, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import WithServices
from application.planning.settings import SwitchFeatures, switch_features
from domain.planning.settings import PLANNING_SETTINGS, PlanningSettings

PATH = "/planning/settings"


class PlanningSettingsAnswer(msgspec.Struct):
    """The settings of a workspace."""

    settings: PlanningSettings


@get(
    PATH,
    responses=answers(PlanningSettingsAnswer, 200, 404),
    summary="The settings of planning",
    tags=TAGS,
    opt={QUERY: LoadQuery},
)
async def load_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Which features the workspace has."""
    caller, seen = await services.requests.caller(request), read_query(request, LoadQuery).seen
    shown = await services.planning.reading.only(caller.workspace_id, PLANNING_SETTINGS, seen)
    return json_answer(encoded(PlanningSettingsAnswer(shown.itself)), request=request, version=shown.entity.version)


@put(PATH, responses=answers_null(), summary="Switch features of planning", tags=TAGS)
async def change_settings(request: AnyRequest, data: JSONBody[SwitchFeatures], services: WithServices) -> ASGIResponse:
    """Features that are not named stay as they are. What is switched off keeps its data."""
    versions = versions_from(request, data.expected_version)
    answer = await carried_out(request, services, lambda draft: switch_features(draft, data, versions), null)
    services.planning.features.forget((await services.requests.caller(request)).workspace_id)
    return answer


HANDLERS = [load_settings, change_settings]
