"""Lists that come in pieces: one piece is an answer with a tag, more are streamed, so that no list is held at once."""

from collections.abc import AsyncIterator
from typing import Any

from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, streamed_answer
from api.requests import AnyRequest
from application.items import Piece


async def pieced_answer(request: AnyRequest, many: bytes, pieces: AsyncIterator[Piece[Any]]) -> ASGIResponse:
    """`{"<many>": […], "totalCount": n}`; what is found is encoded as it is."""
    first, second = await anext(pieces), await anext(pieces, None)
    if second is None:
        return json_answer(b'{"%b":[%b]%b' % (many, joined(first.found), _rest(first)), request=request)
    return streamed_answer(_streamed(many, first, second, pieces))


def joined(found: list[Any]) -> bytes:
    """JSON objects with commas between."""
    return encoded(found)[1:-1]


async def _streamed(
    many: bytes, first: Piece[Any], second: Piece[Any], pieces: AsyncIterator[Piece[Any]]
) -> AsyncIterator[bytes]:
    yield b'{"%b":[%b,%b' % (many, joined(first.found), joined(second.found))
    async for piece in pieces:
        yield b"," + joined(piece.found)
    yield b"]" + _rest(first)


def _rest(piece: Piece[Any]) -> bytes:
    return b',"totalCount":%d}' % piece.total
