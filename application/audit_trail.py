"""The audit trail: what happened in a workspace that has to do with access, read backwards off its log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.feed import Types


class AuditFilter(msgspec.Struct, frozen=True):
    """Which entries are wanted; `actor` is the id of who did it."""

    types: Types | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditEntry(msgspec.Struct, frozen=True):
    """One entry; `json` is the object that is sent."""

    position: int
    json: bytes


class AuditTrail(Protocol):
    async def read(self, workspace_id: UUID, wanted: AuditFilter, *, before: int, limit: int) -> Sequence[AuditEntry]:
        """Newest first."""
        ...
