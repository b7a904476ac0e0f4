"""Commands on streams that change seldom: webhooks, keys, members, milestones. Each is decided under its workspace's lock, on
what is read there. So they count, compare and refuse in peace, which pages, with their many writers, cannot.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from application.event_store import Append, Command, EventStore, KnownCommand, StreamChange, recorded
from domain.errors import DomainError, NotFound
from domain.events import Event, Recorded

S = TypeVar("S")
Evolve = Callable[[S | None, Recorded[Any], UUID], S]


class Plan(msgspec.Struct, Generic[S], frozen=True):
    """What is to happen to which stream, decided on the state before it."""

    stream_id: UUID
    before: S | None
    version: int
    events: Sequence[Event]


class Done(msgspec.Struct, Generic[S], frozen=True):
    """The state after a command, and the position of the command's last event; None if it changed nothing."""

    state: S
    position: int | None


class Exclusively(Generic[S]):
    """Carries out such commands for one kind of stream."""

    def __init__(self, store: EventStore, evolve: Evolve[S], view: Callable[[S], Awaitable[Any]]) -> None:
        """`view` is how a state is shown to a caller who is refused because of it."""
        self._store = store
        self._evolve = evolve
        self._view = view

    async def run(self, command: Command, plan: Callable[[], Awaitable[Plan[S]]]) -> Done[S]:
        """`plan` reads and decides while nobody else appends to the workspace."""
        try:
            async with self._store.exclusive(command.workspace_id) as session:
                planned = await plan()
                if not planned.events:
                    return Done(_there(planned.before), None)
                after = self._after(command, planned)
                change = StreamChange(planned.stream_id, planned.version, planned.events, planned.before, after)
                position = await session.append(Append(command, [change]))
        except DomainError as error:
            if "current" in error.facts:
                error.facts["current"] = await self._view(error.facts["current"])
            raise
        return Done(after, position)

    async def again(self, command: Command, known: KnownCommand) -> Done[S]:
        """What was done when the command was carried out before."""
        return Done(await self.as_of(command.workspace_id, known.stream_id, known.version), known.position)

    async def as_of(self, workspace_id: UUID, stream_id: UUID, version: int) -> S:
        """The state at a version."""
        state: S | None = None
        for fact in await self._store.stream(workspace_id, stream_id, version):
            state = self._evolve(state, fact, stream_id)
        return _there(state)

    def _after(self, command: Command, planned: Plan[S]) -> S:
        state = planned.before
        for fact in recorded(planned.events, command, planned.version):
            state = self._evolve(state, fact, planned.stream_id)
        return _there(state)


def _there(state: S | None) -> S:
    if state is None:
        raise NotFound
    return state
