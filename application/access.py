"""Who is calling: from the text of a key to a workspace and an actor."""

import hmac
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

import msgspec

from application.keys import KeyText, secret_hash
from domain.errors import DomainError
from domain.events import Actor

# A revocation is told to every service at once; this bounds the harm should the telling fail.
CACHE_S = 10.0
CACHED_KEYS_MAX = 10_000


class NotSignedIn(DomainError):
    """The API key is missing, malformed, unknown or revoked. Send it as `Authorization: Bearer ak_…`."""

    code = "unauthorized"


class Caller(msgspec.Struct, frozen=True):
    """Whose request it is, and for which workspace."""

    workspace_id: UUID
    actor: Actor


class KeyRecord(msgspec.Struct, frozen=True):
    """A key as the look-up gives it."""

    workspace_id: UUID
    name: str
    environment: str
    secret_hash: bytes
    revoked: bool


class KeyLookup(Protocol):
    async def __call__(self, number: int) -> KeyRecord | None: ...


class Access:
    """Checks keys, remembering for a short while those that were right."""

    def __init__(
        self, lookup: KeyLookup, server_key: bytes, environment: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keys of another environment than `environment` open nothing here."""
        self._lookup = lookup
        self._environment = environment
        self._server_key = server_key
        self._clock = clock
        self._known: dict[str, tuple[float, Caller]] = {}
        self._revocations = 0

    async def caller(self, key: str) -> Caller:
        """Raises `NotSignedIn`, for whatever reason in the same words."""
        known = self._known.get(key)
        if known is not None and known[0] > self._clock():
            return known[1]
        revocations = self._revocations
        caller = await self._check(key)
        if revocations != self._revocations:
            # A key was revoked while this one was looked up: it may be this one, so the answer serves this request alone.
            return caller
        if len(self._known) >= CACHED_KEYS_MAX:
            self._known.clear()
        self._known[key] = (self._clock() + CACHE_S, caller)
        return caller

    def forget_all(self) -> None:
        """After a key was revoked anywhere."""
        self._known.clear()
        self._revocations += 1

    async def _check(self, key: str) -> Caller:
        text = KeyText.parse(key)
        if text is None:
            raise NotSignedIn
        record = await self._lookup(text.number)
        # The comparison runs for unknown keys too, and takes as long wherever the difference is.
        expected = record.secret_hash if record else bytes(32)
        right = hmac.compare_digest(secret_hash(self._server_key, text.secret), expected)
        here = record is not None and record.environment == text.environment == self._environment
        if record is None or not right or record.revoked or not here:
            raise NotSignedIn
        return Caller(record.workspace_id, Actor("key", str(text.number), record.name))
