"""The inline projection of pages: which rows of the read model a page's events change."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.page_views import aside, doc, stamp
from domain.pages.content import Content
from domain.pages.events import (
    ContentAppended,
    PageCreated,
    PageMoved,
    PageRestored,
)
from domain.pages.facets import Facet, facets_of
from domain.pages.state import CONTENT_EVENTS, Page

_PLACING_EVENTS = frozenset((PageCreated, PageMoved, PageRestored))

PageRow = tuple[Any, ...]
Tick = tuple[UUID, UUID, int, bytes, int, bytes, bytes, int, int, bytes, datetime]
FacetRow = tuple[UUID, str, str, float | None, UUID]
SegmentRow = tuple[UUID, UUID, int, bytes]
SegmentRange = tuple[UUID, UUID, int, int]


def touches_only_content(events: Sequence[object]) -> bool:
    return all(type(event) in CONTENT_EVENTS for event in events)


def only_appends(events: Sequence[object]) -> bool:
    return all(type(event) is ContentAppended for event in events)


def tick(workspace_id: UUID, page: Page, before: Page) -> Tick:
    """The columns that every event changes, and what they have to be beforehand."""
    content = page.content
    return (
        workspace_id,
        page.details.id,
        before.version,
        before.content.digest,
        page.version,
        stamp(page),
        content.digest,
        content.size_bytes,
        len(content.segments) - 1,
        content.tail,
        page.latest_at,
    )


def page_row(workspace_id: UUID, page: Page, expected: int) -> PageRow:
    """The whole row."""
    details, content = page.details, page.content
    return (
        workspace_id,
        details.id,
        expected,
        details.parent_id,
        details.archived_root,
        page.live,
        details.slug,
        details.title,
        doc(details),
        page.version,
        stamp(page),
        content.digest,
        content.size_bytes,
        len(content.segments) - 1,
        content.tail,
        aside(details),
        details.place,
        details.page_type,
        page.latest_at,
    )


def snapshot_row(workspace_id: UUID, page: Page, position: int) -> PageRow:
    """The page, kept whole; `position` is that of its last event in the log."""
    details, content = page.details, page.content
    return (
        workspace_id,
        details.id,
        page.version,
        position,
        page.latest_at,
        details.archived_root,
        doc(details),
        aside(details),
        stamp(page),
        content.digest,
        content.size_bytes,
        bytes(content),
    )


class FacetChanges(msgspec.Struct, frozen=True):
    """Which rows of the index of facets go, and which come."""

    dropped: list[FacetRow]
    written: list[FacetRow]


def facet_changes(workspace_id: UUID, before: Page | None, after: Page) -> FacetChanges:
    old, new = _facets(before), _facets(after)
    page_id = after.details.id
    return FacetChanges(_facet_rows(workspace_id, page_id, old - new), _facet_rows(workspace_id, page_id, new - old))


def facet_rows(workspace_id: UUID, page: Page) -> list[FacetRow]:
    """All of a page's, in their order."""
    return _facet_rows(workspace_id, page.details.id, _facets(page))


def _facets(page: Page | None) -> set[Facet]:
    """Pages in the trash have none, so that a query never meets them."""
    return facets_of(page.details) if page is not None and page.live else set()


def _facet_rows(workspace_id: UUID, page_id: UUID, facets: set[Facet]) -> list[FacetRow]:
    return [(workspace_id, facet.name, facet.value, facet.number, page_id) for facet in sorted(facets)]


def parent_need(page: Page, events: Sequence[object]) -> UUID | None:
    """The parent that has to be there when these events are written."""
    return page.details.parent_id if any(type(event) in _PLACING_EVENTS for event in events) else None


class SegmentChanges(msgspec.Struct, frozen=True):
    """Which stored segments go, and which come. The tail is not among them: it lies in the page's row."""

    dropped: list[SegmentRange]
    written: list[SegmentRow]


def appended_segments(workspace_id: UUID, page_id: UUID, before: Content, after: Content) -> list[SegmentRow]:
    """What appending sealed: nothing else of the content can have changed, however long it is."""
    first, stop = len(before.segments) - 1, len(after.segments) - 1
    return [(workspace_id, page_id, index, after.segments[index]) for index in range(first, stop)]


def segment_changes(workspace_id: UUID, page_id: UUID, before: Content | None, after: Content) -> SegmentChanges:
    """A segment that both contents share is the same object, so it need not be looked into."""
    old = before.segments[:-1] if before else ()
    new = after.segments[:-1]
    dropped = [(workspace_id, page_id, first, stop) for first, stop in _changed_ranges(old, new)]
    written = [
        (workspace_id, page_id, index, body) for index, body in enumerate(new) if index >= len(old) or old[index] is not body
    ]
    return SegmentChanges(dropped, written)


def _changed_ranges(old: tuple[bytes, ...], new: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Runs of stored segments that are no longer what they were."""
    start = None
    for index, body in enumerate(old):
        same = index < len(new) and new[index] is body
        if same and start is not None:
            yield start, index
            start = None
        elif not same and start is None:
            start = index
    if start is not None:
        yield start, len(old)
