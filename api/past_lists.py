"""The list of pages as it was at a time."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import msgspec
from litestar.response.base import ASGIResponse
from msgspec import UNSET, UnsetType

from api.answers import json_answer, streamed_answer, text_answer
from api.compact import COMPACT_PAGES_MAX
from api.requests import AnyRequest, parse_moment
from api.services import Services
from application.compact_text import compact
from application.page_queries import ListedPage
from application.page_reader import LISTED_AT_ONCE_MAX
from application.page_views import resource
from application.workspace_past import ListedThen, found_then
from domain.errors import InvalidValue
from domain.pages.queries import Query


class Window(msgspec.Struct, frozen=True):
    """Which part of a list is wanted."""

    limit: int | None
    offset: int

    def of(self, pages: list[ListedThen], before: int) -> list[ListedThen]:
        """What of it lies in a piece that comes after so many pages."""
        stop = None if self.limit is None else max(self.offset + self.limit - before, 0)
        return pages[max(self.offset - before, 0) : stop]


class _Piece(msgspec.Struct, frozen=True):
    """What of a piece is wanted, and how many pages there were up to its end."""

    wanted: list[ListedThen]
    total: int


_NOTHING = _Piece([], 0)


def past_moment(as_of: str, cursor: str | None = None) -> datetime:
    if cursor is not None:
        raise InvalidValue("A list of the past has no cursor; send limit and offset.", parameter="cursor")
    return parse_moment(as_of, "asOf")


async def past_list(
    request: AnyRequest, services: Services, workspace_id: UUID, moment: datetime, window: Window
) -> ASGIResponse:
    """All pages are met for the total, whatever the limit; only long lists are streamed."""
    pieces = _pieces(services, workspace_id, moment, window)
    taken: list[bytes] = []
    piece = _NOTHING
    async for piece in pieces:
        taken += map(_json, piece.wanted)
        if len(taken) > LISTED_AT_ONCE_MAX:
            return streamed_answer(_streamed(taken, piece, pieces, window))
    return json_answer(b'{"pages":[%b]%b' % (b",".join(taken), _rest(piece.total, window)), request=request)


async def past_compact(
    request: AnyRequest, services: Services, workspace_id: UUID, moment: datetime, window: Window, max_tokens: int | None
) -> ASGIResponse:
    window = Window(window.limit or COMPACT_PAGES_MAX, window.offset)
    taken: list[ListedPage] = []
    piece = _NOTHING
    async for piece in _pieces(services, workspace_id, moment, window):
        taken += map(_compact, piece.wanted)
    return text_answer(compact(taken, piece.total, max_tokens), request=request)


async def past_query(
    request: AnyRequest,
    services: Services,
    moment: datetime,
    query: Query,
    window: Window,
    *,
    compact_to: int | UnsetType | None,
) -> ASGIResponse:
    """`compact_to` is set for a compact text, to at most so many tokens."""
    if query.text is not None:
        raise InvalidValue("A query of the past looks for no text; leave text or asOf out.", parameter="text")
    caller = await services.requests.caller(request)
    found = await found_then(services.workspace_past, caller.workspace_id, moment, query)
    if compact_to is not UNSET:
        wanted = Window(window.limit or COMPACT_PAGES_MAX, window.offset).of(found, 0)
        return text_answer(compact(map(_compact, wanted), len(found), compact_to), request=request)
    pages = b",".join(map(_json, window.of(found, 0)))
    return json_answer(b'{"pages":[%b],"totalCount":%d}' % (pages, len(found)), request=request)


async def _pieces(services: Services, workspace_id: UUID, moment: datetime, window: Window) -> AsyncIterator[_Piece]:
    total = 0
    async for pages in services.workspace_past.listing(workspace_id, moment):
        yield _Piece(window.of(pages, total), total + len(pages))
        total += len(pages)


async def _streamed(taken: list[bytes], piece: _Piece, following: AsyncIterator[_Piece], window: Window) -> AsyncIterator[bytes]:
    yield b'{"pages":[' + b",".join(taken)
    async for piece in following:  # noqa: PLR1704 - the last one has the total
        yield b"".join([b"," + _json(page) for page in piece.wanted])
    yield b"]" + _rest(piece.total, window)


def _rest(total: int, window: Window) -> bytes:
    """Lists of the past have no cursor: what they show does not move."""
    return b',"totalPages":%d%b}' % (total, b"" if window.limit is None else b',"nextCursor":null')


def _compact(page: ListedThen) -> ListedPage:
    return ListedPage(page.doc, page.parent_slug, page.place)


def _json(page: ListedThen) -> bytes:
    return resource(page.doc, page.stamp, page.parent_slug)
