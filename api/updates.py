"""Updates: list, post, get, change, delete, restore; and what happened to one."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.item_shapes import ChangeUpdate, ItemHistoryAnswer, PostUpdate, UpdateAnswer, UpdatesAnswer
from api.items import ItemRoutes
from api.page_shapes import Success
from api.pages import REFUSALS, REFUSALS_SEEN, REFUSALS_WITHOUT_BASE, AtVersion, Limit, Offset, Slug, answers
from api.requests import AnyRequest
from api.services import WithServices
from application.items import Wanted
from domain.items.errors import UpdateNotFound
from domain.pages.queries import NONE, STATUSES, any_of

UpdateId = FromPath[str]
OfPage = Annotated[str | None, QueryParameter(description="Only those about this page, by slug or id.")]
WithStatus = Annotated[
    str | None, QueryParameter(description="With any of these statuses, with commas between; `none` is having none.")
]

ROUTES = ItemRoutes(lambda services: services.updates, UpdateAnswer, b"updates", UpdateNotFound)
_TAGS = ["updates"]


@get("/updates", responses=answers(UpdatesAnswer, 200, 404), summary="List updates", tags=_TAGS)
async def list_updates(
    request: AnyRequest,
    services: WithServices,
    page: OfPage = None,
    status: WithStatus = None,
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """Newest first, without those whose page is in the trash."""
    return await ROUTES.listed(request, services, _wanted(status), page, limit, offset)


@get("/pages/{slug:str}/updates", responses=answers(UpdatesAnswer, 200, 404), summary="List a page's updates", tags=_TAGS)
async def list_updates_of_page(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    status: WithStatus = None,
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """Newest first."""
    return await ROUTES.listed(request, services, _wanted(status), slug, limit, offset)


@post(
    "/updates",
    responses=answers(UpdateAnswer, 201, *REFUSALS_WITHOUT_BASE),
    status_code=201,
    summary="Post an update",
    tags=_TAGS,
)
async def post_update(request: AnyRequest, data: JSONBody[PostUpdate], services: WithServices) -> ASGIResponse:
    """Tells what is new about a page. The page itself stays as it is, its status included."""
    return await ROUTES.create(request, services, data.posted, data.named_page())


@get("/updates/{update_id:str}", responses=answers(UpdateAnswer, 200, 404), summary="Get an update", tags=_TAGS)
async def get_update(request: AnyRequest, update_id: UpdateId, services: WithServices, version: AtVersion = None) -> ASGIResponse:
    """With `version`, as it was, also if it is in the trash. While its page is in the trash, so is it."""
    return await ROUTES.read(request, services, update_id, version)


@patch("/updates/{update_id:str}", responses=answers(UpdateAnswer, 200, *REFUSALS), summary="Change an update", tags=_TAGS)
async def change_update(
    request: AnyRequest, update_id: UpdateId, data: JSONBody[ChangeUpdate], services: WithServices
) -> ASGIResponse:
    """Only given fields change. A change that changes nothing keeps the version."""
    return await ROUTES.change(request, services, update_id, data.changes, data.version)


@delete(
    "/updates/{update_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Delete an update",
    tags=_TAGS,
)
async def delete_update(request: AnyRequest, update_id: UpdateId, services: WithServices) -> ASGIResponse:
    """Puts it in the trash, from which `restore` brings it back."""
    return await ROUTES.delete(request, services, update_id)


@post(
    "/updates/{update_id:str}/restore",
    responses=answers(UpdateAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Restore an update",
    tags=_TAGS,
)
async def restore_update(request: AnyRequest, update_id: UpdateId, services: WithServices) -> ASGIResponse:
    """Brings it back from the trash."""
    return await ROUTES.restore(request, services, update_id)


@get(
    "/updates/{update_id:str}/history",
    responses=answers(ItemHistoryAnswer, 200, 404),
    summary="An update's history",
    tags=_TAGS,
)
async def update_history(
    request: AnyRequest, update_id: UpdateId, services: WithServices, limit: Limit = None, offset: Offset = 0
) -> ASGIResponse:
    """Newest first, also of one in the trash."""
    return await ROUTES.history(request, services, update_id, limit, offset)


def _wanted(status: str | None) -> Wanted:
    return Wanted(standing=any_of(status, "status", (*STATUSES, NONE)))


HANDLERS = [
    list_updates,
    list_updates_of_page,
    post_update,
    get_update,
    change_update,
    delete_update,
    restore_update,
    update_history,
]
