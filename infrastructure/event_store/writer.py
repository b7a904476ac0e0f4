"""Group commit: appends that arrive while a batch is at the disk ride together in the next.

Two lanes take turns, so that one batch is laid out here while the other is being written there. No timer: a lane that is idle
leaves at once with what there is.
"""

import asyncio
import contextvars
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import asyncpg

from application.event_store import Append, CommandKnown, OutcomeUnknown, StoreUnavailable, VersionConflict
from domain.pages.errors import ParentNotFound, SlugTaken
from infrastructure.database import LOST, Connection
from infrastructure.event_store.batch import Batch, Request, Unit
from infrastructure.event_store.gathering import Gathering
from infrastructure.growth import Told
from infrastructure.sql import sql

log = logging.getLogger(__name__)

BATCH_REQUESTS_MAX = 512
# Below so many outstanding requests a second lane would only split batches and pay for two flushes.
SECOND_LANE_REQUESTS_MIN = 8
# How long a caller may wait for a database that went away.
RECONNECT_TRIES_MAX = 100
RECONNECT_PAUSE_S = 0.1

APPEND = sql("append")
FIND_COMMAND = sql("find_command")

# What `daybook.append` raises when something in a batch cannot be written as it was decided.
_DOES_NOT_FIT = (asyncpg.UniqueViolationError, asyncpg.TriggeredDataChangeViolationError)
_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class Connect(Protocol):
    async def __call__(self) -> Connection: ...


class Lane:
    """One connection and the batch it is writing."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.units: list[Unit] = []
        self.task: asyncio.Task[None] | None = None


class GroupCommit:
    """Makes appends durable, many at a time. One per process."""

    def __init__(
        self, connect: Connect, lanes: int = 2, told: Told = lambda _: None, observe: Callable[[int], object] = lambda _: None
    ) -> None:
        """`told` hears of the new heads after each commit, `observe` of the number of requests in it."""
        self._connect = connect
        self._told = told
        self._observe = observe
        self._lanes = [Lane() for _ in range(lanes)]
        self._queue: deque[Request] = deque()
        self._scheduled = False
        # A batch is many requests', so what the log says of it must not name the one that came first.
        self._context = contextvars.Context()
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        # Counted for benchmarks and metrics.
        self.batches = 0
        self.requests = 0

    def append(self, request: Append) -> "asyncio.Future[int]":
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(StoreUnavailable())
            return done
        self._queue.append(Request(request, done))
        self._idle.clear()
        self._wake()
        return done

    async def close(self) -> None:
        """Writes what was accepted, then hangs up."""
        self._closing = True
        await self._idle.wait()
        for lane in self._lanes:
            if lane.connection is not None:
                await lane.connection.close()

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._pump, context=self._context)

    def _pump(self) -> None:
        self._scheduled = False
        for lane in self._lanes:
            if lane.task is not None:
                continue
            others_busy = any(other.task is not None for other in self._lanes)
            if not self._queue or (others_busy and len(self._queue) < SECOND_LANE_REQUESTS_MIN):
                break
            units = self._gather()
            if not units:
                break
            lane.units = units
            lane.task = asyncio.create_task(self._run(lane))
        if not self._queue and all(lane.task is None for lane in self._lanes):
            self._idle.set()

    def _gather(self) -> list[Unit]:
        """The next batch: what touches nothing that is on its way, at most a lane's fair share of what is outstanding."""
        outstanding = len(self._queue) + sum(len(unit.requests) for lane in self._lanes for unit in lane.units)
        share = outstanding if outstanding < 2 * SECOND_LANE_REQUESTS_MIN else -(-outstanding // len(self._lanes))
        gathering = Gathering([unit for lane in self._lanes for unit in lane.units], min(share, BATCH_REQUESTS_MAX))
        left: deque[Request] = deque()
        while self._queue:
            request = self._queue.popleft()
            if not gathering.take(request):
                left.append(request)
            if gathering.full:
                break
        left.extend(self._queue)
        self._queue = left
        return gathering.units

    async def _run(self, lane: Lane) -> None:
        try:
            await self._write(lane, lane.units)
        except Exception:  # the last resort: callers must hear something, and the lane must live on
            log.exception("a batch failed in an unforeseen way")
            self._refuse(lane.units, OutcomeUnknown)
        finally:
            lane.task = None
            lane.units = []
            self._wake()

    async def _write(self, lane: Lane, units: list[Unit]) -> None:
        """Writes the units, however often it takes: refused ones drop out, a broken constraint is narrowed down by halving."""
        while units:
            batch = Batch(units)
            try:
                answers = await self._send(lane, batch)
            except (StoreUnavailable, OutcomeUnknown) as error:
                self._refuse(units, type(error))
                return
            except (asyncpg.PostgresError, ValueError) as error:
                await self._narrow_down(lane, units, error)
                return
            if answers and answers[0]["outcome"] != "written":
                units = self._without_refused(units, answers)
                continue
            self.batches += 1
            bases = {row["workspace_id"]: row["position"] for row in answers}
            for number, unit in enumerate(units):
                base = bases[unit.requests[0].append.command.workspace_id]
                self.requests += len(unit.requests)
                for request, position in zip(unit.requests, batch.positions(number, base), strict=True):
                    if not request.done.done():
                        request.done.set_result(position)
            self._told(batch.heads(answers))
            self._observe(sum(len(unit.requests) for unit in units))
            return

    def _without_refused(self, units: list[Unit], answers: Sequence[Mapping[str, Any]]) -> list[Unit]:
        """Tells the refused what was wrong and gives the others back."""
        refused = {row["unit"]: row["outcome"] for row in reversed(answers)}
        known = {row["command_id"] for row in answers if row["outcome"] == "duplicate"}
        for number, outcome in refused.items():
            requests = units[number].requests
            for request in requests:
                if request.append.command.command_id in known:
                    _fail(request, CommandKnown)
                else:
                    # Who rode along with the one at fault was decided on a state that did not come to be: decide again.
                    _fail(request, REFUSALS[outcome] if len(requests) == 1 else VersionConflict)
        self._drop_dependents([units[number] for number in refused])
        return [unit for number, unit in enumerate(units) if number not in refused]

    def _refuse(self, units: list[Unit], error: Callable[[], Exception]) -> None:
        for unit in units:
            for request in unit.requests:
                _fail(request, error)
        self._drop_dependents(units)

    def _drop_dependents(self, refused: list[Unit]) -> None:
        """What waits on the same streams was decided on what was refused. Its version numbers may fit again by the time it would
        be written, to a state it never saw, so it must not be sent: everybody decides again.
        """
        streams = {stream for unit in refused for request in unit.requests for stream in request.streams}
        waiting, self._queue = self._queue, deque()
        for request in waiting:
            if streams.isdisjoint(request.streams):
                self._queue.append(request)
            else:
                _fail(request, VersionConflict)

    async def _narrow_down(self, lane: Lane, units: list[Unit], error: Exception) -> None:
        if len(units) == 1:
            log.error("an append was refused by the database: %s", error)
            self._refuse(units, lambda: RuntimeError(f"the database refused the append: {error}"))
            return
        middle = len(units) // 2
        await self._write(lane, units[:middle])
        await self._write(lane, units[middle:])

    async def _send(self, lane: Lane, batch: Batch) -> Sequence[Mapping[str, Any]]:
        """The function's answer. If the connection breaks while it is out, the log itself is asked whether it was written."""
        arguments = batch.arguments()
        in_doubt = False
        for _ in range(RECONNECT_TRIES_MAX):
            try:
                if lane.connection is None or lane.connection.is_closed():
                    lane.connection = await self._connect()
                if in_doubt and (answers := await _find_written(lane.connection, batch)):
                    return answers
                in_doubt = True
                answered: list[Any] = await lane.connection.fetchval(APPEND, *arguments)
                return answered  # noqa: TRY300 - an else would be three handlers away
            except _DOES_NOT_FIT:
                if arguments[-1]:
                    raise
                # All of it was undone. Send it again, to be told what of it does not fit.
                arguments, in_doubt = batch.arguments(check=True), False
            except ValueError:
                # Something in the arguments is no value of its column's type: the driver found out, nothing was sent.
                raise
            except _TRY_AGAIN:
                in_doubt = False
            except LOST as error:
                log.warning("the database went away during an append (%s); trying again", error or type(error).__name__)
                await _hang_up(lane)
                # Not in step with whatever it was, nor with the other processes that lost their connections too.
                await asyncio.sleep(RECONNECT_PAUSE_S * random.uniform(0.2, 1.8))  # noqa: S311 - a pause, no secret
        raise OutcomeUnknown if in_doubt else StoreUnavailable


# What `daybook.refusals` names, in the application's words.
REFUSALS: dict[str, type[Exception]] = {
    "duplicate": CommandKnown,
    "conflict": VersionConflict,
    "slug_taken": SlugTaken,
    "parent_gone": ParentNotFound,
}


def _fail(request: Request, error: Callable[[], Exception]) -> None:
    """A fresh exception for each caller: a shared one would carry one caller's traceback to another."""
    if not request.done.done():
        request.done.set_exception(error())
        # Looked at here, because whoever asked may be gone, and asyncio complains of errors that nobody looked at.
        request.done.exception()


async def _find_written(connection: Connection, batch: Batch) -> list[dict[str, Any]]:
    """Whether a batch whose answer was lost is in the log. It is there as a whole or not at all; its commands tell."""
    answers = []
    for number, unit in batch.first_units():
        append = unit.requests[0].append
        await connection.execute(sql("bind"), [append.command.workspace_id])
        found = await connection.fetchrow(FIND_COMMAND, append.command.workspace_id, append.command.command_id)
        change = append.changes[0]
        if found is None or (found["stream_id"], found["version"]) != (
            change.stream_id,
            change.expected_version + len(change.events),
        ):
            return []
        base = found["position"] - batch.command_ordinal(number)
        answers.append({"outcome": "written", "workspace_id": append.command.workspace_id, "position": base})
    return answers


async def _hang_up(lane: Lane) -> None:
    if lane.connection is not None:
        lane.connection.terminate()
        lane.connection = None
