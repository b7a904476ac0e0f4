"""Threads: to list, begin, read, change, archive, restore and write in. What asks the assistant is in `thread_replies.py`."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.page_shapes import Success
from api.pages import REFUSALS, REFUSALS_SEEN, REFUSALS_WITHOUT_BASE, Limit, Offset, answers
from api.pieces import pieced_answer
from api.requests import AnyRequest, versions_from
from api.services import Services, WithServices
from api.thread_shapes import (
    ChangeThread,
    CreatedThreadAnswer,
    CreateThread,
    MessageAnswer,
    MessagesAnswer,
    SendMessage,
    ThreadAnswer,
    ThreadsAnswer,
)
from application.event_store import Command
from application.exclusively import Done
from application.items import Piece
from application.page_views import iso
from application.threads.threads import message_id_of
from application.threads.views import MessageView, message_view, thread_view
from domain.threads.conversation import message_in
from domain.threads.state import Thread

ThreadId = FromPath[str]
Archived = Annotated[bool, QueryParameter(description="Those in the trash instead.")]
Raw = Annotated[bool, QueryParameter(description="As they are stored, with the assistant's tool calls and citations.")]
TAGS = ["threads"]
Run = Callable[[], Awaitable[Done[Thread]]]
_SUCCESS = b'{"success":true}'


@get("/threads", responses=answers(ThreadsAnswer), summary="List threads", tags=TAGS)
async def list_threads(
    request: AnyRequest,
    services: WithServices,
    archived: Archived = False,  # noqa: FBT002 - the framework hands parameters in one by one
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """One's own and those that are shared, newest first."""
    caller = await services.requests.caller(request)
    found = services.threads.listing(caller.workspace_id, caller.actor, archived=archived, limit=limit, offset=offset)
    views = (Piece([thread_view(thread) for thread in piece.found], piece.total) async for piece in found)
    return await pieced_answer(request, b"threads", views)


@post(
    "/threads",
    responses=answers(CreatedThreadAnswer, 201, *REFUSALS_WITHOUT_BASE),
    status_code=201,
    summary="Create a thread",
    tags=TAGS,
)
async def create_thread(request: AnyRequest, data: JSONBody[CreateThread], services: WithServices) -> ASGIResponse:
    """With a first message or without. Nothing is asked of the assistant yet; `chat` does that."""
    command = await services.requests.command(request)
    done, replayed = await _once(services, command, lambda: services.threads.create(command, data.draft()))
    answer = CreatedThreadAnswer(thread_view(done.state))
    if data.message is not None:
        answer.message = await _sent(services, command, done, data.message, replayed=replayed)
    version = done.state.version
    return json_answer(encoded(answer), status=201, version=version, replayed=replayed, position=done.position)


@get("/threads/{thread_id:str}", responses=answers(ThreadAnswer, 200, 404), summary="Get a thread", tags=TAGS)
async def get_thread(request: AnyRequest, thread_id: ThreadId, services: WithServices) -> ASGIResponse:
    """By either of its ids, also from the trash."""
    caller = await services.requests.caller(request)
    thread = await services.threads.get(caller.workspace_id, caller.actor, thread_id)
    return json_answer(encoded(ThreadAnswer(thread_view(thread))), request=request, version=thread.version)


@patch("/threads/{thread_id:str}", responses=answers(ThreadAnswer, 200, *REFUSALS_SEEN), summary="Change a thread", tags=TAGS)
async def change_thread(
    request: AnyRequest, thread_id: ThreadId, data: JSONBody[ChangeThread], services: WithServices
) -> ASGIResponse:
    """Rename it, share it, or say whether the assistant may change pages in it. Only its author may."""
    command, versions = await services.requests.command(request), versions_from(request, data.version)
    return await _done(services, command, lambda: services.threads.change(command, thread_id, data.changes(), versions=versions))


@delete(
    "/threads/{thread_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Delete a thread",
    tags=TAGS,
)
async def delete_thread(request: AnyRequest, thread_id: ThreadId, services: WithServices) -> ASGIResponse:
    """Puts it in the trash, as `archive` does; `restore` brings it back."""
    command, versions = await services.requests.command(request), versions_from(request)
    done, replayed = await _once(services, command, lambda: services.threads.archive(command, thread_id, versions=versions))
    return json_answer(_SUCCESS, replayed=replayed, position=done.position)


@post(
    "/threads/{thread_id:str}/archive",
    responses=answers(ThreadAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Archive a thread",
    tags=TAGS,
)
async def archive_thread(request: AnyRequest, thread_id: ThreadId, services: WithServices) -> ASGIResponse:
    """Puts it in the trash, where it can still be read. Only its author may."""
    command, versions = await services.requests.command(request), versions_from(request)
    return await _done(services, command, lambda: services.threads.archive(command, thread_id, versions=versions))


@post(
    "/threads/{thread_id:str}/restore",
    responses=answers(ThreadAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Restore a thread",
    tags=TAGS,
)
async def restore_thread(request: AnyRequest, thread_id: ThreadId, services: WithServices) -> ASGIResponse:
    """Brings it back from the trash. Only its author may."""
    command, versions = await services.requests.command(request), versions_from(request)
    return await _done(services, command, lambda: services.threads.restore(command, thread_id, versions=versions))


@get("/threads/{thread_id:str}/messages", responses=answers(MessagesAnswer, 200, 404), summary="Read a thread", tags=TAGS)
async def list_messages(
    request: AnyRequest,
    thread_id: ThreadId,
    services: WithServices,
    raw: Raw = False,  # noqa: FBT002 - the framework hands parameters in one by one
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """In the order in which they were said."""
    caller = await services.requests.caller(request)
    thread = await services.threads.get(caller.workspace_id, caller.actor, thread_id)
    messages = await services.threads.messages(caller.workspace_id, thread)
    wanted = messages[offset : None if limit is None else offset + limit]
    return json_answer(encoded(MessagesAnswer([message_view(message, raw=raw) for message in wanted])), request=request)


@post(
    "/threads/{thread_id:str}/messages",
    responses=answers(MessageAnswer, 201, *REFUSALS),
    status_code=201,
    summary="Send a message",
    tags=TAGS,
)
async def send_message(
    request: AnyRequest, thread_id: ThreadId, data: JSONBody[SendMessage], services: WithServices
) -> ASGIResponse:
    """Without asking the assistant. A thread without a title is called after its first message."""
    command, content, versions = await services.requests.command(request), data.said(), versions_from(request)
    done, replayed = await _once(services, command, lambda: services.threads.send(command, thread_id, content, versions=versions))
    body = encoded(MessageAnswer(await _sent(services, command, done, content, replayed=replayed)))
    return json_answer(body, status=201, replayed=replayed, position=done.position)


async def _sent(services: Services, command: Command, done: Done[Thread], content: str, *, replayed: bool) -> MessageView:
    """The message that a command sent. Only for one that came again the log has to be asked when."""
    message_id = message_id_of(command)
    if replayed:
        return message_view(message_in(await services.threads.messages(command.workspace_id, done.state), message_id))
    return MessageView(id=message_id, role="user", content=content, created_at=iso(command.at))


async def _done(services: Services, command: Command, run: Run) -> ASGIResponse:
    done, replayed = await _once(services, command, run)
    body = encoded(ThreadAnswer(thread_view(done.state)))
    return json_answer(body, version=done.state.version, replayed=replayed, position=done.position)


async def _once(services: Services, command: Command, run: Run) -> tuple[Done[Thread], bool]:
    return await services.idempotency.once(command, run, lambda known: services.threads.again(command, known))


HANDLERS = [
    list_threads,
    create_thread,
    get_thread,
    change_thread,
    delete_thread,
    archive_thread,
    restore_thread,
    list_messages,
    send_message,
]
