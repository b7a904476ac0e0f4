"""Access tokens: short, signed, and read without asking whoever signed them."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

ACCESS_TOKEN_MINUTES = 15
LIFETIME = timedelta(minutes=ACCESS_TOKEN_MINUTES)


class Claims(msgspec.Struct, frozen=True):
    """What a token says. It opens what its session may, until it expires."""

    person: UUID
    session: UUID
    expires_at: datetime


class AccessTokens(Protocol):
    async def sign(self, claims: Claims) -> str: ...

    async def read(self, token: str) -> Claims | None:
        """None if it is not one of ours, was altered, or was signed with a key that is retired."""
        ...
