"""The timeline of pages."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, streamed_answer
from api.page_shapes import HistoryAnswer
from api.pages import Limit, Offset, answers
from api.requests import parse_moment
from api.services import WithServices
from application.history import Entry, history_entry
from application.page_reader import PageReader
from domain.errors import InvalidValue
from domain.pages.errors import PageNotFound

AnyRequest = Request[Any, Any, Any]
PAGE_NUMBER_MAX = 1_000_000
# One more digit than the greatest number has: the rest cannot make it acceptable, and Python reads no number of thousands.
PAGE_NUMBER_DIGITS_MAX = 8


@get(["/pages/history", "/history"], responses=answers(HistoryAnswer, 200, 404), summary="History", tags=["history"])
async def history(
    request: AnyRequest,
    services: WithServices,
    limit: Limit = None,
    offset: Offset = 0,
    since: Annotated[str | None, QueryParameter(description="Only what was recorded at or after this ISO 8601 time.")] = None,
    page: Annotated[str | None, QueryParameter(description="A page's slug or id, or the number of a result page.")] = None,
) -> ASGIResponse:
    """Every event of every page, newest first, the trash included."""
    caller = await services.requests.caller(request)
    page_id, skipped = await _page_or_number(services.page_reader, caller.workspace_id, page, limit)
    first = 1 if since is None else await services.page_reader.position_at(caller.workspace_id, parse_moment(since, "since"))
    pieces = services.page_reader.history(caller.workspace_id, since=first, page_id=page_id, limit=limit, offset=offset + skipped)
    return streamed_answer(_streamed(pieces))


async def _page_or_number(
    page_reader: PageReader, workspace_id: UUID, page: str | None, limit: int | None
) -> tuple[UUID | None, int]:
    """`page` filters by a page, by slug or id; a number that is no page's slug counts result pages of `limit` entries from 1."""
    if page is None:
        return None, 0
    page_id = await page_reader.find(workspace_id, page)
    if page_id is not None:
        return page_id, 0
    if not page.isdecimal():
        raise PageNotFound
    number = int(page[:PAGE_NUMBER_DIGITS_MAX])
    if limit is None or not 1 <= number <= PAGE_NUMBER_MAX:
        raise InvalidValue(f"A result page's number is 1 to {PAGE_NUMBER_MAX}, together with a limit.", parameter="page")
    return None, (number - 1) * limit


async def _streamed(pieces: AsyncIterator[list[Entry]]) -> AsyncIterator[bytes]:
    """Piece by piece, because a history has no bound."""
    opening = b'{"history":['
    async for entries in pieces:
        yield opening + encoded([history_entry(entry) for entry in entries])[1:-1]
        opening = b","
    yield b"]}" if opening == b"," else opening + b"]}"


HANDLERS = [history]
