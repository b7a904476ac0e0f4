"""A key as the API shows it: everything but its secret."""

from datetime import datetime
from typing import Literal

import msgspec

from domain.events import Actor
from domain.keys import Key


class KeyView(msgspec.Struct, rename="camel", kw_only=True):
    """`lastUsedAt` is exact to some ten seconds. `scopes` are as they were given; `*` is everything."""

    id: str
    name: str
    environment: str
    last_four: str
    scopes: tuple[str, ...]
    status: Literal["active", "expired", "revoked"]
    version: int
    created_at: datetime
    created_by: Actor
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def key_view(key: Key, last_used_at: datetime | None, now: datetime) -> KeyView:
    issued = key.issued
    over = issued.expires_at is not None and issued.expires_at <= now
    return KeyView(
        id=str(issued.number),
        name=key.name,
        environment=issued.environment,
        last_four=issued.last_four,
        scopes=issued.scopes,
        status="revoked" if key.revoked_at else "expired" if over else "active",
        version=key.version,
        created_at=key.issued_at,
        created_by=key.issued_by,
        expires_at=issued.expires_at,
        last_used_at=last_used_at,
        revoked_at=key.revoked_at,
    )
