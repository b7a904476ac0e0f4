"""The services under test, each as its users start it: one worker process, on the same PostgreSQL."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec

from benchmarks.baselines import key_digest
from benchmarks.processes import PYTHON, ROOT, process_cpu_s
from benchmarks.server import Server
from benchmarks.variants import VARIANT, WORKSPACE
from benchmarks.workspaces import SERVER_KEY, new_workspace

DAYBOOK, FASTAPI = "Daybook", "FastAPI + SQLAlchemy"
_READY_S = 60.0


class Service(msgspec.Struct, frozen=True):
    """A running service."""

    name: str
    port: int
    pid: int
    keys: dict[str, str]
    ids: dict[str, UUID]

    def client(self, workspace: str) -> httpx.AsyncClient:
        headers = {"Authorization": self.authorization(workspace)}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}/v1", headers=headers, timeout=60)

    def authorization(self, workspace: str) -> str:
        return f"Bearer {self.keys[workspace]}"

    def cpu_s(self) -> float:
        return process_cpu_s(self.pid)

    async def create_pages(self, workspace: str, prefix: str, count: int, content: str) -> list[str]:
        """Through the API; answers their slugs."""
        slugs = [f"{prefix}-{number}" for number in range(count)]
        async with self.client(workspace) as client:
            for slug in slugs:
                body = {
                    "title": slug.capitalize(),
                    "slug": slug,
                    "content": content,
                    "properties": {"team": "alpha", "estimate": 3},
                }
                answer = await client.post("/pages", json=body)
                assert answer.status_code == 201, answer.text
        return slugs


@contextlib.asynccontextmanager
async def daybook(
    server: Server,
    workspaces: list[str],
    database: str = "daybook",
    *,
    variant: str | None = None,
    settings: Mapping[str, str] = {},
) -> AsyncIterator[Service]:
    """`daybook serve` on the server under test, as the role it has on its embedded one. Without limits or embedding, unless
    `settings` say so; a `variant` leaves something out.
    """
    owner_dsn = await server.create_daybook(database)
    made = {name: await new_workspace(owner_dsn, name) for name in workspaces}
    keys, ids = {name: each.key for name, each in made.items()}, {name: each.id for name, each in made.items()}
    environment = {
        "DAYBOOK_DATA_DIR": str(server.folder / f"{database}-service"),
        "DAYBOOK_DATABASE_URL": server.service_dsn(database),
        "DAYBOOK_DATABASE_OWNER_URL": owner_dsn,
        "DAYBOOK_SECRET_KEY": SERVER_KEY.decode(),
        **{f"DAYBOOK_RATE_LIMIT_{name}": "0" for name in ("STANDARD", "BATCH", "SEARCH", "REFUSED", "SIGN_IN")},
        "DAYBOOK_EMBEDDINGS": "off",
        **settings,
        VARIANT: variant or "",
        WORKSPACE: str(ids[workspaces[0]]),
    }
    port = _free_port()
    program = [str(Path(PYTHON).parent / "daybook")] if variant is None else [PYTHON, "-m", "benchmarks.variants"]
    command = [*program, "serve", "--port", str(port), "--log-level", "warning"]
    async with _running(command, environment, port, "/readyz", server.folder / f"{database}.log") as pid:
        yield Service(DAYBOOK, port, pid, keys, ids)


@contextlib.asynccontextmanager
async def fastapi(server: Server, workspaces: list[str]) -> AsyncIterator[Service]:
    """The baseline, under the same web server and event loop as Daybook."""
    database = "fastapi"
    dsn = await server.create_database(database)
    folder, port = server.address[0], _free_port()
    environment = {"BASELINE_DATABASE_URL": f"postgresql+asyncpg://postgres@/{database}?host={folder}&port={server.address[1]}"}
    command = [PYTHON, "-m", "uvicorn", "benchmarks.baselines.fastapi_pages:app", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    async with _running(command, environment, port, "/openapi.json", server.folder / "fastapi.log") as pid:
        keys = {name: f"key-of-{name}-{uuid4().hex}" for name in workspaces}
        connection = await asyncpg.connect(dsn)
        ids = {name: uuid4() for name in workspaces}
        rows = [(key_digest(key), ids[name], name) for name, key in keys.items()]
        await connection.executemany("INSERT INTO api_key (digest, workspace_id, name) VALUES ($1, $2, $3)", rows)
        await connection.close()
        yield Service(FASTAPI, port, pid, keys, ids)


@contextlib.asynccontextmanager
async def fastapi_events(server: Server, ours: Service, workspace: str) -> AsyncIterator[Service]:
    """The baseline of the change feed: it reads the table of `ours`, one workspace of it."""
    folder, port = server.address[0], _free_port()
    environment = {
        "BASELINE_DATABASE_URL": f"postgresql+asyncpg://postgres@/daybook?host={folder}&port={server.address[1]}",
        "BASELINE_WORKSPACE": str(ours.ids[workspace]),
    }
    command = [PYTHON, "-m", "uvicorn", "benchmarks.baselines.fastapi_events:app", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "1"]
    async with _running(command, environment, port, "/openapi.json", server.folder / "fastapi-events.log") as pid:
        yield Service(FASTAPI, port, pid, ours.keys, ours.ids)


@contextlib.asynccontextmanager
async def embeddings(server: Server) -> AsyncIterator[str]:
    """The URL of the stand-in for a provider."""
    port = _free_port()
    command = [PYTHON, "-m", "uvicorn", "benchmarks.baselines.embeddings:app", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    async with _running(command, {}, port, "/", server.folder / "embeddings.log"):
        yield f"http://127.0.0.1:{port}/v1"


@contextlib.asynccontextmanager
async def _running(command: list[str], environment: Mapping[str, str], port: int, ready: str, log: Path) -> AsyncIterator[int]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        await _until_ready(process, f"http://127.0.0.1:{port}{ready}", log)
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    give_up = time.monotonic() + _READY_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < give_up and process.returncode is None:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the service did not become ready:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text()[-3000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
