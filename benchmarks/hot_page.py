"""`hot_page`: 64 clients appending to one page beside 64 clients on 64 pages, over HTTP."""

import itertools
from functools import partial

from benchmarks.http_api import WRITING, Routes
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Table, alternate, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook

NAME = "hot_page"
TITLE = "One hot page, over HTTP"
CLIENTS = 64
# All clients move on to a fresh page together after so many appends: at 300 bytes each a page would soon reach its 4 MiB.
APPENDS_PER_HOT_PAGE = 4000
HOT_PAGES = 40
ONE, MANY = "64 clients on one page", "64 clients on 64 pages"


class Pages:
    """Fresh pages for each round, of either kind."""

    def __init__(self, load: Load, service: Service) -> None:
        self._load = load
        self._service = service
        self._routes = Routes(load, service)
        self._rounds = itertools.count(1)

    async def round(self, pages: int, block: int, seconds: float) -> Numbers:
        slugs = await self._service.create_pages(WRITING, f"round-{next(self._rounds)}", pages, "# Notes\n")
        target: Target = self._routes.append_target(slugs, block)
        return await self._load.round(self._service, target, CLIENTS, seconds)


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server, daybook(server, [WRITING]) as service, load(server, plan) as generator:
        pages = Pages(generator, service)
        await _fill(server, service)
        contenders = {
            ONE: partial(pages.round, HOT_PAGES, APPENDS_PER_HOT_PAGE, plan.seconds),
            MANY: partial(pages.round, CLIENTS, 1, plan.seconds),
        }
        rounds = await alternate("hot page", contenders, plan.rounds)
    report.rounds |= rounds.numbers
    keys = {"rate": "appends/s", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "cpu_us": "CPU µs", "wal_bytes": "WAL bytes"}
    table = Table("POST append", ["", *keys.values(), "÷ 64 pages"], [])
    for name in contenders:
        table.rows.append([name, *(show(rounds.median(name, key)) for key in keys), rounds.ratio(name, MANY)])
    report.tables.append(table)
    report.notes += [
        f"The one page is another after {APPENDS_PER_HOT_PAGE:,} appends, for all clients at once, so that it stays below 4 MiB.",
        "Nobody was told to retry: every answer was 200.",
    ]


async def _fill(server: Server, service: Service) -> None:
    """The planner sees a workspace that is in use."""
    await service.create_pages(WRITING, "filler", 500, "# Notes\n")
    await server.settle("daybook")
