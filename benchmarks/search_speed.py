"""`search_speed`: each mode among 1,000 to 100,000 pages beside `ts_rank_cd`, and how soon a page is found after its write."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import asyncpg

from benchmarks.baselines.embeddings import MODEL
from benchmarks.baselines.full_text import FullText
from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Contender, Numbers, Plan, Report, Rounds, Table, alternate, say, show
from benchmarks.search_freshness import OTHERS, Freshness, freshness
from benchmarks.searchable import MODES, fill, until_ready
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook, embeddings
from benchmarks.texts import ABSENT, DATA, made_pages, short_questions
from infrastructure.embeddings.local import LocalEmbedder
from infrastructure.search.embedding import EXACT_PASSAGES_MAX

NAME = "search_speed"
TITLE = "Searching"
LIMIT = 20
CLIENTS = 16
TRIES, TRIES_QUICK = 60, 10
FULL_TEXT = "ts_rank_cd, GIN"
STAND_IN, LOCAL = "stand-in", "local model"
HYBRID_P50_MS_MAX, HYBRID_PAGES, FOUND_P50_MS_MAX = 30, 10_000, 50


class Size(NamedTuple):
    """A workspace, and who makes vectors for it."""

    pages: int
    embedder: str

    @property
    def title(self) -> str:
        return f"{self.pages:,} pages, {self.embedder}"


SIZES = (Size(1_000, LOCAL), Size(1_000, STAND_IN), Size(10_000, STAND_IN), Size(100_000, STAND_IN))
SIZES_QUICK = (Size(200, LOCAL), Size(1_000, STAND_IN))
_NOTES = (
    "Pages have 150 to 250 words: sentences of the book and of both collections, put together anew.",
    f"Questions are those of the collections that have 3 to 12 words; limit {LIMIT}.",
    f"The {STAND_IN} is no model: a provider of ours on this machine, which adds up a direction for each word of a text.",
    "With it nothing is said about what is found by meaning, only how fast.",
    f"{FULL_TEXT}: the same pages in a table of the same server, any of a question's words, asked over a plain connection.",
    "That is without HTTP, without asking who is calling, without snippets and JSON.",
    "A search by keyword or by meaning is 4 round trips to PostgreSQL, one by both 5, two of them side by side.",
    "For each word that is found nowhere, at most 8, there are up to two more. By meaning there is one to whoever embeds.",
    "Until it is found: from the answer to a write to the answer of the first search that has the page.",
    "A word of its own is looked for, by meaning its first 120 words; without Daybook-Wait-For.",
    "Semantic there, by itself, is by its vector alone. Where many passages wait to be embedded, hybrid goes by words alone.",
)


async def run(plan: Plan, report: Report) -> None:
    if not DATA.exists():
        say(ABSENT)
        report.notes.append(f"Not measured: {ABSENT}")
        return
    sizes = [size for size in (SIZES_QUICK if plan.quick else SIZES) if size.pages <= (plan.pages_max or size.pages)]
    goals = Table("Goals", ["", "goal, p50 ms", "measured", "met"], [])
    for size in sizes:
        async with _filled(size, plan) as filled:
            rounds = await _one_client(filled, plan, report)
            await _many_clients(filled, plan, report)
            fresh = await _freshness(filled, plan, report)
            _judge(goals, size, rounds, fresh)
    report.tables += [await _query_embedding(plan), goals]
    report.notes += _NOTES


class Filled(NamedTuple):
    """A workspace in which everything can be found, and the same pages in a table."""

    size: Size
    service: Service
    generator: Load
    full_text: FullText
    questions: Sequence[str]

    def contenders(self, clients: int, seconds: float) -> dict[str, Contender]:
        searches = {mode: partial(self._search, mode, clients, seconds) for mode in MODES}
        return {**searches, FULL_TEXT: partial(self.full_text.round, self.questions, clients, seconds)}

    async def _search(self, mode: str, clients: int, seconds: float) -> Numbers:
        paths = [f"/v1/pages/search?q={quote(each)}&mode={mode}&limit={LIMIT}" for each in self.questions]
        return await self.generator.round(self.service, Target("GET", paths, self.service.authorization(NAME)), clients, seconds)


@contextlib.asynccontextmanager
async def _filled(size: Size, plan: Plan) -> AsyncIterator[Filled]:
    async with (
        running_server() as server,
        _embedder(server, size) as settings,
        daybook(server, [NAME], settings=settings) as service,
        load(server, plan) as generator,
    ):
        async with service.client(NAME) as http:
            state = await until_ready(http, await fill(http, made_pages(0, size.pages)))
        await _indexed(server, state["passages"])
        full_text = FullText(await server.create_database("full_text"))
        await full_text.fill(made_pages(0, size.pages))
        for database in ("daybook", "full_text"):
            await server.settle(database)
        yield Filled(size, service, generator, full_text, short_questions())


@contextlib.asynccontextmanager
async def _embedder(server: Server, size: Size) -> AsyncIterator[Mapping[str, str]]:
    if size.embedder == LOCAL:
        yield {"DAYBOOK_EMBEDDINGS": "local"}
        return
    async with embeddings(server) as url:
        yield {"DAYBOOK_EMBEDDINGS": "local", "DAYBOOK_EMBEDDINGS_URL": url, "DAYBOOK_EMBEDDINGS_MODEL": MODEL}


async def _indexed(server: Server, passages: int) -> None:
    """Very many vectors get an index as soon as all are there."""
    if passages < EXACT_PASSAGES_MAX:
        return
    began = time.perf_counter()
    connection = await asyncpg.connect(server.dsn("daybook"))
    ready = "SELECT EXISTS (SELECT FROM pg_indexes WHERE schemaname = 'search' AND indexname LIKE 'vector_near_%')"
    while not await connection.fetchval(ready):
        assert time.perf_counter() - began < 1800, "the vectors got no index"
        await asyncio.sleep(0.2)
    await connection.close()
    say(f"{passages:,} vectors had an index {time.perf_counter() - began:.0f} s after the last of them")


async def _one_client(filled: Filled, plan: Plan, report: Report) -> Rounds:
    title = f"One client, {filled.size.title}"
    rounds = await alternate(title, filled.contenders(1, plan.seconds), plan.rounds)
    report.rounds |= {f"{title}/{name}": numbers for name, numbers in rounds.numbers.items()}
    header = ["", "p50 ms", "p99 ms", "CPU µs", "of it server", f"p50 ÷ {FULL_TEXT}"]
    table = Table(title, header, [])
    for name in rounds.numbers:
        figures = [show(rounds.median(name, key)) for key in ("p50_ms", "p99_ms", "cpu_us", "server_cpu_us")]
        table.rows.append([name, *figures, "" if name == FULL_TEXT else rounds.ratio(name, FULL_TEXT, "p50_ms")])
    report.tables.append(table)
    return rounds


async def _many_clients(filled: Filled, plan: Plan, report: Report) -> None:
    title = f"{CLIENTS} clients, {filled.size.title}"
    rounds = await alternate(title, filled.contenders(CLIENTS, plan.seconds), min(plan.rounds, 2))
    report.rounds |= {f"{title}/{name}": numbers for name, numbers in rounds.numbers.items()}
    table = Table(title, ["", "searches/s", "p50 ms", "p99 ms", f"÷ {FULL_TEXT}"], [])
    for name in rounds.numbers:
        figures = [show(rounds.median(name, key)) for key in ("rate", "p50_ms", "p99_ms")]
        table.rows.append([name, *figures, "" if name == FULL_TEXT else rounds.ratio(name, FULL_TEXT)])
    report.tables.append(table)


async def _freshness(filled: Filled, plan: Plan, report: Report) -> Mapping[str, Freshness]:
    """Answers that of writes by themselves."""
    title = f"From a write's answer until it is found, {filled.size.title}"
    table = Table(title, ["", "p50 ms", "p99 ms", "searches it took"], [])
    tries = TRIES_QUICK if plan.quick else TRIES
    alone: Mapping[str, Freshness] = {}
    for others in OTHERS:
        async with filled.service.client(NAME) as http:
            reached = await freshness(http, others, tries)
        alone = alone or reached
        for mode, each in reached.items():
            say(f"{title}, {mode}, {others}: p50 {show(each.p50_ms)} ms, p99 {show(each.p99_ms)} ms")
            report.rounds[f"{title}/{mode}/{others}"] = [each._asdict()]
            table.rows.append([f"{mode}, {others}", show(each.p50_ms), show(each.p99_ms), f"{each.searches:.1f}"])
    report.tables.append(table)
    return alone


def _judge(goals: Table, size: Size, rounds: Rounds, fresh: Mapping[str, Freshness]) -> None:
    hybrid = rounds.median("hybrid", "p50_ms")
    if size.pages == HYBRID_PAGES and hybrid is not None:
        goals.rows.append([f"hybrid, {size.title}", *_met(HYBRID_P50_MS_MAX, hybrid)])
    goals.rows.append([f"found by keyword, {size.title}", *_met(FOUND_P50_MS_MAX, fresh["keyword"].p50_ms)])


def _met(most_ms: float, measured_ms: float) -> list[str]:
    return [f"≤ {most_ms}", show(measured_ms), "yes" if measured_ms <= most_ms else "no"]


async def _query_embedding(plan: Plan) -> Table:
    """What the local model adds to a search where the stand-in was asked: both make one vector."""
    embedder, questions = LocalEmbedder(), short_questions()
    await embedder.embed(questions[:3])
    times = []
    for _ in range(1 if plan.quick else 3):
        for question in questions:
            began = time.perf_counter()
            await embedder.embed([question])
            times.append((time.perf_counter() - began) * 1000)
    ordered = sorted(times)
    figures = [ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]]
    title = "The local model's vector of a question, in this process"
    return Table(title, ["", "p50 ms", "p99 ms"], [[LOCAL, *map(show, figures)]])
