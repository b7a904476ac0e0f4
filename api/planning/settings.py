"""The settings of planning."""

import msgspec
from litestar import get, route
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.planning.answering import CHANGING, answers_null, carried_out
from api.planning.handlers import TAGS
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.settings import SwitchFeatures, switch_features
from domain.planning.settings import PLANNING_SETTINGS, PlanningSettings

PATH = "/planning/settings"


class PlanningSettingsAnswer(msgspec.Struct):
    """The settings of a workspace."""

    settings: PlanningSettings


@get(PATH, responses=answers(PlanningSettingsAnswer), summary="The settings of planning", tags=TAGS)
async def load_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Which features the workspace has."""
    caller = await services.requests.caller(request)
    shown = await services.planning.reading.only(caller.workspace_id, PLANNING_SETTINGS)
    return json_answer(encoded(PlanningSettingsAnswer(shown.itself)), request=request, version=shown.entity.version)


@route(PATH, http_method=CHANGING, responses=answers_null(), status_code=200, summary="Switch features of planning", tags=TAGS)
async def change_settings(request: AnyRequest, data: JSONBody[SwitchFeatures], services: WithServices) -> ASGIResponse:
    """Features that are not named stay as they are. What is switched off keeps its data."""
    versions = versions_from(request, data.expected_version)
    answer = await carried_out(request, services, lambda draft: switch_features(draft, data, versions), PLANNING_SETTINGS)
    services.planning.features.forget((await services.requests.caller(request)).workspace_id)
    return answer


HANDLERS = [load_settings, change_settings]
