"""Planning in memory: what its use cases need of a log and of read models, of one workspace.

`tests/contract/test_planning_ports.py` holds it to what PostgreSQL does. Timelines are PostgreSQL's alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import takewhile
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
        # All that each stream ever was: from which position on, and since when.
        self.versions: dict[UUID, list[tuple[int, datetime, Kept[Any]]]] = {}
        self.reads = 0

    async def newest(self, workspace_id: UUID) -> int:
        return max((int(kept.entity.ref_id) for kept in self.kept.values()), default=0)

    async def load(self, workspace_id: UUID, ref_ids: Sequence[str]) -> list[Kept[Any]]:
        return [kept for kept in self.there() if kept.entity.ref_id in ref_ids]

    async def belonging(self, workspace_id: UUID, owner: str, *, position: int | None = None) -> list[Kept[Any]]:
        there = self.there() if position is None else self.then(lambda at, _: at <= position)
        below, owners = list[Kept[Any]](), {owner}
        while found := [kept for kept in there if kept.owner in owners and kept not in below]:
            below += found
            owners |= {kept.entity.ref_id for kept in found}
        return sorted(below, key=_number)

    async def of_kind(
        self, workspace_id: UUID, concept: Concept[Any], keys: Sequence[str] | None = None, *, naming: str | None = None
    ) -> list[Kept[Any]]:
        self.reads += 1
        found = [kept for kept in self.there() if kept.concept is concept]
        if naming is not None:
            found = [kept for kept in found if msgspec.json.encode(naming) in msgspec.json.encode(kept.entity)]
        return [kept for kept in found if keys is None or concept.key(kept.entity) in keys]

    async def told(self, workspace_id: UUID, command: KnownCommand, subject: str | None) -> list[Kept[Any]]:
        each = (version for versions in self.versions.values() for version in versions)
        told = [kept for position, _, kept in each if position == command.position]
        then = self.then(lambda at, _: at <= command.position)
        return [kept for kept in then if kept.entity.ref_id == subject and kept not in told] + told

    def there(self) -> list[Kept[Any]]:
        return sorted((kept for kept in self.kept.values() if not kept.removed), key=_number)

    def then(self, seen: Callable[[int, datetime], bool]) -> list[Kept[Any]]:
        """Each stream up to the first version that was not seen, without what was removed by then."""
        found = [list(takewhile(lambda version: seen(version[0], version[1]), each)) for each in self.versions.values()]
        return sorted((each[-1][2] for each in found if each and not each[-1][2].removed), key=_number)


def _number(kept: Kept[Any]) -> int:
    return int(kept.entity.ref_id)


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
        position = len(self.commands)
        for change in request.changes:
            self.book.versions.setdefault(change.stream_id, []).append((position, request.command.at, change.after))
        return position

    async def find_command(self, workspace_id: UUID, command_id: UUID) -> KnownCommand | None:
        if command_id not in self.commands:
            return None
        at = self.commands.index(command_id)
        command, first = self.appended[at].command, self.appended[at].changes[0]
        return KnownCommand(first.stream_id, first.expected_version + 1, command.fingerprint, at + 1)


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
        moment, there = seen.moment, self._book.there()
        if moment is not None:
            # What was removed since is not seen either.
            today = {kept.stream_id for kept in there}
            there = [kept for kept in self._book.then(lambda _, at: at <= moment) if kept.stream_id in today]
        return [
            Stored(kept.concept, _number(kept), kept.owner and int(kept.owner), Raw(msgspec.json.encode(kept.entity)))
            for kept in there
            if seen.archived or not kept.entity.archived
        ]


def sown() -> list[Kept[Any]]:
    """What every workspace has of planning from its first request on."""
    book, nobody = Book(), Actor("service", "daybook", "Daybook")
    store = cast("EventStore", Store(book))
    seeding = Seeding(store, Planning(store, book, uuid4), nobody, lambda: datetime.now(UTC))
    asyncio.run(seeding.sown(UUID(int=1)))
    return book.there()
