"""`http`: appending to a page, listing pages and getting a page over HTTP, beside FastAPI + SQLAlchemy on the same PostgreSQL."""

import itertools
from functools import partial

import msgspec

from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.server import Server, running_server
from benchmarks.services import DAYBOOK, FASTAPI, Service, daybook, fastapi
from benchmarks.workspaces import TEXT

NAME = "http"
TITLE = "Over HTTP, beside FastAPI + SQLAlchemy"
CONNECTIONS = (1, 16, 64)
APPENDED_PAGES = 64
LISTED_PAGES = 100
CONTENT = "# Notes\n\n" + f"{TEXT}\n" * 6
READING, WRITING = "reading", "writing"


class Routes:
    """One service's three routes."""

    def __init__(self, load: Load, service: Service) -> None:
        self._load = load
        self.service = service
        self._rounds = itertools.count(1)
        self._slugs: list[str] = []

    async def prepare(self) -> None:
        self._slugs = await self.service.create_pages(READING, "page", LISTED_PAGES, CONTENT)

    async def append(self, connections: int, seconds: float) -> Numbers:
        """To fresh pages in every round: the service that managed more appends must not meet longer pages in the next."""
        slugs = await self.service.create_pages(WRITING, f"round-{next(self._rounds)}", APPENDED_PAGES, "# Notes\n")
        return await self._load.round(self.service, self.append_target(slugs), connections, seconds)

    async def list_pages(self, connections: int, seconds: float) -> Numbers:
        target = Target("GET", [f"/v1/pages?limit={LISTED_PAGES}"], self.service.authorization(READING))
        return await self._load.round(self.service, target, connections, seconds)

    async def get_page(self, connections: int, seconds: float) -> Numbers:
        target = Target("GET", [f"/v1/pages/{slug}" for slug in self._slugs], self.service.authorization(READING))
        return await self._load.round(self.service, target, connections, seconds)

    def append_target(self, slugs: list[str], block: int = 1) -> Target:
        paths = [f"/v1/pages/{slug}/content/append" for slug in slugs]
        body = msgspec.json.encode({"content": TEXT}).decode()
        return Target("POST", paths, self.service.authorization(WRITING), body, block)

    async def shapes(self) -> dict[str, object]:
        """The names of all members of all three answers."""
        async with self.service.client(READING) as client:
            listed = (await client.get("/pages", params={"limit": LISTED_PAGES})).json()
            got = (await client.get(f"/pages/{self._slugs[0]}")).json()
            appended = (await client.post(f"/pages/{self._slugs[0]}/content/append", json={"content": TEXT})).json()
        assert len(listed["pages"]) == listed["totalPages"] == LISTED_PAGES
        return {"list": set(listed["pages"][0]), "get": set(got["page"]), "append": set(appended), "outer": [*listed, *got]}


ROUTES = {"GET /v1/pages": Routes.list_pages, "GET /v1/pages/{slug}": Routes.get_page, "POST append": Routes.append}


async def run(plan: Plan, report: Report) -> None:
    workspaces = [READING, WRITING]
    async with (
        running_server() as server,
        daybook(server, workspaces) as ours,
        fastapi(server, workspaces) as theirs,
        load(server, plan) as generator,
    ):
        both = [Routes(generator, ours), Routes(generator, theirs)]
        await _prepare(server, both)
        for title, method in ROUTES.items():
            table = Table(title, _HEADER, [])
            for connections in CONNECTIONS:
                contenders = {each.service.name: partial(method, each, connections, plan.seconds) for each in both}
                rounds = await alternate(f"{title}, {connections} connections", contenders, plan.rounds)
                report.rounds |= {f"{title}/{connections}/{name}": numbers for name, numbers in rounds.numbers.items()}
                table.rows += _rows(connections, rounds)
            report.tables.append(table)
    report.notes += [
        "Every answer was 2xx; both services answer the same members.",
        "CPU is that of service and PostgreSQL per request; `generator` is the share of one core the load generator took.",
    ]


async def _prepare(server: Server, both: list[Routes]) -> None:
    for each in both:
        await each.prepare()
    ours, theirs = [await each.shapes() for each in both]
    assert ours == theirs, (ours, theirs)
    for database in ("daybook", "fastapi"):
        await server.settle(database)


_HEADER = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs", "of it server", "WAL bytes", "generator", "÷ FastAPI"]


def _rows(connections: int, rounds: Rounds) -> list[list[str]]:
    rows = []
    for name in (DAYBOOK, FASTAPI):
        keys = ("rate", "p50_ms", "p99_ms", "cpu_us", "server_cpu_us", "wal_bytes", "generator_share")
        figures = [show(rounds.median(name, key)) for key in keys]
        ratio = rounds.ratio(name, FASTAPI) if name == DAYBOOK else ""
        rows.append([f"{name}, {connections}", *figures, ratio])
    return rows
