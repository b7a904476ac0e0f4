"""Asking the assistant: the answer as a whole, or as it comes about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from litestar import post
from litestar.openapi.spec import Operation
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import REFUSALS, answers
from api.problems import problem_body, status_of
from api.requests import AnyRequest, check_scope, id_from, versions_from
from api.server_sent import HEARTBEAT_S, SILENCE, also_streamed, event_stream, frame, wants_stream
from api.services import Services, WithServices
from api.thread_shapes import ReplyAnswer, SendMessage
from api.threads import TAGS, Raw, ThreadId
from application.access import Caller
from application.assistant import Called, Cited, Ended, Said
from application.threads.replies import Asking, no_answer
from application.threads.reply import Settled
from application.threads.views import citation_view, message_view
from domain.errors import DomainError
from domain.threads.conversation import Failed, Message, message_in
from domain.threads.errors import MessageNotFound

PAGES = "pages:read"
_STREAMED = (
    "Server-sent events: `message` is what was asked, as it is kept; `delta` has more `text` of the answer; `tool` is something "
    "that the assistant did, `citation` what it leans on. Last comes `done`, with both messages, or `error`, with a problem."
)


@dataclass
class _WholeOrStream(Operation):
    """What the document says of an answer that comes as a whole or as a stream, as `Accept` wishes."""

    def __post_init__(self) -> None:
        also_streamed(self, _STREAMED)


@post(
    [
        "/threads/{thread_id:str}/chat",
        "/threads/{thread_id:str}/send",
        "/threads/{thread_id:str}/reply",
        "/threads/{thread_id:str}/messages/send",
    ],
    responses=answers(ReplyAnswer, 200, *REFUSALS, 502, 504),
    operation_class=_WholeOrStream,
    status_code=200,
    summary="Send a message and have it answered",
    tags=TAGS,
)
async def chat(
    request: AnyRequest,
    thread_id: ThreadId,
    data: JSONBody[SendMessage],
    services: WithServices,
    raw: Raw = False,  # noqa: FBT002 - the framework hands parameters in one by one
) -> ASGIResponse:
    """Waits for the assistant; with `Accept: text/event-stream` the answer comes as it comes about.

    The message is kept before the assistant is asked, and the answer is kept whether or not anybody still waits for it. With an
    `Idempotency-Key`, a request that comes again gets the same answer, or the same failure; the assistant is not asked twice.
    """
    caller, command, content = await _caller(request, services), await services.requests.command(request), data.said()
    asking = await services.replies.ask(caller, command, thread_id, content, versions=versions_from(request))
    return await _answer(request, services, asking, raw=raw)


@post(
    "/threads/{thread_id:str}/messages/{message_id:str}/reply",
    responses=answers(ReplyAnswer, 200, *REFUSALS, 502, 504),
    operation_class=_WholeOrStream,
    status_code=200,
    summary="Have a message answered",
    tags=TAGS,
)
async def reply(
    request: AnyRequest,
    thread_id: ThreadId,
    message_id: FromPath[str],
    services: WithServices,
    raw: Raw = False,  # noqa: FBT002 - the framework hands parameters in one by one
) -> ASGIResponse:
    """Asks the assistant about a message that has no answer yet: because it was only sent, or because answering failed."""
    caller, command = await _caller(request, services), await services.requests.command(request)
    asking = await services.replies.ask_again(
        caller, command, thread_id, id_from(message_id, MessageNotFound), versions=versions_from(request)
    )
    return await _answer(request, services, asking, raw=raw)


async def _caller(request: AnyRequest, services: Services) -> Caller:
    """The assistant tells what pages say, so whoever asks it has to be able to read them; and it knows what was just written."""
    caller = await services.caught_up(request, "search")
    check_scope(caller, PAGES)
    return caller


async def _answer(request: AnyRequest, services: Services, asking: Asking, *, raw: bool) -> ASGIResponse:
    if wants_stream(request):
        messages = await services.threads.messages(asking.workspace_id, asking.thread)
        frames = _frames(request, asking, message_in(messages, asking.message_id), raw=raw)
        return event_stream(frames, {"idempotent-replay": "true"} if asking.replayed else None)
    settled = await asking.reply.settled()
    body = encoded(_whole(asking, settled, raw=raw))
    return json_answer(body, replayed=asking.replayed, position=settled.position)


def _whole(asking: Asking, settled: Settled, *, raw: bool) -> ReplyAnswer:
    """Raises `NoAnswer`."""
    if isinstance(settled.outcome, Failed):
        raise no_answer(asking, settled.outcome.event)
    return ReplyAnswer(message_view(settled.asked, raw=raw), message_view(settled.outcome, raw=raw))


async def _frames(request: AnyRequest, asking: Asking, message: Message, *, raw: bool) -> AsyncIterator[bytes]:
    asked = {"userMessage": message_view(message, raw=raw), "threadId": asking.thread.id}
    yield frame("message", encoded(asked))
    async for piece in asking.reply.follow(HEARTBEAT_S):
        if not isinstance(piece, Ended):
            yield SILENCE if piece is None else _piece_frame(piece)
    try:
        yield frame("done", encoded(_whole(asking, await asking.reply.settled(), raw=raw)))
    except DomainError as error:
        yield frame("error", problem_body(request, status_of(error), error.code, error.detail, **error.facts))


def _piece_frame(piece: Said | Called | Cited) -> bytes:
    match piece:
        case Said():
            return frame("delta", encoded({"text": piece.text}))
        case Called():
            return frame("tool", encoded(piece.call))
        case Cited():
            return frame("citation", encoded(citation_view(piece.citation)))


HANDLERS = [chat, reply]
