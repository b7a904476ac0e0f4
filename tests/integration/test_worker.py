"""Workers: they keep what follows the log for services that leave it to them, are killed, end, and work side by side."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from conftest import PLAIN, Service, Workspace, run_apart
from receivers import receiving

from infrastructure.database import Connection
from infrastructure.search.projection import refill
from infrastructure.sql import sql

PROGRAM = str(Path(sys.executable).parent / "daybook")
WAIT_S = 60.0
# Many times what it takes, on a machine that does much else.
ENDS_S = 10.0
INDEX = ("document", "passage", "posting", "term", "totals", "vocabulary")


class Worker:
    """`daybook worker` as its users start it."""

    def __init__(self, data_dir: Path, log: Path, *flags: str) -> None:
        self._log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [PROGRAM, "worker", *flags],
                env={**os.environ, **PLAIN, "DAYBOOK_DATA_DIR": str(data_dir)},
                stdout=file,
                stderr=file,
            )

    def says(self, words: str) -> bool:
        return words in self._log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> None:
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(WAIT_S) == 0, self._log.read_text()
        assert time.monotonic() - began < ENDS_S
        assert "Traceback" not in self._log.read_text()


@pytest.fixture
def new_worker(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    made: list[Worker] = []

    def make(data_dir: Path, *flags: str) -> Worker:
        made.append(Worker(data_dir, tmp_path / f"worker-{len(made)}.log", *flags))
        return made[-1]

    yield make
    for worker in made:
        if worker.process.poll() is None:
            worker.kill()


def until(true: Callable[[], Any], what: str) -> None:
    give_up = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < give_up, what
        time.sleep(0.02)


def lag(service: Service) -> int:
    """Of whatever is furthest behind."""
    states = httpx.get(f"{service.url}/readyz").json()["projections"]
    return max(state["lag"] for state in states.values() if state != "inline")


def found(workspace: Workspace, words: str, **headers: str) -> list[str]:
    answer = workspace.client.get("/pages/search", params={"q": words}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["slug"] for each in answer.json()["results"]]


def test_what_follows_the_log_is_left_to_workers(new_service: Callable[..., Service], new_worker: Callable[..., Worker]) -> None:
    service = new_service("--projections", "elsewhere", "--webhook-allow-private")
    workspace = service.new_workspace()
    with receiving() as receiver:
        hook = workspace.client.post("/webhooks", json={"url": receiver.url})
        assert hook.status_code == 201, hook.text
        workspace.create("A boat", content="It has oars.")
        assert found(workspace, "oars") == []
        assert lag(service) > 0
        assert "wait for `daybook worker`" in service.log()
        metrics = httpx.get(f"{service.url}/metrics").text
        assert 'daybook_projection_lag_events{projection="search"} 0' not in metrics
        worker = new_worker(service.data_dir, "--webhook-allow-private")
        until(lambda: found(workspace, "oars") == ["a-boat"], "it is not found")
        until(lambda: lag(service) == 0, "something is behind")
        until(lambda: "page.created" in str([each.body for each in receiver.received]), "no webhook was sent")
    for number in range(5):
        written = workspace.client.post("/pages", json={"title": f"Boat {number}", "content": f"rudder{number}"})
        position = written.headers["Daybook-Position"]
        assert found(workspace, f"rudder{number}", **{"Daybook-Wait-For": position})[0] == f"boat-{number}"
    assert worker.says("webhooks, snapshots, links, text, search; passages are not embedded")
    worker.stop()
    workspace.create("A ship", content="It has sails.")
    assert found(workspace, "sails") == []


def test_a_worker_that_is_killed_leaves_nothing_out_and_nothing_twice(
    new_service: Callable[..., Service], new_worker: Callable[..., Worker]
) -> None:
    service = new_service("--projections", "elsewhere")
    workspaces = [service.new_workspace() for _ in range(4)]
    for workspace in workspaces:
        actions = [{"action": "create", "title": f"Page {n}", "content": f"number {n}, and [[page-{n - 1}]]"} for n in range(400)]
        assert workspace.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    killed = new_worker(service.data_dir)
    until(lambda: run_apart(_begun(service.owner_dsn)), "the worker did not begin")
    killed.kill()
    assert lag(service) > 0, "it was not killed in the middle"
    # One finds the database beside the service, the other by its URL.
    others = [new_worker(service.data_dir), new_worker(service.data_dir, "--database-url", service.owner_dsn)]
    for workspace in workspaces:
        workspace.client.patch("/pages/page-7", json={"content": "the seventh"})
    until(lambda: lag(service) == 0, "something is behind")
    for workspace in workspaces:
        assert found(workspace, "seventh") == ["page-7"]
        assert run_apart(_differences(service.owner_dsn, workspace.id)) == []
    for other, number in zip(others, (signal.SIGTERM, signal.SIGINT), strict=True):
        until(lambda other=other: other.says("Daybook works"), "a worker did not start")
        other.stop(number)


async def _begun(dsn: str) -> bool:
    """Whether the index of some workspace is there."""
    connection = await asyncpg.connect(dsn)
    begun = await connection.fetchval("SELECT EXISTS (SELECT FROM search.totals WHERE documents > 100)")
    await connection.close()
    return bool(begun)


async def _differences(dsn: str, workspace_id: UUID) -> list[str]:
    """In which tables an index that is made at once, from nothing, differs from what is there."""
    connection: Connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql("bind"), [workspace_id])
        kept = await _index(connection, workspace_id)
        async with connection.transaction():
            await refill(connection, workspace_id)
            made = await _index(connection, workspace_id)
    finally:
        await connection.close()
    assert kept["posting"]
    return [table for table in INDEX if kept[table] != made[table]]


async def _index(connection: Connection, workspace_id: UUID) -> dict[str, list[str]]:
    return {
        table: sorted(
            str(tuple(row))
            for row in await connection.fetch(f"SELECT * FROM search.{table} WHERE workspace_id = $1", workspace_id)  # noqa: S608 - our own names
        )
        for table in INDEX
    }


def test_a_worker_waits_for_the_service_and_outlives_it(
    new_service: Callable[..., Service], new_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    # Where `new_service` is going to be.
    worker = new_worker(tmp_path / "data-0", "--log-format", "json")
    until(lambda: worker.says("waiting for a service"), "it says nothing")
    assert {json.loads(line)["level"] for line in (tmp_path / "worker-0.log").read_text().splitlines()} == {"info"}
    service = new_service("--projections", "elsewhere")
    workspace = service.new_workspace()
    workspace.create("A boat", content="It has oars.")
    until(lambda: found(workspace, "oars") == ["a-boat"], "it is not found")
    service.kill()
    service.start()
    workspace.create("A ship", content="It has oars.")
    until(lambda: len(found(workspace, "oars")) == 2, "the worker did not come back")
    worker.stop()


def test_a_worker_that_waits_ends_when_it_is_told(new_worker: Callable[..., Worker], tmp_path: Path) -> None:
    worker = new_worker(tmp_path / "nothing")
    until(lambda: worker.says("waiting for a service"), "it says nothing")
    worker.stop()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--environment", "production", "--webhook-allow-private"], "webhook-allow-private lets whoever"),
        (["--embeddings-url", "models.example"], "embeddings-url:"),
        (["--database-url", "postgresql:///none"], "set DAYBOOK_SECRET_KEY"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(flags: list[str], words: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DAYBOOK_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [PROGRAM, "worker", *flags], env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert words in done.stderr
