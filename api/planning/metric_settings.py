"""What is set for all metrics, over HTTP. A metric's own route changes it, as the contract has it."""

from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.planning.handlers import TAGS
from api.requests import AnyRequest
from api.services import WithServices
from application.planning.reading import Reading

# To be wired: a `Project`, as soon as there are some.
NoProject: TypeAlias = None


class MetricSettingsAnswer(msgspec.Struct):
    """The project that measuring belongs to."""

    collection_project: NoProject


async def the_project(_: Reading, __: UUID) -> dict[str, Any]:
    """To be wired: the project that the metrics' settings name, or else the root one."""
    return {"collection_project": None}


@get("/metrics/settings", responses=answers(MetricSettingsAnswer, 200, 409), summary="The settings of metrics", tags=TAGS)
async def load_metric_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Which project measuring belongs to: the root one, unless another was chosen."""
    caller, planning = await services.requests.caller(request), services.planning
    await planning.features.check(caller.workspace_id, "metrics")
    answer = MetricSettingsAnswer(**await the_project(planning.reading, caller.workspace_id))
    return json_answer(encoded(answer), request=request)


HANDLERS = [load_metric_settings]
