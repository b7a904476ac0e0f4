"""API keys. The log keeps a keyed hash of the secret, never the secret."""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.errors import InvalidValue, NotFound
from domain.events import Event, Recorded

NAME_CHARACTERS_MAX = 100


class KeyIssued(Event, frozen=True, kw_only=True, tag="key.issued"):
    """A key was given out. `secret_hash` is HMAC-SHA-256 in hexadecimal under the server's own key."""

    number: int
    name: str
    environment: str
    secret_hash: str
    last_four: str


class KeyRevoked(Event, frozen=True, tag="key.revoked"):
    """The key opens nothing any more."""

    number: int


KeyEvent = KeyIssued | KeyRevoked


class KeyNotFound(NotFound):
    """No key of this workspace has this number."""

    code = "key_not_found"


class Key(msgspec.Struct, frozen=True):
    """A key at one version."""

    stream_id: UUID
    issued: KeyIssued
    issued_at: datetime
    version: int
    revoked_at: datetime | None


def evolve(key: Key | None, fact: Recorded[KeyEvent], stream_id: UUID) -> Key:
    match fact.event:
        case KeyIssued() as issued:
            return Key(stream_id, issued, fact.at, fact.version, None)
        case KeyRevoked():
            if key is None:
                raise TypeError("a key's stream starts with its issue")
            return msgspec.structs.replace(key, version=fact.version, revoked_at=fact.at)


def issue(*, number: int, name: str, environment: str, secret_hash: str, last_four: str) -> list[KeyEvent]:
    if not name.strip() or len(name) > NAME_CHARACTERS_MAX or not name.isprintable():
        raise InvalidValue(f"A key's name is one line of 1 to {NAME_CHARACTERS_MAX} characters.", parameter="name")
    issued = KeyIssued(number=number, name=name, environment=environment, secret_hash=secret_hash, last_four=last_four)
    return [issued]


def revoke(key: Key) -> list[KeyEvent]:
    """Revoking twice changes nothing."""
    return [] if key.revoked_at else [KeyRevoked(key.issued.number)]
