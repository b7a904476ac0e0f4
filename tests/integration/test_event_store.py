"""The log under its own conditions: races, repeats, lost connections, poison; and what nobody may do to it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from application.event_store import Append, Command, CommandKnown, StreamChange, VersionConflict, recorded
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.decider import PageDecider
from application.pages.renames import Renames
from daybook.world import new_id
from domain.events import Actor, Event
from domain.pages import decisions
from domain.pages.decisions import Draft
from domain.pages.errors import ParentNotFound, SlugTaken
from domain.pages.events import ContentAppended
from domain.pages.state import Page, fold
from infrastructure.audit import verify
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.markdown import PyromarkReader
from infrastructure.page_links import PostgresPageLinks
from infrastructure.page_past import PostgresPagePast
from infrastructure.pages import PostgresPages
from infrastructure.sql import sql

ACTOR = Actor("key", "1", "test")


def a_command(workspace_id: UUID, command_id: UUID | None = None) -> Command:
    return Command(workspace_id, command_id or new_id(), datetime.now(UTC), ACTOR)


def a_change(command: Command, page_id: UUID, before: Page | None, events: list[Any]) -> StreamChange:
    version = before.version if before else 0
    return StreamChange(page_id, version, events, before, fold(before, recorded(events, command, version), page_id))


class Log:
    """A store on a database of its own, with one workspace."""

    def __init__(self, owner_dsn: str, service_dsn: str, workspace_id: UUID) -> None:
        self.owner_dsn = owner_dsn
        self.service_dsn = service_dsn
        self.workspace_id = workspace_id
        self.stores: list[tuple[PostgresEventStore, Database]] = []
        self.store = self.another_process()

    def another_process(self) -> PostgresEventStore:
        database = Database(self.service_dsn, role=None)
        store = PostgresEventStore(database)
        self.stores.append((store, database))
        return store

    async def create(self, slug: str, store: PostgresEventStore | None = None, parent_id: UUID | None = None) -> Page:
        command = a_command(self.workspace_id)
        events = decisions.create(Draft(title=slug), slug=slug, parent_id=parent_id)
        change = a_change(command, new_id(), None, list(events))
        await (store or self.store).append(Append(command, [change]))
        page: Page = change.after
        return page

    def append_text(
        self, page: Page, text: str = "text", command: Command | None = None, store: PostgresEventStore | None = None
    ) -> "tuple[asyncio.Future[int], Page]":
        command = command or a_command(self.workspace_id)
        change = a_change(command, page.details.id, page, list(decisions.append_content(page, text)))
        return (store or self.store).append(Append(command, [change])), change.after

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.owner_dsn)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    async def verify(self) -> None:
        connection = await asyncpg.connect(self.owner_dsn)
        try:
            await verify(connection, self.workspace_id)
        finally:
            await connection.close()


@pytest.fixture
async def log(database: Callable[..., str]) -> AsyncIterator[Log]:
    workspace_id = uuid4()
    connection = await asyncpg.connect(database())
    await connection.execute(sql("workspace_begin"), workspace_id)
    await connection.close()
    made = Log(database(), database("daybook_service"), workspace_id)
    yield made
    for store, pool in made.stores:
        await store.close()
        await pool.close()


async def test_positions_are_gapless_and_every_command_counts_once_with_two_processes_at_odds(log: Log) -> None:
    stores = [log.store, log.another_process()]
    pages = [await log.create(f"page-{number}") for number in range(6)]
    newest = {page.details.id: page for page in pages}
    chance = random.Random(7)  # noqa: S311 - a test's choices
    told: dict[UUID, int] = {}
    refused = 0

    async def client() -> None:
        nonlocal refused
        for _ in range(40):
            page = newest[chance.choice(pages).details.id]
            command = a_command(log.workspace_id)
            for _ in range(1 + (chance.random() < 0.2)):
                future, after = log.append_text(page, f"{command.command_id}", command, chance.choice(stores))
                try:
                    told[command.command_id] = await future
                    newest[page.details.id] = max(newest[page.details.id], after, key=lambda each: each.version)
                except CommandKnown:
                    assert command.command_id in told
                except VersionConflict:
                    refused += 1
                    await _catch_up(log, newest, page.details.id)

    await asyncio.gather(*(client() for _ in range(24)))
    assert refused > 0, "nobody was at odds, so nothing was shown"
    rows = await log.fetch(
        "SELECT position, command_id FROM daybook.event WHERE workspace_id = $1 ORDER BY position", log.workspace_id
    )
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    commands = [row["command_id"] for row in rows]
    assert len(set(commands)) == len(commands)
    assert told == {row["command_id"]: row["position"] for row in rows if row["command_id"] in told}
    await log.verify()


async def _catch_up(log: Log, newest: dict[UUID, Page], page_id: UUID) -> None:
    found = fold(None, await log.store.stream(log.workspace_id, page_id), page_id)
    assert found is not None
    newest[page_id] = max(newest[page_id], found, key=lambda each: each.version)


async def test_appends_that_arrive_together_share_a_batch(log: Log) -> None:
    pages = [await log.create(f"page-{number}") for number in range(40)]
    batches = log.store.writer.batches
    await asyncio.gather(*(log.append_text(page)[0] for page in pages))
    assert log.store.writer.batches - batches <= 3


async def test_what_was_decided_on_top_of_a_refused_append_is_refused_with_it(log: Log) -> None:
    page = await log.create("page")
    taken, _ = log.append_text(page)
    await taken
    stale, after_stale = log.append_text(page)
    on_top, _ = log.append_text(after_stale)
    for future in (stale, on_top):
        with pytest.raises(VersionConflict):
            await future


async def test_one_that_is_refused_does_not_fail_its_neighbours(log: Log) -> None:
    pages = [await log.create(f"page-{number}") for number in range(10)]
    stale = pages[0]
    await log.append_text(stale)[0]
    futures = [log.append_text(page)[0] for page in [stale, *pages[1:]]]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(outcomes[0], VersionConflict)
    assert all(isinstance(outcome, int) for outcome in outcomes[1:])


async def test_one_that_the_database_cannot_take_does_not_fail_its_neighbours(log: Log) -> None:
    """NUL cannot be in a title column; the domain refuses it, but a poisonous append must be survivable all the same."""
    pages = [await log.create(f"page-{number}") for number in range(9)]
    command = a_command(log.workspace_id)
    events = decisions.create(Draft(title="fine"), slug="poison", parent_id=None)
    good = a_change(command, new_id(), None, list(events))
    poison = StreamChange(good.stream_id, 0, events, None, _with_title(good.after, "a\0b"))
    futures = [log.append_text(page)[0] for page in pages[:5]]
    poisoned = log.store.append(Append(command, [poison]))
    futures += [log.append_text(page)[0] for page in pages[5:]]
    assert all(isinstance(position, int) for position in await asyncio.gather(*futures))
    with pytest.raises(RuntimeError, match="refused"):
        await poisoned
    await log.verify()


def _with_title(page: Page, title: str) -> Page:
    return msgspec.structs.replace(page, details=msgspec.structs.replace(page.details, title=title))


async def test_the_same_command_is_known_in_every_process(log: Log) -> None:
    page = await log.create("page")
    command = a_command(log.workspace_id)
    first, _ = log.append_text(page, "once", command)
    await first
    again, _ = log.append_text(page, "once", command, log.another_process())
    with pytest.raises(CommandKnown):
        await again
    known = await log.store.find_command(log.workspace_id, command.command_id)
    assert known is not None
    assert (known.stream_id, known.version) == (page.details.id, 2)


async def test_a_slug_is_given_once_and_a_parent_has_to_be_there(log: Log) -> None:
    await log.create("taken")
    with pytest.raises(SlugTaken):
        await log.create("taken", log.another_process())
    with pytest.raises(ParentNotFound):
        await log.create("orphan", parent_id=uuid4())


async def test_losing_the_connection_in_the_middle_loses_and_doubles_nothing(log: Log) -> None:
    pages = [await log.create(f"page-{number}") for number in range(20)]
    stop = asyncio.Event()

    async def cut() -> None:
        while not stop.is_set():
            await log.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daybook writer'")
            # Long enough for a new connection to get something done on a busy machine, short enough to hit many appends.
            await asyncio.sleep(0.1)

    cutting = asyncio.create_task(cut())

    async def client(page: Page) -> int:
        for number in range(30):
            future, page = log.append_text(page, f"line {number}")
            await future
        return page.version

    versions = await asyncio.gather(*(client(page) for page in pages))
    stop.set()
    await cutting
    assert versions == [31] * 20
    rows = await log.fetch("SELECT count(*) AS events FROM daybook.event WHERE workspace_id = $1", log.workspace_id)
    assert rows[0]["events"] == 20 * 31
    await log.verify()


async def test_a_caller_that_goes_away_cancels_nothing(log: Log) -> None:
    page = await log.create("page")

    async def impatient() -> None:
        await asyncio.shield(log.append_text(page, "still written")[0])

    task = asyncio.create_task(impatient())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0.2)
    rows = await log.fetch("SELECT count(*) AS events FROM daybook.event WHERE workspace_id = $1", log.workspace_id)
    assert rows[0]["events"] == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE daybook.event SET type = 'x'", "DELETE FROM daybook.event", "TRUNCATE daybook.event"]
)
async def test_the_log_cannot_be_rewritten_by_the_service_nor_by_accident(log: Log, statement: str) -> None:
    await log.create("page")
    for dsn in (log.service_dsn, log.owner_dsn):
        connection = await asyncpg.connect(dsn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
        await connection.close()


async def test_the_services_role_owns_nothing_and_cannot_bypass_policies(log: Log) -> None:
    (role,) = await log.fetch(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'daybook_service'"
    )
    assert not any(role.values())
    owned = await log.fetch(
        "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = 'daybook_service')"
    )
    assert owned == []


async def test_every_table_leads_with_the_workspace_and_has_a_policy(log: Log) -> None:
    tables = await log.fetch(
        "SELECT c.oid::regclass::text AS name, c.relrowsecurity AS secured, "
        "(SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies, "
        "(SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        " WHERE i.indrelid = c.oid AND i.indisprimary) AS leading "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname IN ('daybook', 'read_model')"
    )
    assert len(tables) >= 9
    for table in tables:
        assert table["secured"], table["name"]
        assert table["policies"] > 0, table["name"]
        assert table["leading"] == "workspace_id", table["name"]


async def test_every_unique_key_leads_with_the_workspace(log: Log) -> None:
    keys = await log.fetch(
        "SELECT i.indexrelid::regclass::text AS name, a.attname AS leading FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        "WHERE i.indisunique AND n.nspname IN ('daybook', 'read_model')"
    )
    assert len(keys) >= 9
    assert [key["name"] for key in keys if key["leading"] != "workspace_id"] == []


async def test_a_connection_sees_its_own_workspace_only_even_without_a_filter(log: Log) -> None:
    await log.create("page")
    other = uuid4()
    connection = await asyncpg.connect(log.owner_dsn)
    await connection.execute(sql("workspace_begin"), other)
    await connection.close()
    tables = ["daybook.event", "daybook.workspace_head", "read_model.page", "read_model.page_slug", "read_model.page_tally"]
    service = await asyncpg.connect(log.service_dsn)
    for table in tables:
        count = f"SELECT count(*) FROM {table}"  # noqa: S608 - test names
        await service.execute(sql("bind"), [other])
        assert await service.fetchval(f"{count} WHERE workspace_id <> $1", other) == 0, table
        await service.execute(sql("bind"), [log.workspace_id])
        assert await service.fetchval(count) > 0, table
        await service.execute("RESET daybook.workspaces")
        assert await service.fetchval(count) == 0, table
    await service.execute(sql("bind"), [other])
    insert = "INSERT INTO read_model.page_slug (workspace_id, slug, page_id) VALUES ($1, 'x', $1)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(insert, log.workspace_id)
    await service.close()


async def test_the_events_time_never_runs_backwards(log: Log) -> None:
    page = await log.create("page")
    for _ in range(5):
        future, page = log.append_text(page)
        await future
    rows = await log.fetch("SELECT recorded_at FROM daybook.event WHERE workspace_id = $1 ORDER BY position", log.workspace_id)
    times = [row["recorded_at"] for row in rows]
    assert times == sorted(times)


def test_an_event_is_no_class_path() -> None:
    assert issubclass(ContentAppended, Event)
    assert ContentAppended.__struct_config__.tag == "page.content_appended"


async def test_two_processes_appending_to_one_page_at_once_lose_nothing(log: Log) -> None:
    """What one process decided on a state that the other overtook must not be written, even if its version numbers fit again."""
    log.another_process()
    deciders = [PageDecider(store, PostgresPages(pool)) for store, pool in log.stores]
    contents = [Contents(decider, PyromarkReader()) for decider in deciders]
    database, markdown = log.stores[0][1], PyromarkReader()
    renames = Renames(PostgresPages(database), PostgresPageLinks(database), markdown)
    pages = Pages(log.store, PostgresPages(database), PostgresPagePast(database), deciders[0], renames, new_id)
    created = await pages.create(a_command(log.workspace_id), Draft(title="Hot"), slug=None, parent=None)

    async def write(number: int) -> None:
        for line in range(10):
            await contents[number % 2].append(a_command(log.workspace_id), "hot", f"{number}-{line}")

    await asyncio.gather(*(write(number) for number in range(24)))
    found = fold(None, await log.store.stream(log.workspace_id, created.page.details.id), created.page.details.id)
    assert found is not None
    lines = bytes(found.content).decode().split("\n")
    assert sorted(lines) == sorted(f"{number}-{line}" for number in range(24) for line in range(10))
    await log.verify()
