"""The composition root: the only place that sees every layer. It builds; nothing here decides."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar

from api.app import create_app
from api.edge import Edge
from api.event_stream import EventStreams
from api.metrics import Metrics
from api.requests import Requests
from api.services import Services
from application.event_store import Command
from application.idempotency import Idempotency
from application.threads.extractive import ExtractiveAssistant
from daybook.access import access_parts
from daybook.assistant import toolbox
from daybook.background import Background
from daybook.choices import Together, assistant_for, embedder_for
from daybook.core import Core
from daybook.items import item_parts
from daybook.pages import page_parts
from daybook.search import search_parts
from daybook.settings import DatabaseSettings, Settings, listed
from daybook.threads import thread_parts
from daybook.webhooks import webhook_parts
from daybook.world import new_id, now
from domain.events import Actor
from infrastructure.embedded import DataDirectoryHeld, EmbeddedServer, RunningServer, find_running
from infrastructure.feed import PostgresFeed
from infrastructure.keys import KEYS_CHANNEL
from infrastructure.migrations import migrate, migrate_named
from infrastructure.projections.elsewhere import WANTED_CHANNEL, RunnerElsewhere
from infrastructure.projections.positions import PostgresPositions
from infrastructure.projections.states import ProjectionStates

SERVICE_ROLE = "daybook_service"
DATABASE_NAME = "daybook"
# Another command may be starting or stopping the embedded server at this very moment.
SERVER_WAIT_S = 30.0
ALONE = Together()
OPERATOR = Actor("operator", "cli", "operator")


class Connections(msgspec.Struct, frozen=True):
    """How to reach the database, as its owner and as the service; `role` is taken on where the service's DSN is another."""

    owner_dsn: str
    service_dsn: str
    role: str | None


def operator_command(workspace_id: UUID) -> Command:
    """The envelope of what the operator does at the command line."""
    return Command(workspace_id=workspace_id, command_id=new_id(), at=now(), actor=OPERATOR)


def external(settings: DatabaseSettings) -> Connections | None:
    """The database the settings name, if they name one."""
    if settings.database_url is None:
        return None
    role = SERVICE_ROLE if settings.database_owner_url is None else None
    return Connections(settings.database_owner_url or settings.database_url, settings.database_url, role)


async def embedded_connections(server_dsn: str, service_dsn: str, owner_dsn: str) -> Connections:
    """Makes the database if it is not there yet. `server_dsn` leads to a database that always is."""
    connection = await asyncpg.connect(server_dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE_NAME):
            with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute(f"CREATE DATABASE {DATABASE_NAME}")
    finally:
        await connection.close()
    return Connections(owner_dsn, service_dsn, None)


async def prepare(server: EmbeddedServer | RunningServer) -> Connections:
    """A started server, with the database in it and up to date."""
    connections = await embedded_connections(
        server.dsn(), server.dsn(user=SERVICE_ROLE, database=DATABASE_NAME), server.dsn(database=DATABASE_NAME)
    )
    await migrate(connections.owner_dsn)
    return connections


async def running_connections(data_dir: Path) -> Connections | None:
    """The embedded database that a service runs there; None if none does, or if it is not ready yet."""
    running = find_running(data_dir)
    if running is not None:
        with contextlib.suppress(OSError, asyncpg.CannotConnectNowError, asyncpg.InvalidCatalogNameError):
            return await prepare(running)
    return None


@contextlib.asynccontextmanager
async def operator_connections(settings: DatabaseSettings) -> AsyncIterator[Connections]:
    """The database for one command: the running service's, or an embedded server started for as long as the command takes."""
    named = external(settings)
    if named is not None:
        await migrate_named(named.owner_dsn)
        yield named
        return
    give_up = time.monotonic() + SERVER_WAIT_S
    while (connections := await running_connections(settings.data_dir)) is None:
        if find_running(settings.data_dir) is None:
            server = EmbeddedServer(settings.data_dir, binaries=settings.postgres_binaries)
            try:
                await asyncio.to_thread(server.start)
            except DataDirectoryHeld:
                if time.monotonic() > give_up:
                    raise
            else:
                try:
                    yield await prepare(server)
                finally:
                    await asyncio.to_thread(server.stop)
                return
        if time.monotonic() > give_up:
            raise TimeoutError("the database did not become ready; look at postgres.log in the data directory")
        await asyncio.sleep(0.1)
    yield connections


def build(service_dsn: str, role: str | None, server_key: bytes, settings: Settings, together: Together = ALONE) -> Edge:
    """The service's application on its adapters. It never learns the owner's connection."""
    metrics = Metrics(token=settings.metrics_token or None, local=settings.environment == "local")
    core = Core(service_dsn, role, metrics.batch_written)
    store, database, embedder = core.store, core.database, embedder_for(settings)
    on_pages = page_parts(store, database)
    items = item_parts(store, database)
    access = access_parts(store, database, server_key, settings, together)
    searching = search_parts(store, database, embedder)
    hooks = webhook_parts(store, database, server_key, settings)
    idempotency = Idempotency(store)
    assistant = assistant_for(settings) or ExtractiveAssistant(searching.search)
    tools = toolbox(on_pages, searching.search, idempotency)
    talking = thread_parts(store, database, idempotency, assistant, tools.tools_for, time_s=settings.assistant_timeout_s)
    background = Background(core, hooks.deliverer, embedder)
    elsewhere = RunnerElsewhere(database) if settings.projections == "elsewhere" else None
    feed = PostgresFeed(database, core.hub)
    positions = PostgresPositions(database, core.hub, elsewhere or background.runner)

    services = Services(
        requests=Requests(access.access, access.gate, positions, new_id, now),
        gate=access.gate,
        sign_in=access.sign_in,
        people=access.people,
        members=access.members,
        invitations=access.invitations,
        keys=access.keys,
        audit_trail=access.audit_trail,
        pages=on_pages.pages,
        contents=on_pages.contents,
        versions=on_pages.versions,
        batches=on_pages.batches,
        page_reader=on_pages.reader,
        page_queries=on_pages.queries,
        databases=on_pages.databases,
        search=searching.search,
        search_settings=searching.settings,
        search_states=searching.states,
        similar=searching.similar,
        page_links=on_pages.links,
        updates=items.updates,
        milestones=items.milestones,
        principles=items.principles,
        markdown=on_pages.markdown,
        past=on_pages.past,
        workspace_past=on_pages.workspace_past,
        threads=talking.threads,
        replies=talking.replies,
        webhooks=hooks.webhooks,
        idempotency=idempotency,
        metrics=metrics,
        health_probe=database.answers,
        projection_states=ProjectionStates(database, background.projections),
        feed=feed,
        event_streams=EventStreams(feed),
        positions=positions,
        stop_streams=core.hub.close,
        new_request_id=lambda: new_id().hex,
    )

    def keys_changed(_: str) -> None:
        access.forget_all()
        # Streams ask again whether their keys are good.
        core.hub.anybody()

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        channels = {KEYS_CHANNEL: keys_changed, WANTED_CHANNEL: background.runner.hurry}
        async with core.running(channels, lambda up: access.line(up=up)):
            try:
                async with elsewhere.running() if elsewhere else background.running(), access.running():
                    yield
            finally:
                await talking.replies.close()
                await hooks.deliveries.close()
                await access.close()

    return create_app(services, lifespan, cors_origins=listed(settings.cors_origins), log_requests=settings.log_requests)
