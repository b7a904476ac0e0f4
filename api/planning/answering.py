"""How planning's routes answer, whatever the resource."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar.enums import HttpMethod
from litestar.openapi.datastructures import ResponseSpec
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, streamed_answer
from api.pages import REFUSALS_SEEN, answers
from api.requests import AnyRequest
from api.services import Services
from application.planning.planning import Act, Made
from application.planning.reading import Shown
from domain.planning.entities import Concept, Kept, RefId

# Both change what the body names, and leave the rest.
CHANGING = (HttpMethod.PUT, HttpMethod.PATCH)
Entry = Callable[[Shown[Any]], msgspec.Struct]


async def null(_: Made) -> bytes:
    return b"null"


async def carried_out(
    request: AnyRequest,
    services: Services,
    act: Act,
    about: Concept[Any],
    answer: Callable[[Made], Awaitable[bytes]] = null,
    *,
    ref_id: RefId | None = None,
    untold: Callable[[Made], Awaitable[Kept[Any]]] | None = None,
) -> ASGIResponse:
    """A command, once however often it is sent. It is about the one with the `ref_id`, or else the first of the concept that it
    made or changed, or one that its events do not tell of; and the answer's tag is the version that this has now.
    """
    command, planning = await services.requests.command(request), services.planning.commands
    made, replayed = await services.idempotency.once(
        command, lambda: planning.run(command, act), lambda known: planning.again(command, known, ref_id)
    )
    subject = made.subject or next((kept for kept in made.kept if kept.concept is about), None)
    if subject is None and untold is not None:
        subject = await untold(made)
        made = msgspec.structs.replace(made, kept=[*made.kept, subject])
    version = None if subject is None or subject.removed else subject.entity.version
    return json_answer(await answer(made), version=version, replayed=replayed, position=made.position)


async def workspace_with(request: AnyRequest, services: Services, concept: Concept[Any]) -> UUID:
    """The caller's, which has what the concept is a part of. Raises `FeatureOff`."""
    workspace_id = (await services.requests.caller(request)).workspace_id
    await services.planning.features.check(workspace_id, concept.feature)
    return workspace_id


def answers_null() -> dict[int, ResponseSpec]:
    """What the document says of commands that tell nothing but that they were carried out."""
    return answers(type(None), 200, *REFUSALS_SEEN)


async def listed(
    request: AnyRequest, many: str, pieces: AsyncIterator[list[Shown[Any]]], entry: Entry, ahead: Mapping[str, Any]
) -> ASGIResponse:
    """One piece is an answer with a tag, more are streamed, so that no list is held at once."""
    opening = encoded({**ahead, many: []}).removesuffix(b"]}")
    first, second = await anext(pieces), await anext(pieces, None)
    if second is None:
        return json_answer(encoded({**ahead, many: [entry(shown) for shown in first]}), request=request)
    return streamed_answer(_streamed(opening, first, second, pieces, entry))


async def _streamed(
    opening: bytes,
    first: list[Shown[Any]],
    second: list[Shown[Any]],
    following: AsyncIterator[list[Shown[Any]]],
    entry: Entry,
) -> AsyncIterator[bytes]:
    # Where a filter passes over all that was looked at first, the first piece is empty.
    yield opening + b",".join(_joined(piece, entry) for piece in (first, second) if piece)
    async for piece in following:
        yield b"," + _joined(piece, entry)
    yield b"]}"


def _joined(piece: list[Shown[Any]], entry: Entry) -> bytes:
    return encoded([entry(shown) for shown in piece])[1:-1]
