"""What may happen to a page. Each decision answers the events that follow, none if nothing would change, or raises."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import VersionStale
from domain.events import Change
from domain.pages.content import Content, Edit, difference
from domain.pages.errors import ContentStale, DatabaseHasSchema, NotInTrash, PageNotFound
from domain.pages.events import (
    ContentAppended,
    ContentEdited,
    ContentReplaced,
    DetailsChanged,
    Icon,
    PageArchived,
    PageCreated,
    PageEvent,
    PageMoved,
    PageOrdered,
    PageRestored,
    PageType,
    PropertyValue,
    SlugChanged,
    Status,
)
from domain.pages.rules import (
    check_blocked_by,
    check_content_size,
    check_icon,
    check_owner,
    check_properties,
    check_property_count,
    check_subtitle,
    check_title,
    content_bytes,
    text_bytes,
)
from domain.pages.state import CHANGEABLE, Details, Page


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A page to be."""

    title: str
    content: str = ""
    subtitle: str | None = None
    page_type: PageType = "page"
    status: Status | None = None
    icon: Icon | None = None
    owner: str | None = None
    blocked_by: tuple[str, ...] = ()
    due_date: date | None = None
    properties: dict[str, PropertyValue | None] = {}


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to change: only set fields do. Properties merge key by key; None removes one."""

    title: str | UnsetType = UNSET
    subtitle: str | UnsetType | None = UNSET
    page_type: PageType | UnsetType = UNSET
    status: Status | UnsetType | None = UNSET
    icon: Icon | UnsetType | None = UNSET
    owner: str | UnsetType | None = UNSET
    blocked_by: tuple[str, ...] | UnsetType = UNSET
    due_date: date | UnsetType | None = UNSET
    properties: dict[str, PropertyValue | None] | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    # The place among the siblings.
    rank: str | UnsetType = UNSET
    content: str | UnsetType = UNSET


class Guard(msgspec.Struct, frozen=True):
    """What the caller saw: the command is refused if the page is no longer so."""

    version: int | None = None
    content_hash: str | None = None
    # Versions that will do as well: HTTP lets a caller name several.
    other_versions: tuple[int, ...] = ()


UNGUARDED = Guard()


def check_live(page: Page | None, guard: Guard = UNGUARDED) -> Page:
    """The page, if it is there and still as the caller saw it."""
    if page is None or not page.live:
        raise PageNotFound
    check_guard(page, guard)
    return page


def check_guard(page: Page, guard: Guard) -> None:
    if guard.version is not None and page.version not in (guard.version, *guard.other_versions):
        raise VersionStale(current=page)
    if guard.content_hash is not None and guard.content_hash.lower() != page.content.hash:
        raise ContentStale(current=page)


def create(draft: Draft, *, slug: str, parent_id: UUID | None) -> list[PageEvent]:
    """`slug` is one that was free a moment ago; the store has the last word on that."""
    check_properties(draft.properties)
    properties = {key: value for key, value in draft.properties.items() if value is not None}
    check_property_count(properties)
    content = Content.from_text(content_bytes(draft.content))
    created = PageCreated(
        slug=slug,
        title=check_title(draft.title),
        subtitle=check_subtitle(draft.subtitle),
        parent_id=parent_id,
        page_type=draft.page_type,
        status=draft.status,
        icon=check_icon(draft.icon),
        owner=check_owner(draft.owner),
        blocked_by=check_blocked_by(draft.blocked_by),
        due_date=draft.due_date,
        properties=properties,
        content=draft.content,
        content_hash=content.hash,
    )
    return [created]


def change(page: Page, changes: Changes) -> list[PageEvent]:
    events: list[PageEvent] = []
    details = _changed_details(page.details, changes)
    if details is not None:
        events.append(details)
    if changes.slug is not UNSET and changes.slug != page.details.slug:
        events.append(SlugChanged(Change(page.details.slug, changes.slug)))
    if changes.parent_id is not UNSET and changes.parent_id != page.details.parent_id:
        events.append(PageMoved(Change(page.details.parent_id, changes.parent_id)))
    if changes.rank is not UNSET and changes.rank != page.details.rank:
        events.append(PageOrdered(Change(page.details.rank, changes.rank)))
    if changes.content is not UNSET:
        events += replace_content(page, changes.content)
    return events


def append_content(page: Page, text: str) -> list[PageEvent]:
    """The text starts on a line of its own."""
    added = text if page.content.ends_line or not text else "\n" + text
    encoded = text_bytes(added, "content")
    if not encoded:
        return []
    check_content_size(page.content.size_bytes + len(encoded))
    return [ContentAppended(added, page.content.appended(encoded).hash)]


def replace_content(page: Page, text: str) -> list[PageEvent]:
    change = content_change(page, text)
    return [] if change is None else [change]


def content_change(page: Page, text: str) -> ContentReplaced | ContentEdited | None:
    """Keeps the smaller of the new text and the edit that leads to it; None if the text is the same."""
    new = content_bytes(text)
    old = bytes(page.content)
    return None if new == old else _smallest((difference(old, new),), new)


def edit_content(page: Page, edits: tuple[Edit, ...]) -> list[PageEvent]:
    edited = page.content.edited(edits)
    check_content_size(edited.size_bytes)
    if edited.digest == page.content.digest:
        return []
    return [_smallest(edits, bytes(edited))]


def archive(page: Page, root: UUID) -> list[PageEvent]:
    return [PageArchived(root)] if page.live else []


def restore(page: Page | None, *, slug: str, parent_id: UUID | None) -> list[PageEvent]:
    """Back under the parent and slug it can have now, which need not be those it had."""
    if page is None:
        raise PageNotFound
    root = page.details.archived_root
    if root is None:
        raise NotInTrash
    moved_home = Changes(slug=slug, parent_id=parent_id)
    return [PageRestored(root), *change(page, moved_home)]


def _smallest(edits: tuple[Edit, ...], new: bytes) -> ContentReplaced | ContentEdited:
    digest = Content.from_text(new).hash
    choices: list[ContentReplaced | ContentEdited] = [ContentEdited(edits, digest), ContentReplaced(new.decode(), digest)]
    return min(choices, key=lambda event: len(msgspec.json.encode(event)))


def _changed_details(details: Details, changes: Changes) -> DetailsChanged | None:
    wanted = {name: value for name in CHANGEABLE if (value := getattr(changes, name)) is not UNSET}
    for name, check in _CHECKS.items():
        if name in wanted:
            wanted[name] = check(wanted[name])
    if details.schema is not None and wanted.get("page_type", "database") != "database":
        raise DatabaseHasSchema
    changed: dict[str, Any] = {
        name: Change(before, after) for name, after in wanted.items() if (before := getattr(details, name)) != after
    }
    if changes.properties is not UNSET:
        changed["properties"] = _changed_properties(details, changes.properties)
    return DetailsChanged(**changed) if any(changed.values()) else None


def _changed_properties(details: Details, wanted: dict[str, PropertyValue | None]) -> dict[str, Change[PropertyValue | None]]:
    check_properties(wanted)
    check_property_count({key: value for key, value in (details.properties | wanted).items() if value is not None})
    return {
        key: Change(before, after)
        for key, after in wanted.items()
        # True equals 1 in Python; in JSON they are different values.
        if (before := details.properties.get(key)) != after or type(before) is not type(after)
    }


_CHECKS: dict[str, Any] = {
    "title": check_title,
    "subtitle": check_subtitle,
    "icon": check_icon,
    "owner": check_owner,
    "blocked_by": check_blocked_by,
}
