"""Connections. Each is bound to the workspaces it may see; row-level security shows it nothing else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from application.event_store import StoreUnavailable
from infrastructure.sql import sql

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]
else:
    # Generic for type checkers only.
    Connection = asyncpg.Connection

# The driver's own confusion counts as a loss: it happens when a connection breaks while a statement is being prepared.
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
)

# Bound to no workspace: such a connection sees nothing of anybody's.
NO_WORKSPACE = UUID(int=0)
ANSWER_S = 2.0

# Plans are made once and for any size of table: one that was right for ten pages must not scan a hundred thousand.
_WRITER_SETTINGS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "application_name": "daybook writer",
}
# For what follows the log: what a crash takes away of it is done again, so it waits for no flush.
_ASIDE_SETTINGS = {"jit": "off", "synchronous_commit": "off", "application_name": "daybook aside"}
_READER_SETTINGS = {"jit": "off", "application_name": "daybook", "default_transaction_read_only": "on"}


class Database:
    """Hands out connections of the service's role, bound to a workspace.

    A connection keeps its binding, so that reading the same workspace again costs one round trip and not two.
    """

    def __init__(self, dsn: str, *, role: str | None, connections_max: int = 16) -> None:
        """`role` is taken at the start of each connection, for a DSN whose user is not the service's role itself."""
        self._dsn = dsn
        self._role = {"role": role} if role else {}
        self._free: list[tuple[UUID, Connection]] = []
        self._slots = asyncio.Semaphore(connections_max)

    async def connect_writer(self) -> Connection:
        return await self._connect(_WRITER_SETTINGS)

    async def connect_aside(self) -> Connection:
        """For notifications and projections."""
        return await self._connect(_ASIDE_SETTINGS)

    @asynccontextmanager
    async def reading(self, workspace_id: UUID) -> AsyncIterator[Connection]:
        """A connection that sees this workspace alone. Raises `StoreUnavailable`."""
        async with self._slots:
            try:
                connection = await self._bound(workspace_id)
            except LOST as error:
                raise StoreUnavailable from error
            try:
                yield connection
            except BaseException as error:
                # In the middle of a statement; its state is not worth finding out.
                connection.terminate()
                if isinstance(error, LOST):
                    raise StoreUnavailable from error
                raise
            self._free.append((workspace_id, connection))

    async def answers(self) -> bool:
        """Whether the database can be reached and answers."""
        try:
            async with self.reading(NO_WORKSPACE) as connection:
                return bool(await connection.fetchval("SELECT true", timeout=ANSWER_S))
        except (StoreUnavailable, TimeoutError):
            return False

    async def close(self) -> None:
        free, self._free = self._free, []
        for _, connection in free:
            await connection.close()

    async def _bound(self, workspace_id: UUID) -> Connection:
        """One that is bound to this workspace already, else one that is made to be."""
        self._free = [(bound, connection) for bound, connection in self._free if not connection.is_closed()]
        index = next((n for n, (bound, _) in enumerate(self._free) if bound == workspace_id), -1)
        if not self._free:
            connection = await self._connect(_READER_SETTINGS)
        else:
            bound, connection = self._free.pop(index)
            if bound == workspace_id:
                return connection
        try:
            await connection.execute(sql("bind"), [workspace_id])
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _connect(self, settings: dict[str, str]) -> Connection:
        return await asyncpg.connect(self._dsn, server_settings={**settings, **self._role}, timeout=10)
