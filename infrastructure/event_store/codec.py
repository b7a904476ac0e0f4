"""Events as bytes and back, and the hash that makes an alteration visible."""

import hashlib
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import asyncpg
import msgspec

from domain.access import AccessEvent
from domain.events import Event, Meta, Recorded
from domain.items.milestones import MilestoneEvent
from domain.items.principles import PrincipleEvent
from domain.items.updates import UpdateEvent
from domain.keys import KeyEvent
from domain.members import MemberEvent
from domain.pages.events import PageEvent
from domain.planning.concepts import CONCEPTS
from domain.search.settings import LanguageChosen
from domain.signing_keys import SigningKeyEvent
from domain.threads.events import ThreadEvent
from domain.webhooks.events import WebhookEvent
from domain.workspaces import WorkspaceCreated

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

EVENTS: tuple[type[Event], ...] = (
    *get_args(PageEvent),
    WorkspaceCreated,
    *get_args(KeyEvent),
    *get_args(MemberEvent),
    *get_args(AccessEvent),
    *get_args(SigningKeyEvent),
    LanguageChosen,
    *get_args(WebhookEvent),
    *get_args(UpdateEvent),
    *get_args(MilestoneEvent),
    *get_args(PrincipleEvent),
    *get_args(ThreadEvent),
    *(event for concept in CONCEPTS for event in concept.events),
)
# From a stored (type, schema version) to the next version's members. Every version ever stored has a way to the newest.
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD = struct.Struct(">16s16sqiHBHI")
_encode = msgspec.json.Encoder().encode


class UnknownEvent(Exception):
    """The log holds an event of a type or schema version that this program does not know. Run the newest release."""


def tag_of(event_class: type[Event]) -> str:
    """The name the event has in the log."""
    return str(event_class.__struct_config__.tag)


TAGS = {event_class: tag_of(event_class) for event_class in EVENTS}
_CLASSES = {tag: event_class for event_class, tag in TAGS.items()}
_DECODERS = {tag: msgspec.json.Decoder(event_class) for tag, event_class in _CLASSES.items()}
_SLICES = {tag.partition(".")[0] for tag in _CLASSES}
_meta_decode = msgspec.json.Decoder(Meta).decode


def is_ours(tag: str) -> bool:
    """Whether a stored event is Daybook's own. Others come from programs that keep their streams in the same log; the library
    names theirs by module and class, with a colon between, and a module may be called `page`.
    """
    return tag.partition(".")[0] in _SLICES and ":" not in tag


def encode(event: Event) -> bytes:
    return _encode(event)


def encode_meta(meta: Meta) -> bytes:
    return _encode(meta)


def decode_meta(meta: bytes) -> Meta:
    return _meta_decode(meta)


def decode(tag: str, schema_version: int, data: bytes) -> Any:  # noqa: ANN401 - whichever event the tag names
    """The event, brought to its newest shape. Raises `UnknownEvent`."""
    event_class = _CLASSES.get(tag)
    if event_class is None or schema_version > event_class.schema_version:
        raise UnknownEvent(f"{tag} v{schema_version}")
    if schema_version == event_class.schema_version:
        return _DECODERS[tag].decode(data)
    members = msgspec.json.decode(data)
    for version in range(schema_version, event_class.schema_version):
        members = UPCASTERS[tag, version](members)
    return msgspec.convert(members, event_class)


def recorded_from(row: asyncpg.Record) -> Recorded[Any]:
    """An event's row as its stream knows it."""
    event = decode(row["type"], row["schema_version"], row["data"])
    return Recorded(event, row["version"], row["effective_at"], decode_meta(row["meta"]).actor)


class Stored(msgspec.Struct, frozen=True, gc=False):
    """An event's columns, as they are hashed."""

    workspace_id: UUID
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    data: bytes
    meta: bytes
    effective_at: datetime
    command_id: UUID | None


def digest(event: Stored) -> bytes:
    """SHA-256 over everything a writer brings. Lengths are part of it, so that no two events have the same bytes."""
    tag, command = event.type.encode(), event.command_id.bytes if event.command_id else b""
    since = event.effective_at - _EPOCH
    head = _HEAD.pack(
        event.workspace_id.bytes,
        event.stream_id.bytes,
        (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds,
        event.version,
        event.schema_version,
        len(command),
        len(tag),
        len(event.data),
    )
    return hashlib.sha256(b"".join((head, command, tag, event.data, event.meta))).digest()


# PostgreSQL counts microseconds from here when it sends a timestamp.
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def chain(previous: bytes, recorded_at: datetime, hashes: list[bytes]) -> bytes:
    """The chain after a batch; `daybook.write_events` computes the same."""
    since = recorded_at - _POSTGRES_EPOCH
    moment = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
    batch = hashlib.sha256(b"".join(hashes)).digest()
    return hashlib.sha256(previous + struct.pack(">q", moment) + batch).digest()
