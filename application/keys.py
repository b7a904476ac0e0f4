"""API keys: issue, list, rename, revoke. From the API and from the operator's command line alike."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.credentials import KeyText, new_key_secret, secret_hash
from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.key_views import KeyView, key_view
from domain import keys, scopes
from domain.keys import Key, KeyEvent, KeyWish, check_known


class KeptKey(msgspec.Struct, frozen=True):
    """A key, and when it was last used."""

    key: Key
    last_used_at: datetime | None


class KeyCount(msgspec.Struct, frozen=True):
    """How many there are, and how many of them are good."""

    total: int
    good: int


class KeyBook(Protocol):
    """What the read model tells."""

    async def next_number(self) -> int:
        """Unique over all workspaces, because a key is looked up by it before its workspace is known."""
        ...

    async def load(self, workspace_id: UUID, number: int) -> KeptKey | None: ...

    async def all(self, workspace_id: UUID, *, limit: int | None = None, offset: int = 0) -> list[KeptKey]:
        """In the order of their issue."""
        ...

    async def count(self, workspace_id: UUID, now: datetime) -> KeyCount: ...


class IssuedKey(msgspec.Struct, frozen=True):
    """A key just issued, with its text: what its holder sends."""

    key: Key
    text: str
    position: int | None


class Keys:
    """The use cases. All commands hold the workspace's head, as those of webhooks do."""

    def __init__(
        self,
        store: EventStore,
        book: KeyBook,
        server_key: bytes,
        environment: str,
        new_id: Callable[[], UUID],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called after a key was, so that this process forgets what it knew of keys."""
        self._store = store
        self._book = book
        self._server_key = server_key
        self._environment = environment
        self._new_id = new_id
        self._changed = changed

    async def all(self, workspace_id: UUID, now: datetime, *, limit: int | None = None, offset: int = 0) -> list[KeyView]:
        found = await self._book.all(workspace_id, limit=limit, offset=offset)
        return [key_view(each.key, each.last_used_at, now) for each in found]

    async def count(self, workspace_id: UUID, now: datetime) -> KeyCount:
        return await self._book.count(workspace_id, now)

    async def get(self, workspace_id: UUID, number: int, now: datetime) -> KeyView:
        kept = await self._book.load(workspace_id, number)
        return key_view(check_known(kept.key if kept else None), kept.last_used_at if kept else None, now)

    async def issue(
        self,
        command: Command,
        wish: KeyWish,
        *,
        held: frozenset[str] = scopes.ALL,
        until: datetime | None = None,
        seed: bytes | None = None,
    ) -> IssuedKey:
        """`held` is what the caller may do, and so the most a key of theirs may; `until` is when the caller's own key ends, and
        so the latest a key of theirs may. With a `seed`, the secret follows from it.
        """
        wish = keys.check_wish(wish, now=command.at, until=until)
        scopes.check_gives(held, scopes.expanded(wish.scopes))
        secret = new_key_secret(self._server_key, seed)
        number, hashed = await self._book.next_number(), secret_hash(self._server_key, secret).hex()

        async def plan() -> Plan[Key]:
            good = (await self._book.count(command.workspace_id, command.at)).good
            events = keys.issue(
                wish, number=number, environment=self._environment, secret_hash=hashed, last_four=secret[-4:], good=good
            )
            return Plan(self._new_id(), None, 0, events)

        return _issued(await self._exclusively(command).run(command, plan), secret)

    async def issued_again(self, command: Command, known: KnownCommand, seed: bytes) -> IssuedKey:
        """What an earlier run of the command answered."""
        return _issued(await self.again(command, known), new_key_secret(self._server_key, seed))

    async def rename(self, command: Command, number: int, name: str, *, versions: Sequence[int] = ()) -> Done[Key]:
        return await self._decide(command, number, lambda key: keys.rename(key, name), versions)

    async def revoke(self, command: Command, number: int, *, versions: Sequence[int] = ()) -> Done[Key]:
        """Revoking twice changes nothing."""
        return await self._decide(command, number, keys.revoke, versions)

    async def again(self, command: Command, known: KnownCommand) -> Done[Key]:
        return await self._exclusively(command).again(command, known)

    async def _decide(
        self, command: Command, number: int, decide: Callable[[Key], list[KeyEvent]], versions: Sequence[int]
    ) -> Done[Key]:
        async def plan() -> Plan[Key]:
            kept = await self._book.load(command.workspace_id, number)
            key = check_known(kept.key if kept else None, versions)
            return Plan(key.stream_id, key, key.version, decide(key))

        done = await self._exclusively(command).run(command, plan)
        self._changed()
        return done

    def _exclusively(self, command: Command) -> Exclusively[Key]:
        async def view(key: Key) -> KeyView:
            return key_view(key, None, command.at)

        return Exclusively(self._store, keys.evolve, view)


def _issued(done: Done[Key], secret: str) -> IssuedKey:
    text = KeyText(done.state.issued.environment, done.state.number, secret)
    return IssuedKey(done.state, str(text), done.position)
