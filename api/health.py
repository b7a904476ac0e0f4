"""Is the process alive, can it do its work, and how is it doing?"""

import asyncio
import contextlib
from typing import Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.response.base import ASGIResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.problems import Problem
from api.services import WithServices
from application.event_store import StoreUnavailable
from application.readiness import ProjectionState

# An empty requirement is what OpenAPI calls none at all; the framework drops an empty list.
OPEN: list[dict[str, list[str]]] = [{}]
# In the document of the API, what /metrics asks for if the service has a token for it.
METRICS_SCHEME = "metricsToken"
# A scrape is to say that the database is away, and not to wait with it.
STATES_S = 2.0


class Alive(msgspec.Struct):
    """The process answers."""

    status: Literal["ok"]


class Readiness(msgspec.Struct, rename="camel"):
    """Whether each part the service needs is there."""

    status: Literal["ready", "unavailable"]
    database: Literal["ok", "unreachable"]
    # Read models that are written with the events themselves are never behind them; others say how far.
    projections: dict[str, Literal["inline"] | ProjectionState]


@get("/healthz", summary="Is the process alive?", tags=["health"], security=OPEN)
async def healthz() -> Alive:
    """Answers as long as the process does."""
    return Alive("ok")


@get(
    "/readyz",
    summary="Can the service work?",
    tags=["health"],
    security=OPEN,
    responses={503: ResponseSpec(Readiness, generate_examples=False, description="Not now")},
)
async def readyz(services: WithServices) -> Response[Any]:
    """200 when the database answers, 503 when it does not. A projection that is behind or stands still keeps nothing else from
    working: it shows in `projections`, with the number of events it is behind and of workspaces in which it is parked.
    """
    reachable = await services.health_probe()
    projections: dict[str, Literal["inline"] | ProjectionState] = {"pages": "inline"}
    if reachable:
        with contextlib.suppress(StoreUnavailable):
            projections |= await services.projection_states()
    readiness = Readiness(
        status="ready" if reachable else "unavailable",
        database="ok" if reachable else "unreachable",
        projections=projections,
    )
    return Response(readiness, status_code=200 if reachable else 503)


@get(
    "/metrics",
    summary="What does the service count?",
    tags=["health"],
    security=[{}, {METRICS_SCHEME: []}],
    responses={
        200: ResponseSpec(str, generate_examples=False, description="Done", media_type="text/plain"),
        401: ResponseSpec(Problem, generate_examples=False, description="Unauthorized", media_type="application/problem+json"),
        404: ResponseSpec(Problem, generate_examples=False, description="Not Found", media_type="application/problem+json"),
    },
)
async def metrics(request: Request[Any, Any, Any], services: WithServices) -> ASGIResponse:
    """For Prometheus, in its text format, of all processes together. It asks for a token of its own if the service was given one;
    without one, it is there in the local environment only.
    """
    services.metrics.check_allowed(request.headers.get("authorization", ""))
    states = None
    with contextlib.suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(STATES_S):
            states = await services.projection_states()
    # In a thread, because there may be thousands of lines and others wait.
    text = await asyncio.to_thread(services.metrics.text, states)
    return ASGIResponse(body=text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})


HANDLERS = [healthz, readyz, metrics]
