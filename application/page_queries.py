"""The port of what finds pages: routes go from here straight to SQL, without a use case in between."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from application.page_reader import ListRead
from domain.errors import DomainError
from domain.pages.queries import Query


class QueryTooBroad(DomainError):
    """The query would read too much of the workspace. Look for a longer text, or add a filter that fewer pages match."""

    code = "query_too_broad"


class TextBehind(DomainError):
    """So much has just changed that the texts of pages are still being taken in. Send the request again in a second."""

    code = "text_behind"


class ListedPage(msgspec.Struct, frozen=True):
    """A page as its stored members, with what tells its place in the tree."""

    doc: bytes
    parent_slug: str | None
    place: str


class ListedPages(msgspec.Struct, frozen=True):
    """Pages, and how many there are in all."""

    pages: Sequence[ListedPage]
    total: int


class PageQueries(Protocol):
    """Reads one workspace. Raises `PageNotFound`, `QueryTooBroad`, `TextBehind` and `StoreUnavailable`."""

    async def found(self, workspace_id: UUID, query: Query, *, limit: int, offset: int) -> ListRead: ...

    def long_found(self, workspace_id: UUID, query: Query, *, limit: int | None, offset: int) -> AsyncIterator[ListRead]:
        """The same in pieces, for answers too long to be held at once."""
        ...

    async def listed(self, workspace_id: UUID, query: Query, *, limit: int, offset: int) -> ListedPages:
        """The same as stored, for who wants to word it another way."""
        ...

    async def trash(self, workspace_id: UUID, *, limit: int | None, offset: int) -> ListRead:
        """Deletions that can be undone, newest first: each page that was deleted, with `pagesBelow`."""
        ...
