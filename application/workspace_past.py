"""The whole workspace as it was: the port of lists of the past."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.page_views import details_from, iso, stamp_from
from domain.pages.errors import PageNotFound
from domain.pages.matching import Candidate, matches, ordered
from domain.pages.queries import ROOT, Query


class ListedThen(msgspec.Struct, frozen=True, gc=False):
    """A page that was live then, as its stored members, with what tells its place in the tree."""

    doc: bytes
    stamp: bytes
    parent_slug: str | None
    place: str


class Named(msgspec.Struct, frozen=True):
    """The pages that a query names: their ids by the names given, and all slugs that its blockers go by."""

    ids: dict[str, UUID]
    blockers: frozenset[str]


class WorkspacePast(Protocol):
    """Reads one workspace. Raises `StoreUnavailable`."""

    def listing(self, workspace_id: UUID, moment: datetime) -> AsyncIterator[list[ListedThen]]:
        """All pages that were live at a moment, in the order of their creation, in pieces."""
        ...

    async def named(self, workspace_id: UUID, query: Query) -> Named:
        """By what names lead to now."""
        ...


async def found_then(past: WorkspacePast, workspace_id: UUID, moment: datetime, query: Query) -> list[ListedThen]:
    """What a query would have found at a moment, in its order; every page of then is looked at. Raises `PageNotFound`."""
    named = await past.named(workspace_id, query)
    slugs: dict[str, UUID] = {}
    parents: dict[UUID, UUID | None] = {}
    found: list[tuple[ListedThen, Candidate]] = []
    async for pages in past.listing(workspace_id, moment):
        for page in pages:
            details = details_from(page.doc, b"", None)
            slugs[details.slug] = details.id
            parents[details.id] = details.parent_id
            candidate = Candidate(details, page.place, stamp_from(page.stamp).updated_at)
            if matches(query, candidate, named.blockers):
                found.append((page, candidate))
    # A name that was a page's then means that page, and so does its id, wherever the page is now.
    by_id = {str(page_id): page_id for page_id in parents} if query.parent or query.under else {}
    ids = named.ids | slugs | by_id
    right_below = {None if name == ROOT else _id(name, "parent", ids) for name in query.parent}
    above = {_id(name, "under", ids) for name in query.under}
    since = "" if query.updated_since is None else iso(query.updated_since)
    among = [
        (page, candidate)
        for page, candidate in found
        if candidate.updated_at >= since
        and (not right_below or candidate.details.parent_id in right_below)
        and (not above or _is_below(candidate.details.parent_id, above, parents))
    ]
    order = ordered([candidate for _, candidate in among], query.order)
    return [among[place][0] for place in order]


def _is_below(parent_id: UUID | None, above: set[UUID], parents: dict[UUID, UUID | None]) -> bool:
    seen: set[UUID] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id in above:
            return True
        seen.add(parent_id)
        parent_id = parents.get(parent_id)
    return False


def _id(name: str, parameter: str, ids: dict[str, UUID]) -> UUID:
    if name not in ids:
        raise PageNotFound(f"{parameter} names no page of this workspace: {name[:60]!r}.", parameter=parameter)
    return ids[name]
