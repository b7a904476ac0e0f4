"""The change feed: `GET /v1/events`, page by page or as a stream."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import json_answer
from api.pages import answers
from api.server_sent import also_streamed, event_stream, wants_stream
from api.services import WithServices
from application.feed import FeedRead, PositionUnknown, types_from, visible
from domain.errors import InvalidValue
from domain.events import Actor
from domain.patterns import whole

AnyRequest = Request[Any, Any, Any]
LIMIT_DEFAULT = 100
LIMIT_MAX = 1000
ANSWER_BYTES_MAX = 8 * 1024 * 1024
LATEST = "latest"
# Digits of the greatest position, 2^63 - 1.
POSITION_DIGITS_MAX = 19


class FeedEntry(msgspec.Struct, rename="camel"):
    """One event. `data` is what the log holds, without hashes of secrets; events of other programs bring `dataBase64` instead.
    `at` is when it happened, `recordedAt` when the log took it in. `pageId` is there for events of pages,
    and `cause` for what the assistant did: the thread that it did it in.
    """

    position: int
    id: str
    type: str
    schema_version: int
    stream_id: UUID
    version: int
    page_id: UUID | None
    actor: Actor
    message: str | None
    cause: UUID | None
    request_id: str | None
    at: str
    recorded_at: str
    data: dict[str, Any] | None
    data_base64: str | None


class FeedAnswer(msgspec.Struct):
    """Events in order. Send `next` as `after` to go on; at `head` there is nothing more for now."""

    events: list[FeedEntry]
    next: int
    head: int


_STREAMED = "Server-sent events without end: `id` is the position, `event` the type, `data` the same object as in `events`."


@dataclass
class _TwoForms(Operation):
    """What the document says of a route that answers JSON or a stream, as `Accept` wishes."""

    def __post_init__(self) -> None:
        also_streamed(self, _STREAMED)
        last_seen = Parameter(
            name="Last-Event-ID",
            param_in="header",
            required=False,
            schema=Schema(type=OpenAPIType.STRING, pattern="^[0-9]{0,19}$"),
            description="The position of the last event seen, as event sources send it when they come back; wins over `after`.",
        )
        self.parameters = [*(self.parameters or []), last_seen]


@get("/events", responses=answers(FeedAnswer, 200, 409), operation_class=_TwoForms, summary="Follow changes", tags=["feed"])
async def follow(
    request: AnyRequest,
    services: WithServices,
    after: Annotated[
        str,
        QueryParameter(
            pattern=whole("latest|[0-9]{1,19}"), description="The position to go on after; 0 is the beginning, `latest` the end."
        ),
    ] = "0",
    limit: Annotated[
        int, QueryParameter(ge=1, le=LIMIT_MAX, description="How many events at most; a stream has no such end.")
    ] = LIMIT_DEFAULT,
    types: Annotated[
        str | None, QueryParameter(description="Only these types: names with commas between, or beginnings such as `page.*`.")
    ] = None,
) -> ASGIResponse:
    """Every event of the workspace in order, each exactly once, but for what happens in threads, which may be private; with
    `Accept: text/event-stream` as a stream that goes on.
    """
    caller = await services.requests.caller(request)
    wanted = visible(None if types is None else types_from(types), caller.scopes)
    place = await _place(services, caller.workspace_id, _last_seen(request) or after)
    if not wants_stream(request):
        read = await services.feed.read(caller.workspace_id, place, types=wanted, events_max=limit, bytes_max=ANSWER_BYTES_MAX)
        return json_answer(_body(read), request=request, version=read.next, variant=f"{read.head:x}")
    if place > await services.feed.head(caller.workspace_id):
        raise PositionUnknown
    frames = services.event_streams.stream(
        caller.workspace_id, place, wanted, lambda: services.requests.check_unchanged(request, caller)
    )
    return event_stream(frames)


async def _place(services: WithServices, workspace_id: UUID, after: str) -> int:
    return await services.feed.head(workspace_id) if after == LATEST else int(after)


def _last_seen(request: AnyRequest) -> str:
    stated = request.headers.get("last-event-id", "").strip()
    if stated and not (stated.isascii() and stated.isdecimal() and len(stated) <= POSITION_DIGITS_MAX):
        raise InvalidValue("Last-Event-ID is the position of an event, as its id showed it.", parameter="Last-Event-ID")
    return stated


def _body(read: FeedRead) -> bytes:
    return b'{"events":[%b],"next":%d,"head":%d}' % (b",".join([event.json for event in read.events]), read.next, read.head)


HANDLERS = [follow]
