"""Doing a keyed request once, however often and however much at once it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from application.event_store import Command, CommandKnown, EventStore, KnownCommand
from domain.errors import DomainError

R = TypeVar("R")


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
        if command.fingerprint is None:
            return await run(), False
        key = (command.workspace_id, command.command_id)
        while (busy := self._busy.get(key)) is not None:
            await busy.wait()
        done = self._busy[key] = asyncio.Event()
        try:
            return await self._find_or_run(command, run, again)
        finally:
            del self._busy[key]
            done.set()

    async def _find_or_run(
        self, command: Command, run: Callable[[], Awaitable[R]], again: Callable[[KnownCommand], Awaitable[R]]
    ) -> tuple[R, bool]:
        known = await self._known(command)
        if known is None:
            try:
                return await run(), False
            except CommandKnown:
                # Another process was quicker, or an earlier caller went away before hearing the answer.
                known = await self._known(command)
                if known is None:
                    raise
        return await again(known), True

    async def _known(self, command: Command) -> KnownCommand | None:
        known = await self._store.find_command(command.workspace_id, command.command_id)
        if known is not None and known.fingerprint != command.fingerprint:
            raise IdempotencyKeyReused
        return known
