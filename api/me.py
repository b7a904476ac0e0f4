"""Who is calling, as the service sees it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import answers
from api.services import Services, WithServices
from application.access import Caller
from domain.scopes import Role

AnyRequest = Request[Any, Any, Any]


class WorkspaceName(msgspec.Struct):
    """The workspace that this request is for."""

    id: UUID
    name: str


class WorkspaceRole(msgspec.Struct):
    """One of a person's workspaces, for X-Workspace-Id."""

    id: UUID
    name: str
    role: Role


class Me(msgspec.Struct, rename="camel", kw_only=True):
    """`kind` is user or key. A key has no e-mail and no role, and `workspaces` is empty."""

    kind: str
    id: str
    name: str
    email: str | None
    role: Role | None
    scopes: list[str]
    workspace: WorkspaceName
    workspaces: list[WorkspaceRole]


@get("/me", responses=answers(Me), summary="Who am I?", tags=["sign-in"])
async def me(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """The key or person, what they may do, and in which workspace; for a person, the others they are in as well."""
    caller = await services.requests.caller(request)
    return json_answer(encoded(await _me(services, caller)), request=request)


async def _me(services: Services, caller: Caller) -> Me:
    memberships = []
    if caller.actor.kind == "user":
        memberships = [each for each in await services.people.memberships(UUID(caller.actor.id)) if each.active]
    here = next((each for each in memberships if each.workspace_id == caller.workspace_id), None)
    return Me(
        kind=caller.actor.kind,
        id=caller.actor.id,
        name=caller.actor.name,
        email=here.member.email if here else None,
        role=here.role if here else None,
        scopes=sorted(caller.scopes),
        workspace=WorkspaceName(caller.workspace_id, await services.people.workspace_name(caller.workspace_id)),
        workspaces=[WorkspaceRole(each.workspace_id, each.workspace, each.role) for each in memberships],
    )


HANDLERS = [me]
