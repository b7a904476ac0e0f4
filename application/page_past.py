"""Pages as they were: the readers' port to the past, and what is read of it."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.page_reader import PageRead
from application.page_versions import VersionEntry, VersionsRead
from application.page_views import page_json, page_variant, parent_variant
from domain.pages.errors import PageNotFound
from domain.pages.state import Page


class Then(msgspec.Struct, frozen=True):
    """Which past is meant: a version, or else a moment; without either, the newest."""

    version: int | None = None
    moment: datetime | None = None


class PastPage(msgspec.Struct, frozen=True):
    """A page as it was. `contested` says that the slug it was asked for by was another page's before."""

    page: Page
    contested: bool


class PastPages(Protocol):
    """Any page as it was."""

    async def page(self, workspace_id: UUID, reference: str, then: Then) -> PastPage:
        """By what `reference` leads to now. Raises `PageNotFound` where there was none yet, and `VersionNotFound`."""
        ...


class PagePast(PastPages, Protocol):
    """Reads one workspace at any age for the same price. Pages in the trash have a past too."""

    async def slug_as_of(self, workspace_id: UUID, page_id: UUID, moment: datetime) -> str | None:
        """The slug a page had; its first one where by its dates it was made only later."""
        ...

    async def versions(self, workspace_id: UUID, reference: str, *, limit: int, offset: int) -> VersionsRead:
        """Newest first. Raises `PageNotFound`."""
        ...

    async def version(self, workspace_id: UUID, page_id: UUID, version: int) -> VersionEntry:
        """One of them, which has to be there."""
        ...


async def read_past(past: PagePast, workspace_id: UUID, reference: str, then: Then) -> PageRead:
    """What a reader got then. At a moment when it was in the trash, that is `PageNotFound`."""
    found = await past.page(workspace_id, reference, then)
    page, details, content = found.page, found.page.details, found.page.content
    if then.version is None and not page.live:
        raise PageNotFound
    parent_slug = await _parent_slug(past, workspace_id, page, then.moment)
    return PageRead(
        page_json(page, parent_slug),
        page.version,
        details.slug,
        details.title,
        bytes(content),
        content.hash,
        page_variant(details.id, contested=found.contested),
        # An import can still bring the parent a name of that time.
        parent_variant(parent_slug, renamed=True),
    )


async def _parent_slug(past: PagePast, workspace_id: UUID, page: Page, moment: datetime | None) -> str | None:
    """The slug the page's parent had at a moment, or when the page became what it is here."""
    parent_id = page.details.parent_id
    return None if parent_id is None else await past.slug_as_of(workspace_id, parent_id, moment or page.latest_at)
