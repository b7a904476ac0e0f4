"""`sizes`: what must not grow with the data: appending to long pages, loading pages with long histories, listing many pages."""

import asyncio
import itertools
import time
from functools import partial
from uuid import UUID

from application.pages.contents import Contents
from application.pages.decider import PageDecider
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, say, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook
from benchmarks.workspaces import TEXT, WatchedDatabase, command, create_pages, request_of
from domain.pages.decisions import replace_content
from domain.pages.state import Page
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.markdown import PyromarkReader
from infrastructure.pages import PostgresPages

NAME = "sizes"
TITLE = "What must stay flat"
CONTENT_BYTES = {"1 KB": 1_000, "1 MB": 1_000_000}
APPENDED_PAGES = 32
APPENDS_EACH = 10
HISTORY_EVENTS = (10, 1_000, 10_000)
LISTED = {"1,000": 1_000, "100,000": 100_000}
LIMIT = 100
PAGES_QUICK_MAX = 20_000
WORKSPACE_ROUTES = {
    f"GET /v1/pages?limit={LIMIT}": f"/v1/pages?limit={LIMIT}",
    f"GET /v1/pages?limit={LIMIT}&offset=…, the last pages": f"/v1/pages?limit={LIMIT}&offset={{last}}",
    "GET /v1/pages/{slug}": "/v1/pages/page-{middle}",
    "GET /v1/pages/history?page={slug}": "/v1/pages/history?limit=10&page=page-{middle}",
}
WORKSPACES = ["appends", "history", *LISTED]


class LongPages:
    """Appends to pages of one size, as the API makes them."""

    def __init__(self, server: Server, database: WatchedDatabase, workspace: UUID, content_bytes: int) -> None:
        self._server = server
        self._workspace = workspace
        self._store = PostgresEventStore(database)
        self._use_cases = Contents(PageDecider(self._store, PostgresPages(database)), PyromarkReader())
        self._content = (f"{TEXT}\n" * (content_bytes // len(TEXT) + 1))[:content_bytes]
        self._prefix = f"page-of-{content_bytes}"
        self._rounds = itertools.count(1)

    async def round(self, *, at_once: int) -> Numbers:
        """Fresh pages in each round, so that they have the size their row says. Each is read once before it counts."""
        prefix = f"{self._prefix}-{next(self._rounds)}"
        pages = await create_pages(self._store, self._workspace, APPENDED_PAGES, content=self._content, prefix=prefix)
        slugs = [page.details.slug for page in pages]
        await self._append(slugs)
        await self._server.checkpoint()
        await self._append(slugs)
        before, cpu, began = await self._server.usage(), time.process_time(), time.perf_counter()
        await asyncio.gather(*(self._append(slugs[number::at_once], APPENDS_EACH) for number in range(at_once)))
        passed, cpu = time.perf_counter() - began, time.process_time() - cpu
        appends = APPENDED_PAGES * APPENDS_EACH
        usage = (await self._server.usage()).per_operation(before, appends, cpu)
        return {"rate": appends / passed, "ms": passed / appends * at_once * 1000, **usage}

    async def close(self) -> None:
        await self._store.close()

    async def _append(self, slugs: list[str], times: int = 1) -> None:
        for slug in slugs * times:
            await self._use_cases.append(command(self._workspace), slug, TEXT)


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server, daybook(server, WORKSPACES) as service, load(server, plan) as generator:
        database = WatchedDatabase(server.service_dsn("daybook"))
        store = PostgresEventStore(database)
        slugs = await _edit_often(store, service.ids["history"])
        await _fill(store, service.ids, plan)
        await store.close()
        await server.settle("daybook")
        await _appends(plan, report, server, database, service.ids["appends"])
        await _loads(plan, report, generator, service, slugs)
        await _workspace_sizes(plan, report, generator, service)
        await database.close()


async def _appends(plan: Plan, report: Report, server: Server, database: WatchedDatabase, workspace: UUID) -> None:
    sizes = {name: LongPages(server, database, workspace, size) for name, size in CONTENT_BYTES.items()}
    for at_once in (1, APPENDED_PAGES):
        contenders = {name: partial(pages.round, at_once=at_once) for name, pages in sizes.items()}
        rounds = await alternate(f"append, {at_once} at once", contenders, plan.rounds)
        keys = {"rate": "appends/s", "ms": "ms each", "cpu_us": "CPU µs", "wal_bytes": "WAL bytes"}
        _tell(report, rounds, f"Appending 300 bytes to a page, {at_once} at once", keys, key="ms")
    for pages in sizes.values():
        await pages.close()


async def _loads(plan: Plan, report: Report, generator: Load, service: Service, slugs: dict[int, str]) -> None:
    contenders = {}
    for events, slug in slugs.items():
        target = Target("GET", [f"/v1/pages/{slug}"], service.authorization("history"))
        contenders[f"{events:,} events"] = partial(generator.round, service, target, 1, plan.seconds)
    rounds = await alternate("get", contenders, plan.rounds)
    _tell(report, rounds, "GET /v1/pages/{slug} of a page with so many events (1 KB of content)", _HTTP_KEYS, key="p50_ms")


async def _workspace_sizes(plan: Plan, report: Report, generator: Load, service: Service) -> None:
    for route, path in WORKSPACE_ROUTES.items():
        contenders = {}
        for name in LISTED:
            pages = _pages_in(name, plan)
            # One in the middle: whatever scans would find a page at either end too soon, or too late.
            filled = path.format(last=pages - LIMIT, middle=pages // 2)
            target = Target("GET", [filled], service.authorization(name))
            contenders[f"{name} pages"] = partial(generator.round, service, target, 1, plan.seconds)
        rounds = await alternate(route, contenders, plan.rounds)
        _tell(report, rounds, f"{route}, in a workspace of so many pages", _HTTP_KEYS, key="p50_ms")


def _pages_in(name: str, plan: Plan) -> int:
    return min(LISTED[name], PAGES_QUICK_MAX) if plan.quick else LISTED[name]


_HTTP_KEYS = {"rate": "requests/s", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "cpu_us": "CPU µs"}


def _tell(report: Report, rounds: Rounds, title: str, keys: dict[str, str], *, key: str) -> None:
    """Each row beside the first, which is the smallest."""
    report.rounds |= {f"{title}/{name}": numbers for name, numbers in rounds.numbers.items()}
    first = next(iter(rounds.numbers))
    table = Table(title, ["", *keys.values(), f"{keys[key]} ÷ {first}"], [])
    for name in rounds.numbers:
        table.rows.append([name, *(show(rounds.median(name, each)) for each in keys), rounds.ratio(name, first, key)])
    report.tables.append(table)


async def _fill(store: PostgresEventStore, workspaces: dict[str, UUID], plan: Plan) -> None:
    for name in LISTED:
        wanted = _pages_in(name, plan)
        began = time.perf_counter()
        await create_pages(store, workspaces[name], wanted, content="# Notes\n")
        passed = time.perf_counter() - began
        say(f"made {wanted:,} pages through the store in {passed:.1f} s ({wanted / passed:,.0f}/s)")


async def _edit_often(store: PostgresEventStore, workspace: UUID) -> dict[int, str]:
    """Pages with long histories and content of always the same length: what differs is the number of events alone."""
    pages = await create_pages(store, workspace, len(HISTORY_EVENTS), content=_numbered(1), prefix="edited")
    for page, events in zip(pages, HISTORY_EVENTS, strict=True):
        await _edit(store, workspace, page, events)
    return {events: page.details.slug for page, events in zip(pages, HISTORY_EVENTS, strict=True)}


async def _edit(store: PostgresEventStore, workspace: UUID, page: Page, events: int) -> None:
    """Queued without waiting: edits of one stream that were decided one on the other ride together."""
    waiting = []
    for number in range(page.version + 1, events + 1):
        request = request_of(command(workspace), page.details.id, page, replace_content(page, _numbered(number)))
        waiting.append(store.append(request))
        page = request.changes[0].after
        if len(waiting) == _QUEUED_MAX:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    assert page.version == events


_QUEUED_MAX = 500


def _numbered(number: int) -> str:
    return f"# Edition {number:06d}\n\n" + f"{TEXT}\n" * 3
