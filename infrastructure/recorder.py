"""The `eventsourcing` library's recorders on Daybook's log: coroutines, and a thin synchronous face for the library itself.

So its `Application`, `Repository` and `ProjectionRunner`, and audit tools written for it, work on a Daybook workspace unchanged.
Topics are stored as event types as they are given; Daybook's own events carry tags, never class paths.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    InterfaceError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    PersistenceError,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from domain.events import Actor, Meta
from infrastructure.database import LOST, Connection
from infrastructure.event_store import codec
from infrastructure.event_store.batch import append_arguments
from infrastructure.event_store.writer import APPEND
from infrastructure.growth import EVENTS_CHANNEL, messages
from infrastructure.sql import sql

CALL_S = 60
VERSION_MAX = 2**31 - 1
POSITION_MAX = 2**63 - 1
T = TypeVar("T")
_META = codec.encode_meta(Meta(Actor("library", "eventsourcing", "eventsourcing")))


class PostgresRecorder:
    """One workspace's log through the library's words: an aggregate is a stream, a notification's id is a position."""

    def __init__(self, dsn: str, workspace_id: UUID) -> None:
        self._dsn = dsn
        self._workspace_id = workspace_id
        self._busy = asyncio.Lock()
        self._connection: Connection | None = None
        self._lines: list[Connection] = []

    async def close(self) -> None:
        for connection in (self._connection, *self._lines):
            if connection is not None:
                await connection.close()

    async def insert_events(self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None) -> list[int] | None:
        """Positions, in the order of the events. Raises `IntegrityError` if a version is taken; then nothing was written."""
        rows = [self._row(ordinal, event) for ordinal, event in enumerate(stored_events, 1)]
        async with self._busy:
            connection = await self._connected()
            async with _Translated(), connection.transaction():
                if tracking is not None:
                    await self._track(connection, tracking)
                if not rows:
                    return None
                answers = await connection.fetchval(APPEND, *append_arguments([self._workspace_id], rows, check=False))
            base: int = answers[0]["position"]
            await connection.execute(sql("notify"), EVENTS_CHANNEL, messages({self._workspace_id: base + len(rows)}))
        return list(range(base + 1, base + 1 + len(rows)))

    async def insert_tracking(self, tracking: Tracking) -> None:
        await self.insert_events([], tracking=tracking)

    async def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        bounds = (gt if gt is not None else -1, lte if lte is not None else VERSION_MAX)
        statement = sql("recorder_select_desc" if desc else "recorder_select")
        rows = await self._fetch(statement, self._workspace_id, originator_id, *bounds, limit)
        return [StoredEvent(_plain(row["stream_id"]), row["version"], row["type"], row["data"]) for row in rows]

    async def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        after = -1 if start is None else start - inclusive_of_start
        until = POSITION_MAX if stop is None else stop
        rows = await self._fetch(sql("recorder_notifications"), self._workspace_id, after, until, list(topics) or None, limit)
        return [
            Notification(_plain(row["stream_id"]), row["version"], row["type"], row["data"], id=row["position"]) for row in rows
        ]

    async def max_notification_id(self) -> int | None:
        (row,) = await self._fetch(sql("recorder_head"), self._workspace_id)
        return row["position"] or None

    async def max_tracking_id(self, application_name: str) -> int | None:
        rows = await self._fetch(sql("checkpoint"), self._workspace_id, application_name)
        return rows[0]["position"] if rows else None

    async def listen(self, heard: Any) -> Connection:  # noqa: ANN401 - a callback without arguments
        """A connection of its own that calls `heard` after each insert; closing it ends that."""
        connection: Connection = await asyncpg.connect(self._dsn)
        self._lines.append(connection)
        await connection.add_listener(EVENTS_CHANNEL, lambda *_: heard())
        return connection

    async def _track(self, connection: Connection, tracking: Tracking) -> None:
        moved = await connection.fetchval(
            sql("checkpoint_move"), self._workspace_id, tracking.application_name, tracking.notification_id
        )
        if moved is None:
            raise IntegrityError(f"the checkpoint of {tracking.application_name} is already past {tracking.notification_id}")

    def _row(self, ordinal: int, event: StoredEvent) -> tuple[Any, ...]:
        now = datetime.now(UTC)
        stream_id = event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)
        stored = codec.Stored(
            self._workspace_id, stream_id, event.originator_version, event.topic, 1, event.state, _META, now, None
        )
        place = (0, self._workspace_id, ordinal, stream_id, event.originator_version, 1, now, None)
        return (*place, event.topic, event.state, _META, codec.digest(stored))

    async def _fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._busy, _Translated():
            connection = await self._connected()
            return await connection.fetch(statement, *arguments)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn)
            await self._connection.execute(sql("bind"), [self._workspace_id])
        return self._connection


class _Translated:
    """Driver errors become the library's."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None or isinstance(error, PersistenceError) or not isinstance(error, Exception):
            return
        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            raise IntegrityError(str(error)) from error
        if isinstance(error, asyncpg.UndefinedTableError | asyncpg.PostgresSyntaxError):
            raise ProgrammingError(str(error)) from error
        if isinstance(error, asyncpg.InterfaceError):
            raise InterfaceError(str(error)) from error
        if isinstance(error, (asyncpg.PostgresError, *LOST)):
            raise OperationalError(str(error)) from error


class SynchronousRecorder(ProcessRecorder):
    """The same for callers that wait: every call runs in a loop on a thread of its own."""

    def __init__(self, dsn: str, workspace_id: UUID) -> None:
        super().__init__()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="daybook recorder", daemon=True)
        self._thread.start()
        self.recorder = self.call(_make(dsn, workspace_id))

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            coroutine.close()
            raise InterfaceError("this recorder is closed")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(CALL_S)

    def close(self) -> None:
        """What is being asked for at this moment, by a subscription's thread perhaps, is called off."""
        if self._closed:
            return
        self._closed = True
        asyncio.run_coroutine_threadsafe(self._call_off(), self._loop).result(CALL_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _call_off(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.recorder.close()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:  # noqa: ANN401 - the library's
        return self.call(self.recorder.insert_events(stored_events, tracking=kwargs.get("tracking")))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        return self.call(self.recorder.select_events(originator_id, gt=gt, lte=lte, desc=desc, limit=limit))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        return self.call(self.recorder.select_notifications(start, limit, stop, topics, inclusive_of_start=inclusive_of_start))

    def max_notification_id(self) -> int | None:
        return self.call(self.recorder.max_notification_id())

    def insert_tracking(self, tracking: Tracking) -> None:
        self.call(self.recorder.insert_tracking(tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        return self.call(self.recorder.max_tracking_id(application_name))

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "Subscription":
        return Subscription(self, gt, topics)


async def _make(dsn: str, workspace_id: UUID) -> PostgresRecorder:
    """Made inside the loop that will use it."""
    return PostgresRecorder(dsn, workspace_id)


class SynchronousAggregateRecorder(SynchronousRecorder):
    """The library's aggregate recorder answers no positions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        super().insert_events(stored_events, **kwargs)


class Subscription(ListenNotifySubscription[SynchronousRecorder]):
    """The library's own pulling; only the wake-up is ours."""

    def __init__(self, recorder: SynchronousRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._line = recorder.call(recorder.recorder.listen(self._has_been_notified.set))
        # Something may have been inserted before the line was open.
        self._has_been_notified.set()

    def stop(self) -> None:
        super().stop()
        if not self._line.is_closed():
            self._recorder.call(self._line.close())


class Factory(InfrastructureFactory[TrackingRecorder]):
    """For `PERSISTENCE_MODULE=infrastructure.recorder`, with `DAYBOOK_DATABASE_URL` and `DAYBOOK_WORKSPACE_ID`."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._made: list[SynchronousRecorder] = []

    def close(self) -> None:
        while self._made:
            self._made.pop().close()

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose != "events":
            raise InfrastructureFactoryError("Daybook's log keeps events; the library's snapshots have no place in it")
        return self._make(SynchronousAggregateRecorder)

    def application_recorder(self) -> ApplicationRecorder:
        return self._make(SynchronousRecorder)

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        chosen = tracking_recorder_class or SynchronousRecorder
        if not issubclass(chosen, SynchronousRecorder):
            raise InfrastructureFactoryError(f"{chosen.__name__} is not made for Daybook: derive it from SynchronousRecorder")
        return self._make(chosen)

    def process_recorder(self) -> ProcessRecorder:
        return self._make(SynchronousRecorder)

    def _make(self, recorder_class: type[SynchronousRecorder]) -> SynchronousRecorder:
        recorder = recorder_class(*self._place())
        self._made.append(recorder)
        return recorder

    def _place(self) -> tuple[str, UUID]:
        dsn, workspace_id = self.env.get("DAYBOOK_DATABASE_URL"), self.env.get("DAYBOOK_WORKSPACE_ID")
        if not dsn or not workspace_id:
            raise InfrastructureFactoryError("set DAYBOOK_DATABASE_URL and DAYBOOK_WORKSPACE_ID")
        return dsn, UUID(workspace_id)


def _plain(value: UUID) -> UUID:
    """The driver's own kind of UUID compares equal but is no UUID to a dataclass that checks types."""
    return UUID(bytes=value.bytes)
