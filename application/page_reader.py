"""The readers' port: routes go from here straight to SQL, without a use case in between."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.history import Entry

# Longer lists are streamed, so that a hundred thousand pages never lie in memory at once.
LISTED_AT_ONCE_MAX = 2000
# Ids are made of times, so this one comes before any page's.
BEFORE_ALL = UUID(int=0)


class PageRead(msgspec.Struct, frozen=True):
    """One page as its readers get it. `json` is the resource with content."""

    json: bytes
    version: int
    slug: str
    title: str
    content: bytes
    content_hash: str
    # What a reader of the same address may have seen under the same version, as hex digits: another page that had the slug
    # before, another slug of the parent. Empty where that cannot have been.
    page_variant: str
    parent_variant: str


class ListRead(msgspec.Struct, frozen=True):
    """Pages spliced to JSON objects with commas between, how many a list could return in all, and the last one's id
    if there may be more after it.
    """

    json: bytes
    total: int
    last: UUID | None = None


class PageReader(Protocol):
    """Reads one workspace. Raises `PageNotFound` and `StoreUnavailable`."""

    async def get(self, workspace_id: UUID, reference: str) -> PageRead: ...

    async def listing(self, workspace_id: UUID, *, limit: int, offset: int, after: UUID = BEFORE_ALL) -> ListRead:
        """Live pages in the order of their ids, which is that of their creation, from after one of them on."""
        ...

    def long_listing(
        self, workspace_id: UUID, *, limit: int | None, offset: int, after: UUID = BEFORE_ALL
    ) -> AsyncIterator[ListRead]: ...

    async def position_at(self, workspace_id: UUID, moment: datetime) -> int:
        """The first position recorded at or after a moment."""
        ...

    def history(
        self, workspace_id: UUID, *, since: int, page_id: UUID | None, limit: int | None, offset: int
    ) -> AsyncIterator[list[Entry]]:
        """Newest first, in pieces, from position `since` on."""
        ...

    async def find(self, workspace_id: UUID, reference: str) -> UUID | None: ...
