"""The event store: the port of the application, on PostgreSQL."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from application.event_store import (
    Answer,
    Append,
    Command,
    CommandKnown,
    ExclusiveSession,
    KeptAnswer,
    KnownCommand,
    OutcomeUnknown,
    StoreUnavailable,
)
from domain.errors import DomainError
from domain.events import Recorded
from infrastructure.database import LOST, Connection, Database
from infrastructure.event_store import codec
from infrastructure.event_store.batch import Batch, Request, Unit
from infrastructure.event_store.beside import BESIDE
from infrastructure.event_store.writer import APPEND, REFUSALS, GroupCommit
from infrastructure.growth import Told
from infrastructure.sql import sql

VERSION_MAX = 2**31 - 1
# Each holds its workspace's head, so more would only wait for one another.
EXCLUSIVE_SESSIONS_MAX = 4


class PostgresEventStore:
    """Appends through group commit; reads bound to one workspace."""

    def __init__(
        self, database: Database, told: Told = lambda _: None, observe: Callable[[int], object] = lambda _: None
    ) -> None:
        """`told` hears of the new heads after each commit, `observe` of the number of requests in each group commit."""
        self._database = database
        self._told = told
        self.writer = GroupCommit(database.connect_writer, told=told, observe=observe)
        self._sessions = asyncio.Semaphore(EXCLUSIVE_SESSIONS_MAX)
        # A new connection has to learn the append's types and plans first, which takes ten times as long as the append.
        self._rested: list[Connection] = []

    def append(self, request: Append) -> "asyncio.Future[int]":
        return self.writer.append(request)

    @asynccontextmanager
    async def exclusive(self, workspace_id: UUID) -> AsyncIterator[ExclusiveSession]:
        async with self._sessions:
            connection = await self._session_connection()
            session = _Session(connection)
            try:
                await session.begin(workspace_id)
                yield session
                await self._commit(session)
                self._told(session.heads)
            except DomainError:
                await session.rollback()
                self._rested.append(connection)
                raise
            except BaseException as error:
                # What it was in the middle of is not worth finding out.
                connection.terminate()
                if isinstance(error, LOST):
                    raise StoreUnavailable from error
                raise
            self._rested.append(connection)

    async def stream(self, workspace_id: UUID, stream_id: UUID, up_to: int | None = None) -> list[Recorded[Any]]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("stream"), workspace_id, stream_id, up_to or VERSION_MAX)
        return [codec.recorded_from(row) for row in rows]

    async def find_command(self, workspace_id: UUID, command_id: UUID) -> KnownCommand | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("find_command"), workspace_id, command_id)
        if row is None:
            return None
        return KnownCommand(row["stream_id"], row["version"], codec.decode_meta(row["meta"]).fingerprint, row["last_position"])

    async def position(self, workspace_id: UUID) -> int:
        async with self._database.reading(workspace_id) as connection:
            return int(await connection.fetchval(sql("position"), workspace_id))

    async def find_answer(self, workspace_id: UUID, command_id: UUID) -> KeptAnswer | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("kept_answer_find"), workspace_id, command_id)
        return None if row is None else KeptAnswer(row["fingerprint"], Answer(row["status"], row["body"], row["position"]))

    async def close(self) -> None:
        await self.writer.close()
        rested, self._rested = self._rested, []
        for connection in rested:
            await connection.close()

    async def _session_connection(self) -> Connection:
        while self._rested:
            connection = self._rested.pop()
            if not connection.is_closed():
                return connection
        try:
            return await self._database.connect_writer()
        except LOST as error:
            raise StoreUnavailable from error

    async def _commit(self, session: "_Session") -> None:
        """If the connection breaks at the commit itself, the log is asked whether it happened."""
        try:
            await session.commit()
        except LOST as error:
            if session.appended is None:
                raise StoreUnavailable from error
            command = session.appended.command
            try:
                known = await self.find_command(command.workspace_id, command.command_id)
            except StoreUnavailable:
                raise OutcomeUnknown from error
            if known is None:
                raise StoreUnavailable from error


class _Session:
    """One transaction under a workspace's lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transaction = connection.transaction()
        self.appended: Append | None = None
        self.heads: dict[UUID, int] = {}

    async def begin(self, workspace_id: UUID) -> None:
        await self._connection.execute(sql("bind"), [workspace_id])
        await self._transaction.start()
        self.position = int(await self._connection.fetchval(sql("lock_head"), workspace_id))

    async def append(self, request: Append) -> int:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        batch = Batch([Unit(Request(request, done))])
        # Inside a transaction an error could not be recovered from, so it is asked beforehand.
        answers = await self._connection.fetchval(APPEND, *batch.arguments(check=True))
        if answers[0]["outcome"] != "written":
            raise REFUSALS[answers[0]["outcome"]]
        self.appended = request
        self.heads = batch.heads(answers)
        position = batch.positions(0, answers[0]["position"])[0]
        for change in request.changes:
            # The append itself knows pages only; what changes seldom has a statement of its own.
            write = BESIDE.get(type(change.after))
            if write is not None:
                await write(self._connection, request.command.workspace_id, change.after, position)
        return position

    async def keep(self, command: Command, answer: Answer) -> None:
        columns = command.workspace_id, command.command_id, command.fingerprint, answer.status, answer.body, answer.position
        if await self._connection.execute(sql("kept_answer_write"), *columns) == "INSERT 0 0":
            raise CommandKnown

    async def commit(self) -> None:
        await self._transaction.commit()

    async def rollback(self) -> None:
        """Best effort: a connection that cannot is closed, and closed ones are not used again."""
        with contextlib.suppress(*LOST):
            await self._transaction.rollback()
