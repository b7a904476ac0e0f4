"""Pages: list, get, create, update, delete, restore."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from types import UnionType
from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Request, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, streamed_answer
from api.compact import Compact, ListOrText, MaxTokens, check_compact, compact_answer
from api.cursors import Cursor, cursor_for, key_from
from api.page_shapes import ChangedPageAnswer, ChangePage, CreatePage, MovePage, PageAnswer, PagesAnswer, Success
from api.past_lists import Window, past_compact, past_list, past_moment
from api.problems import Problem
from api.requests import guard_from, then_from
from api.services import Services, WithServices
from application.event_store import Command
from application.page_links import LINKS
from application.page_past import Then, read_past
from application.page_reader import BEFORE_ALL, LISTED_AT_ONCE_MAX, ListRead, PageRead
from application.page_views import page_json
from application.pages.commands import Pages
from application.pages.ports import Outcome
from domain.pages.decisions import Changes, Guard
from domain.pages.queries import Query

LIMIT_MAX = 10_000
OFFSET_MAX = 2**31 - 1
VERSION_MAX = 2**31 - 2

Limit = Annotated[int | None, QueryParameter(ge=1, le=LIMIT_MAX, description="How many at most; without it, all.")]
Offset = Annotated[int, QueryParameter(ge=0, le=OFFSET_MAX, description="How many to leave out first.")]
AtVersion = Annotated[int | None, QueryParameter(ge=0, le=VERSION_MAX, description="As it was at this version.")]
AsOf = Annotated[
    str | None,
    QueryParameter(
        name="asOf", description="As it was at this ISO 8601 time, by the times at which things are said to have happened."
    ),
]
RewriteLinks = Annotated[
    bool, QueryParameter(name="rewriteLinks", description="With a new slug: links that lead to the page name it from now on.")
]
Slug = FromPath[str]
AnyRequest = Request[Any, Any, Any]

# What a cursor says it is of.
_LIST = "pages"
_SUCCESS = b'{"success":true}'


def answers(model: type | UnionType, status: int = 200, *refusals: int) -> dict[int, ResponseSpec]:
    """What the document of the API says of a handler whose bytes are ready: its answer, and the problems in its place."""
    return _documented(model, status, (400, 401, 403, *refusals, 429, 503))


def open_answers(model: type, *refusals: int) -> dict[int, ResponseSpec]:
    """The same of a handler that asks for no key."""
    return _documented(model, 200, (400, *refusals))


def _documented(model: type | UnionType, status: int, refusals: tuple[int, ...]) -> dict[int, ResponseSpec]:
    problems = {
        refusal: ResponseSpec(
            Problem, generate_examples=False, description=HTTPStatus(refusal).phrase, media_type="application/problem+json"
        )
        for refusal in refusals
    }
    # The framework takes a union for any other type, and documents it as a choice.
    return {status: ResponseSpec(cast("type", model), generate_examples=False, description="Done"), **problems}


# What commands on a page may be refused with: not there, changed meanwhile, too large, a key of idempotency used twice.
REFUSALS = (404, 409, 412, 413, 422)
# Those of a command on something small, such as a key or a webhook.
REFUSALS_SEEN = (404, 409, 412, 422)
# Those of a command on nothing that was there before, which can have no version to match.
REFUSALS_WITHOUT_BASE = (404, 409, 413, 422)


@get("/pages", responses=answers(PagesAnswer), operation_class=ListOrText, summary="List pages", tags=["pages"])
async def list_pages(  # noqa: PLR0913 - one for each parameter
    request: AnyRequest,
    services: WithServices,
    *,
    compact: Compact = False,
    max_tokens: MaxTokens = None,
    limit: Limit = None,
    offset: Offset = 0,
    cursor: Cursor = None,
    as_of: AsOf = None,
) -> ASGIResponse:
    """Live pages in the order of their creation; with `asOf`, those that were live then, as they were. `totalPages` is how many
    there are in all, whatever the limit.

    With a limit, `nextCursor` is where to go on; walked by it, pages that stay are met once, whatever else happens meanwhile.
    """
    caller = await services.requests.caller(request)
    check_compact(compact=compact, max_tokens=max_tokens, cursor=cursor)
    if as_of is not None:
        moment, window = past_moment(as_of, cursor), Window(limit, offset)
        if compact:
            return await past_compact(request, services, caller.workspace_id, moment, window, max_tokens)
        return await past_list(request, services, caller.workspace_id, moment, window)
    if compact:
        return await compact_answer(
            request, services, caller.workspace_id, Query(), limit=limit, offset=offset, max_tokens=max_tokens
        )
    reader, after = services.page_reader, BEFORE_ALL if cursor is None else key_from(cursor, _LIST, UUID)
    wanted = limit or LISTED_AT_ONCE_MAX + 1
    read = await reader.listing(caller.workspace_id, limit=min(wanted, LISTED_AT_ONCE_MAX), offset=offset, after=after)
    if wanted <= LISTED_AT_ONCE_MAX or read.total - offset <= LISTED_AT_ONCE_MAX:
        return json_answer(b'{"pages":[%b]%b' % (read.json, _rest(read, limit)), request=request)
    pieces = reader.long_listing(caller.workspace_id, limit=limit, offset=offset, after=after)
    return streamed_answer(_streamed(pieces, read, limit))


async def _streamed(pieces: AsyncIterator[ListRead], first: ListRead, limit: int | None) -> AsyncIterator[bytes]:
    opening, read = b'{"pages":[', ListRead(b"", first.total)
    async for read in pieces:
        yield opening + read.json
        opening = b","
    yield (b"" if opening == b"," else opening) + b"]" + _rest(read, limit)


def _rest(read: ListRead, limit: int | None) -> bytes:
    """What follows the pages."""
    if limit is None:
        return b',"totalPages":%d}' % read.total
    following = b"null" if read.last is None else b'"%b"' % cursor_for(_LIST, read.last).encode()
    return b',"totalPages":%d,"nextCursor":%b}' % (read.total, following)


@get("/pages/{slug:str}", responses=answers(PageAnswer, 200, 404), summary="Get a page", tags=["pages"])
async def get_page(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    version: AtVersion = None,
    as_of: AsOf = None,
) -> ASGIResponse:
    """By slug, present or past, or by id; with its content. With `version` or `asOf`, as it was."""
    read = await read_page(request, services, slug, then_from(version, as_of))
    return json_answer(
        b'{"page":%b}' % read.json, request=request, version=read.version, variant=read.page_variant + read.parent_variant
    )


async def read_page(request: AnyRequest, services: Services, slug: str, then: Then | None) -> PageRead:
    """The page as it is, or as it was."""
    caller = await services.requests.caller(request)
    if then is None:
        return await services.page_reader.get(caller.workspace_id, slug)
    return await read_past(services.past, caller.workspace_id, slug, then)


@post(
    "/pages", responses=answers(PageAnswer, 201, *REFUSALS_WITHOUT_BASE), status_code=201, summary="Create a page", tags=["pages"]
)
async def create_page(
    request: AnyRequest,
    data: JSONBody[CreatePage],
    services: WithServices,
) -> ASGIResponse:
    """Without `slug`, one is made from the title; a taken one gets `-2`, `-3`, …"""
    command = await services.requests.command(request)
    outcome, replayed = await services.once(
        command, lambda: services.pages.create(command, data.draft(), slug=data.slug, parent=data.parent())
    )
    return await page_answer(services.pages, outcome, command.workspace_id, replayed=replayed, status=201)


@patch("/pages/{slug:str}", responses=answers(ChangedPageAnswer, 200, *REFUSALS), summary="Change a page", tags=["pages"])
async def change_page(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[ChangePage],
    services: WithServices,
    rewrite_links: RewriteLinks = False,  # noqa: FBT002 - the framework hands parameters in one by one
) -> ASGIResponse:
    """Only given fields change. A change that changes nothing keeps the version.

    With `rewriteLinks=true` and a new `slug`, links that lead to the page by a slug name the new one, in the same change. Then
    the answer has `rewritten`, the slugs of the pages that hold them.
    """
    command = await services.requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    if rewrite_links:
        return await _renamed(services, command, slug, data, guard)
    outcome, replayed = await services.once(
        command,
        lambda: services.pages.change(command, slug, data.changes(), parent=data.parent(), place=data.place(), guard=guard),
    )
    return await page_answer(services.pages, outcome, command.workspace_id, replayed=replayed)


@post(
    "/pages/{slug:str}/move",
    responses=answers(PageAnswer, 200, *REFUSALS),
    status_code=200,
    summary="Move a page",
    tags=["pages"],
)
async def move_page(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[MovePage],
    services: WithServices,
) -> ASGIResponse:
    """To another parent, to another place among its siblings, or both. What is below it goes along."""
    command = await services.requests.command(request)
    guard = guard_from(request, data.version)
    outcome, replayed = await services.once(
        command,
        lambda: services.pages.change(command, slug, Changes(), parent=data.parent(), place=data.place(), guard=guard),
    )
    return await page_answer(services.pages, outcome, command.workspace_id, replayed=replayed)


@delete("/pages/{slug:str}", responses=answers(Success, 200, *REFUSALS), status_code=200, summary="Delete a page", tags=["pages"])
async def delete_page(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
) -> ASGIResponse:
    """Puts the page and all pages below it in the trash, from which `restore` brings them back."""
    command = await services.requests.command(request)
    guard = guard_from(request)
    outcome, replayed = await services.once(command, lambda: services.pages.archive(command, slug, guard))
    return json_answer(_SUCCESS, replayed=replayed, position=outcome.position)


@post(
    "/pages/{slug:str}/restore",
    responses=answers(PageAnswer, 200, *REFUSALS),
    status_code=200,
    summary="Restore a page",
    tags=["pages"],
)
async def restore_page(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
) -> ASGIResponse:
    """Brings a page back with the pages that were deleted together with it."""
    command = await services.requests.command(request)
    guard = guard_from(request)
    outcome, replayed = await services.once(command, lambda: services.pages.restore(command, slug, guard))
    return await page_answer(services.pages, outcome, command.workspace_id, replayed=replayed)


async def page_answer(pages: Pages, outcome: Outcome, workspace_id: UUID, *, replayed: bool, status: int = 200) -> ASGIResponse:
    parent_slug = await pages.parent_slug(workspace_id, outcome.page)
    body = b'{"page":%b}' % page_json(outcome.page, parent_slug)
    return json_answer(body, status=status, version=outcome.page.version, replayed=replayed, position=outcome.position)


async def _renamed(services: Services, command: Command, slug: str, data: ChangePage, guard: Guard) -> ASGIResponse:
    # What the projection has read beforehand need not be read while everybody waits.
    await services.positions.reached(command.workspace_id, LINKS, None)
    outcome, replayed = await services.idempotency.once(
        command,
        lambda: services.pages.rename(command, slug, data.changes(), parent=data.parent(), place=data.place(), guard=guard),
        lambda known: services.pages.renamed_again(command, known),
    )
    parent_slug = await services.pages.parent_slug(command.workspace_id, outcome.page)
    body = b'{"page":%b,"rewritten":%b}' % (page_json(outcome.page, parent_slug), encoded(outcome.rewritten))
    return json_answer(body, version=outcome.page.version, replayed=replayed, position=outcome.position)


HANDLERS = [list_pages, get_page, create_page, change_page, move_page, delete_page, restore_page]
