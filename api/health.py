"""Is the process alive, and can it do its work?"""

import contextlib
from typing import Any, Literal

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from api.services import WithServices
from application.event_store import StoreUnavailable
from application.readiness import ProjectionState

# An empty requirement is what OpenAPI calls none at all; the framework drops an empty list.
OPEN: list[dict[str, list[str]]] = [{}]


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


HANDLERS = [healthz, readyz]
