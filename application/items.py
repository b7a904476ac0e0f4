"""Updates, milestones and principles: to list, read, make, change, delete and bring back. One class for the three."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.item_views import NO_PAGE, ItemEntry, PageName
from domain.items.kinds import Begun, Changes, Item, ItemEvent, Kind
from domain.pages.errors import PageNotFound, VersionNotFound
from domain.versions import check_version

S = TypeVar("S", bound=Item)
T = TypeVar("T")
V = TypeVar("V")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which of them a list is about. Filters are "and", their values "any of"; an empty one asks nothing."""

    page_id: UUID | None = None
    standing: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class Piece(msgspec.Struct, Generic[T], frozen=True):
    """A piece of a list, and how many there are in all."""

    found: list[T]
    total: int


class Kept(msgspec.Struct, Generic[S], frozen=True):
    """An item, and the page that it names as that is now."""

    item: S
    page: PageName


class ItemBook(Protocol[S]):
    """What the read model tells of one kind."""

    async def load(self, workspace_id: UUID, item_id: UUID) -> S | None:
        """Also one in the trash."""
        ...

    async def page(self, workspace_id: UUID, reference: str) -> PageName | None:
        """What a slug or an id leads to; also in the trash."""
        ...

    def listing(self, workspace_id: UUID, wanted: Wanted, *, limit: int | None, offset: int) -> AsyncIterator[Piece[Kept[S]]]:
        """Live ones in their order, in pieces, of which there is at least one."""
        ...

    def history(self, workspace_id: UUID, item_id: UUID, *, limit: int | None, offset: int) -> AsyncIterator[list[ItemEntry]]:
        """Newest first, in pieces."""
        ...


class Items(Generic[S, V]):
    """The use cases of one kind. All commands hold the workspace's head, so that a page that is named stays while it is named."""

    def __init__(
        self,
        store: EventStore,
        book: ItemBook[S],
        kind: Kind[S],
        view: Callable[[S, PageName], V],
        new_id: Callable[[], UUID],
    ) -> None:
        self._store = store
        self._book = book
        self._kind = kind
        self._view = view
        self._new_id = new_id

    async def listing(
        self, workspace_id: UUID, wanted: Wanted, *, page: str | None, limit: int | None, offset: int
    ) -> AsyncIterator[Piece[V]]:
        """In pieces, of which there is at least one; of one page, if one is named."""
        if page is not None:
            wanted = msgspec.structs.replace(wanted, page_id=await self._live_page(workspace_id, page))
        async for piece in self._book.listing(workspace_id, wanted, limit=limit, offset=offset):
            yield Piece([self._view(kept.item, kept.page) for kept in piece.found], piece.total)

    async def get(self, workspace_id: UUID, item_id: UUID, version: int | None = None) -> V:
        """As it is, or as it was at a version, which those in the trash have as well."""
        item = await self._there(workspace_id, item_id)
        if version is None:
            return await self.view(workspace_id, self._kind.check_live(item))
        if not 1 <= version <= item.version:
            raise VersionNotFound(newest=item.version)
        return await self.view(workspace_id, await self._exclusively(workspace_id).as_of(workspace_id, item_id, version))

    async def history(
        self, workspace_id: UUID, item_id: UUID, *, limit: int | None, offset: int
    ) -> AsyncIterator[list[ItemEntry]]:
        """Newest first, in pieces; of those in the trash as well."""
        await self._there(workspace_id, item_id)
        return self._book.history(workspace_id, item_id, limit=limit, offset=offset)

    async def view(self, workspace_id: UUID, item: S) -> V:
        return self._view(item, await self._page_of(workspace_id, item))

    async def create(self, command: Command, make: Callable[[UUID | None], Begun], page: str | None) -> Done[S]:
        """`make` is given the id of the page that is named."""

        async def plan() -> Plan[S]:
            page_id = None if page is None else await self._live_page(command.workspace_id, page)
            return Plan(self._new_id(), None, 0, self._kind.begin(make(page_id)))

        return await self._exclusively(command.workspace_id).run(command, plan)

    async def change(
        self,
        command: Command,
        item_id: UUID,
        make: Callable[[UUID | UnsetType | None], Changes],
        page: str | UnsetType | None = UNSET,
        *,
        versions: Sequence[int] = (),
    ) -> Done[S]:
        """`make` is given the id of the page that is named, and None where the item shall name none."""

        async def plan() -> Plan[S]:
            item = self._kind.check_live(await self._there(command.workspace_id, item_id), versions)
            page_id = await self._live_page(command.workspace_id, page) if isinstance(page, str) else page
            return Plan(item_id, item, item.version, self._kind.change(item, make(page_id)))

        return await self._exclusively(command.workspace_id).run(command, plan)

    async def archive(self, command: Command, item_id: UUID, *, versions: Sequence[int] = ()) -> Done[S]:
        return await self._decide(command, item_id, lambda item: self._kind.archive(self._kind.check_live(item, versions)))

    async def restore(self, command: Command, item_id: UUID, *, versions: Sequence[int] = ()) -> Done[S]:
        return await self._decide(command, item_id, lambda item: self._kind.restore(check_version(item, versions)))

    async def again(self, command: Command, known: KnownCommand) -> Done[S]:
        """The item as it was after the command, which was carried out before."""
        return await self._exclusively(command.workspace_id).again(command, known)

    async def _decide(self, command: Command, item_id: UUID, decide: Callable[[S], list[ItemEvent]]) -> Done[S]:
        async def plan() -> Plan[S]:
            item = await self._there(command.workspace_id, item_id)
            return Plan(item_id, item, item.version, decide(item))

        return await self._exclusively(command.workspace_id).run(command, plan)

    async def _there(self, workspace_id: UUID, item_id: UUID) -> S:
        """Live or in the trash; but what goes with its page is not there while that is in the trash."""
        item = await self._book.load(workspace_id, item_id)
        if item is None or (self._kind.goes_with_page and not (await self._page_of(workspace_id, item)).live):
            raise self._kind.not_found
        return item

    async def _page_of(self, workspace_id: UUID, item: S) -> PageName:
        page = None if item.page_id is None else await self._book.page(workspace_id, str(item.page_id))
        return page or NO_PAGE

    async def _live_page(self, workspace_id: UUID, reference: str) -> UUID:
        page = await self._book.page(workspace_id, reference)
        if page is None or not page.live:
            raise PageNotFound
        return page.id

    def _exclusively(self, workspace_id: UUID) -> Exclusively[S]:
        return Exclusively(self._store, self._kind.evolve, lambda item: self.view(workspace_id, item))
