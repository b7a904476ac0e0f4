"""Commands on one stream, one after the other, each decided on the state the one before left, before that is even durable.

So many clients on one page cost little more than as many clients on as many pages: nobody loses a race inside a process.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from application.event_store import Append, Command, EventStore, StreamChange, VersionConflict, recorded
from domain.errors import DomainError
from domain.events import Event, Recorded

# After so many lost races against other processes a command takes the workspace for itself, so that it gets through for certain.
ATTEMPTS_MAX = 5


class State(Protocol):
    """What can be kept hot."""

    @property
    def version(self) -> int: ...


S = TypeVar("S", bound=State)
Key = tuple[UUID, UUID]


class _Hot(Generic[S]):
    """A stream's newest state here, and the append it is waiting for."""

    __slots__ = ("last", "size_bytes", "state")

    def __init__(self, state: S | None, size_bytes: int) -> None:
        self.state = state
        self.size_bytes = size_bytes
        self.last: asyncio.Future[int] | None = None

    def check_alive(self) -> None:
        """Raises `VersionConflict` if what the state was built on is known to have come to nothing."""
        if self.last is not None and self.last.done() and (self.last.cancelled() or self.last.exception() is not None):
            raise VersionConflict

    async def settled(self) -> None:
        """Waits until the state is durable. Raises `VersionConflict` if what it was built on came to nothing."""
        if self.last is None:
            return
        try:
            await asyncio.shield(self.last)
        except Exception as error:
            # Whatever went wrong is told to whom it befell; to everybody else it means: decide again.
            raise VersionConflict from error


class _MovedOn(Exception):
    """Others here changed the stream meanwhile. Decide again, on what they left."""


def _version(state: State | None) -> int:
    return state.version if state else 0


class HotStreams(Generic[S]):
    """A bounded memory of states, oldest use forgotten first."""

    def __init__(
        self,
        store: EventStore,
        load: Callable[[UUID, UUID], Awaitable[S | None]],
        evolve: Callable[[S | None, Recorded[Any], UUID], S],
        size_of: Callable[[S], int],
        *,
        bytes_max: int = 64 * 1024 * 1024,
    ) -> None:
        """`load` answers a stream's durable state or None; `size_of` the bytes that keeping a state takes."""
        self._store = store
        self._load = load
        self._evolve = evolve
        self._size_of = size_of
        self._bytes_max = bytes_max
        self._bytes = 0
        self._hot: OrderedDict[Key, _Hot[S]] = OrderedDict()
        self._loading: dict[Key, asyncio.Future[_Hot[S]]] = {}

    async def execute(
        self, command: Command, stream_id: UUID, decide: Callable[[S | None], Sequence[Event]]
    ) -> tuple[S | None, int | None]:
        """The state after the decision, once durable, and the position of its last event; None if it came to no events.
        `decide` may run several times and must not do anything but decide.
        """
        key = (command.workspace_id, stream_id)
        for _ in range(ATTEMPTS_MAX):
            hot, fresh = await self._get(key)
            try:
                return await self._decide_on(hot, command, stream_id, decide, fresh=fresh)
            except _MovedOn:
                continue
            except VersionConflict:
                self._forget(key, hot)
        return await self._execute_exclusively(command, key, decide)

    def remember(self, workspace_id: UUID, stream_id: UUID, state: S) -> None:
        """Keep a state that just became durable."""
        self._keep((workspace_id, stream_id), _Hot(state, self._size_of(state)))

    def forget(self, workspace_id: UUID, stream_id: UUID) -> None:
        hot = self._hot.get((workspace_id, stream_id))
        if hot is not None:
            self._forget((workspace_id, stream_id), hot)

    def peek(self, workspace_id: UUID, stream_id: UUID) -> S | None:
        """The newest state here, durable or not; None if it is not kept."""
        hot = self._hot.get((workspace_id, stream_id))
        return hot.state if hot else None

    async def _decide_on(
        self, hot: _Hot[S], command: Command, stream_id: UUID, decide: Callable[[S | None], Sequence[Event]], *, fresh: bool
    ) -> tuple[S | None, int | None]:
        """The caller going away cancels nothing: what is queued is carried out."""
        hot.check_alive()
        before = hot.state
        try:
            events = decide(before)
        except DomainError:
            # A refusal stands only on a state that is really so.
            await self._confirm((command.workspace_id, stream_id), hot, before, fresh=fresh)
            raise
        if not events:
            await self._confirm((command.workspace_id, stream_id), hot, before, fresh=fresh)
            return before, None
        change, after = self._change(before, command, stream_id, events)
        hot.state = after
        hot.last = self._store.append(Append(command, [change]))
        self._resize((command.workspace_id, stream_id), hot)
        try:
            position = await asyncio.shield(hot.last)
        except Exception:
            self._forget((command.workspace_id, stream_id), hot)
            raise
        return after, position

    async def _confirm(self, key: Key, hot: _Hot[S], before: S | None, *, fresh: bool) -> None:
        """That `before` is the stream's state. An append checks this in passing; a decision that appends nothing has to ask,
        because another process may have written since. `fresh` says that the state was read for this very command.
        """
        await hot.settled()
        if fresh:
            return
        durable = await self._load(*key)
        if _version(durable) == _version(before):
            return
        if hot.state is before:
            raise VersionConflict
        raise _MovedOn

    def _change(
        self, before: S | None, command: Command, stream_id: UUID, events: Sequence[Event]
    ) -> tuple[StreamChange, S | None]:
        version = before.version if before else 0
        after = before
        for fact in recorded(events, command, version):
            after = self._evolve(after, fact, stream_id)
        return StreamChange(stream_id, version, events, before, after), after

    async def _execute_exclusively(
        self, command: Command, key: Key, decide: Callable[[S | None], Sequence[Event]]
    ) -> tuple[S | None, int | None]:
        async with self._store.exclusive(key[0]) as session:
            before = await self._load(*key)
            events = decide(before)
            if not events:
                return before, None
            change, after = self._change(before, command, key[1], events)
            position = await session.append(Append(command, [change]))
        return after, position

    async def _get(self, key: Key) -> tuple[_Hot[S], bool]:
        """The stream's state, and whether it was read for this call."""
        hot = self._hot.get(key)
        if hot is not None:
            self._hot.move_to_end(key)
            return hot, False
        loading = self._loading.get(key)
        if loading is not None:
            return await asyncio.shield(loading), False
        loading = self._loading[key] = asyncio.ensure_future(self._load_hot(key))
        return await asyncio.shield(loading), True

    async def _load_hot(self, key: Key) -> _Hot[S]:
        try:
            state = await self._load(*key)
            hot = _Hot(state, self._size_of(state) if state else 0)
            if state is not None:
                self._keep(key, hot)
            return hot
        finally:
            del self._loading[key]

    def _keep(self, key: Key, hot: _Hot[S]) -> None:
        old = self._hot.pop(key, None)
        self._bytes += hot.size_bytes - (old.size_bytes if old else 0)
        self._hot[key] = hot
        self._shrink()

    def _resize(self, key: Key, hot: _Hot[S]) -> None:
        if self._hot.get(key) is hot and hot.state is not None:
            size_bytes = self._size_of(hot.state)
            self._bytes += size_bytes - hot.size_bytes
            hot.size_bytes = size_bytes
            self._shrink()

    def _shrink(self) -> None:
        while self._bytes > self._bytes_max and len(self._hot) > 1:
            _, hot = self._hot.popitem(last=False)
            self._bytes -= hot.size_bytes

    def _forget(self, key: Key, hot: _Hot[S]) -> None:
        if self._hot.get(key) is hot:
            del self._hot[key]
            self._bytes -= hot.size_bytes
