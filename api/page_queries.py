"""Finding pages: by query, and in the trash."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from msgspec import UNSET

from api.answers import json_answer, streamed_answer
from api.compact import Compact, ListOrText, MaxTokens, check_compact, compact_answer
from api.page_shapes import FoundAnswer, TrashAnswer
from api.pages import AsOf, Limit, Offset, answers
from api.past_lists import Window, past_moment, past_query
from api.requests import LIMIT, AnyRequest, parse_moment
from api.services import WithServices
from application.page_reader import LISTED_AT_ONCE_MAX, ListRead
from domain.errors import InvalidValue
from domain.pages.queries import NONE, STATUSES, TYPES, Query, any_of, conditions, day, needle, sort_from

# The names of a query's parameters, so that a misspelt filter is told and does not answer everything.
PARAMETERS = (
    *("status", "owner", "type", "parent", "under", "blocked-by", "dueBefore", "dueAfter", "updatedSince", "text", "where"),
    *("sort", "asOf", "compact", "maxTokens", "limit", "offset"),
)


# The view that texts are looked for in.
TEXT_PROJECTION = "text"


def _filter(description: str, name: str | None = None) -> QueryParameter:
    return QueryParameter(description=description, name=name)


@get(
    "/pages/query",
    responses=answers(FoundAnswer, 200, 404),
    operation_class=ListOrText,
    opt={LIMIT: "search"},
    summary="Query pages",
    tags=["pages"],
)
async def query_pages(  # noqa: PLR0913 - one for each filter
    request: AnyRequest,
    services: WithServices,
    *,
    status: Annotated[str | None, _filter("Any of these statuses, with commas between; `none` is having none.")] = None,
    owner: Annotated[str | None, _filter("Any of these e-mail addresses; `none` is having no owner.")] = None,
    type_: Annotated[str | None, _filter("Any of page, database, file.", "type")] = None,
    parent: Annotated[str | None, _filter("Right below any of these pages, by slug or id; `/` is the top.")] = None,
    under: Annotated[str | None, _filter("Anywhere below any of these pages, by slug or id.")] = None,
    blocked_by: Annotated[
        str | None, _filter("Blocked by any of these pages, by any slug of theirs or id.", "blocked-by")
    ] = None,
    due_before: Annotated[str | None, _filter("Due before this day.", "dueBefore")] = None,
    due_after: Annotated[str | None, _filter("Due after this day.", "dueAfter")] = None,
    updated_since: Annotated[str | None, _filter("With a change recorded at or after this time.", "updatedSince")] = None,
    text: Annotated[str | None, _filter("With this in the title, the subtitle or the content, in any case of letters.")] = None,
    where: Annotated[
        list[str] | None, _filter("A test of a property, such as `Price>=10`, `Stage=Done`; several have to hold together.")
    ] = None,
    sort: Annotated[
        str | None,
        _filter("createdAt, updatedAt, title, dueDate, status, order or property.<name>; with `-` in front, descending."),
    ] = None,
    as_of: AsOf = None,
    compact: Compact = False,
    max_tokens: MaxTokens = None,
    limit: Limit = None,
    offset: Offset = 0,
) -> ASGIResponse:
    """Filters are "and", their values "any of". `totalCount` is how many pages match in all, whatever the limit."""
    caller = await services.requests.caller(request)
    check_known(request, PARAMETERS, "A query")
    if text is not None:
        # What is in the view already need not be looked at page by page; the rest is, so this never waits for long.
        await services.positions.reached(caller.workspace_id, TEXT_PROJECTION, None)
    check_compact(compact=compact, max_tokens=max_tokens)
    query = Query(
        status=any_of(status, "status", (*STATUSES, NONE)),
        owner=any_of(owner, "owner"),
        type=any_of(type_, "type", TYPES),
        parent=any_of(parent, "parent"),
        under=any_of(under, "under"),
        blocked_by=any_of(blocked_by, "blocked-by"),
        due_before=day(due_before, "dueBefore"),
        due_after=day(due_after, "dueAfter"),
        updated_since=None if updated_since is None else parse_moment(updated_since, "updatedSince"),
        text=needle(text),
        where=conditions(where),
        sort=sort_from(sort),
    )
    if as_of is not None:
        moment, window = past_moment(as_of), Window(limit, offset)
        return await past_query(request, services, moment, query, window, compact_to=max_tokens if compact else UNSET)
    if compact:
        return await compact_answer(
            request, services, caller.workspace_id, query, limit=limit, offset=offset, max_tokens=max_tokens
        )
    wanted = min(limit or LISTED_AT_ONCE_MAX, LISTED_AT_ONCE_MAX)
    read = await services.page_queries.found(caller.workspace_id, query, limit=wanted, offset=offset)
    if limit == wanted or read.total - offset <= wanted:
        return json_answer(_body(read), request=request)
    pieces = services.page_queries.long_found(caller.workspace_id, query, limit=limit, offset=offset)
    return streamed_answer(_streamed(pieces))


def check_known(request: AnyRequest, accepted: Sequence[str], what: str) -> None:
    """Raises `InvalidValue`: a misspelt filter would answer everything."""
    unknown = sorted(set(request.query_params) - set(accepted))
    if unknown:
        names = ", ".join(repr(name[:60]) for name in unknown[:5])
        raise InvalidValue(
            f"{what} knows no {names}. It knows {', '.join(accepted)}.", parameter=unknown[0][:60], accepted=list(accepted)
        )


async def _streamed(pieces: AsyncIterator[ListRead]) -> AsyncIterator[bytes]:
    opening, total = b'{"pages":[', 0
    async for piece in pieces:
        total = piece.total
        yield opening + piece.json
        opening = b","
    yield (b"" if opening == b"," else opening) + b'],"totalCount":%d}' % total


@get("/trash", responses=answers(TrashAnswer), summary="List the trash", tags=["pages"])
async def list_trash(request: AnyRequest, services: WithServices, limit: Limit = None, offset: Offset = 0) -> ASGIResponse:
    """Pages that were deleted, newest deletion first; each with how many went with it. `restore` brings them back together."""
    caller = await services.requests.caller(request)
    read = await services.page_queries.trash(caller.workspace_id, limit=limit, offset=offset)
    return json_answer(_body(read), request=request)


def _body(read: ListRead) -> bytes:
    return b'{"pages":[%b],"totalCount":%d}' % (read.json, read.total)


HANDLERS = [query_pages, list_trash]
