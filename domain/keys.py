"""API keys. The log keeps a keyed hash of the secret, never the secret."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError, InvalidValue, NotFound
from domain.events import Actor, Change, Event, Recorded
from domain.pages.rules import check_line
from domain.scopes import FULL, check_scopes
from domain.versions import check_version

NAME_CHARACTERS_MAX = 100
# Of those that are not revoked.
KEYS_MAX = 1000


class KeyIssued(Event, frozen=True, kw_only=True, tag="key.issued"):
    """A key was given out. `secret_hash` is HMAC-SHA-256 in hexadecimal under the server's own key."""

    number: int
    name: str
    environment: str
    secret_hash: str
    last_four: str
    scopes: tuple[str, ...] = FULL
    expires_at: datetime | None = None


class KeyRenamed(Event, frozen=True, tag="key.renamed"):
    """The key has another name."""

    name: Change[str]
    number: int


class KeyRevoked(Event, frozen=True, tag="key.revoked"):
    """The key opens nothing any more."""

    number: int


KeyEvent = KeyIssued | KeyRenamed | KeyRevoked


class KeyNotFound(NotFound):
    """No key of this workspace has this number."""

    code = "key_not_found"


class TooManyKeys(DomainError):
    """A workspace has at most 1,000 keys that are good. Revoke some first."""

    code = "too_many_keys"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key at one version."""

    stream_id: UUID
    issued: KeyIssued
    name: str
    version: int
    issued_at: datetime
    issued_by: Actor
    revoked_at: datetime | None = None

    @property
    def number(self) -> int:
        return self.issued.number


class KeyWish(msgspec.Struct, frozen=True):
    """What a key is to be."""

    name: str
    scopes: tuple[str, ...] = FULL
    expires_at: datetime | None = None


def evolve(key: Key | None, fact: Recorded[KeyEvent], stream_id: UUID) -> Key:
    event = fact.event
    if isinstance(event, KeyIssued):
        return Key(
            stream_id=stream_id, issued=event, name=event.name, version=fact.version, issued_at=fact.at, issued_by=fact.actor
        )
    if key is None:
        raise TypeError("a key's stream starts with its issue")
    after = msgspec.structs.replace(key, version=fact.version)
    match event:
        case KeyRenamed(name=name):
            return msgspec.structs.replace(after, name=name.after)
        case KeyRevoked():
            return msgspec.structs.replace(after, revoked_at=fact.at)


def check_wish(wish: KeyWish, *, now: datetime, until: datetime | None = None) -> KeyWish:
    """As it will be recorded. Nobody gives a key that outlives their own, which ends at `until`. Raises `InvalidValue`."""
    if wish.expires_at is not None and wish.expires_at <= now:
        raise InvalidValue("expiresAt is a time that is still to come.", parameter="expiresAt")
    if until is not None and (wish.expires_at is None or wish.expires_at > until):
        raise InvalidValue(f"Your own key ends at {until.isoformat()}; name an expiresAt up to then.", parameter="expiresAt")
    return msgspec.structs.replace(wish, name=_check_name(wish.name), scopes=check_scopes(wish.scopes))


def issue(wish: KeyWish, *, number: int, environment: str, secret_hash: str, last_four: str, good: int) -> list[KeyEvent]:
    """Of a checked wish; `good` keys are there already. Raises `TooManyKeys`."""
    if good >= KEYS_MAX:
        raise TooManyKeys
    issued = KeyIssued(
        number=number,
        name=wish.name,
        environment=environment,
        secret_hash=secret_hash,
        last_four=last_four,
        scopes=wish.scopes,
        expires_at=wish.expires_at,
    )
    return [issued]


def rename(key: Key, name: str | UnsetType) -> list[KeyEvent]:
    if name is UNSET or name == key.name:
        return []
    return [KeyRenamed(Change(key.name, _check_name(name)), key.number)]


def revoke(key: Key) -> list[KeyEvent]:
    """Revoking twice changes nothing."""
    return [] if key.revoked_at else [KeyRevoked(key.number)]


def check_known(key: Key | None, versions: Sequence[int] = ()) -> Key:
    """Raises `KeyNotFound`, or `VersionStale` if the caller names versions and it has none of them."""
    if key is None:
        raise KeyNotFound
    return check_version(key, versions)


def _check_name(name: str) -> str:
    if not name.strip():
        raise InvalidValue("name is missing: a key needs one.", parameter="name")
    return check_line(name, "name", NAME_CHARACTERS_MAX)
