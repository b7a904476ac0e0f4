"""`access`: what it costs to ask who is calling and to count how often, beside the same requests without either."""

import statistics
import time
from functools import partial
from typing import Any, NamedTuple

import httpx

from api.gate import Gate, Limits
from application.rate_limits import Limit, RateLimits
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook
from benchmarks.variants import ALONE, UNCHECKED
from benchmarks.workspaces import TEXT, access_token
from infrastructure.rate_limits import MemoryCounters

NAME = "access"
TITLE = "Asking who is calling, and counting"
CONNECTIONS = (1, 16, 64)
PAGES = 100
RUNS, COUNTS = 5, 20_000
WORKSPACE = "reading"
CONTENT = "# Notes\n\n" + f"{TEXT}\n" * 6
OPEN, KEY, TOKEN, COUNTED, SHARED = "not asked", "a key", "a token", "a key, counted here", "a key, counted in PostgreSQL"
# Nothing is different about it: how far its ratios are from 1 is how far others' are to be believed.
AGAIN = "a key, another service"
# So high that nobody is refused: a refusal is quicker than an answer.
LIMIT = {"DAYBOOK_RATE_LIMIT_STANDARD": "1000000000"}


class Contender(NamedTuple):
    """A service and what is shown to it."""

    service: Service
    authorization: str
    slugs: list[str]


async def run(plan: Plan, report: Report) -> None:
    async with (
        running_server() as server,
        daybook(server, [WORKSPACE], "open", variant=UNCHECKED) as opened,
        daybook(server, [WORKSPACE], "checked") as checked,
        daybook(server, [WORKSPACE], "again") as again,
        daybook(server, [WORKSPACE], "counted", variant=ALONE, settings=LIMIT) as counted,
        daybook(server, [WORKSPACE], "shared", settings=LIMIT) as shared,
        load(server, plan) as generator,
    ):
        contenders = await _prepared(server, {OPEN: opened, KEY: checked, AGAIN: again, COUNTED: counted, SHARED: shared})
        token = await access_token(server.dsn("checked"), checked.ids[WORKSPACE], checked.port)
        contenders[TOKEN] = contenders[KEY]._replace(authorization=f"Bearer {token}")
        table = Table("GET /v1/pages/{slug}", _HEADER, [])
        for connections in CONNECTIONS:
            runs = {
                name: partial(_get_page, generator, contenders[name], connections, plan.seconds)
                for name in (OPEN, KEY, AGAIN, TOKEN, COUNTED, SHARED)
            }
            rounds = await alternate(f"one page, {connections} connections", runs, plan.rounds)
            report.rounds |= {f"{connections}/{name}": numbers for name, numbers in rounds.numbers.items()}
            table.rows += _rows(connections, rounds)
        report.tables.append(table)
    report.tables.append(await _counting_by_itself())
    report.notes += [
        "CPU is that of service and PostgreSQL per request; a ratio of 1.05 is 5 % more.",
        "Not asked: the same service with the step before each handler left out (benchmarks/variants.py).",
        "Limits are so high that nobody is refused. Several processes count in PostgreSQL; one by itself counts here.",
    ]


async def _counting_by_itself() -> Table:
    """What no other process can disturb: the step that counts a request and words the headers, again and again in this one."""
    limit = Limit("standard", int(LIMIT["DAYBOOK_RATE_LIMIT_STANDARD"]))
    gate = Gate(RateLimits(MemoryCounters()), Limits(limit, limit, limit, limit, limit))
    request = _Request()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(COUNTS):
            request.scope["state"] = {}
            await gate.count(request, "standard", "key/1")  # type: ignore[arg-type]  # all that is used of a request
        times.append((time.perf_counter() - began) / COUNTS * 1e6)
    rows = [["counting and wording its headers", show(statistics.median(times))]]
    return Table("In process, without a server", ["", "µs"], rows)


class _Request:
    """What counting looks at."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"client": ("127.0.0.1", 1)}


async def _prepared(server: Server, services: dict[str, Service]) -> dict[str, Contender]:
    found = {}
    for name, service in services.items():
        slugs = await service.create_pages(WORKSPACE, "page", PAGES, CONTENT)
        found[name] = Contender(service, service.authorization(WORKSPACE), slugs)
    for database in ("open", "checked", "again", "counted", "shared"):
        await server.settle(database)
    await _check_same([found[name] for name in services])
    return found


async def _check_same(contenders: list[Contender]) -> None:
    """All answer alike, but for ids and times."""
    answers = []
    for each in contenders:
        async with httpx.AsyncClient() as client:
            url = f"http://127.0.0.1:{each.service.port}/v1/pages/{each.slugs[0]}"
            answer = await client.get(url, headers={"Authorization": each.authorization})
        assert answer.status_code == 200, answer.text
        answers.append(answer.json()["page"]["content"])
    assert len(set(answers)) == 1


async def _get_page(generator: Load, contender: Contender, connections: int, seconds: float) -> Numbers:
    target = Target("GET", [f"/v1/pages/{slug}" for slug in contender.slugs], contender.authorization)
    return await generator.round(contender.service, target, connections, seconds)


_HEADER = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs", "of it server", "CPU ÷ not asked", "CPU ÷ a key", "rate ÷ a key"]


def _rows(connections: int, rounds: Rounds) -> list[list[str]]:
    rows = []
    for name in rounds.numbers:
        figures = [show(rounds.median(name, key)) for key in ("rate", "p50_ms", "p99_ms", "cpu_us", "server_cpu_us")]
        ratios = [rounds.ratio(name, OPEN, "cpu_us"), rounds.ratio(name, KEY, "cpu_us"), rounds.ratio(name, KEY)]
        rows.append([f"{name}, {connections}", *figures, *ratios])
    return rows
