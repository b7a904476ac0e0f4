"""The bodies of the API of keys."""

from typing import Annotated

import msgspec

from api.bodies import Body, Version
from api.requests import parse_moment
from application.key_views import KeyView
from domain.keys import NAME_CHARACTERS_MAX, KeyWish
from domain.scopes import FULL, SCOPES_MAX

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS_MAX)]


class IssueKey(Body):
    """What the key is to be called and may do. `expiresAt` is an ISO 8601 time."""

    name: Name
    scopes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=SCOPES_MAX)] = FULL
    expires_at: str | None = None

    def wish(self) -> KeyWish:
        expires_at = None if self.expires_at is None else parse_moment(self.expires_at, "expiresAt")
        return KeyWish(self.name, self.scopes, expires_at)


class RenameKey(Body):
    """Another name."""

    name: Name
    version: Version | None = None


class KeyAnswer(msgspec.Struct):
    """One key."""

    key: KeyView


class KeyWithSecret(msgspec.Struct):
    """A key, and what its holder sends."""

    key: KeyView
    secret: str


class KeysAnswer(msgspec.Struct):
    """Keys; `total` is how many there are in all, whatever the limit."""

    keys: list[KeyView]
    total: int
