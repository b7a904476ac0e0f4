"""Planning in memory: what its use cases need of a log and of read models."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from application.event_store import Append, CommandKnown, KnownCommand
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

    async def belonging(self, workspace_id: UUID, owner: str) -> list[Kept[Any]]:
        mine = [kept for kept in self.there() if kept.owner == owner]
        return mine + [below for kept in mine for below in await self.belonging(workspace_id, kept.entity.ref_id)]

    async def of_kind(self, workspace_id: UUID, concept: Concept[Any], keys: Sequence[str] | None = None) -> list[Kept[Any]]:
        self.reads += 1
        return [kept for kept in self.there() if kept.concept is concept and (keys is None or concept.key(kept.entity) in keys)]

    async def told(self, workspace_id: UUID, command: KnownCommand, subject: str | None) -> list[Kept[Any]]:
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
