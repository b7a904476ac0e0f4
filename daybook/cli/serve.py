"""`daybook serve`: the database, the first workspace and key, then the HTTP service."""

import asyncio
import contextlib
import dataclasses
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import uvicorn

from api.metrics import FOLDER_VARIABLE
from application.event_store import StoreUnavailable
from application.workspaces import Workspace, begin_workspace
from daybook import logs, production, supervisor
from daybook.asgi import WorkerSetup, leave_for_workers
from daybook.choices import Together
from daybook.connections import SERVER_WAIT_S, Connections, external, prepare
from daybook.desk import operator_command, operator_desk
from daybook.protocol import OneWriteProtocol
from daybook.settings import Settings, listed
from daybook.world import new_id, now
from domain.keys import KeyWish
from domain.workspaces import SERVICE, WorkspaceNameTaken
from infrastructure.embedded import EmbeddedServer
from infrastructure.migrations import migrate_named
from infrastructure.workspaces import PostgresWorkspaceBook

FIRST_WORKSPACE = "default"
KEEP_ALIVE_S = 75


def serve(settings: Settings = Settings()) -> None:  # noqa: B008 - frozen, and cyclopts reads its defaults from here
    """Start the service; with no settings at all, on an embedded database with a workspace and a key ready to use."""
    logs.set_up(settings.log_level, settings.log_format)
    production.check(settings)
    _check_address(settings)
    with _database(settings) as connections, _folder_of_workers(settings) as folder:
        server_key = settings.server_key()
        asyncio.run(_greet(settings, connections, server_key))
        # The owner's ways into the database stay in this process.
        told = dataclasses.replace(settings, database_url=None, database_owner_url=None, secret_key=None)
        leave_for_workers(
            WorkerSetup(
                connections.service_dsn,
                connections.role,
                server_key.hex(),
                os.getpid(),
                told,
                Together(database_shared=settings.database_url is not None, folder=folder),
            ),
        )
        supervisor.run(_server(settings))


def _server(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        "daybook.asgi:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=logs.log_config(settings.log_level, settings.log_format),
        log_level=settings.log_level,
        access_log=False,
        http=OneWriteProtocol,
        ws="none",
        server_header=False,
        # Nobody's word is taken for where a request comes from, unless it was said whose.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=listed(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.shutdown_grace_s,
    )


@contextlib.contextmanager
def _folder_of_workers(settings: Settings) -> Iterator[Path | None]:
    """Where several processes serve, they share a folder: each leaves its metrics there, and whichever is asked adds them up; and
    there they count requests together.
    """
    if settings.workers == 1:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="daybook-") as folder:
        metrics, counts = Path(folder) / "metrics", Path(folder) / "counts"
        metrics.mkdir()
        counts.mkdir()
        os.environ[FOLDER_VARIABLE] = str(metrics)
        yield counts


class AddressTaken(Exception):
    """The address cannot be listened on."""


def _check_address(settings: Settings) -> None:
    """Before anything is made or said: a service that cannot listen must not greet with another's address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise AddressTaken(f"cannot listen on {where} ({error.strerror}); choose another with --host and --port") from error


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Connections]:
    """The database for as long as the service runs; the embedded one is brought back if it dies."""
    named = external(settings)
    if named is not None:
        asyncio.run(migrate_named(named.owner_dsn))
        yield named
        return
    with EmbeddedServer(settings.data_dir, binaries=settings.postgres_binaries) as server:
        connections = asyncio.run(prepare(server))
        threading.Thread(target=lambda: asyncio.run(server.keep_running()), daemon=True).start()
        yield connections


async def _greet(settings: Settings, connections: Connections, server_key: bytes) -> None:
    """Makes what a first start needs, and says where the service is. A key is shown once, when it is made."""
    url = f"http://{_reached_as(settings.host)}:{settings.port}"
    key = await _first_key(settings, connections, server_key)
    _tell_clients(settings, url, key)
    print(f"Daybook serves {url} (API: {url}/docs)", flush=True)
    if settings.projections == "elsewhere":
        print("search, links, webhooks and the like wait for `daybook worker`", flush=True)
    if key is not None:
        print(f"workspace: {FIRST_WORKSPACE}\nkey (shown once): {key}", flush=True)


async def _first_key(settings: Settings, connections: Connections, server_key: bytes) -> str | None:
    """The key of the first workspace, if it has none yet: at the first start, or at the next if that was killed."""
    give_up = time.monotonic() + SERVER_WAIT_S
    while True:
        try:
            return await _make_first_key(settings, connections, server_key)
        except StoreUnavailable:
            # A database that is only now starting, or a machine that is very busy.
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(0.5)


async def _make_first_key(settings: Settings, connections: Connections, server_key: bytes) -> str | None:
    async with operator_desk(connections.owner_dsn, server_key, settings.environment) as desk:
        await desk.signing_keys.first(operator_command(SERVICE))
        workspace = await _first_workspace(desk.workspaces)
        if workspace is None or await desk.keys.all(workspace.id, now()):
            return None
        return (await desk.keys.issue(operator_command(workspace.id), KeyWish("first key"))).text


async def _first_workspace(book: PostgresWorkspaceBook) -> Workspace | None:
    """Made if there is none at all; None if there are others, or if another service was quicker by a moment."""
    if await book.all():
        return next(iter(await book.all(FIRST_WORKSPACE)), None)
    try:
        return await begin_workspace(book, operator_command(new_id()), FIRST_WORKSPACE)
    except WorkspaceNameTaken:
        return None


def _reached_as(host: str) -> str:
    """How a client on this machine names the address: nobody can call "all of them"."""
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"[{named}]" if ":" in named else named


def _tell_clients(settings: Settings, url: str, key: str | None = None) -> None:
    """`client.json` lets the command line find the service; only the data directory's owner can read it."""
    path = settings.data_dir / "client.json"
    known = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
    known["url"] = url
    if key is not None:
        known["key"] = key
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(known))
