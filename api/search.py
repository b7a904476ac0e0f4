"""Searching the workspace, pages similar to one, and how search is set and stands."""

from typing import Annotated

from litestar import get, patch
from litestar.params import JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.page_queries import check_known
from api.pages import REFUSALS_SEEN, Slug, answers
from api.requests import LIMIT, AnyRequest, parse_moment, versions_from
from api.search_shapes import (
    ChooseLanguage,
    SearchAnswer,
    SettingsAnswer,
    SimilarAnswer,
    StatusAnswer,
    search_answer,
    similar_body,
    state_view,
)
from api.services import Services, WithServices
from application.search import SearchWish
from application.search_settings import settings_view
from domain.pages.queries import NONE, STATUSES, Query, any_of
from domain.search.queries import RESULTS_MAX, SearchQuery, kinds, mode, search_query
from domain.search.settings import LANGUAGES, SearchSettings

SEARCH = "search"
SIMILAR_DEFAULT = 5
RESULTS_DEFAULT = 20
PARAMETERS = ("q", "mode", "explain", "limit", "status", "owner", "parent", "under", "updatedSince")


def _query(description: str, name: str | None = None) -> QueryParameter:
    return QueryParameter(description=description, name=name)


Text = Annotated[str | None, _query('Words, "quoted phrases" that have to be there, and -words that must not.', "q")]
How = Annotated[str | None, _query("hybrid (by words and by meaning, the default), keyword or semantic.", "mode")]
Explain = Annotated[bool, _query("Say where each score comes from.")]
Limit = Annotated[int, QueryParameter(ge=1, le=RESULTS_MAX, description="How many at most.")]
Status = Annotated[str | None, _query("Of pages with any of these statuses; `none` is having none.")]
Owner = Annotated[str | None, _query("Of pages of any of these owners; `none` is having none.")]
Parent = Annotated[str | None, _query("Of pages right below any of these, by slug or id; `/` is the top.")]
Under = Annotated[str | None, _query("Of pages anywhere below any of these, by slug or id.")]
Since = Annotated[str | None, _query("Of pages with a change recorded at or after this time.", "updatedSince")]


@get("/pages/search", responses=answers(SearchAnswer, 200, 404), opt={LIMIT: SEARCH}, summary="Search pages", tags=["search"])
async def search_pages(  # noqa: PLR0913 - one for each parameter
    request: AnyRequest,
    services: WithServices,
    *,
    q: Text = None,
    how: How = None,
    explain: Explain = False,
    limit: Limit = RESULTS_DEFAULT,
    status: Status = None,
    owner: Owner = None,
    parent: Parent = None,
    under: Under = None,
    updated_since: Since = None,
) -> ASGIResponse:
    """Pages by their words and by their meaning, the best first."""
    pages = _pages(status, owner, parent, under, updated_since)
    return await _found(request, services, SearchWish(_known(request, q), ("page",), mode(how), limit, pages, explain))


@get("/search", responses=answers(SearchAnswer, 200, 404), opt={LIMIT: SEARCH}, summary="Search everything", tags=["search"])
async def search_workspace(  # noqa: PLR0913 - one for each parameter
    request: AnyRequest,
    services: WithServices,
    *,
    q: Text = None,
    type_: Annotated[
        str | None, _query("page, update, milestone, principle, several with commas between, or all.", "type")
    ] = None,
    how: How = None,
    explain: Explain = False,
    limit: Limit = RESULTS_DEFAULT,
    status: Status = None,
    owner: Owner = None,
    parent: Parent = None,
    under: Under = None,
    updated_since: Since = None,
) -> ASGIResponse:
    """Whatever has text: pages, updates, milestones, principles. Filters of pages hold for what belongs to a page as well."""
    pages = _pages(status, owner, parent, under, updated_since)
    wish = SearchWish(_known(request, q, "type"), kinds(type_), mode(how), limit, pages, explain)
    return await _found(request, services, wish)


@get(
    "/pages/{slug:str}/similar",
    responses=answers(SimilarAnswer, 200, 404),
    opt={LIMIT: SEARCH},
    summary="Similar pages",
    tags=["search"],
)
async def similar_pages(request: AnyRequest, slug: Slug, services: WithServices, limit: Limit = SIMILAR_DEFAULT) -> ASGIResponse:
    """The pages whose passages are nearest to this one's, each with those that make it so."""
    caller = await services.caught_up(request, SEARCH)
    return json_answer(similar_body(await services.similar.find(caller.workspace_id, slug, limit)), request=request)


@get("/search/settings", responses=answers(SettingsAnswer), summary="Get the settings of search", tags=["search"])
async def get_settings(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """How the workspace is searched."""
    caller = await services.requests.caller(request)
    settings = await services.search_settings.get(caller.workspace_id)
    return json_answer(_settings_body(settings), request=request, version=settings.version)


@patch(
    "/search/settings",
    responses=answers(SettingsAnswer, 200, *REFUSALS_SEEN),
    summary="Choose the language of search",
    tags=["search"],
)
async def choose_language(request: AnyRequest, data: JSONBody[ChooseLanguage], services: WithServices) -> ASGIResponse:
    """Words are brought to their stems in this language; `simple` takes them as they are. The index is made anew, and until it is
    whole, the old one answers.
    """
    command = await services.requests.command(request)
    versions = versions_from(request, data.version)
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.search_settings.choose_language(command, data.language, versions=versions),
        lambda known: services.search_settings.again(command, known),
    )
    return json_answer(_settings_body(done.state), version=done.state.version, replayed=replayed, position=done.position)


@get("/search/status", responses=answers(StatusAnswer), summary="Get the state of search", tags=["search"])
async def search_status(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """How much of the workspace can be found, and how much of it by meaning."""
    caller = await services.requests.caller(request)
    return json_answer(encoded(state_view(await services.search_states(caller.workspace_id))), request=request)


def _known(request: AnyRequest, text: str | None, *more: str) -> SearchQuery:
    """The query, of a request all of whose parameters are known."""
    check_known(request, (*PARAMETERS, *more), "A search")
    return search_query(text)


def _pages(status: str | None, owner: str | None, parent: str | None, under: str | None, since: str | None) -> Query | None:
    query = Query(
        status=any_of(status, "status", (*STATUSES, NONE)),
        owner=any_of(owner, "owner"),
        parent=any_of(parent, "parent"),
        under=any_of(under, "under"),
        updated_since=None if since is None else parse_moment(since, "updatedSince"),
    )
    return None if query == Query() else query


async def _found(request: AnyRequest, services: Services, wish: SearchWish) -> ASGIResponse:
    caller = await services.caught_up(request, SEARCH)
    found = await services.search.find(caller.workspace_id, wish)
    return json_answer(encoded(search_answer(found, explained=wish.explain)), request=request)


def _settings_body(settings: SearchSettings) -> bytes:
    return encoded(SettingsAnswer(settings_view(settings), list(LANGUAGES)))


HANDLERS = [search_pages, search_workspace, similar_pages, get_settings, search_status]
# For owners alone.
ADMIN_HANDLERS = [choose_language]
