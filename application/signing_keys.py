"""The keys that access tokens are signed with: make the next, retire an old one. The operator's, for all workspaces."""

import secrets
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from application.event_store import Command, EventStore
from application.exclusively import Done, Exclusively, Plan
from domain import signing_keys
from domain.signing_keys import SigningKey, SigningKeyNotFound

SALT_BYTES = 32


class SigningKeyBook(Protocol):
    """What the read model tells."""

    async def all(self) -> list[SigningKey]:
        """Oldest first, the retired ones included."""
        ...


class SigningKeys:
    """The use cases. Every command's workspace is the service's own log."""

    def __init__(self, store: EventStore, book: SigningKeyBook, new_id: Callable[[], UUID]) -> None:
        self._book = book
        self._new_id = new_id
        self._exclusively = Exclusively(store, signing_keys.evolve, _shown)

    async def all(self) -> list[SigningKey]:
        return await self._book.all()

    async def first(self, command: Command) -> None:
        """Makes the first, unless there is one."""
        await self._exclusively.run(command, lambda: self._next(only_first=True))

    async def rotate(self, command: Command) -> SigningKey:
        """From now on tokens are signed with the next key. What was signed with those before stays good until it expires."""
        return (await self._exclusively.run(command, lambda: self._next(only_first=False))).state

    async def retire(self, command: Command, number: int) -> Done[SigningKey]:
        """What was signed with it is good no more. Raises `SigningKeyNotFound` and `SigningKeyInUse`."""

        async def plan() -> Plan[SigningKey]:
            known = await self._book.all()
            key = next((each for each in known if each.number == number), None)
            if key is None:
                raise SigningKeyNotFound
            return Plan(key.stream_id, key, key.version, signing_keys.retire(key, known[-1].number))

        return await self._exclusively.run(command, plan)

    async def _next(self, *, only_first: bool) -> Plan[SigningKey]:
        known = await self._book.all()
        if known and only_first:
            return Plan(known[0].stream_id, known[0], known[0].version, [])
        number = known[-1].number + 1 if known else 1
        return Plan(self._new_id(), None, 0, signing_keys.make(number, secrets.token_hex(SALT_BYTES)))


async def _shown(key: SigningKey) -> int:
    return key.number
