"""`rebuild`: dropping and refilling every read model with `daybook rebuild`, from a real history and from generated events."""

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from benchmarks.history import ABSENT, FILE, import_history
from benchmarks.measuring import Numbers, Plan, Report, Table, alternate, say, show
from benchmarks.processes import PYTHON, children_cpu_s, peak_memory_bytes
from benchmarks.server import Server, running_server
from benchmarks.services import daybook
from benchmarks.workspaces import SERVER_KEY, TEXT, WatchedDatabase, append_request, create_pages, new_workspace
from domain.pages.state import Page
from infrastructure.event_store.store import PostgresEventStore

NAME = "rebuild"
TITLE = "Rebuilding every read model"
EVENTS_PER_PAGE = 100
GENERATED = (100_000, 1_000_000)
GENERATED_QUICK = (10_000, 50_000)
ROUNDS_MAX = 3
QUEUED_MAX = 2048
_LOOK_EVERY_S = 0.02
# Every row of every page-related read model; the sum of the hashes does not depend on the rows' order.
_FINGERPRINT = """
SELECT (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(p::text, 0)), 0) FROM read_model.page p),
       (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(s::text, 0)), 0) FROM read_model.page_segment s),
       (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(s::text, 0)), 0) FROM read_model.page_slug s),
       (SELECT string_agg(t::text, ' ' ORDER BY t.workspace_id) FROM read_model.page_tally t)
"""


class Filled(msgspec.Struct, frozen=True):
    """A database full of events."""

    database: str
    events: int


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server:
        filled: dict[str, Filled] = {}
        if FILE.exists():
            filled["the book's history"] = await _from_history(server)
        else:
            say(ABSENT)
            report.notes.append(f"Without a real history: {ABSENT}")
        for events in GENERATED_QUICK if plan.quick else GENERATED:
            filled[f"{events:,} generated events"] = await _generated(server, events)
        contenders = {name: partial(_rebuild, server, each) for name, each in filled.items()}
        rounds = await alternate("rebuild", contenders, min(plan.rounds, 1 if plan.quick else ROUNDS_MAX))
    report.rounds |= rounds.numbers
    columns = {
        "events": "events",
        "seconds": "s",
        "rate": "events/s",
        "rss_mb": "peak RSS MB",
        "cpu_us": "CPU µs",
        "wal_bytes": "WAL bytes",
    }
    table = Table("daybook rebuild", ["", *columns.values()], [])
    for name in rounds.numbers:
        table.rows.append([name, *(show(rounds.median(name, key)) for key in columns)])
    report.tables.append(table)
    report.notes.append(
        "After each rebuild all rows of the pages' read models were what they were before. CPU and WAL are per event."
    )


async def _rebuild(server: Server, filled: Filled) -> Numbers:
    """The whole command, Python's start included."""
    before_rows = await _fingerprint(server, filled.database)
    await server.checkpoint()
    before, began = await server.usage(), time.perf_counter()
    highest_bytes, cpu_s = await _run(server, filled.database)
    passed = time.perf_counter() - began
    usage = (await server.usage()).per_operation(before, filled.events, cpu_s)
    assert await _fingerprint(server, filled.database) == before_rows, "the rebuilt rows differ from those before"
    return {
        "events": filled.events,
        "seconds": passed,
        "rate": filled.events / passed,
        "rss_mb": highest_bytes / 1e6,
        **usage,
    }


async def _run(server: Server, database: str) -> tuple[int, float]:
    """The command's highest resident memory in bytes, and its CPU time."""
    environment = {
        "DAYBOOK_DATA_DIR": str(server.folder / "rebuild"),
        "DAYBOOK_DATABASE_URL": server.service_dsn(database),
        "DAYBOOK_DATABASE_OWNER_URL": server.dsn(database),
        "DAYBOOK_SECRET_KEY": SERVER_KEY.decode(),
    }
    cpu_s = children_cpu_s()
    process = await asyncio.create_subprocess_exec(
        *(str(Path(PYTHON).parent / "daybook"), "rebuild"),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    highest = 0
    while process.returncode is None:
        # The kernel keeps the peak itself; what it tells of a process that ended includes the one that forked it.
        highest = max(highest, peak_memory_bytes(process.pid))
        await asyncio.sleep(_LOOK_EVERY_S)
    assert process.returncode == 0, "daybook rebuild failed; run it by hand to see why"
    return highest, children_cpu_s() - cpu_s


async def _from_history(server: Server) -> Filled:
    async with daybook(server, ["book"], database="book") as service:
        await import_history(server, service, "book")
    return await _filled(server, "book")


async def _generated(server: Server, events: int) -> Filled:
    database = f"generated_{events}"
    owner_dsn = await server.create_daybook(database)
    workspace = await new_workspace(owner_dsn, "generated")
    store = PostgresEventStore(WatchedDatabase(server.service_dsn(database)))
    began = time.perf_counter()
    pages = await create_pages(store, workspace.id, events // EVENTS_PER_PAGE, content="# Notes\n")
    await server.settle(database)
    await _append_many(store, workspace.id, pages)
    say(f"made {events:,} events through the store in {time.perf_counter() - began:.0f} s")
    await store.close()
    return await _filled(server, database)


async def _append_many(store: PostgresEventStore, workspace: UUID, pages: list[Page]) -> None:
    """An append to every page, again and again, many at a time."""
    for _ in range(EVENTS_PER_PAGE - 1):
        for first in range(0, len(pages), QUEUED_MAX):
            requests = [append_request(workspace, page, TEXT[:100]) for page in pages[first : first + QUEUED_MAX]]
            await asyncio.gather(*map(store.append, requests))
            pages[first : first + QUEUED_MAX] = [request.changes[0].after for request in requests]


async def _filled(server: Server, database: str) -> Filled:
    await server.settle(database)
    connection = await asyncpg.connect(server.dsn(database))
    events: int = await connection.fetchval("SELECT count(*) FROM daybook.event")
    await connection.close()
    return Filled(database, events)


async def _fingerprint(server: Server, database: str) -> tuple[object, ...]:
    connection = await asyncpg.connect(server.dsn(database))
    row = await connection.fetchrow(_FINGERPRINT)
    await connection.close()
    return tuple(row)
