"""`feed`: following the log, page by page and as streams, beside FastAPI + SQLAlchemy; how soon news arrives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import httpx
import msgspec

from benchmarks.feed_readers import Job, Stream
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.processes import Helper
from benchmarks.server import Server, running_server
from benchmarks.services import DAYBOOK, FASTAPI, Service, daybook, fastapi_events
from benchmarks.workspaces import TEXT, append_request, create_pages
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore

NAME = "feed"
TITLE = "Following changes, beside FastAPI + SQLAlchemy on the same table"
LOG, NEWS = "log", "news"
READERS = (1, 32)
EVENTS, EVENTS_QUICK = 20_000, 4_000
LIMIT = 1000
PAGES = 100
WRITERS = (1, 16)
STREAMS = {DAYBOOK: "/v1/events", FASTAPI: "/v1/stream"}


async def run(plan: Plan, report: Report) -> None:
    events = EVENTS_QUICK if plan.quick else EVENTS
    async with (
        running_server() as server,
        daybook(server, [LOG, NEWS]) as ours,
        load(server, plan) as generator,
        Helper("benchmarks.feed_readers") as readers,
    ):
        await _fill(server, ours.ids[LOG], events)
        async with _theirs(server, ours, LOG) as theirs:
            await _check_same(ours, theirs)
            await _polling(plan, report, generator, (ours, theirs), events)
            await _streaming(plan, report, readers, (ours, theirs), events)
        slugs = await ours.create_pages(NEWS, "page", 16, "# Notes\n")
        async with _theirs(server, ours, NEWS) as theirs:
            await _latency(plan, report, readers, (ours, theirs), [f"/v1/pages/{slug}/content/append" for slug in slugs])
    report.notes += [
        f"{events:,} events of about 440 bytes of data each; both answer the same members. Streams are read from the beginning.",
        "All readers of Daybook's streams stand at about the same place, so they share what is read and framed.",
        "Latency is from the writer's answer to the event's arrival at each of 8 streams. All writers write to Daybook.",
        "The baseline's streams look at the table ten times a second.",
    ]


async def _fill(server: Server, workspace_id: UUID, events: int) -> None:
    """Appends of 300 bytes to a hundred pages in turn."""
    database = Database(server.service_dsn("daybook"), role=None)
    store = PostgresEventStore(database)
    pages = await create_pages(store, workspace_id, PAGES, content="# Notes\n")
    for _ in range(events // PAGES - 1):
        requests = [append_request(workspace_id, page, TEXT) for page in pages]
        await asyncio.gather(*(store.append(request) for request in requests))
        pages = [request.changes[0].after for request in requests]
    await store.close()
    await database.close()
    await server.settle("daybook")


@contextlib.asynccontextmanager
async def _theirs(server: Server, ours: Service, workspace: str) -> AsyncIterator[Service]:
    async with fastapi_events(server, ours, workspace) as service:
        yield service


async def _check_same(ours: Service, theirs: Service) -> None:
    shown = []
    for service in (ours, theirs):
        async with service.client(LOG) as client:
            answer: httpx.Response = await client.get("/events", params={"after": 5, "limit": 7})
            shown.append([(event["position"], event["data"], sorted(event)) for event in answer.json()["events"]])
    assert shown[0] == shown[1], shown


async def _polling(plan: Plan, report: Report, generator: Load, both: tuple[Service, Service], events: int) -> None:
    paths = [f"/v1/events?after={after}&limit={LIMIT}" for after in range(0, events - LIMIT + 1, LIMIT)]
    table = Table(f"Page by page, {LIMIT} events each", _HEADER, [])
    for readers in READERS:

        async def poll(service: Service, readers: int) -> Numbers:
            target = Target("GET", paths, service.authorization(LOG))
            numbers = await generator.round(service, target, readers, plan.seconds)
            return {**numbers, "rate": numbers["rate"] * LIMIT, "service_us": numbers["cpu_us"] / LIMIT}

        rounds = await alternate(
            f"polling, {readers} readers", {each.name: partial(poll, each, readers) for each in both}, plan.rounds
        )
        _tell(report, table, f"polling/{readers}", readers, rounds)
    report.tables.append(table)


async def _streaming(plan: Plan, report: Report, helper: Helper, both: tuple[Service, Service], events: int) -> None:
    table = Table("As streams, from the beginning to the end of the log", _HEADER, [])
    for readers in READERS:

        async def stream(service: Service, readers: int) -> Numbers:
            cpu = service.cpu_s()
            await helper.send(
                Job(Stream(service.port, STREAMS[service.name], service.authorization(LOG)), readers, events=events)
            )
            figures = await helper.receive()
            return {
                "rate": figures["events"] / figures["seconds"],
                "generator_share": figures["share"],
                "service_us": (service.cpu_s() - cpu) / figures["events"] * 1e6,
            }

        rounds = await alternate(
            f"streams, {readers} readers", {each.name: partial(stream, each, readers) for each in both}, plan.rounds
        )
        _tell(report, table, f"streams/{readers}", readers, rounds)
    report.tables.append(table)


_HEADER = ["", "events/s", "CPU µs an event", "generator", "÷ FastAPI"]


def _tell(report: Report, table: Table, name: str, readers: int, rounds: Rounds) -> None:
    report.rounds |= {f"{name}/{each}": numbers for each, numbers in rounds.numbers.items()}
    for each in (DAYBOOK, FASTAPI):
        figures = [show(rounds.median(each, key)) for key in ("rate", "service_us", "generator_share")]
        table.rows.append([f"{each}, {readers} readers", *figures, rounds.ratio(each, FASTAPI) if each == DAYBOOK else ""])


async def _latency(plan: Plan, report: Report, helper: Helper, both: tuple[Service, Service], paths: list[str]) -> None:
    ours = both[0]
    table = Table(
        "From the writer's answer to the reader, 8 streams", ["", "writes/s", "p50 ms", "p99 ms", "p50 of FastAPI ÷ Daybook"], []
    )
    for writers in WRITERS:

        async def hear(service: Service, writers: int) -> Numbers:
            async with ours.client(NEWS) as client:
                head = (await client.get("/events", params={"after": "latest"})).json()["head"]
            # One writer pauses, so that each event is news to readers at rest; many write as fast as they can.
            job = Job(
                Stream(service.port, f"{STREAMS[service.name]}?after={head}", ours.authorization(NEWS)),
                readers=8,
                writers=writers,
                seconds=plan.seconds,
                pause_s=0.02 if writers == 1 else 0.0,
                write_port=ours.port,
                write_paths=paths,
                body=msgspec.json.encode({"content": TEXT}).decode(),
            )
            await helper.send(job)
            return await helper.receive()

        rounds = await alternate(
            f"latency, {writers} writers", {each.name: partial(hear, each, writers) for each in both}, plan.rounds
        )
        report.rounds |= {f"latency/{writers}/{name}": numbers for name, numbers in rounds.numbers.items()}
        for each in (DAYBOOK, FASTAPI):
            figures = [show(rounds.median(each, key)) for key in ("writes", "p50_ms", "p99_ms")]
            ratio = rounds.ratio(FASTAPI, DAYBOOK, "p50_ms") if each == DAYBOOK else ""
            table.rows.append([f"{each}, {writers} writer{'s' if writers > 1 else ''}", *figures, ratio])
    report.tables.append(table)
