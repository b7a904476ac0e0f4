"""The whole workspace as it was: the port of lists of the past."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec


class ListedThen(msgspec.Struct, frozen=True, gc=False):
    """A page that was live then, as its stored members, with what tells its place in the tree."""

    doc: bytes
    stamp: bytes
    parent_slug: str | None
    place: str


class WorkspacePast(Protocol):
    """Reads one workspace. Raises `StoreUnavailable`."""

    def listing(self, workspace_id: UUID, moment: datetime) -> AsyncIterator[list[ListedThen]]:
        """All pages that were live at a moment, in the order of their creation, in pieces."""
        ...
