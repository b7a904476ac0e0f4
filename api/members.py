"""People in the workspace: list, invite, get, change, remove."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.member_shapes import ChangeMember, InviteMember, MemberAnswer, MembersAnswer
from api.page_shapes import Success
from api.pages import REFUSALS_SEEN, Limit, Offset, answers
from api.requests import SCOPE, check_scope, id_from, versions_from
from api.services import WithServices
from application.access import Caller
from application.exclusively import Done
from application.member_views import member_view
from domain.members import Member, MemberNotFound
from domain.scopes import ADMIN

AnyRequest = Request[Any, Any, Any]
MemberId = FromPath[str]
_SUCCESS = b'{"success":true}'
_READING, _MANAGING = {SCOPE: "members:read"}, {SCOPE: ADMIN}


@get("/members", responses=answers(MembersAnswer), opt=_READING, summary="List members", tags=["members"])
async def list_members(request: AnyRequest, services: WithServices, limit: Limit = None, offset: Offset = 0) -> ASGIResponse:
    """In the order in which they joined, and then those who are invited."""
    caller = await services.requests.caller(request)
    found = await services.members.all(caller.workspace_id, limit=limit, offset=offset)
    total = await services.members.count(caller.workspace_id)
    return json_answer(encoded(MembersAnswer(found, total)), request=request)


@post(
    "/members",
    responses=answers(MemberAnswer, 201, 409, 422),
    opt=_MANAGING,
    status_code=201,
    summary="Invite somebody",
    tags=["members"],
)
async def invite_member(request: AnyRequest, data: JSONBody[InviteMember], services: WithServices) -> ASGIResponse:
    """They hear of it by mail, ten times an hour at most, and come in by signing in with this address. Nobody invites somebody
    who may do more than they.
    """
    command = await services.requests.access_command(request)
    caller = await services.requests.caller(request)
    invited = data.invited()
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.members.invite(command, invited, caller.scopes),
        lambda known: services.members.again(command, known),
    )
    if not replayed and await services.gate.may_mail(invited.email):
        services.invitations.send(command.workspace_id, done.state, command.actor)
    return _answer(done, status=201, replayed=replayed)


@get(
    "/members/{member_id:str}", responses=answers(MemberAnswer, 200, 404), opt=_READING, summary="Get a member", tags=["members"]
)
async def get_member(request: AnyRequest, member_id: MemberId, services: WithServices) -> ASGIResponse:
    """Somebody who is in the workspace or invited."""
    caller = await services.requests.caller(request)
    view = await services.members.get(caller.workspace_id, id_from(member_id, MemberNotFound))
    return json_answer(encoded(MemberAnswer(view)), request=request, version=view.version)


@patch(
    "/members/{member_id:str}",
    responses=answers(MemberAnswer, 200, *REFUSALS_SEEN),
    opt=_READING,
    summary="Change a member",
    tags=["members"],
)
async def change_member(
    request: AnyRequest, member_id: MemberId, data: JSONBody[ChangeMember], services: WithServices
) -> ASGIResponse:
    """Their role or name. Owners change everybody's; everybody their own name. A workspace always keeps an owner."""
    command = await services.requests.access_command(request)
    caller, named = await services.requests.caller(request), id_from(member_id, MemberNotFound)
    if data.role or not _is(caller, named):
        check_scope(caller, ADMIN)
    versions = versions_from(request, data.version)
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.members.change(command, named, data.changes(), caller.scopes, versions=versions),
        lambda known: services.members.again(command, known),
    )
    return _answer(done, status=200, replayed=replayed)


@delete(
    "/members/{member_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    opt=_READING,
    status_code=200,
    summary="Remove a member",
    tags=["members"],
)
async def remove_member(request: AnyRequest, member_id: MemberId, services: WithServices) -> ASGIResponse:
    """From their next request on they see nothing of the workspace; what they wrote stays. Owners remove everybody, and everybody
    may leave. Keys are the workspace's and stay.
    """
    command = await services.requests.access_command(request)
    caller, named = await services.requests.caller(request), id_from(member_id, MemberNotFound)
    if not _is(caller, named):
        check_scope(caller, ADMIN)
    versions = versions_from(request)
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.members.remove(command, named, versions=versions),
        lambda known: services.members.again(command, known),
    )
    return json_answer(_SUCCESS, replayed=replayed, position=done.position)


def _answer(done: Done[Member], *, status: int, replayed: bool) -> ASGIResponse:
    body = encoded(MemberAnswer(member_view(done.state)))
    return json_answer(body, status=status, version=done.state.version, replayed=replayed, position=done.position)


def _is(caller: Caller, member_id: UUID) -> bool:
    return caller.actor.kind == "user" and caller.actor.id == str(member_id)


HANDLERS = [list_members, invite_member, get_member, change_member, remove_member]
