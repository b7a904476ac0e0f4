"""The settings of planning."""

import msgspec
from litestar import route
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.planning.answering import CHANGING, answers_null, carried_out
from api.planning.handlers import TAGS
from api.planning.singletons import ProjectOf, Singleton
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.reading import Shown
from application.planning.settings import SwitchFeatures, switch_features
from domain.planning.settings import PLANNING_SETTINGS, PlanningSettings

PATH = "/planning/settings"


class PlanningSettingsAnswer(msgspec.Struct):
    """The settings of a workspace."""

    settings: PlanningSettings


async def _settings(shown: Shown[PlanningSettings], _: ProjectOf) -> PlanningSettingsAnswer:
    return PlanningSettingsAnswer(shown.itself)


THE = Singleton(
    path=PATH, concept=PLANNING_SETTINGS, the="the settings of planning", answer=PlanningSettingsAnswer, shown=_settings
)


@route(PATH, http_method=CHANGING, responses=answers_null(), status_code=200, summary="Switch features of planning", tags=TAGS)
async def change_settings(request: AnyRequest, data: JSONBody[SwitchFeatures], services: WithServices) -> ASGIResponse:
    """Features that are not named stay as they are. What is switched off keeps its data."""
    versions = versions_from(request, data.expected_version)
    answer = await carried_out(request, services, lambda draft: switch_features(draft, data, versions), PLANNING_SETTINGS)
    services.planning.features.forget((await services.requests.caller(request)).workspace_id)
    return answer


HANDLERS = [change_settings]
