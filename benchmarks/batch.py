"""`batch`: 500 changes in one request, beside the same as single requests, one after the other and 32 at once."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx

from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook
from benchmarks.workspaces import TEXT

NAME = "batch"
TITLE = "Many changes in one request"
COUNT = 500
CONNECTIONS = 32
WORKSPACE = "batches"
BATCH, ONE, MANY = "one batch", "one connection", f"{CONNECTIONS} connections"
Step = Callable[[str, int], dict[str, Any]]


def creation(prefix: str, number: int) -> dict[str, Any]:
    return {
        "action": "create",
        "title": f"{prefix} {number}",
        "content": f"# Notes\n{TEXT}\n",
        "properties": {"estimate": number},
    }


def replacement(prefix: str, number: int) -> dict[str, Any]:
    return {"action": "findReplace", "slug": f"{prefix}-{number}", "find": "# Notes", "replace": "## Notes"}


# Each contender makes its pages and changes them, so that every one has pages of its own to change.
STEPS: dict[str, Step] = {"create": creation, "findReplace": replacement}


class Client:
    """Carries a step out in one of the three ways."""

    def __init__(self, server: Server, service: Service, http: httpx.AsyncClient) -> None:
        self._server = server
        self._service = service
        self._http = http
        self._prefixes: dict[str, str] = {}
        self._numbers = itertools.count(1)

    async def measure(self, kind: str, way: str) -> Numbers:
        if kind == "create":
            self._prefixes[way] = f"round-{next(self._numbers)}"
        prefix = self._prefixes[way]
        actions = [STEPS[kind](prefix, number) for number in range(COUNT)]
        send = {BATCH: self._batch, ONE: partial(self._singles, at_once=1), MANY: partial(self._singles, at_once=CONNECTIONS)}[
            way
        ]
        return await self._timed(send, actions)

    async def _timed(self, send: Callable[[list[dict[str, Any]]], Awaitable[None]], actions: list[dict[str, Any]]) -> Numbers:
        await self._server.checkpoint()
        before, cpu, began = await self._server.usage(), self._service.cpu_s(), time.perf_counter()
        await send(actions)
        passed = time.perf_counter() - began
        used = (await self._server.usage()).per_operation(before, COUNT, self._service.cpu_s() - cpu)
        return {"rate": COUNT / passed, "ms": passed * 1000, **used}

    async def _batch(self, actions: list[dict[str, Any]]) -> None:
        answer = await self._http.post("/pages/batch", json={"actions": actions})
        assert answer.status_code == 200, answer.text

    async def _singles(self, actions: list[dict[str, Any]], at_once: int) -> None:
        left = iter(actions)

        async def client() -> None:
            for action in left:
                await self._single(action)

        await asyncio.gather(*(client() for _ in range(at_once)))

    async def _single(self, action: dict[str, Any]) -> None:
        body = {name: value for name, value in action.items() if name not in ("action", "slug")}
        path = "/pages" if action["action"] == "create" else f"/pages/{action['slug']}/content/find-replace"
        answer = await self._http.post(path, json=body)
        assert answer.is_success, answer.text


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server, daybook(server, [WORKSPACE]) as service, service.client(WORKSPACE) as http:
        client = Client(server, service, http)
        for way in (BATCH, ONE, MANY):
            for kind in STEPS:
                await client.measure(kind, way)
        for kind in STEPS:
            # The pages that findReplace changes are those that the create of the same round made.
            rounds = await alternate(kind, {way: partial(_fresh, client, kind, way) for way in (BATCH, ONE, MANY)}, plan.rounds)
            report.rounds |= {f"{kind}/{way}": numbers for way, numbers in rounds.numbers.items()}
            report.tables.append(_table(kind, rounds))
    report.notes.append(
        f"{COUNT} changes each, from the first request to the last answer. The client is Python and part of the time."
    )


async def _fresh(client: Client, kind: str, way: str) -> Numbers:
    if kind != "create":
        await client.measure("create", way)
    return await client.measure(kind, way)


def _table(kind: str, rounds: Rounds) -> Table:
    columns = {"ms": "ms", "rate": "changes/s", "cpu_us": "CPU µs", "server_cpu_us": "of it server", "wal_bytes": "WAL bytes"}
    table = Table(f"{COUNT} of {kind}", ["", *columns.values(), f"÷ {ONE}"], [])
    for way in (BATCH, ONE, MANY):
        figures = [show(rounds.median(way, key)) for key in columns]
        table.rows.append([way, *figures, rounds.ratio(way, ONE) if way != ONE else ""])
    return table
