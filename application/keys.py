"""Workspaces and the keys that open them, as the operator manages them."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.event_store import Append, Command, StreamChange, recorded
from domain import keys
from domain.keys import Key, KeyEvent, KeyNotFound
from domain.workspaces import create_workspace

SECRET_BYTES = 24
_FORM = re.compile(r"ak_(?P<environment>[a-z]+)_(?P<number>[1-9][0-9]{0,17})\.(?P<secret>[A-Za-z0-9_-]{20,100})")


class KeyText(msgspec.Struct, frozen=True):
    """A key as its holder writes it: `ak_{environment}_{number}.{secret}`."""

    environment: str
    number: int
    secret: str

    def __str__(self) -> str:
        return f"ak_{self.environment}_{self.number}.{self.secret}"

    @classmethod
    def parse(cls, text: str) -> "KeyText | None":
        found = _FORM.fullmatch(text)
        return cls(found["environment"], int(found["number"]), found["secret"]) if found else None


def secret_hash(server_key: bytes, secret: str) -> bytes:
    """HMAC-SHA-256. The secret is long and random, so a fast keyed hash is enough, and a slow one would burden every request."""
    return hmac.digest(server_key, secret.encode(), hashlib.sha256)


class NewKey(msgspec.Struct, frozen=True):
    """A key just issued; the only time its text is known."""

    number: int
    text: str
    workspace_id: UUID


class Workspace(msgspec.Struct, frozen=True):
    """A workspace as the operator sees it."""

    id: UUID
    name: str
    created_at: datetime


class KeyBook(Protocol):
    """What the operator's use cases need. It sees all workspaces; what it wrote is durable when it returns."""

    async def begin_workspace(self, append: Append, workspace: Workspace) -> None: ...

    async def next_number(self) -> int: ...

    async def load(self, workspace_id: UUID, number: int) -> Key | None: ...

    async def write(self, append: Append, key: Key) -> None: ...


async def begin_workspace(book: KeyBook, command: Command, name: str) -> Workspace:
    """The command's workspace is the one to begin. Raises `WorkspaceNameTaken`."""
    change = StreamChange(command.workspace_id, 0, create_workspace(name), None, None)
    workspace = Workspace(command.workspace_id, name, command.at)
    await book.begin_workspace(Append(command, [change]), workspace)
    return workspace


async def issue_key(
    book: KeyBook, command: Command, *, name: str, environment: str, server_key: bytes, stream_id: UUID
) -> NewKey:
    """The secret is made here and stored nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    text = KeyText(environment, await book.next_number(), secret)
    events = keys.issue(
        number=text.number,
        name=name,
        environment=environment,
        secret_hash=secret_hash(server_key, secret).hex(),
        last_four=secret[-4:],
    )
    await _write(book, command, None, events, stream_id)
    return NewKey(text.number, str(text), command.workspace_id)


async def revoke_key(book: KeyBook, command: Command, number: int) -> Key:
    """Revoking twice changes nothing. Raises `KeyNotFound`."""
    key = await book.load(command.workspace_id, number)
    if key is None:
        raise KeyNotFound
    events = keys.revoke(key)
    return await _write(book, command, key, events, key.stream_id) if events else key


async def _write(book: KeyBook, command: Command, before: Key | None, events: list[KeyEvent], stream_id: UUID) -> Key:
    version = before.version if before else 0
    after = before
    for fact in recorded(events, command, version):
        after = keys.evolve(after, fact, stream_id)
    if after is None:
        raise KeyNotFound
    await book.write(Append(command, [StreamChange(stream_id, version, events, before, after)]), after)
    return after
