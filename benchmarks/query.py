"""`query`: each filter on a large workspace beside the plain list of the same limit, and the indexes each goes along."""

import asyncio
import re
import time
from functools import partial
from urllib.parse import quote
from uuid import UUID

import asyncpg

from application.event_store import Append
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Plan, Report, Table, alternate, say, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook
from benchmarks.workspaces import WatchedDatabase, command, request_of
from daybook.world import new_id
from domain.pages.decisions import Draft, create
from domain.pages.queries import STATUSES, Query, any_of, conditions, day, sort_from
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.page_queries import asked

NAME = "query"
TITLE = "Queries"
PAGES = 100_000
PAGES_QUICK = 20_000
LIMIT = 100
_CREATED_AT_ONCE = 512
_LIST = "GET /v1/pages"
# Each with how many of the pages match; what `text` finds is the number of a page.
FILTERS = {
    "status=paused": "1 in 14",
    "owner=person-7@acme.io": "1 in 500",
    "type=database": "1 in 100",
    "parent=page-0": "99",
    "parent=/": "1 in 100",
    "under=page-100": "99",
    "blocked-by=page-50": "1 in 1,000",
    "dueBefore=2026-01-05": "1 in 90",
    "where=Price>=9900": "1 in 100",
    "where=Stage=Review": "1 in 5",
    "where=Stage~evie": "1 in 5",
    "owner=person-7@acme.io&status=paused,idea&where=Price<5000": "few",
    "text=number 4711 ": "1",
    "text=of the second": "all",
    "status=paused&sort=-dueDate": "1 in 14",
    "sort=title": "all",
}


async def run(plan: Plan, report: Report) -> None:
    pages = PAGES_QUICK if plan.quick else PAGES
    async with running_server() as server, daybook(server, [NAME]) as service, load(server, plan) as generator:
        await _fill(server, service.ids[NAME], pages)
        await _caught_up(server, service.ids[NAME])
        await server.settle("daybook")
        await _measure(plan, report, generator, service)
        report.tables.append(await _plans(server, service.ids[NAME]))


async def _measure(plan: Plan, report: Report, generator: Load, service: Service) -> None:
    table = Table(f"First {LIMIT} of what matches, beside the first {LIMIT} of the list", [], [])
    table.header = ["", "of the pages", "p50 ms", "p99 ms", "list p50 ms", "p50 ÷ list"]
    for question, share in FILTERS.items():
        # Of a question, only what would end a parameter needs care.
        path = f"/v1/pages/query?{quote(question, safe='=&,/@-')}&limit={LIMIT}"
        paths = {question: path, _LIST: f"/v1/pages?limit={LIMIT}"}
        targets = {name: Target("GET", [each], service.authorization(NAME)) for name, each in paths.items()}
        contenders = {name: partial(generator.round, service, target, 1, plan.seconds) for name, target in targets.items()}
        rounds = await alternate(question, contenders, plan.rounds)
        report.rounds |= {f"{question}/{name}": numbers for name, numbers in rounds.numbers.items()}
        figures = [rounds.median(question, "p50_ms"), rounds.median(question, "p99_ms"), rounds.median(_LIST, "p50_ms")]
        table.rows.append([question, share, *map(show, figures), rounds.ratio(question, _LIST, "p50_ms")])
    report.tables.append(table)


async def _plans(server: Server, workspace_id: UUID) -> Table:
    """Which indexes the statement of each filter goes along, as the service's role."""
    connection = await asyncpg.connect(server.service_dsn("daybook"), server_settings={"jit": "off"})
    await connection.execute("SELECT set_config('daybook.workspaces', $1::uuid[]::text, false)", [workspace_id])
    table = Table("Plans", ["", "indexes", "scans of whole tables"], [])
    for question in FILTERS:
        if "text=" in question:
            continue
        statement, arguments = await asked(connection, workspace_id, query_of(question), "query_rows", LIMIT, 0)
        lines = [row[0] for row in await connection.fetch(f"EXPLAIN {statement}", *arguments)]
        indexes = sorted(set(re.findall(r"(?:using|Index Scan on) (page_\w+|event_\w+)", "\n".join(lines))))
        whole = [line.strip() for line in lines if "Seq Scan" in line]
        table.rows.append([question, ", ".join(indexes), "; ".join(whole) or "none"])
    await connection.close()
    return table


def query_of(question: str) -> Query:
    """A query from the filters that are measured here."""
    given = dict(part.split("=", 1) for part in question.split("&"))
    return Query(
        status=any_of(given.get("status"), "status"),
        owner=any_of(given.get("owner"), "owner"),
        type=any_of(given.get("type"), "type"),
        parent=any_of(given.get("parent"), "parent"),
        under=any_of(given.get("under"), "under"),
        blocked_by=any_of(given.get("blocked-by"), "blocked-by"),
        due_before=day(given.get("dueBefore"), "dueBefore"),
        where=conditions([given["where"]] if "where" in given else None),
        sort=sort_from(given.get("sort")),
    )


async def _fill(server: Server, workspace_id: UUID, pages: int) -> None:
    """Every hundredth page is at the top and has the next 99 below it."""
    database = WatchedDatabase(server.service_dsn("daybook"))
    store = PostgresEventStore(database)
    began, parent = time.perf_counter(), None
    for first in range(0, pages, 100):
        top = _creation(workspace_id, first, None)
        await store.append(top)
        parent = top.changes[0].after.details.id
        below = [_creation(workspace_id, number, parent) for number in range(first + 1, first + 100)]
        await asyncio.gather(*(store.append(request) for request in below))
    say(f"made {pages:,} pages in {time.perf_counter() - began:.1f} s")
    await store.close()
    await database.close()


def _creation(workspace_id: UUID, number: int, parent: UUID | None) -> Append:
    draft = Draft(
        title=f"Page {number * 7919 % 100_003:06d}",
        content=f"# Notes\n\nThis is number {number} of the second quarter.\n" + f"Line {number % 977}: nothing to add.\n" * 5,
        page_type="database" if number % 100 == 0 else "page",
        status=STATUSES[number % 7] if number % 2 else None,  # type: ignore[arg-type] # one of the seven names
        owner=f"person-{number % 500}@acme.io",
        blocked_by=(f"page-{number % 1000}",) if number % 3 == 0 else (),
        due_date=day(f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}", "due") if number % 4 else None,
        properties={"Price": number * 31 % 10_000, "Stage": ("Todo", "Doing", "Review", "Done", "Late")[number % 5]},
    )
    return request_of(command(workspace_id), new_id(), None, create(draft, slug=f"page-{number}", parent_id=parent))


async def _caught_up(server: Server, workspace_id: UUID) -> None:
    """Until texts have been taken in."""
    began = time.perf_counter()
    connection = await asyncpg.connect(server.dsn("daybook"))
    behind = (
        "SELECT h.position - coalesce((SELECT c.position FROM daybook.checkpoint c WHERE c.workspace_id = $1 "
        "AND c.projection = 'text' AND c.generation = 0), 0) FROM daybook.workspace_head h WHERE h.workspace_id = $1"
    )
    while await connection.fetchval(behind, workspace_id):  # noqa: ASYNC110 - another process does it
        await asyncio.sleep(0.1)
    await connection.close()
    say(f"texts were taken in {time.perf_counter() - began:.1f} s after the last page")
