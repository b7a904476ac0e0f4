"""What becomes of keys, taken note of without keeping any request waiting: when each was used, and which were refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec

from application.access import KeyRecord
from application.event_store import Append, Command, EventStore, StreamChange
from domain.access import KeyRefused, Refusal
from domain.errors import DomainError
from domain.events import Actor

log = logging.getLogger(__name__)

WRITE_EVERY_S = 5.0
# The log is for good, so whoever tries a key a thousand times leaves one line a minute in it, with a count.
REFUSALS_TOLD_EVERY_S = 60.0
REFUSALS_MAX = 1000

Uses = dict[tuple[UUID, int], datetime]


class _Refused(msgspec.Struct):
    """Refusals of one key for one reason since they were last told."""

    name: str
    client: str
    at: datetime
    told_at: datetime
    untold: int


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
        self._refused: dict[tuple[UUID, int, Refusal], _Refused] = {}
        self._woken = asyncio.Event()

    def used(self, workspace_id: UUID, number: int, at: datetime) -> None:
        self._uses[workspace_id, number] = at

    def refused(self, record: KeyRecord, number: int, reason: Refusal, client: str) -> None:
        """The first of a minute is told at once, those after it when the minute is over."""
        now, key = self._now(), (record.workspace_id, number, reason)
        known = self._refused.get(key)
        if known is not None:
            known.untold += 1
            known.client, known.at = client, now
        elif len(self._refused) < REFUSALS_MAX:
            self._refused[key] = _Refused(record.name, client, now, datetime.min.replace(tzinfo=now.tzinfo), 1)
            self._woken.set()

    async def run(self) -> None:
        """For as long as the service does."""
        while True:
            try:
                async with asyncio.timeout(WRITE_EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            await self.write()

    async def write(self) -> None:
        """What is noted and due. What cannot be written now is noted again."""
        uses, self._uses = self._uses, {}
        try:
            if uses:
                await self._write_uses(uses)
            await self._tell_refusals()
        except DomainError as error:
            self._uses = uses | self._uses
            log.warning("notes about keys have to wait: %s", error)

    async def _tell_refusals(self) -> None:
        for key, found in list(self._refused.items()):
            if (self._now() - found.told_at).total_seconds() < REFUSALS_TOLD_EVERY_S:
                continue
            if not found.untold:
                del self._refused[key]
                continue
            workspace_id, number, reason = key
            actor = Actor("key", str(number), found.name)
            command = Command(workspace_id, self._new_id(), found.at, actor, client=found.client)
            event = KeyRefused(number, found.name, reason, found.untold)
            found.told_at, found.untold = self._now(), 0
            await self._store.append(Append(command, [StreamChange(self._new_id(), 0, [event], None, None)]))
