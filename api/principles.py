"""Principles: list, create, get, change, delete, restore; and what happened to one."""

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from api.item_shapes import ChangePrinciple, CreatePrinciple, ItemHistoryAnswer, PrincipleAnswer, PrinciplesAnswer
from api.items import ItemRoutes
from api.page_shapes import Success
from api.pages import REFUSALS, REFUSALS_SEEN, AtVersion, Limit, Offset, answers
from api.requests import AnyRequest
from api.services import WithServices
from application.items import Wanted
from domain.items.errors import PrincipleNotFound

PrincipleId = FromPath[str]

ROUTES = ItemRoutes(lambda services: services.principles, PrincipleAnswer, b"principles", PrincipleNotFound)
_TAGS = ["principles"]


@get("/principles", responses=answers(PrinciplesAnswer), summary="List principles", tags=_TAGS)
async def list_principles(request: AnyRequest, services: WithServices, limit: Limit = None, offset: Offset = 0) -> ASGIResponse:
    """In the order of their creation."""
    return await ROUTES.listed(request, services, Wanted(), None, limit, offset)


@post(
    "/principles",
    responses=answers(PrincipleAnswer, 201, 409, 413, 422),
    status_code=201,
    summary="Create a principle",
    tags=_TAGS,
)
async def create_principle(request: AnyRequest, data: JSONBody[CreatePrinciple], services: WithServices) -> ASGIResponse:
    """Only `title` is required."""
    return await ROUTES.create(request, services, data.created)


@get("/principles/{principle_id:str}", responses=answers(PrincipleAnswer, 200, 404), summary="Get a principle", tags=_TAGS)
async def get_principle(
    request: AnyRequest, principle_id: PrincipleId, services: WithServices, version: AtVersion = None
) -> ASGIResponse:
    """With `version`, as it was, also if it is in the trash."""
    return await ROUTES.read(request, services, principle_id, version)


@patch(
    "/principles/{principle_id:str}",
    responses=answers(PrincipleAnswer, 200, *REFUSALS),
    summary="Change a principle",
    tags=_TAGS,
)
async def change_principle(
    request: AnyRequest, principle_id: PrincipleId, data: JSONBody[ChangePrinciple], services: WithServices
) -> ASGIResponse:
    """Only given fields change. A change that changes nothing keeps the version."""
    return await ROUTES.change(request, services, principle_id, data.changes, data.version)


@delete(
    "/principles/{principle_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Delete a principle",
    tags=_TAGS,
)
async def delete_principle(request: AnyRequest, principle_id: PrincipleId, services: WithServices) -> ASGIResponse:
    """Puts it in the trash, from which `restore` brings it back."""
    return await ROUTES.delete(request, services, principle_id)


@post(
    "/principles/{principle_id:str}/restore",
    responses=answers(PrincipleAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Restore a principle",
    tags=_TAGS,
)
async def restore_principle(request: AnyRequest, principle_id: PrincipleId, services: WithServices) -> ASGIResponse:
    """Brings it back from the trash."""
    return await ROUTES.restore(request, services, principle_id)


@get(
    "/principles/{principle_id:str}/history",
    responses=answers(ItemHistoryAnswer, 200, 404),
    summary="A principle's history",
    tags=_TAGS,
)
async def principle_history(
    request: AnyRequest, principle_id: PrincipleId, services: WithServices, limit: Limit = None, offset: Offset = 0
) -> ASGIResponse:
    """Newest first, also of one in the trash."""
    return await ROUTES.history(request, services, principle_id, limit, offset)


HANDLERS = [
    list_principles,
    create_principle,
    get_principle,
    change_principle,
    delete_principle,
    restore_principle,
    principle_history,
]
