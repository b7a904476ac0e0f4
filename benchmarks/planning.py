"""`planning`: finding 100 vacations with their notes, and changing one, beside the list of 100 pages."""

from functools import partial
from typing import Any

import httpx
import msgspec

from benchmarks.http_load import Load, load
from benchmarks.load import Target
from benchmarks.measuring import Plan, Report, Rounds, Table, alternate, show
from benchmarks.server import running_server
from benchmarks.services import Service, daybook
from benchmarks.workspaces import TEXT

NAME = "planning"
TITLE = "Planning, beside pages"
CONNECTIONS = (1, 16)
COUNT = 100
WORKSPACE = "planning"
PAGES = f"GET /v1/pages?limit={COUNT}"
PLAIN = "GET /v1/vacations"
NOTES = "GET /v1/vacations?include_notes=true"
ALL = "GET /v1/vacations?include_notes=true&include_tags=true&include_time_event_blocks=true"
_HEADER = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs", "of it server", "bytes", "generator", "÷ pages", "CPU ÷ pages"]


async def run(plan: Plan, report: Report) -> None:
    async with running_server() as server, daybook(server, [WORKSPACE]) as service, load(server, plan) as generator:
        await service.create_pages(WORKSPACE, "page", COUNT, TEXT)
        async with service.client(WORKSPACE) as client:
            await _fill(client)
            sizes = {question: await _size(client, question) for question in (PAGES, PLAIN, NOTES, ALL)}
        await server.settle("daybook")
        table = Table(f"{COUNT} of each", _HEADER, [])
        for connections in CONNECTIONS:
            asked = {question: partial(_round, generator, service, question, connections, plan.seconds) for question in sizes}
            rounds = await alternate(f"{COUNT} of each, {connections} connections", asked, plan.rounds)
            report.rounds |= {f"{connections}/{question}": numbers for question, numbers in rounds.numbers.items()}
            table.rows += [_row(question, connections, rounds, size) for question, size in sizes.items()]
        report.tables.append(table)
    report.notes.append("CPU is that of service and PostgreSQL per request. Each vacation has a note, three tags and a block.")


async def _fill(client: httpx.AsyncClient) -> None:
    content = [{"kind": "paragraph", "correlation_id": "p-1", "text": TEXT}]
    for number in range(COUNT):
        vacation = {"name": f"Vacation {number}", "start_date": "2026-07-01", "end_date": "2026-07-14"}
        ref_id = (await _posted(client, "/vacations", vacation))["new_vacation"]["ref_id"]
        about = {"namespace": "vacation", "source_entity_ref_id": ref_id}
        await _posted(client, "/common/notes", {**about, "content": content})
        await _posted(client, "/common/tags/link", {**about, "tag_names": ["sea", "sun", f"n{number % 10}"]})


async def _posted(client: httpx.AsyncClient, path: str, body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    answer = await client.post(path, json=body)
    assert answer.status_code == httpx.codes.OK, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _size(client: httpx.AsyncClient, question: str) -> int:
    answer = await client.get(question.removeprefix("GET /v1"))
    found = msgspec.json.decode(answer.content)
    assert len(found.get("entries") or found["pages"]) == COUNT
    return len(answer.content)


async def _round(generator: Load, service: Service, question: str, connections: int, seconds: float) -> dict[str, float]:
    target = Target("GET", [question.removeprefix("GET ")], service.authorization(WORKSPACE))
    return await generator.round(service, target, connections, seconds)


def _row(question: str, connections: int, rounds: Rounds, size_bytes: int) -> list[str]:
    keys = ("rate", "p50_ms", "p99_ms", "cpu_us", "server_cpu_us")
    figures = [show(rounds.median(question, key)) for key in keys]
    ratios = ["", ""] if question == PAGES else [rounds.ratio(question, PAGES), rounds.ratio(question, PAGES, "cpu_us")]
    return [
        f"{question.removeprefix('GET /v1')}, {connections}",
        *figures,
        str(size_bytes),
        show(rounds.median(question, "generator_share")),
        *ratios,
    ]
