"""`history`: importing a book's real edit history through `daybook import --history`, the way a user does it."""

import asyncio
import itertools
import lzma
import os
import time
from pathlib import Path

from benchmarks.measuring import Numbers, Plan, Report, Table, alternate, say, show
from benchmarks.processes import PYTHON, ROOT, children_cpu_s
from benchmarks.server import Server, running_server
from benchmarks.services import Service, daybook

NAME = "history"
TITLE = "Importing a real edit history"
FILE = ROOT.parent / "shared" / "data" / "history" / "rust-book.jsonl.xz"
ABSENT = f"{FILE} is not here: that history lies beside the repository only where Daybook is developed."


async def run(plan: Plan, report: Report) -> None:
    if not FILE.exists():
        say(ABSENT)
        report.notes.append(f"Not measured: {ABSENT}")
        return
    count = 1 if plan.quick else plan.rounds
    names = [f"import-{number}" for number in range(count)]
    async with running_server() as server, daybook(server, names) as service:
        workspaces = itertools.cycle(names)

        async def into_the_next() -> Numbers:
            return await import_history(server, service, next(workspaces))

        rounds = await alternate("history", {"daybook import --history": into_the_next}, count)
    report.rounds |= rounds.numbers
    columns = {"rate": "edits/s", "ms": "ms an edit", "client_cpu_us": "CPU µs, command", "service_cpu_us": "CPU µs, service"}
    columns |= {"server_cpu_us": "CPU µs, PostgreSQL", "wal_bytes": "WAL bytes", "text_bytes": "bytes an edit"}
    table = Table(f"{edits():,} edits", ["", *columns.values()], [])
    for name in rounds.numbers:
        table.rows.append([name, *(show(rounds.median(name, key)) for key in columns)])
    report.tables.append(table)
    report.notes.append("One client, one request at a time, each edit durable before the next; the only baseline is the disk.")


async def import_history(server: Server, service: Service, workspace: str) -> Numbers:
    """The whole command, from its start to its end."""
    environment = {"DAYBOOK_URL": f"http://127.0.0.1:{service.port}", "DAYBOOK_API_KEY": service.keys[workspace]}
    await server.checkpoint()
    before, service_cpu, own, began = await server.usage(), service.cpu_s(), children_cpu_s(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(str(Path(PYTHON).parent / "daybook"), "import", "--history", str(FILE)),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    passed = time.perf_counter() - began
    assert process.returncode == 0, output.decode()
    done = edits()
    return {
        "rate": done / passed,
        "ms": passed / done * 1000,
        **(await server.usage()).per_operation(before, done, children_cpu_s() - own),
        "service_cpu_us": (service.cpu_s() - service_cpu) / done * 1e6,
        "text_bytes": _text_bytes() / done,
    }


def edits() -> int:
    with lzma.open(FILE) as file:
        return sum(1 for _ in file)


def _text_bytes() -> int:
    with lzma.open(FILE) as file:
        return sum(map(len, file))
