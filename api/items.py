"""What the routes of updates, milestones and principles do alike."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

from litestar.response.base import ASGIResponse
from msgspec import UNSET, UnsetType

from api.answers import encoded, json_answer, short_hash, streamed_answer
from api.pieces import joined, pieced_answer
from api.requests import AnyRequest, id_from, versions_from
from api.services import Services
from application.event_store import Command
from application.exclusively import Done
from application.item_views import ItemEntry, ItemView, item_history_entry
from application.items import Items, Wanted
from domain.errors import NotFound
from domain.items.kinds import Begun, Changes, Item

S = TypeVar("S", bound=Item)
V = TypeVar("V", bound=ItemView)

_SUCCESS = b'{"success":true}'


class ItemRoutes(Generic[S, V]):
    """Those of one kind. Handlers say what is asked, and this does it."""

    def __init__(
        self, items: Callable[[Services], Items[S, V]], answer: Callable[[V], Any], many: bytes, not_found: type[NotFound]
    ) -> None:
        """`items` picks the use cases, `answer` is the body of one, and `many` the name of several."""
        self._items = items
        self._answer = answer
        self._many = many
        self._not_found = not_found

    async def listed(
        self, request: AnyRequest, services: Services, wanted: Wanted, page: str | None, limit: int | None, offset: int
    ) -> ASGIResponse:
        """Long lists are streamed."""
        caller = await services.requests.caller(request)
        pieces = self._items(services).listing(caller.workspace_id, wanted, page=page, limit=limit, offset=offset)
        return await pieced_answer(request, self._many, pieces)

    async def read(self, request: AnyRequest, services: Services, item_id: str, version: int | None) -> ASGIResponse:
        caller = await services.requests.caller(request)
        view = await self._items(services).get(caller.workspace_id, id_from(item_id, self._not_found), version)
        body = encoded(self._answer(view))
        # The page's slug and title are among the bytes, and change without the item.
        return json_answer(body, request=request, version=view.version, variant=short_hash(body))

    async def create(
        self, request: AnyRequest, services: Services, make: Callable[[UUID | None], Begun], page: str | UnsetType | None = UNSET
    ) -> ASGIResponse:
        command, items = await services.requests.command(request), self._items(services)
        named = None if page is UNSET else page
        return await self._done(services, command, lambda: items.create(command, make, named), status=201)

    async def change(
        self,
        request: AnyRequest,
        services: Services,
        item_id: str,
        make: Callable[[UUID | UnsetType | None], Changes],
        version: int | None,
        page: str | UnsetType | None = UNSET,
    ) -> ASGIResponse:
        command, items = await services.requests.command(request), self._items(services)
        versions, named = versions_from(request, version), id_from(item_id, self._not_found)
        return await self._done(services, command, lambda: items.change(command, named, make, page, versions=versions))

    async def delete(self, request: AnyRequest, services: Services, item_id: str) -> ASGIResponse:
        command, items = await services.requests.command(request), self._items(services)
        versions, named = versions_from(request), id_from(item_id, self._not_found)
        done, replayed = await self._once(services, command, lambda: items.archive(command, named, versions=versions))
        return json_answer(_SUCCESS, replayed=replayed, position=done.position)

    async def restore(self, request: AnyRequest, services: Services, item_id: str) -> ASGIResponse:
        command, items = await services.requests.command(request), self._items(services)
        versions, named = versions_from(request), id_from(item_id, self._not_found)
        return await self._done(services, command, lambda: items.restore(command, named, versions=versions))

    async def history(
        self, request: AnyRequest, services: Services, item_id: str, limit: int | None, offset: int
    ) -> ASGIResponse:
        """Streamed, because a history has no bound."""
        caller = await services.requests.caller(request)
        pieces = await self._items(services).history(
            caller.workspace_id, id_from(item_id, self._not_found), limit=limit, offset=offset
        )
        return streamed_answer(_timeline(pieces))

    async def _done(
        self, services: Services, command: Command, run: Callable[[], Awaitable[Done[S]]], *, status: int = 200
    ) -> ASGIResponse:
        done, replayed = await self._once(services, command, run)
        view = await self._items(services).view(command.workspace_id, done.state)
        body = encoded(self._answer(view))
        return json_answer(body, status=status, version=view.version, replayed=replayed, position=done.position)

    async def _once(self, services: Services, command: Command, run: Callable[[], Awaitable[Done[S]]]) -> tuple[Done[S], bool]:
        return await services.idempotency.once(command, run, lambda known: self._items(services).again(command, known))


async def _timeline(pieces: AsyncIterator[list[ItemEntry]]) -> AsyncIterator[bytes]:
    opening = b'{"history":['
    async for entries in pieces:
        yield opening + joined([item_history_entry(entry) for entry in entries])
        opening = b","
    yield b"]}" if opening == b"," else opening + b"]}"
