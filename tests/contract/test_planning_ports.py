"""What planning's commands are decided on and what is shown, in PostgreSQL and in the memory that unit tests use."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from planning_memory import Book, MemoryReader, Store

from application.event_store import Command, EventStore, KnownCommand
from application.planning.draft import Draft
from application.planning.notes import CreateNote, create_note
from application.planning.planning import Planning
from application.planning.ports import EntityBook, EntityReader, Seen, Selection
from application.planning.seeding import Seeding
from application.planning.tags import LinkTags, link_tags
from application.planning.vacations import CreateVacation, create_vacation
from domain.events import Actor
from domain.planning.entities import Concept, Kept
from domain.planning.notes import NOTES
from domain.planning.tags import TAG_LINKS, TAGS
from domain.planning.time_blocks import FULL_DAYS_BLOCKS
from domain.planning.vacations import VACATIONS
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.growth import Announcer, Hub
from infrastructure.planning.book import PostgresEntityBook
from infrastructure.planning.reader import PostgresEntityReader
from infrastructure.sql import sql

Act = Callable[[Draft], Awaitable[None]]
AT, WHO = datetime(2026, 1, 1, tzinfo=UTC), Actor("key", "1", "a key")


@dataclass
class Ports:
    """A workspace with both, and the commands that were carried out in it."""

    store: EventStore
    book: EntityBook
    reader: EntityReader
    workspace_id: UUID = field(default_factory=uuid4)
    commands: list[Command] = field(default_factory=list)

    async def does(self, act: Act, *, day: int | None = None) -> list[Kept[Any]]:
        """On a day of January, each the next one unless told."""
        at = AT + timedelta(days=len(self.commands) + 1 if day is None else day)
        # The log tells commands apart by what their events say of them.
        self.commands.append(Command(self.workspace_id, uuid4(), at, WHO, fingerprint=str(len(self.commands))))
        return list((await Planning(self.store, self.book, uuid4).run(self.commands[-1], act)).kept)

    async def known(self, number: int) -> KnownCommand:
        found = await self.store.find_command(self.workspace_id, self.commands[number].command_id)
        assert found is not None
        return found

    async def found(self, concept: Concept[Any], **wanted: Any) -> tuple[list[int], list[int]]:
        """What is selected, and what lies beside it."""
        seen, limit = wanted.pop("seen", Seen()), wanted.pop("limit", 10)
        selection = Selection(concept=concept, seen=seen, limit=limit, **wanted)
        selected, beside = await self.reader.select(self.workspace_id, selection)
        return [each.ref_id for each in selected], [each.ref_id for each in beside]


@pytest.fixture(params=["memory", "postgres"])
async def ports(request: pytest.FixtureRequest) -> AsyncIterator[Ports]:
    if request.param == "memory":
        book = Book()
        yield Ports(cast("EventStore", Store(book)), book, MemoryReader(book))
        return
    async with _in_postgres(request.getfixturevalue("database")("postgres")) as ports:
        yield ports


@asynccontextmanager
async def _in_postgres(dsn: str) -> AsyncIterator[Ports]:
    database = Database(dsn, role=None)
    announcer = Announcer(database, Hub())
    store = PostgresEventStore(database, announcer)
    ports = Ports(store, PostgresEntityBook(database), PostgresEntityReader(database))
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql("workspace_begin"), ports.workspace_id)
    await connection.close()
    try:
        yield ports
    finally:
        await store.close()
        await announcer.close()
        await database.close()


def a_vacation(name: str = "x") -> Act:
    order = CreateVacation(name=name, start_date=date(2026, 7, 1), end_date=date(2026, 7, 2))
    return lambda draft: create_vacation(draft, order)


def a_note(owner: str) -> Act:
    order = CreateNote(namespace="vacation", source_entity_ref_id=owner, content=())
    return lambda draft: create_note(draft, order)


def on(concept: Concept[Any], ref_id: str, act: Callable[[Draft, Kept[Any]], Awaitable[Any]]) -> Act:
    async def on_it(draft: Draft) -> None:
        await act(draft, await draft.get(concept, ref_id, archived=True))

    return on_it


def archive(concept: Concept[Any], ref_id: str) -> Act:
    return on(concept, ref_id, lambda draft, kept: draft.archive(kept))


def remove(concept: Concept[Any], ref_id: str) -> Act:
    return on(concept, ref_id, lambda draft, kept: draft.remove(kept))


@pytest.fixture
async def filled(ports: Ports) -> Ports:
    """A vacation (1) with its block (2), a note (3), a tag (4) and their link (5), and another (6) with its block (7)."""
    linked = LinkTags(namespace="vacation", source_entity_ref_id="1", tag_names=("sea",))
    for act in (a_vacation(), a_note("1"), lambda draft: link_tags(draft, linked), a_vacation()):
        await ports.does(act)
    return ports


def numbers(found: list[Kept[Any]]) -> list[str]:
    return [kept.entity.ref_id for kept in found]


async def test_numbers_grow_and_those_of_what_was_removed_do_not_come_back(ports: Ports) -> None:
    assert await ports.book.newest(ports.workspace_id) == 0
    await ports.does(a_vacation())
    await ports.does(remove(VACATIONS, "1"))
    assert await ports.book.newest(ports.workspace_id) == 2


async def test_the_book_knows_what_was_archived_and_not_what_was_removed(filled: Ports) -> None:
    await filled.does(archive(VACATIONS, "1"))
    await filled.does(remove(VACATIONS, "6"))
    book, here = filled.book, filled.workspace_id
    assert numbers(await book.load(here, ["7", "3", "1", "99"])) == ["1", "3"]
    assert numbers(await book.of_kind(here, VACATIONS)) == ["1"]
    assert numbers(await book.belonging(here, "1")) == ["2", "3", "5"]
    kept = {each.entity.ref_id: each for each in await book.belonging(here, "1")}
    assert {each.along_with for each in kept.values()} == {"1"}
    assert (await book.load(here, ["1"]))[0].along_with is None


async def test_the_book_finds_by_key_and_by_what_is_named(filled: Ports) -> None:
    book, here = filled.book, filled.workspace_id
    assert numbers(await book.of_kind(here, TAGS, ["vacation/sea", "vacation/sun"])) == ["4"]
    assert numbers(await book.of_kind(here, TAGS, [])) == []
    assert numbers(await book.of_kind(here, TAG_LINKS, naming="4")) == ["5"]
    assert numbers(await book.of_kind(here, TAG_LINKS, naming="99")) == []


async def test_the_book_tells_what_a_command_left_and_what_belonged_then(filled: Ports) -> None:
    book, here, command = filled.book, filled.workspace_id, await filled.known(2)

    async def told(subject: str | None = None) -> list[tuple[str, int]]:
        return [(each.entity.ref_id, each.entity.version) for each in await book.told(here, command, subject)]

    left = [("4", 1), ("5", 1)]
    assert await told() == await told("4") == left
    assert await told("1") == [("1", 1), *left]
    await filled.does(archive(NOTES, "3"))
    await filled.does(remove(VACATIONS, "1"))
    assert await told() == left
    assert await told("1") == [("1", 1), *left]
    assert await book.belonging(here, "1") == []
    assert numbers(await book.belonging(here, "1", position=command.position)) == ["2", "3", "5"]
    assert numbers(await book.belonging(here, "1", position=(await filled.known(0)).position)) == ["2"]


async def test_the_reader_selects_in_order_with_what_lies_beside(filled: Ports) -> None:
    beside = (NOTES, FULL_DAYS_BLOCKS)
    assert await filled.found(VACATIONS, beside=beside) == ([1, 6], [2, 3, 7])
    assert await filled.found(VACATIONS, beside=beside, limit=1) == ([1], [2, 3])
    assert await filled.found(VACATIONS, beside=beside, offset=1) == ([6], [7])
    assert await filled.found(VACATIONS, after=1) == ([6], [])
    assert await filled.found(VACATIONS, ref_ids=[6, 2]) == ([6], [])
    assert await filled.found(NOTES, owner=1) == ([3], [])
    assert await filled.found(NOTES, owner=6) == ([], [])
    named = await filled.reader.named(filled.workspace_id, [1, 4, 99], Seen())
    assert [(each.ref_id, each.concept) for each in named] == [(1, VACATIONS), (4, TAGS)]
    link = (await filled.reader.belonging(filled.workspace_id, [1], [TAG_LINKS], Seen()))[0]
    assert (link.owner, msgspec.json.decode(link.doc)["ref_ids"]) == (1, ["4"])


async def test_the_reader_shows_what_was_archived_only_to_those_who_ask(filled: Ports) -> None:
    await filled.does(archive(VACATIONS, "1"))
    assert await filled.found(VACATIONS, beside=(NOTES,)) == ([6], [])
    assert await filled.found(VACATIONS, beside=(NOTES,), seen=Seen(archived=True)) == ([1, 6], [3])
    assert await filled.reader.named(filled.workspace_id, [1], Seen()) == []


@pytest.mark.parametrize(
    ("day", "archived", "found"),
    [
        (0, False, ([], [])),
        (1, False, ([1], [2])),
        (2, False, ([1], [2, 3])),
        (4, False, ([1, 6], [2, 3, 7])),
        (5, False, ([6], [7])),
        (5, True, ([1, 6], [2, 3, 7])),
    ],
)
async def test_the_reader_shows_the_past(filled: Ports, day: int, archived: bool, found: Any) -> None:  # noqa: FBT001 - pytest's
    await filled.does(archive(VACATIONS, "1"))
    seen = Seen(archived, AT + timedelta(days=day))
    assert await filled.found(VACATIONS, beside=(NOTES, FULL_DAYS_BLOCKS), seen=seen) == found
    named = await filled.reader.named(filled.workspace_id, [1, 6], seen)
    assert [each.ref_id for each in named] == found[0]


async def test_what_follows_a_later_event_was_not_seen_then_nor_what_was_removed_since(filled: Ports) -> None:
    await filled.does(archive(VACATIONS, "1"), day=20)
    await filled.does(on(VACATIONS, "1", lambda draft, kept: draft.unarchive(kept)), day=3)
    assert await filled.found(VACATIONS, seen=Seen(archived=False, moment=AT + timedelta(days=10))) == ([1, 6], [])
    assert await filled.found(VACATIONS, seen=Seen(archived=False, moment=AT + timedelta(days=20))) == ([1, 6], [])
    await filled.does(remove(VACATIONS, "6"))
    assert await filled.found(VACATIONS, seen=Seen(archived=True, moment=AT + timedelta(days=10))) == ([1], [])


async def test_every_seed_is_sown_once_however_many_sow(ports: Ports) -> None:
    def seeding() -> Seeding:
        return Seeding(ports.store, Planning(ports.store, ports.book, uuid4), WHO, lambda: AT)

    await asyncio.gather(*(seeding().sown(ports.workspace_id) for _ in range(3)))
    newest = await ports.book.newest(ports.workspace_id)
    await seeding().sown(ports.workspace_id)
    assert await ports.book.newest(ports.workspace_id) == newest > 0
