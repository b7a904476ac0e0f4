"""The life plan itself, which a workspace has one of."""

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.planning.answering import answers_null, carried_out, null
from api.planning.handlers import TAGS
from api.requests import AnyRequest, versions_from
from api.services import WithServices
from application.planning.lifetimes import ChangeLifePlan, change_life_plan
from domain.planning.life_plan import LIFE_PLANS, LifePlan

PATH = "/life-plan"


class LifePlanAnswer(msgspec.Struct):
    """The life plan of a workspace."""

    life_plan: LifePlan


@get(PATH, responses=answers(LifePlanAnswer, 200, 409), summary="Load the life plan", tags=TAGS)
async def load_life_plan(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """When the life began."""
    caller = await services.requests.caller(request)
    await services.planning.features.check(caller.workspace_id, "life-plan")
    shown = await services.planning.reading.only(caller.workspace_id, LIFE_PLANS)
    return json_answer(encoded(LifePlanAnswer(shown.itself)), request=request, version=shown.entity.version)


@put(PATH, responses=answers_null(), summary="Change the life plan", tags=TAGS)
async def put_life_plan(request: AnyRequest, data: JSONBody[ChangeLifePlan], services: WithServices) -> ASGIResponse:
    """What is left out stays. Refused where a chapter would end before it starts."""
    await services.planning.features.check((await services.requests.caller(request)).workspace_id, "life-plan")
    versions = versions_from(request, data.expected_version)
    return await carried_out(request, services, lambda draft: change_life_plan(draft, data, versions), null)


HANDLERS = [load_life_plan, put_life_plan]
