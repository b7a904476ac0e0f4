"""`append`: durable appends in this process, everything on, beside raw pgbench and the eventsourcing library's recorder."""

import asyncio
import gc
import itertools
import time
from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from uuid import UUID

import asyncpg

from application.event_store import Append
from application.pages.contents import Contents
from application.pages.decider import PageDecider
from benchmarks.baselines.library_recorder import Library
from benchmarks.baselines.pgbench import Pgbench
from benchmarks.measuring import Numbers, Plan, Report, Rounds, Table, alternate, show
from benchmarks.processes import Helper
from benchmarks.server import Server, running_server
from benchmarks.workspaces import TEXT, WatchedDatabase, append_request, command, create_pages, creation, new_workspace
from daybook.world import new_id
from domain.pages.state import Page
from infrastructure.event_store import codec
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.markdown import PyromarkReader
from infrastructure.pages import PostgresPages

NAME = "append"
TITLE = "Durable append, in process"
STREAMS = 2048
CALLERS = (1, 32, 256)
WARM_UP_APPENDS = 2000

STORE, USE_CASE, RAW, LIBRARY = "Daybook, store", "Daybook, use case", "pgbench", "eventsourcing"


class DaybookAppends:
    """A workspace full of pages, and callers that append to them."""

    def __init__(self, server: Server, database: WatchedDatabase, workspace: UUID, pages: Sequence[Page]) -> None:
        self._server = server
        self._database = database
        self._workspace = workspace
        self._pages = list(pages)
        self._store = PostgresEventStore(database)
        self._use_cases = Contents(PageDecider(self._store, PostgresPages(database)), PyromarkReader())
        self._rates: dict[int, float] = {}
        self.appended = 0

    async def store_round(self, callers: int, seconds: float) -> Numbers:
        """Requests are built beforehand: what is measured is the store, from request to durable."""
        await self._server.checkpoint()
        rate = self._rates.get(callers) or await self._warm_up(callers)
        work = self._requests(callers, max(callers, int(rate * seconds)))
        # What was built beforehand must not be walked by the collector in the round.
        gc.collect()
        gc.freeze()
        numbers = await self._measure(map(self._send, work))
        gc.unfreeze()
        self._rates[callers] = numbers["rate"]
        return numbers

    async def use_case_round(self, callers: int, seconds: float) -> Numbers:
        """As the API calls it: find the page, decide, append, answer the page."""
        await self._server.checkpoint()
        slugs = [page.details.slug for page in self._pages]
        # One pass over all pages, so that all are known and hot.
        await asyncio.gather(*(self._append_once(slugs[number::64]) for number in range(64)))
        return await self._measure(self._append_for(seconds, slugs[number::callers]) for number in range(callers))

    async def close(self) -> None:
        await self._store.close()

    async def check(self, owner_dsn: str) -> None:
        """Every acknowledged append is there, once, at a position without gaps."""
        connection = await asyncpg.connect(owner_dsn)
        query = "SELECT count(*), max(position), count(DISTINCT position) FROM daybook.event WHERE workspace_id = $1"
        events, last, positions = await connection.fetchrow(query, self._workspace)
        await connection.close()
        # The workspace, its key and each page began with an event.
        assert events == last == positions == 2 + len(self._pages) + self.appended, (events, last, positions, self.appended)

    async def _warm_up(self, callers: int) -> float:
        """Answers the rate, so that the first round can be made as long as the others."""
        numbers = await self._measure(map(self._send, self._requests(callers, WARM_UP_APPENDS)))
        return numbers["rate"]

    def _requests(self, callers: int, total: int) -> list[list[Append]]:
        """For each caller a list, to be sent one after the other, to pages nobody else writes to."""
        lists: list[list[Append]] = [[] for _ in range(callers)]
        for number in range(total):
            place = number % len(self._pages)
            page = self._pages[place]
            request = append_request(self._workspace, page)
            lists[place % callers].append(request)
            self._pages[place] = request.changes[0].after
        return lists

    async def _send(self, requests: Sequence[Append]) -> int:
        for request in requests:
            await self._store.append(request)
        return len(requests)

    async def _append_once(self, slugs: Iterable[str]) -> None:
        for slug in slugs:
            await self._use_cases.append(command(self._workspace), slug, TEXT)
            self.appended += 1

    async def _append_for(self, seconds: float, slugs: Sequence[str]) -> int:
        until = time.perf_counter() + seconds
        for count, slug in enumerate(itertools.cycle(slugs)):
            if time.perf_counter() >= until:
                return count
            await self._use_cases.append(command(self._workspace), slug, TEXT)
        return 0

    async def _measure(self, work: Iterable[Awaitable[int]]) -> dict[str, float]:
        """Each piece of work says how many appends it made."""
        await self._database.tell_counts()
        flushes, before, batches = await self._server.flushes(), await self._server.usage(), self._store.writer.batches
        began, cpu = time.perf_counter(), time.process_time()
        appends = sum(await asyncio.gather(*work))
        passed, cpu = time.perf_counter() - began, time.process_time() - cpu
        after = await self._server.usage()
        await self._database.tell_counts()
        self.appended += appends
        return {
            "rate": appends / passed,
            **after.per_operation(before, appends, cpu),
            "flushes": (await self._server.flushes() - flushes) / appends,
            "batches": (self._store.writer.batches - batches) / appends,
        }


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server, Helper("benchmarks.baselines.library_recorder") as helper:
        owner_dsn = await server.create_daybook()
        store, use_case = [await _daybook(server, owner_dsn, name) for name in ("store", "use-case")]
        payload = _payload()
        raw, library = Pgbench(server, payload, STREAMS), Library(server, helper, payload, STREAMS)
        await server.settle("daybook")
        await raw.prepare()
        await library.prepare()
        for callers in CALLERS:
            contenders = {
                STORE: partial(store.store_round, callers, plan.seconds),
                USE_CASE: partial(use_case.use_case_round, callers, plan.seconds),
                RAW: partial(raw.round, callers, plan.seconds),
                LIBRARY: partial(library.round, callers, plan.seconds),
            }
            rounds = await alternate(f"append, {callers} at once", contenders, plan.rounds)
            report.rounds |= {f"{callers}/{name}": numbers for name, numbers in rounds.numbers.items()}
            report.tables.append(_table(callers, rounds))
        for daybook in (store, use_case):
            await daybook.close()
            await daybook.check(owner_dsn)
    report.notes += [
        f"The event's data is {len(payload)} bytes; pgbench and the library write the same bytes, {STREAMS} streams in turn.",
        "Every Daybook append was found in the log afterwards, once, at positions without gaps.",
    ]


async def _daybook(server: Server, owner_dsn: str, name: str) -> DaybookAppends:
    workspace = await new_workspace(owner_dsn, name)
    database = WatchedDatabase(server.service_dsn("daybook"))
    filling = PostgresEventStore(database)
    pages = await create_pages(filling, workspace.id, STREAMS, content="# Notes\n\n")
    await filling.close()
    return DaybookAppends(server, database, workspace.id, pages)


def _payload() -> bytes:
    """The data bytes of one of these appends, as the log holds them."""
    workspace_id = new_id()
    page = creation(workspace_id, "sample", "# Notes\n\n").changes[0].after
    return codec.encode(append_request(workspace_id, page).changes[0].events[0])


def _table(callers: int, rounds: Rounds) -> Table:
    columns = {
        "rate": "appends/s",
        "cpu_us": "CPU µs",
        "server_cpu_us": "of it server",
        "wal_bytes": "WAL bytes",
        "flushes": "flushes",
    }
    table = Table(f"{callers} at once", ["", *columns.values(), "÷ pgbench", "÷ eventsourcing"], [])
    for name in rounds.numbers:
        figures = [show(rounds.median(name, key)) for key in columns]
        table.rows.append([name, *figures, rounds.ratio(name, RAW), rounds.ratio(name, LIBRARY)])
    return table
