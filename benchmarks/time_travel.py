"""`past`: reading a page as it was, beside reading it as it is; the list of its versions; the whole workspace as it was."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import quote
from uuid import UUID

import httpx

from application.event_store import Append
from application.page_views import iso
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook
from benchmarks.workspaces import TEXT, append_request, command, create_pages, request_of
from domain.events import Event
from domain.pages.content import Edit
from domain.pages.decisions import append_content, edit_content
from domain.pages.state import Page
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore

NAME = "past"
TITLE = "Reading the past beside the present"
PAGES, WHOLE = "pages", "whole"
VERSIONS, VERSIONS_QUICK = 10_000, 1_000
LISTED, LISTED_QUICK = 10_000, 1_000
LARGE_BYTES = 1024 * 1024
ASKED = 500
APPENDED_AT_ONCE = 200
CAUGHT_UP_S = 300.0
_HEADER = ["", "ms each", "times the present", "CPU µs, service", "CPU µs, PostgreSQL"]

Decide = Callable[[Page, int], Sequence[Event]]
Times = dict[str, list[str]]


async def run(plan: Plan, report: Report) -> None:
    versions, listed = (VERSIONS_QUICK, LISTED_QUICK) if plan.quick else (VERSIONS, LISTED)
    async with running_server() as server, daybook(server, [PAGES, WHOLE]) as service, load(server, plan) as generator:
        times, moment = await _fill(server, service, versions, listed)
        await _caught_up(service)
        await server.settle("daybook")
        for slug, at in times.items():
            await _page(plan, report, partial(_round, plan, generator, service, PAGES), slug, at)
        whole = {"now": ["/v1/pages?limit=100"], "as of": [f"/v1/pages?limit=100&asOf={moment}"]}
        whole |= {"now, all": ["/v1/pages"], "as of, all": [f"/v1/pages?asOf={moment}"]}
        await _compare(plan, report, partial(_round, plan, generator, service, WHOLE), f"{listed:,} pages", whole)
    report.notes += [
        f"Each page has {versions:,} versions; one client asks for {ASKED} of them in disorder.",
        "The first two pages are edited in place, the third is appended to.",
        f"Of the workspace's {listed:,} pages, each was changed after the moment that is asked for.",
    ]


async def _fill(server: Server, service: Service, versions: int, listed: int) -> tuple[Times, str]:
    """Answers the time of each version of each page, and a moment before any page of the whole workspace was changed."""
    database = Database(server.service_dsn("daybook"), role=None)
    store = PostgresEventStore(database)
    times: Times = {}
    for slug, content, decide in (
        ("small", "# Notes\n" + "x" * 2000, _edited),
        ("large", "y" * LARGE_BYTES, _edited),
        ("growing", "# Notes\n", _appended),
    ):
        [page] = await create_pages(store, service.ids[PAGES], 1, content=content, prefix=slug)
        times[f"{slug}-0"] = await _live(store, service.ids[PAGES], page, decide, versions)
    pages = await create_pages(store, service.ids[WHOLE], listed, content="# Notes\n")
    moment = quote(iso(max(page.latest_at for page in pages)))
    for first in range(0, listed, APPENDED_AT_ONCE):
        await _append(store, [append_request(service.ids[WHOLE], page) for page in pages[first : first + APPENDED_AT_ONCE]])
    await store.close()
    await database.close()
    return times, moment


async def _live(store: PostgresEventStore, workspace_id: UUID, page: Page, decide: Decide, versions: int) -> list[str]:
    times = [iso(page.updated_at)]
    while page.version < versions:
        requests: list[Append] = []
        for _ in range(min(APPENDED_AT_ONCE, versions - page.version)):
            requests.append(request_of(command(workspace_id), page.details.id, page, decide(page, page.version)))
            page = requests[-1].changes[0].after
            times.append(iso(page.updated_at))
        await _append(store, requests)
    return times


async def _append(store: PostgresEventStore, requests: Sequence[Append]) -> None:
    await asyncio.gather(*(store.append(request) for request in requests))


def _edited(page: Page, version: int) -> Sequence[Event]:
    """Twenty characters, somewhere in the page."""
    return edit_content(page, (Edit(version * 7919 % (page.content.size_bytes - 20), 20, f"{version:020}"),))


def _appended(page: Page, _: int) -> Sequence[Event]:
    return append_content(page, TEXT)


async def _caught_up(service: Service) -> None:
    give_up = time.monotonic() + CAUGHT_UP_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < give_up:
            await asyncio.sleep(1.1)
            answer = await client.get(f"http://127.0.0.1:{service.port}/readyz")
            if answer.json()["projections"]["snapshots"]["lag"] == 0:
                return
    raise RuntimeError("the snapshots are not made in time")


async def _page(plan: Plan, report: Report, measured: Callable[[list[str]], object], slug: str, times: Sequence[str]) -> None:
    dice = random.Random(1)  # noqa: S311 - the same every time
    asked = [dice.randrange(1, len(times) + 1) for _ in range(ASKED)]
    path = f"/v1/pages/{slug}"
    paths = {
        "now": [path],
        "by version": [f"{path}?version={version}" for version in asked],
        "as of": [f"{path}?asOf={quote(times[version - 1])}" for version in asked],
        "versions, the newest 100": [f"{path}/versions?limit=100"],
        "versions, the oldest 100": [f"{path}/versions?limit=100&offset={len(times) - 100}"],
        "diff of two": [f"{path}/diff?from={version}&to={dice.randrange(1, len(times))}" for version in asked],
    }
    await _compare(plan, report, measured, f"GET {path}, {len(times):,} versions", paths)


async def _compare(
    plan: Plan, report: Report, measured: Callable[[list[str]], object], title: str, paths: dict[str, list[str]]
) -> None:
    contenders = {name: partial(measured, asked) for name, asked in paths.items()}
    rounds = await alternate(title, contenders, plan.rounds)  # type: ignore[arg-type] # each is a coroutine function
    table = Table(title, _HEADER, [_row(rounds, name) for name in paths])
    report.rounds |= {f"{title}/{name}": numbers for name, numbers in rounds.numbers.items()}
    report.tables.append(table)


def _row(rounds: Rounds, name: str) -> list[str]:
    ratio = "-" if name == "now" else rounds.ratio(name, "now", "p50_ms")
    return [
        name,
        show(rounds.median(name, "p50_ms")),
        ratio,
        show(rounds.median(name, "client_cpu_us")),
        show(rounds.median(name, "server_cpu_us")),
    ]


async def _round(plan: Plan, generator: Load, service: Service, workspace: str, paths: list[str]) -> Numbers:
    return await generator.round(service, Target("GET", paths, service.authorization(workspace)), 1, plan.seconds)
