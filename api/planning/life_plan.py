"""The life plan itself, which a workspace has one of."""

from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, streamed_answer
from api.pages import answers
from api.planning.answering import answers_null, carried_out, null
from api.planning.handlers import TAGS
from api.planning.histories import EntityHistoryAnswer, timeline
from api.planning.queries import HistoryQuery, LoadQuery, read_query
from api.requests import QUERY, AnyRequest, versions_from
from api.services import Services, WithServices
from application.planning.lifetimes import ChangeLifePlan, change_life_plan
from domain.planning.life_plan import LIFE_PLANS, LifePlan

PATH = "/life-plan"


class LifePlanAnswer(msgspec.Struct):
    """The life plan of a workspace."""

    life_plan: LifePlan


@get(PATH, responses=answers(LifePlanAnswer, 200, 404, 409), summary="Load the life plan", tags=TAGS, opt={QUERY: LoadQuery})
async def load_life_plan(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """When the life began."""
    query = read_query(request, LoadQuery)
    shown = await services.planning.reading.only(await _workspace(request, services), LIFE_PLANS, query.seen)
    return json_answer(encoded(LifePlanAnswer(shown.itself)), request=request, version=shown.entity.version)


@put(PATH, responses=answers_null(), summary="Change the life plan", tags=TAGS)
async def put_life_plan(request: AnyRequest, data: JSONBody[ChangeLifePlan], services: WithServices) -> ASGIResponse:
    """What is left out stays. Refused where a chapter would end before it starts."""
    await _workspace(request, services)
    versions = versions_from(request, data.expected_version)
    return await carried_out(request, services, lambda draft: change_life_plan(draft, data, versions), null)


@get(
    f"{PATH}/history",
    responses=answers(EntityHistoryAnswer, 200, 404, 409),
    summary="The history of the life plan",
    tags=TAGS,
    opt={QUERY: HistoryQuery},
)
async def history_of_life_plan(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Newest first."""
    query, workspace_id = read_query(request, HistoryQuery), await _workspace(request, services)
    reading = services.planning.reading
    plan = (await reading.only(workspace_id, LIFE_PLANS)).entity
    return streamed_answer(timeline(reading.history(workspace_id, int(plan.ref_id), limit=query.limit, offset=query.offset)))


async def _workspace(request: AnyRequest, services: Services) -> UUID:
    """The caller's. Raises `FeatureOff`."""
    caller = await services.requests.caller(request)
    await services.planning.features.check(caller.workspace_id, "life-plan")
    return caller.workspace_id


HANDLERS = [load_life_plan, put_life_plan, history_of_life_plan]
