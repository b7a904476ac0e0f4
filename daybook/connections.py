"""The way to the database: one that the settings name, or the embedded one, which a command joins or starts for itself.

It knows nothing of what is served, so that a command is there before anybody waits for it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec

from daybook.settings import DatabaseSettings
from infrastructure.embedded import DataDirectoryHeld, EmbeddedServer, RunningServer, find_running
from infrastructure.migrations import migrate, migrate_named

SERVICE_ROLE = "daybook_service"
DATABASE_NAME = "daybook"
# Another command may be starting or stopping the embedded server at this very moment.
SERVER_WAIT_S = 30.0


class Connections(msgspec.Struct, frozen=True):
    """How to reach the database, as its owner and as the service; `role` is taken on where the service's DSN is another."""

    owner_dsn: str
    service_dsn: str
    role: str | None


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
