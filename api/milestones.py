"""Milestones: list, create, get, change, delete, restore; and what happened to one."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.item_shapes import ChangeMilestone, CreateMilestone, ItemHistoryAnswer, MilestoneAnswer, MilestonesAnswer
from api.items import ItemRoutes
from api.page_shapes import Success
from api.pages import REFUSALS, REFUSALS_SEEN, REFUSALS_WITHOUT_BASE, AtVersion, Limit, Offset, answers
from api.requests import AnyRequest
from api.services import WithServices
from application.items import Wanted
from domain.items.errors import MilestoneNotFound
from domain.items.milestones import STATES, noon
from domain.pages.queries import any_of, day

MilestoneId = FromPath[str]
OfPage = Annotated[str | None, QueryParameter(description="Only those that name this page, by slug or id.")]
# Named, because the framework takes a parameter that is called state for its own.
InState = Annotated[str | None, QueryParameter(name="state", description="In any of these states, with commas between.")]
From = Annotated[str | None, QueryParameter(name="from", description="On this day or later.")]
To = Annotated[str | None, QueryParameter(name="to", description="On this day or earlier.")]

ROUTES = ItemRoutes(lambda services: services.milestones, MilestoneAnswer, b"milestones", MilestoneNotFound)
_TAGS = ["milestones"]


@get("/milestones", responses=answers(MilestonesAnswer, 200, 404), summary="List milestones", tags=_TAGS)
async def list_milestones(  # noqa: PLR0913 - one for each filter
    request: AnyRequest,
    services: WithServices,
    *,
    in_state: InState = None,
    first: From = None,
    last: To = None,
    page: OfPage = None,
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """By their day, and those of one day in the order of their creation."""
    since, until = day(first, "from"), day(last, "to")
    wanted = Wanted(
        standing=any_of(in_state, "state", STATES),
        since=None if since is None else noon(since),
        until=None if until is None else noon(until),
    )
    return await ROUTES.listed(request, services, wanted, page, limit, offset)


@post(
    "/milestones",
    responses=answers(MilestoneAnswer, 201, *REFUSALS_WITHOUT_BASE),
    status_code=201,
    summary="Create a milestone",
    tags=_TAGS,
)
async def create_milestone(request: AnyRequest, data: JSONBody[CreateMilestone], services: WithServices) -> ASGIResponse:
    """Only `title` and `date` are required."""
    return await ROUTES.create(request, services, data.created, data.named_page())


@get("/milestones/{milestone_id:str}", responses=answers(MilestoneAnswer, 200, 404), summary="Get a milestone", tags=_TAGS)
async def get_milestone(
    request: AnyRequest, milestone_id: MilestoneId, services: WithServices, version: AtVersion = None
) -> ASGIResponse:
    """With `version`, as it was, also if it is in the trash. It is there whether or not its page is."""
    return await ROUTES.read(request, services, milestone_id, version)


@patch(
    "/milestones/{milestone_id:str}",
    responses=answers(MilestoneAnswer, 200, *REFUSALS),
    summary="Change a milestone",
    tags=_TAGS,
)
async def change_milestone(
    request: AnyRequest, milestone_id: MilestoneId, data: JSONBody[ChangeMilestone], services: WithServices
) -> ASGIResponse:
    """Only given fields change. A change that changes nothing keeps the version."""
    return await ROUTES.change(request, services, milestone_id, data.changes, data.version, data.named_page())


@delete(
    "/milestones/{milestone_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Delete a milestone",
    tags=_TAGS,
)
async def delete_milestone(request: AnyRequest, milestone_id: MilestoneId, services: WithServices) -> ASGIResponse:
    """Puts it in the trash, from which `restore` brings it back."""
    return await ROUTES.delete(request, services, milestone_id)


@post(
    "/milestones/{milestone_id:str}/restore",
    responses=answers(MilestoneAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Restore a milestone",
    tags=_TAGS,
)
async def restore_milestone(request: AnyRequest, milestone_id: MilestoneId, services: WithServices) -> ASGIResponse:
    """Brings it back from the trash."""
    return await ROUTES.restore(request, services, milestone_id)


@get(
    "/milestones/{milestone_id:str}/history",
    responses=answers(ItemHistoryAnswer, 200, 404),
    summary="A milestone's history",
    tags=_TAGS,
)
async def milestone_history(
    request: AnyRequest, milestone_id: MilestoneId, services: WithServices, limit: Limit = None, offset: Offset = 0
) -> ASGIResponse:
    """Newest first, also of one in the trash."""
    return await ROUTES.history(request, services, milestone_id, limit, offset)


HANDLERS = [
    list_milestones,
    create_milestone,
    get_milestone,
    change_milestone,
    delete_milestone,
    restore_milestone,
    milestone_history,
]
