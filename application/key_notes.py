"""What becomes of keys, taken note of without keeping any request waiting: when each was used, and which were refused."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from application.access import KeyRecord
from application.event_store import Append, Command, EventStore, StreamChange
from domain.access import KeyRefused, Refusal
from domain.errors import DomainError
from domain.events import Actor

log = logging.getLogger(__name__)

WRITE_EVERY_S = 5.0
# The log is for good, so nobody outside may decide how fast it grows: who tries a thousand keys, or one a thousand times, leaves
# one line with a count, and while they go on the next comes after a minute, after two, four, and at last each hour.
TOLD_EVERY_S = 60.0
TOLD_EVERY_S_MAX = 3600.0
REFUSALS_MAX = 10_000

Uses = dict[tuple[UUID, int], datetime]
# Wrong secrets are counted for all keys of a workspace together: numbers can be guessed, and secrets that were right once cannot.
_Kind = tuple[UUID, Refusal, int | None]


class _Refused(msgspec.Struct):
    """Refusals of one kind since they were last told, with the last of them."""

    number: int
    name: str
    client: str
    at: datetime
    untold: int
    due_at: datetime
    every_s: float = TOLD_EVERY_S


class KeyNotes:
    """Of this process."""

    def __init__(
        self,
        store: EventStore,
        write_uses: Callable[[Uses], Awaitable[None]],
        new_id: Callable[[], UUID],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._write_uses = write_uses
        self._new_id = new_id
        self._now = now
        self._uses: Uses = {}
        self._refused: dict[_Kind, _Refused] = {}
        self._woken = asyncio.Event()

    def used(self, workspace_id: UUID, number: int, at: datetime) -> None:
        self._uses[workspace_id, number] = at

    def refused(self, record: KeyRecord, number: int, reason: Refusal, client: str) -> None:
        """The first is told at once, those after it when it is time."""
        now = self._now()
        kind = (record.workspace_id, reason, None if reason == "wrong_secret" else number)
        known = self._refused.get(kind)
        if known is not None:
            known.number, known.name, known.client, known.at = number, record.name, client, now
            known.untold += 1
        elif len(self._refused) < REFUSALS_MAX:
            self._refused[kind] = _Refused(number, record.name, client, now, untold=1, due_at=now)
            self._woken.set()
        else:
            log.warning("more keys are refused at once than are taken note of")

    async def run(self) -> None:
        """For as long as the service does."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITE_EVERY_S):
                    await self._woken.wait()
            self._woken.clear()
            await self.write()

    async def write(self, *, everything: bool = False) -> None:
        """What is noted and due, or everything. What cannot be written now stays noted."""
        try:
            await self._tell_uses()
            await self._tell_refusals(everything=everything)
        except DomainError as error:
            log.warning("notes about keys have to wait: %s", error)
        except Exception:  # whatever it was, notes are taken and tried again
            log.exception("notes about keys were not written")

    async def _tell_uses(self) -> None:
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            await self._write_uses(uses)
        except BaseException:
            self._uses = uses | self._uses
            raise

    async def _tell_refusals(self, *, everything: bool) -> None:
        now = self._now()
        for kind, found in list(self._refused.items()):
            if found.untold and (everything or found.due_at <= now):
                await self._tell(kind, found)
            elif not found.untold and found.due_at <= now:
                del self._refused[kind]

    async def _tell(self, kind: _Kind, found: _Refused) -> None:
        workspace_id, reason, _ = kind
        actor = Actor("key", str(found.number), found.name)
        command = Command(workspace_id, self._new_id(), found.at, actor, client=found.client)
        told = found.untold
        event = KeyRefused(found.number, found.name, reason, told)
        await self._store.append(Append(command, [StreamChange(self._new_id(), 0, [event], None, None)]))
        found.untold -= told
        found.due_at = self._now() + timedelta(seconds=found.every_s)
        found.every_s = min(2 * found.every_s, TOLD_EVERY_S_MAX)
