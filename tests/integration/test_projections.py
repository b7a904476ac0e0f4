"""Projections that follow the log: shared work, nothing twice, nothing lost, poison, and being woken."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from application.event_store import Append, Command, StreamChange, recorded
from application.positions import PositionNotReached
from daybook.world import new_id
from domain.events import Actor
from domain.pages import decisions
from domain.pages.decisions import Draft
from domain.pages.state import fold
from infrastructure.database import Connection, Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.growth import EVENTS_CHANNEL, Announcer, Hub, Subscription, messages
from infrastructure.listening import listen
from infrastructure.projections import positions as waiting_for
from infrastructure.projections import runner as running
from infrastructure.projections.elsewhere import WANTED_CHANNEL, RunnerElsewhere
from infrastructure.projections.positions import PostgresPositions
from infrastructure.projections.runner import ProjectionRunner
from infrastructure.projections.states import ProjectionStates
from infrastructure.sql import sql

ACTOR = Actor("key", "1", "test")
_CUT_LINES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


class Seen:
    """Writes down every position it is shown. It chokes on some, or whenever it is told to."""

    name = "seen"

    def __init__(self) -> None:
        self.poison: set[tuple[UUID, int]] = set()
        self.batches: list[int] = []
        self.pause_s = 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        for event in events:
            await connection.execute(
                "INSERT INTO daybook.seen (workspace_id, position, type) VALUES ($1, $2, $3)",
                workspace_id,
                event["position"],
                event["type"],
            )
            if (workspace_id, event["position"]) in self.poison:
                raise ValueError("this does not go down")
        await self.gate.wait()
        await asyncio.sleep(self.pause_s)
        self.batches.append(len(events))


class Process:
    """What one process of the service has of all this."""

    def __init__(self, dsn: str, projection: Seen | None = None) -> None:
        self.projection = projection or Seen()
        self.database = Database(dsn, role=None)
        self.hub = Hub()
        self.announcer = Announcer(self.database, self.hub)
        self.store = PostgresEventStore(self.database, self.announcer)
        self.runner = ProjectionRunner(self.database, self.hub, [self.projection])
        self.positions = PostgresPositions(self.database, self.hub, self.runner)
        self.states = ProjectionStates(self.database, [self.projection])
        self.line = asyncio.create_task(listen(dsn, None, self._channels(), lambda up: self.hub.line(up=up)))

    def _channels(self) -> dict[str, Callable[[str], None]]:
        return {EVENTS_CHANNEL: self.hub.heard, WANTED_CHANNEL: self.runner.hurry}

    async def append(self, workspace_id: UUID, count: int = 1) -> int:
        """So many pages, each one event. Answers the last position."""
        appended = [self.store.append(_creation(workspace_id)) for _ in range(count)]
        return max(await asyncio.gather(*appended))

    async def close(self) -> None:
        await self.store.close()
        await self.runner.close()
        self.line.cancel()
        await self.announcer.close()
        await self.database.close()


def _creation(workspace_id: UUID) -> Append:
    command, page_id = Command(workspace_id, new_id(), datetime.now(UTC), ACTOR), new_id()
    events = list(decisions.create(Draft(title="A page"), slug=f"page-{page_id}"[-60:], parent_id=None))
    return Append(command, [StreamChange(page_id, 0, events, None, fold(None, recorded(events, command, 0), page_id))])


class Place:
    """A database with a view for the projection, and processes on it."""

    def __init__(self, database: Callable[..., str]) -> None:
        self.owner_dsn = database()
        self.dsn = database("daybook_service")
        self.processes: list[Process] = []

    def process(self, projection: Seen | None = None) -> Process:
        made = Process(self.dsn, projection)
        self.processes.append(made)
        return made

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.owner_dsn)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    async def workspace(self) -> UUID:
        workspace_id = uuid4()
        await self.fetch(sql("workspace_begin"), workspace_id)
        return workspace_id

    async def seen(self, workspace_id: UUID) -> list[int]:
        rows = await self.fetch("SELECT position FROM daybook.seen WHERE workspace_id = $1 ORDER BY position", workspace_id)
        return [row["position"] for row in rows]

    async def checkpoint(self, workspace_id: UUID) -> Any:
        rows = await self.fetch(
            "SELECT * FROM daybook.checkpoint WHERE workspace_id = $1 AND projection = 'seen' AND generation = 0", workspace_id
        )
        return rows[0] if rows else None


@pytest.fixture
async def place(database: Callable[..., str]) -> AsyncIterator[Place]:
    made = Place(database)
    await made.fetch("CREATE TABLE daybook.seen (workspace_id uuid, position bigint, type text)")
    await made.fetch("SELECT daybook.confine('daybook.seen', 'SELECT, INSERT')")
    yield made
    for process in made.processes:
        await process.close()


async def until(true: Callable[[], Any], timeout_s: float = 20) -> None:
    give_up = time.monotonic() + timeout_s
    while not await true():
        assert time.monotonic() < give_up, "it did not come to pass"
        await asyncio.sleep(0.01)


ROUNDS_MAX = 20


async def test_two_runners_share_the_work_and_apply_every_event_once(place: Place) -> None:
    one, two = place.process(), place.process()
    one.projection.pause_s = two.projection.pause_s = 0.005
    workspaces = [await place.workspace() for _ in range(6)]
    one.runner.start()
    two.runner.start()

    async def write(process: Process, workspace_id: UUID) -> None:
        for _ in range(20):
            await process.append(workspace_id, 3)

    # Who comes first takes all there is, so there has to be something again until both have come first.
    written = 0
    while not (one.projection.batches and two.projection.batches) and written < ROUNDS_MAX:
        written += 1
        await asyncio.gather(*(write(process, workspace_id) for process in (one, two) for workspace_id in workspaces))
        for workspace_id in workspaces:
            await until(lambda workspace_id=workspace_id, count=120 * written: _all_seen(place, workspace_id, count))  # type: ignore[misc] # a lambda bound to its round
    assert one.projection.batches
    assert two.projection.batches
    assert (await one.states())["seen"].lag == 0


async def _all_seen(place: Place, workspace_id: UUID, count: int) -> bool:
    seen = await place.seen(workspace_id)
    assert len(set(seen)) == len(seen), "an event was applied twice"
    return seen == list(range(1, count + 1))


async def test_a_long_log_is_taken_in_batches_of_bounded_size(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "EVENTS_MAX", 100)
    process, workspace_id = place.process(), await place.workspace()
    await process.append(workspace_id, 250)
    process.runner.start()
    await until(lambda: _all_seen(place, workspace_id, 250))
    assert process.projection.batches == [100, 100, 50]


async def test_a_runner_that_dies_in_the_middle_leaves_nothing_half_done(place: Place) -> None:
    dying, workspace_id = place.process(), await place.workspace()
    dying.projection.gate.clear()
    await dying.append(workspace_id, 10)
    dying.runner.start()
    ended: list[asyncpg.Record] = []

    async def killed() -> bool:
        """Its connection is cut as soon as it has written what it has not committed."""
        ended.extend(
            await place.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE 'INSERT INTO daybook.seen%'"
            )
        )
        return bool(ended)

    await until(killed)
    assert await place.seen(workspace_id) == []
    assert (await place.checkpoint(workspace_id))["position"] == 0
    other = place.process()
    other.runner.start()
    await until(lambda: _all_seen(place, workspace_id, 10))
    dying.projection.gate.set()
    await dying.append(workspace_id)
    await until(lambda: _all_seen(place, workspace_id, 11))


async def test_a_poisonous_event_parks_its_workspace_alone_right_before_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RETRY_PAUSE_S", 0.01)
    process = place.process()
    ill, well = await place.workspace(), await place.workspace()
    process.projection.poison.add((ill, 38))
    await process.append(ill, 50)
    await process.append(well, 50)
    process.runner.start()
    await until(lambda: _all_seen(place, well, 50))
    await until(lambda: _parked(place, ill))
    checkpoint = await place.checkpoint(ill)
    assert await place.seen(ill) == list(range(1, 38))
    assert checkpoint["position"] == 37
    assert checkpoint["failures"] == running.TRIES_MAX
    assert checkpoint["error"] == "ValueError: this does not go down"
    state = (await process.states())["seen"]
    assert (state.lag, state.parked) == (13, 1)


async def _parked(place: Place, workspace_id: UUID) -> bool:
    checkpoint = await place.checkpoint(workspace_id)
    return checkpoint is not None and checkpoint["parked_at"] is not None


async def test_what_was_parked_is_tried_again_after_a_while_and_at_a_restart(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TRIES_MAX", 1)
    process, workspace_id = place.process(), await place.workspace()
    process.projection.poison.add((workspace_id, 2))
    await process.append(workspace_id, 3)
    process.runner.start()
    await until(lambda: _parked(place, workspace_id))
    await process.runner.close()
    restarted = place.process()
    restarted.runner.start()
    await until(lambda: _all_seen(place, workspace_id, 3))
    checkpoint = await place.checkpoint(workspace_id)
    assert (checkpoint["failures"], checkpoint["error"], checkpoint["parked_at"]) == (0, None, None)
    monkeypatch.setattr(running, "PARKED_PAUSE_S", 0.5)
    restarted.projection.poison.add((workspace_id, 4))
    await restarted.append(workspace_id)
    await until(lambda: _parked(place, workspace_id))
    restarted.projection.poison.clear()
    await until(lambda: _all_seen(place, workspace_id, 4))


async def test_the_librarys_checkpoints_are_left_alone(place: Place) -> None:
    process, workspace_id = place.process(), await place.workspace()
    await place.fetch(sql("checkpoint_move"), workspace_id, "seen", 77)
    await process.append(workspace_id, 2)
    process.runner.start()
    await until(lambda: _all_seen(place, workspace_id, 2))
    rows = await place.fetch("SELECT generation, position FROM daybook.checkpoint ORDER BY generation")
    assert [tuple(row) for row in rows] == [(0, 2), (1, 77)]


async def test_an_event_reaches_a_projection_of_another_process_without_polling(place: Place) -> None:
    writing, following = place.process(), place.process()
    workspace_id = await place.workspace()
    following.runner.start()
    took_s = []
    await writing.append(workspace_id)
    await until(lambda: _all_seen(place, workspace_id, 1))
    for count in range(2, 12):
        moved = following.runner.moved["seen"]
        begun = time.monotonic()
        await writing.append(workspace_id)
        await moved.wait(workspace_id, count - 1, 5)
        took_s.append(time.monotonic() - begun)
        await asyncio.sleep(0.03)
    assert sorted(took_s)[5] < 0.5, took_s


async def test_a_lost_line_heals_and_nobody_misses_anything_meanwhile(place: Place) -> None:
    writing, waiting = place.process(), place.process()
    workspace_id = await place.workspace()
    await writing.append(workspace_id)
    await until(lambda: _heard(waiting, workspace_id))
    await place.fetch(_CUT_LINES)
    begun = time.monotonic()
    await waiting.hub.wait(workspace_id, 1, 60)
    assert time.monotonic() - begun < 10, "a reader slept on while the line was down"
    await asyncio.sleep(1)
    await writing.append(workspace_id)
    begun = time.monotonic()
    await waiting.hub.wait(workspace_id, 1, 60)
    assert time.monotonic() - begun < 10


async def _heard(process: Process, workspace_id: UUID) -> bool:
    waiting = asyncio.create_task(process.hub.wait(workspace_id, 0, 60))
    await asyncio.sleep(0.02)
    return waiting.done() or waiting.cancel() is None


async def test_a_waiter_is_woken_by_its_own_workspace_only() -> None:
    hub, ours, theirs = Hub(), uuid4(), uuid4()
    hub.line(up=True)
    waiting = asyncio.create_task(hub.wait(ours, 3, 60))
    await asyncio.sleep(0)
    hub.grown({theirs: 9})
    await asyncio.sleep(0.01)
    assert not waiting.done()
    hub.grown({ours: 4})
    await asyncio.wait_for(waiting, 1)
    await asyncio.wait_for(hub.wait(ours, 3, 60), 1)


async def test_a_message_of_another_process_wakes_and_an_empty_one_wakes_everybody() -> None:
    hub, workspace_id, subscription = Hub(), uuid4(), Subscription()
    with hub.subscribed(subscription):
        (message,) = messages({workspace_id: 12})
        hub.heard(message)
        assert await subscription.next(1) == {workspace_id}
        for anything in ("", "nothing of ours", "1:2"):
            hub.heard(anything)
            assert await subscription.next(1) is None


def test_no_message_is_longer_than_the_database_takes() -> None:
    heads = {uuid4(): 2**63 - 1 for _ in range(1000)}
    said = messages(heads)
    assert all(len(message.encode()) < 8000 for message in said)
    assert sum(len(message.split()) for message in said) == 1000


async def test_a_reader_waits_until_a_projection_has_what_was_written(place: Place) -> None:
    process, other, workspace_id = place.process(), place.process(), await place.workspace()
    process.runner.start()
    for _ in range(10):
        position = await process.append(workspace_id)
        await process.positions.reached(workspace_id, "seen", position)
        assert position in await place.seen(workspace_id)
        position = await other.append(workspace_id)
        # Whoever names nothing reads what was written by now, be it by another process; and so does one that projects nothing.
        await process.positions.reached(workspace_id, "seen", None)
        await other.positions.reached(workspace_id, "seen", position)
        assert position in await place.seen(workspace_id)


async def test_a_reader_in_a_process_that_keeps_no_projections_hurries_the_one_that_does(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ROUND_PAUSE_S", 60)
    monkeypatch.setattr(running, "REST_MAX_S", 60)
    process, other, workspace_id = place.process(), place.process(), await place.workspace()
    elsewhere = RunnerElsewhere(other.database)
    positions = PostgresPositions(other.database, other.hub, elsewhere)
    process.runner.start()
    async with elsewhere.running():
        for _ in range(3):
            await positions.reached(workspace_id, "seen", await other.append(workspace_id))
        assert len(await place.seen(workspace_id)) == 3
        # Who asks for what nobody keeps wakes nobody, and breaks nothing.
        elsewhere.hurry("nothing")


async def test_a_reader_is_told_when_a_projection_does_not_get_there_in_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_for, "NAMED_WAIT_S", 0.3)
    monkeypatch.setattr(waiting_for, "UNNAMED_WAIT_S", 0.2)
    process, workspace_id = place.process(), await place.workspace()
    position = await process.append(workspace_id)
    with pytest.raises(PositionNotReached):
        await process.positions.reached(workspace_id, "seen", position)
    begun = time.monotonic()
    await process.positions.reached(workspace_id, "seen", None)
    assert time.monotonic() - begun >= 0.2


async def test_nobody_waits_for_a_projection_that_is_parked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TRIES_MAX", 1)
    monkeypatch.setattr(waiting_for, "UNNAMED_WAIT_S", 60)
    monkeypatch.setattr(waiting_for, "NAMED_WAIT_S", 60)
    process, workspace_id = place.process(), await place.workspace()
    process.projection.poison.add((workspace_id, 1))
    position = await process.append(workspace_id)
    process.runner.start()
    await until(lambda: _parked(place, workspace_id))
    async with asyncio.timeout(20):
        await process.positions.reached(workspace_id, "seen", None)
        with pytest.raises(PositionNotReached):
            await process.positions.reached(workspace_id, "seen", position)
