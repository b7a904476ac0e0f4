"""Writing beside the log: for what is operational and needs no event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from application.event_store import StoreUnavailable
from infrastructure.database import LOST, NO_WORKSPACE, Connection, Database
from infrastructure.sql import sql


class Line:
    """One writing connection, made when needed and anew when it broke, for one statement after the other."""

    def __init__(self, database: Database, *, relaxed: bool) -> None:
        """`relaxed` does not wait for the disk: should the server die, what was written last is lost."""
        self._database = database
        self._relaxed = relaxed
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None
        self._bound = NO_WORKSPACE

    @asynccontextmanager
    async def bound(self, workspace_id: UUID) -> AsyncIterator[Connection]:
        """Raises `StoreUnavailable`."""
        async with self._turn:
            try:
                yield await self._ready(workspace_id)
            except BaseException as error:
                self._hang_up()
                if isinstance(error, LOST):
                    raise StoreUnavailable from error
                raise

    async def close(self) -> None:
        async with self._turn:
            self._hang_up()

    async def _ready(self, workspace_id: UUID) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await (self._database.connect_aside() if self._relaxed else self._database.connect_writer())
            self._bound = NO_WORKSPACE
        if self._bound != workspace_id:
            await self._connection.execute(sql("bind"), [workspace_id])
            self._bound = workspace_id
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
