"""Doing a keyed request once, however often and however much at once it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import UUID

from application.event_store import Command, CommandKnown, EventStore, KnownCommand
from domain.errors import DomainError

R = TypeVar("R")
K = TypeVar("K", bound="Known")


class Known(Protocol):
    """What is remembered of a command that was carried out."""

    @property
    def fingerprint(self) -> str | None: ...


Find = Callable[[UUID, UUID], Awaitable[K | None]]


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key was sent before with another request. Use a new key for a new request."""

    code = "idempotency_key_reused"


class Idempotency:
    """The log remembers which commands were carried out; this adds the waiting for one that is being carried out now."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._busy: dict[tuple[UUID, UUID], asyncio.Event] = {}

    async def once(
        self, command: Command, run: Callable[[], Awaitable[R]], again: Callable[[KnownCommand], Awaitable[R]]
    ) -> tuple[R, bool]:
        """The result, and whether it is an earlier one. `again` answers what the first run answered."""
        return await self.once_found(command, run, again, self._store.find_command)

    async def once_found(
        self, command: Command, run: Callable[[], Awaitable[R]], again: Callable[[K], Awaitable[R]], find: Find[K]
    ) -> tuple[R, bool]:
        """The same for commands whose earlier runs are found elsewhere."""
        if command.fingerprint is None:
            return await run(), False
        key = (command.workspace_id, command.command_id)
        while (busy := self._busy.get(key)) is not None:
            await busy.wait()
        done = self._busy[key] = asyncio.Event()
        try:
            return await self._find_or_run(command, run, again, find)
        finally:
            del self._busy[key]
            done.set()

    async def _find_or_run(
        self, command: Command, run: Callable[[], Awaitable[R]], again: Callable[[K], Awaitable[R]], find: Find[K]
    ) -> tuple[R, bool]:
        known = await _known(command, find)
        if known is None:
            try:
                return await run(), False
            except CommandKnown:
                # Another process was quicker, or an earlier caller went away before hearing the answer.
                known = await _known(command, find)
                if known is None:
                    raise
        return await again(known), True


async def _known(command: Command, find: Find[K]) -> K | None:
    known = await find(command.workspace_id, command.command_id)
    if known is not None and known.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused
    return known
