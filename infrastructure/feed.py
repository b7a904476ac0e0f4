"""The change feed from the log: stored bytes are spliced, not decoded."""

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.feed import FeedEvent, FeedRead, PositionUnknown, Types
from application.page_views import iso_json
from domain.keys import KeyIssued
from infrastructure.database import Database
from infrastructure.event_store import codec
from infrastructure.growth import Hub
from infrastructure.sql import sql

# With types to look for, a call looks at no more positions than this, however rare they are.
SCANNED_POSITIONS_MAX = 10_000
POSITION_MAX = 2**63 - 1

_NULL = msgspec.Raw(b"null")


class PostgresFeed:
    """One statement a call; the hub says when to look again."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    @property
    def closing(self) -> bool:
        return self._hub.closed

    async def head(self, workspace_id: UUID) -> int:
        async with self._database.reading(workspace_id) as connection:
            return int(await connection.fetchval(sql("recorder_head"), workspace_id))

    async def grown(self, workspace_id: UUID, after: int, timeout_s: float) -> None:
        await self._hub.wait(workspace_id, after, timeout_s)

    async def read(self, workspace_id: UUID, after: int, *, types: Types | None, events_max: int, bytes_max: int) -> FeedRead:
        if after > POSITION_MAX:
            raise PositionUnknown
        until = min(after + (events_max if types is None else SCANNED_POSITIONS_MAX), POSITION_MAX)
        wanted = (None, None, None) if types is None else (types.names, types.prefixes, types.hidden)
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("feed"), workspace_id, after, until, events_max, bytes_max, *wanted)
        head = rows[0]["head"] if rows else 0
        if after > head:
            raise PositionUnknown(head=head)
        if not rows or rows[0]["position"] is None:
            return FeedRead([], min(until, head), head)
        read = sum(len(row["data"]) + len(row["meta"]) for row in rows)
        full = len(rows) == events_max or read >= bytes_max
        return FeedRead(spliced(rows), rows[-1]["position"] if full else min(until, head), head)


class _Meta(msgspec.Struct):
    """The members of an event's meta that are sent, as they are stored."""

    actor: msgspec.Raw
    request: msgspec.Raw = _NULL
    message: msgspec.Raw = _NULL
    causation: msgspec.Raw = _NULL


_meta = msgspec.json.Decoder(_Meta).decode
_TAGS = {tag: msgspec.json.encode(tag) for tag in codec.TAGS.values()}
_KEY_ISSUED = codec.TAGS[KeyIssued]


def spliced(rows: Iterable[Sequence[Any]]) -> list[FeedEvent]:
    """From rows of the log: any value, position, stream, version, type, schema version, data, meta, effective, recorded time."""
    events = []
    # The events of a batch were recorded at one time.
    recorded_at: datetime | None = None
    recorded = b""
    for _, position, stream, version, tag, schema_version, data, meta_bytes, effective_at, at in rows:
        if at != recorded_at:
            recorded_at, recorded = at, iso_json(at)
        meta, place, stream_id = _meta(meta_bytes), b"%d" % position, b'"%b"' % str(stream).encode()
        # Joined, because a template with as many places took four times as long.
        pieces = (
            *(b'{"position":', place, b',"id":"', place, b'","type":', _TAGS.get(tag) or msgspec.json.encode(tag)),
            *(b',"schemaVersion":%d,"streamId":' % schema_version, stream_id, b',"version":%d,"pageId":' % version),
            *(stream_id if tag.startswith("page.") else b"null", b',"actor":', meta.actor, b',"message":', meta.message),
            *(b',"cause":', meta.causation, b',"requestId":', meta.request, b',"at":', iso_json(effective_at)),
            *(b',"recordedAt":', recorded, b",", _data_members(tag, data), b"}"),
        )
        events.append(FeedEvent(position, tag, b"".join(pieces)))
    return events


def _data_members(tag: str, data: bytes) -> bytes:
    """An event's data as it is stored. Those of other programs may be anything, so they travel as base64."""
    if tag == _KEY_ISSUED:
        # Only whoever checks keys has use for the hash of a secret.
        members: dict[str, Any] = msgspec.json.decode(data)
        members.pop("secret_hash", None)
        data = msgspec.json.encode(members)
    elif tag not in _TAGS:
        if not codec.is_ours(tag) or not _is_object(data):
            return b'"data":null,"dataBase64":"%b"' % base64.b64encode(data)
        # Of a newer release that writes to the same log. One line, whatever is in it.
        data = msgspec.json.format(data, indent=-1)
    return b'"data":%b,"dataBase64":null' % data


def _is_object(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
