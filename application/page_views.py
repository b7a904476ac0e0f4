"""How a page reads: the members of the resource, as the knowledge API names them.

The read model stores them as JSON bytes in two parts, `doc` (what metadata events change) and `stamp` (what every event changes),
so that an append rewrites little and a list is spliced instead of built.
"""

import hashlib
from datetime import UTC, date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from domain.events import Actor
from domain.pages.events import Icon, PageType, PropertyValue, Schema, Status
from domain.pages.state import Details, Page


class PageDoc(msgspec.Struct, frozen=True, rename="camel"):
    """What metadata events change."""

    id: UUID
    slug: str
    title: str
    subtitle: str | None
    parent_id: UUID | None
    type: PageType
    status: Status | None
    icon: Icon | None
    owner: str | None
    blocked_by: tuple[str, ...]
    due_date: date | None
    properties: dict[str, PropertyValue]
    created_at: str
    created_by: Actor
    archived_at: str | None


class PageAside(msgspec.Struct, frozen=True, omit_defaults=True):
    """What metadata events change and the resource does not show."""

    rank: str | None = None
    schema: Schema | None = None
    labels: dict[int, str] = {}


class PageStamp(msgspec.Struct, frozen=True, rename="camel"):
    """What every event changes."""

    version: int
    updated_at: str
    updated_by: Actor


# The end of a page's id, or the start of a hash: enough to tell the few apart that an address can have shown.
VARIANT_DIGITS = 12
_encode = msgspec.json.Encoder().encode
# A time with microseconds, in quotes; without them, seven bytes less.
_MOMENT_BYTES = 29


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, always with four digits of year and six of microseconds."""
    return iso_json(at)[1:-1].decode()


def iso_json(at: datetime) -> bytes:
    """The same as JSON. The encoder takes a thirtieth of the standard library's time, but leaves out microseconds of zero."""
    encoded = _encode(at if at.tzinfo is UTC else at.astimezone(UTC))
    return encoded if len(encoded) == _MOMENT_BYTES else b'%b.000000Z"' % encoded[:-2]


def page_doc(details: Details) -> PageDoc:
    return PageDoc(
        id=details.id,
        slug=details.slug,
        title=details.title,
        subtitle=details.subtitle,
        parent_id=details.parent_id,
        type=details.page_type,
        status=details.status,
        icon=details.icon,
        owner=details.owner,
        blocked_by=details.blocked_by,
        due_date=details.due_date,
        properties=details.properties,
        created_at=iso(details.created_at),
        created_by=details.created_by,
        archived_at=iso(details.archived_at) if details.archived_at else None,
    )


def doc(details: Details) -> bytes:
    """The JSON members, without the braces around them."""
    return msgspec.json.encode(page_doc(details))[1:-1]


def aside(details: Details) -> bytes:
    """As `details_from` reads it; empty for nearly every page."""
    if details.rank is None and details.schema is None and not details.labels:
        return b""
    return msgspec.json.encode(PageAside(details.rank, details.schema, details.labels))


def stamp(page: Page) -> bytes:
    """The JSON members, without the braces around them, as `PageStamp` reads them."""
    return stamp_of(page.version, page.updated_at, page.updated_by)


def stamp_of(version: int, updated_at: datetime, updated_by: Actor) -> bytes:
    """The same from its parts."""
    at, by = iso(updated_at).encode(), _actor_json(updated_by)
    return b'"version":%d,"updatedAt":"%b","updatedBy":%b' % (version, at, by)


@lru_cache(maxsize=1024)
def _actor_json(actor: Actor) -> bytes:
    return msgspec.json.encode(actor)


def details_from(members: bytes, aside_json: bytes, archived_root: UUID | None) -> Details:
    """The metadata that `doc` and `aside` were made of."""
    read = msgspec.json.decode(b"{%b}" % members, type=PageDoc)
    beside = msgspec.json.decode(aside_json, type=PageAside) if aside_json else PageAside()
    return Details(
        id=read.id,
        slug=read.slug,
        title=read.title,
        subtitle=read.subtitle,
        parent_id=read.parent_id,
        page_type=read.type,
        status=read.status,
        icon=read.icon,
        owner=read.owner,
        blocked_by=read.blocked_by,
        due_date=read.due_date,
        properties=read.properties,
        created_at=datetime.fromisoformat(read.created_at),
        created_by=read.created_by,
        archived_at=datetime.fromisoformat(read.archived_at) if read.archived_at else None,
        archived_root=archived_root,
        rank=beside.rank,
        schema=beside.schema,
        labels=beside.labels,
    )


def labels_from(aside_json: bytes) -> dict[int, str]:
    """The names of versions that `aside` was made of."""
    return msgspec.json.decode(aside_json, type=PageAside).labels if aside_json else {}


def stamp_from(members: bytes) -> PageStamp:
    """The version and its who and when that `stamp` was made of."""
    return msgspec.json.decode(b"{%b}" % members, type=PageStamp)


def resource(doc_members: bytes, stamp_members: bytes, parent_slug: str | None) -> bytes:
    """The JSON object of one page, as lists show it. A slug holds no character that JSON would escape."""
    parent = b'"%b"' % parent_slug.encode() if parent_slug else b"null"
    return b'{%b,%b,"parentSlug":%b}' % (doc_members, stamp_members, parent)


def full_resource(listed: bytes, content: bytes, content_hash: str) -> bytes:
    """The JSON object of one page with its content, from the object that lists show."""
    text = msgspec.json.encode(content.decode())
    return b'%b,"content":%b,"contentHash":"%b"}' % (listed[:-1], text, content_hash.encode())


def page_variant(page_id: UUID, *, contested: bool) -> str:
    """What a tag needs beside the version where other pages had the same slug."""
    return page_id.hex[-VARIANT_DIGITS:] if contested else ""


def parent_variant(parent_slug: str | None, *, renamed: bool) -> str:
    """What a tag needs beside the version where the parent can have had other slugs."""
    if parent_slug is None or not renamed:
        return ""
    return hashlib.sha256(parent_slug.encode(), usedforsecurity=False).hexdigest()[:VARIANT_DIGITS]


def page_json(page: Page, parent_slug: str | None) -> bytes:
    """The JSON object of a page that is at hand; the read model gives the same bytes."""
    listed = resource(doc(page.details), stamp(page), parent_slug)
    return full_resource(listed, bytes(page.content), page.content.hash)


def listed_json(page: Page, parent_slug: str | None) -> bytes:
    """The JSON object of a page as lists show it, and its contentHash."""
    return b'%b,"contentHash":"%b"}' % (resource(doc(page.details), stamp(page), parent_slug)[:-1], page.content.hash.encode())
