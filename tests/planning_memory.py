"""Planning in memory: what its use cases need of a log and of read models."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
from msgspec import Raw

from application.event_store import Append, CommandKnown, EventStore, KnownCommand
from application.planning.planning import Planning
from application.planning.ports import Seen, Selection, Stored
from application.planning.seeding import Seeding
from domain.events import Actor
from domain.planning.entities import Concept, Kept


class Book:
    """What there is, without a database."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Kept[Any]] = {}
        self.reads = 0

    async def newest(self, workspace_id: UUID) -> int:
        return max((int(kept.entity.ref_id) for kept in self.kept.values()), default=0)

    async def load(self, workspace_id: UUID, ref_ids: Sequence[str]) -> list[Kept[Any]]:
        return [kept for kept in self.there() if kept.entity.ref_id in ref_ids]

    async def belonging(self, workspace_id: UUID, owner: str, *, position: int | None = None) -> list[Kept[Any]]:
        mine = [kept for kept in self.there() if kept.owner == owner]
        return mine + [below for kept in mine for below in await self.belonging(workspace_id, kept.entity.ref_id)]

    async def of_kind(
        self, workspace_id: UUID, concept: Concept[Any], keys: Sequence[str] | None = None, *, naming: str | None = None
    ) -> list[Kept[Any]]:
        self.reads += 1
        return [kept for kept in self.there() if kept.concept is concept and (keys is None or concept.key(kept.entity) in keys)]

    async def told(self, workspace_id: UUID, command: KnownCommand) -> list[Kept[Any]]:
        raise NotImplementedError

    def there(self) -> list[Kept[Any]]:
        found = [kept for kept in self.kept.values() if not kept.removed]
        return sorted(found, key=lambda kept: int(kept.entity.ref_id))


class Store:
    """Keeps what is appended in the book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.commands: list[UUID] = []
        self.appended: list[Append] = []
        self.locked = asyncio.Lock()

    @asynccontextmanager
    async def exclusive(self, workspace_id: UUID) -> AsyncIterator["Store"]:
        async with self.locked:
            yield self

    async def append(self, request: Append) -> int:
        if request.command.command_id in self.commands:
            raise CommandKnown
        self.commands.append(request.command.command_id)
        self.appended.append(request)
        self.book.kept |= {change.stream_id: change.after for change in request.changes}
        return len(self.commands)

    async def find_command(self, workspace_id: UUID, command_id: UUID) -> bool | None:
        return True if command_id in self.commands else None


class MemoryReader:
    """Shows what is in the book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def select(self, workspace_id: UUID, selection: Selection) -> tuple[list[Stored], list[Stored]]:
        found = [each for each in self._seen(selection.seen) if each.concept is selection.concept]
        if selection.owner is not None:
            found = [each for each in found if each.owner == selection.owner]
        if selection.ref_ids is not None:
            found = [each for each in found if each.ref_id in selection.ref_ids]
        after = [each for each in found if each.ref_id > selection.after]
        selected = after[selection.offset :][: selection.limit]
        owners = [each.ref_id for each in selected]
        return selected, await self.belonging(workspace_id, owners, selection.beside, selection.seen)

    async def belonging(self, workspace_id: UUID, owners: Sequence[int], concepts: Any, seen: Seen) -> list[Stored]:
        return [each for each in self._seen(seen) if each.owner in owners and each.concept in concepts]

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]:
        return [each for each in self._seen(seen) if each.ref_id in ref_ids]

    async def history(self, workspace_id: UUID, ref_id: int, *, limit: int | None, offset: int) -> AsyncIterator[list[Any]]:
        for nothing in ():
            yield nothing

    def _seen(self, seen: Seen) -> list[Stored]:
        there = [kept for kept in self._book.there() if seen.archived or not kept.entity.archived]
        return [
            Stored(kept.concept, int(kept.entity.ref_id), kept.owner and int(kept.owner), Raw(msgspec.json.encode(kept.entity)))
            for kept in there
        ]


def sown() -> list[Kept[Any]]:
    """What every workspace has of planning from its first request on."""
    book, nobody = Book(), Actor("service", "daybook", "Daybook")
    store = cast("EventStore", Store(book))
    seeding = Seeding(store, Planning(store, book, uuid4), nobody, lambda: datetime.now(UTC))
    asyncio.run(seeding.sown(UUID(int=1)))
    return book.there()
