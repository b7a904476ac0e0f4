"""The versions of a page, as their readers get them."""

from typing import Any

import msgspec

from application.history import ACTIONS, Entry, changes, summary
from application.page_views import iso
from domain.events import Actor


class VersionEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One version: what led to it, as the history says it, and how large the text was then."""

    version: int
    position: int
    action: str
    actor: Actor
    summary: str
    changes: dict[str, Any]
    size_bytes: int
    content_hash: str
    label: str | None
    created_at: str


class VersionsRead(msgspec.Struct, frozen=True):
    """Newest first, and how many there are in all."""

    versions: list[VersionEntry]
    total: int


def version_entry(entry: Entry, size_bytes: int, content_hash: str, label: str | None) -> VersionEntry:
    return VersionEntry(
        version=entry.version,
        position=entry.position,
        action=ACTIONS[type(entry.event)],
        actor=entry.actor,
        summary=entry.message or summary(entry.event),
        changes=changes(entry.event),
        size_bytes=size_bytes,
        content_hash=content_hash,
        label=label,
        created_at=iso(entry.at),
    )
