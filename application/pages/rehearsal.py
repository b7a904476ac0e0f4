"""Carrying commands out on a workbench instead of the log: what they would write is collected."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from application.event_store import (
    Answer,
    Append,
    Command,
    EventStore,
    ExclusiveSession,
    KnownCommand,
    StreamChange,
    recorded,
)
from application.page_past import PastPage, PastPages, Then
from application.pages.workbench import Workbench
from domain.events import Recorded
from domain.pages.errors import PageNotFound, VersionNotFound
from domain.pages.state import fold


class Rehearsal:
    """An event store on a workbench: use cases run on it as they always do, and what they append is collected."""

    def __init__(self, store: EventStore, bench: Workbench) -> None:
        self._store = store
        self._bench = bench
        self.changes: list[StreamChange] = []
        self._facts: dict[UUID, list[Recorded[Any]]] = {}
        self._last: dict[UUID, int] = {}

    def append(self, request: Append) -> "asyncio.Future[int]":
        return asyncio.ensure_future(self._append(request))

    @asynccontextmanager
    async def exclusive(self, _workspace_id: UUID) -> AsyncIterator[ExclusiveSession]:
        yield _RehearsedSession(self)

    def facts(self, stream_id: UUID) -> Sequence[Recorded[Any]]:
        """What the batch added to a stream."""
        return self._facts.get(stream_id, ())

    async def stream(self, workspace_id: UUID, stream_id: UUID, up_to: int | None = None) -> list[Recorded[Any]]:
        stored = await self._store.stream(workspace_id, stream_id, up_to)
        return stored + [fact for fact in self.facts(stream_id) if up_to is None or fact.version <= up_to]

    async def find_command(self, _workspace_id: UUID, _command_id: UUID) -> KnownCommand | None:
        return None

    async def position(self, workspace_id: UUID) -> int:
        return await self._store.position(workspace_id)

    async def _append(self, request: Append) -> int:
        await self._bench.put(request.changes)
        for change in request.changes:
            self._facts.setdefault(change.stream_id, []).extend(recorded(change.events, request.command, change.expected_version))
            self._collect(change)
        return len(self.changes)

    def _collect(self, change: StreamChange) -> None:
        """Of a stream's changes, only the first state and the last are kept: those between would fill the memory."""
        last = self._last.get(change.stream_id)
        if last is not None:
            self.changes[last] = msgspec.structs.replace(self.changes[last], after=None)
            change = msgspec.structs.replace(change, before=None)
        self._last[change.stream_id] = len(self.changes)
        self.changes.append(change)


class _RehearsedSession:
    """Nobody else is there to be kept out."""

    position = 0

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    def append(self, request: Append) -> "asyncio.Future[int]":
        return self._rehearsal.append(request)

    async def keep(self, command: Command, answer: Answer) -> None:
        """Answers are kept by whoever carries the batch out."""


class RehearsedPast:
    """Pages as they were, the versions that the batch itself made included."""

    def __init__(self, past: PastPages, bench: Workbench, rehearsal: Rehearsal) -> None:
        self._past = past
        self._bench = bench
        self._rehearsal = rehearsal

    async def page(self, workspace_id: UUID, reference: str, then: Then) -> PastPage:
        page_id = await self._bench.find(workspace_id, reference)
        if page_id is None:
            raise PageNotFound
        made = self._rehearsal.facts(page_id)
        if then.version is None or not made or then.version < made[0].version:
            return await self._past.page(workspace_id, str(page_id), then)
        if then.version > made[-1].version:
            raise VersionNotFound(newest=made[-1].version)
        before = made[0].version - 1
        base = (await self._past.page(workspace_id, str(page_id), Then(before))).page if before else None
        page = fold(base, [fact for fact in made if fact.version <= then.version], page_id)
        if page is None:
            raise PageNotFound
        return PastPage(page, contested=False)
