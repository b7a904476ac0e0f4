"""The keys that access tokens are signed with. The log keeps what each is derived from beside the server's key, never the key."""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.errors import DomainError, NotFound
from domain.events import Event, Recorded


class SigningKeyMade(Event, frozen=True, tag="signing_key.made"):
    """From now on tokens are signed with this key. `salt` is hexadecimal."""

    number: int
    salt: str


class SigningKeyRetired(Event, frozen=True, tag="signing_key.retired"):
    """Tokens that were signed with this key are good no more."""

    number: int


SigningKeyEvent = SigningKeyMade | SigningKeyRetired


class SigningKeyNotFound(NotFound):
    """There is no signing key with this number; `daybook signing-keys list` shows them."""

    code = "signing_key_not_found"


class SigningKeyInUse(DomainError):
    """New tokens are signed with this key. Make another first: `daybook signing-keys rotate`."""

    code = "signing_key_in_use"


class SigningKey(msgspec.Struct, frozen=True):
    """A signing key at one version."""

    stream_id: UUID
    number: int
    salt: str
    made_at: datetime
    version: int
    retired_at: datetime | None = None


def evolve(key: SigningKey | None, fact: Recorded[SigningKeyEvent], stream_id: UUID) -> SigningKey:
    match fact.event:
        case SigningKeyMade(number, salt):
            return SigningKey(stream_id, number, salt, fact.at, fact.version)
        case SigningKeyRetired():
            if key is None:
                raise TypeError("a signing key's stream starts with its making")
            return msgspec.structs.replace(key, version=fact.version, retired_at=fact.at)


def make(number: int, salt: str) -> list[SigningKeyEvent]:
    return [SigningKeyMade(number, salt)]


def retire(key: SigningKey, newest: int) -> list[SigningKeyEvent]:
    """Retiring twice changes nothing. Raises `SigningKeyInUse`."""
    if key.number == newest:
        raise SigningKeyInUse
    return [] if key.retired_at else [SigningKeyRetired(key.number)]
