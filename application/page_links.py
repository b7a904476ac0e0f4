"""The ports for what links to what."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from domain.pages.markdown import LinkKind

# The name of the projection that these reads wait for.
LINKS = "links"


class LinkedPage(msgspec.Struct, frozen=True):
    """A page at the other end of a link."""

    id: UUID
    slug: str
    title: str


class OutLink(msgspec.Struct, frozen=True):
    """A link of a page. `page` is None where it leads nowhere."""

    kind: LinkKind
    target: str
    fragment: str | None
    title: str
    line: int
    page: LinkedPage | None


class Backlink(msgspec.Struct, frozen=True):
    """A link to a page. `text` is the line it stands in."""

    page: LinkedPage
    kind: LinkKind
    target: str
    line: int
    text: str


class Candidate(msgspec.Struct, frozen=True):
    """A page that may link to one of the targets asked for; `unread` if nobody has looked since it changed."""

    page_id: UUID
    content_bytes: int
    unread: bool


class PageLinks(Protocol):
    """What readers ask. Raises `PageNotFound` and `StoreUnavailable`; every answer has how many there are in all."""

    async def links(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> tuple[list[OutLink], int]: ...

    async def backlinks(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> tuple[list[Backlink], int]: ...


class LinkFinder(Protocol):
    """What a rename asks, while it holds the workspace."""

    async def slugs(self, workspace_id: UUID, page_id: UUID) -> list[str]:
        """All slugs that lead to the page."""
        ...

    async def candidates(self, workspace_id: UUID, targets: Sequence[str], limit: int) -> list[Candidate]: ...

    async def rewritten(self, workspace_id: UUID, command_id: UUID, last_position: int) -> list[str]:
        """The slugs of the pages that a rename rewrote, as they are now."""
        ...
