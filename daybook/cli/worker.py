"""`daybook worker`: keeps what follows the log, beside services that leave it to others or share it."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator

from daybook import logs, production, supervisor
from daybook.background import Background
from daybook.choices import embedder_for
from daybook.connections import DATABASE_NAME, SERVICE_ROLE, Connections, external, running_connections
from daybook.core import Core
from daybook.settings import WorkSettings
from daybook.webhooks import webhook_parts
from infrastructure.embedded import find_running
from infrastructure.migrations import migrate_named
from infrastructure.projections.elsewhere import WANTED_CHANNEL

log = logging.getLogger(__name__)

# How often the embedded database is looked for while there is none, and whether it has moved while there is one.
LOOK_S = 0.5


def worker(settings: WorkSettings = WorkSettings()) -> None:  # noqa: B008 - frozen, and cyclopts reads its defaults from here
    """Keep search, links, snapshots and webhooks up to the log, without serving anything.

    Any number may run, beside any number of services on the same database, with the same settings and the same key as these.
    With the embedded database a worker waits for the service that runs it, on this machine and this data-dir, and never
    starts it by itself. It waits for a database that goes away. SIGTERM or Ctrl-C ends it when what is under way is done.
    """
    logs.set_up(settings.log_level, settings.log_format)
    production.check(settings)
    asyncio.run(_work_until_told(settings))


async def _work_until_told(settings: WorkSettings) -> None:
    work = asyncio.create_task(_work(settings))

    def end() -> None:
        # Once: a second signal must not break off what the first one lets end.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: None)
        supervisor.overdue_in(supervisor.CLOSING_S)
        work.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _work(settings: WorkSettings) -> None:
    """Goes on until it is cancelled."""
    while True:
        connections = await _database(settings)
        async with _working(connections, settings) as background:
            sys.stdout.write(f"Daybook works beside the services on {_place(settings)}: {background.described}\n")
            sys.stdout.flush()
            await _moved(settings, connections)


@contextlib.asynccontextmanager
async def _working(connections: Connections, settings: WorkSettings) -> AsyncIterator[Background]:
    core = Core(connections.service_dsn, connections.role)
    hooks = webhook_parts(core.store, core.database, settings.server_key(), settings)
    background = Background(core, hooks.deliverer, embedder_for(settings))
    async with core.running({WANTED_CHANNEL: background.runner.hurry}):
        try:
            async with background.running():
                yield background
        finally:
            await hooks.deliveries.close()


async def _database(settings: WorkSettings) -> Connections:
    """The one that the settings name, or the one that a service runs, as soon as it does."""
    named = external(settings)
    if named is not None:
        if not settings.has_server_key():
            raise production.UnsafeSettings(
                "A worker signs webhooks under the services' key and makes none: set DAYBOOK_SECRET_KEY as they do, or copy "
                "their server.key into the data directory."
            )
        await migrate_named(named.owner_dsn)
        return named
    waiting = False
    while (found := await running_connections(settings.data_dir)) is None or not settings.has_server_key():
        if not waiting:
            log.info("waiting for a service with its database in %s", settings.data_dir.absolute())
            waiting = True
        await asyncio.sleep(LOOK_S)
    return found


async def _moved(settings: WorkSettings, connections: Connections) -> None:
    """Returns when a service has started the embedded database in another place. It mostly comes back where it was."""
    while True:
        await asyncio.sleep(LOOK_S)
        running = None if external(settings) else find_running(settings.data_dir)
        if running and running.dsn(user=SERVICE_ROLE, database=DATABASE_NAME) != connections.service_dsn:
            return


def _place(settings: WorkSettings) -> str:
    """Never the URL itself, which may hold a password."""
    return "the database of database-url" if settings.database_url is not None else str(settings.data_dir)
