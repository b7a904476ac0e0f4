"""The change feed as server-sent events: streams that follow the log for as long as somebody listens."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import msgspec

from api.server_sent import HEARTBEAT_S, SILENCE
from application.access import NotSignedIn
from application.event_store import StoreUnavailable
from application.feed import FeedEvent, FeedReader, Types

CHUNK_EVENTS_MAX = 500
CHUNK_BYTES_MAX = 1024 * 1024
# What is kept of chunks that were sent, for streams that are about to want the same.
SHARED_BYTES_MAX = 16 * 1024 * 1024
# Between two chunks of a stream that is at the end of the log: what is written meanwhile travels together.
PAUSE_S = 0.005
DATABASE_PAUSE_S = 1.0
# How long a client that was cut off waits before it comes back.
OPENING = b"retry: 1000\n\n"

Key = tuple[UUID, int, Types | None]


class _Chunk(msgspec.Struct, frozen=True, gc=False):
    """Events as they are sent, and the position they reach."""

    frames: bytes
    last: int
    next: int
    at_end: bool


class EventStreams:
    """All streams of this process. Those that follow the same log read and frame it once between them, and none holds more than
    a chunk: the next is read when the one before is on its way.
    """

    def __init__(self, feed: FeedReader) -> None:
        self._feed = feed
        self._chunks: OrderedDict[Key, asyncio.Task[_Chunk]] = OrderedDict()
        self._kept_bytes = 0

    async def stream(
        self, workspace_id: UUID, after: int, types: Types | None, check: Callable[[], Awaitable[object]]
    ) -> AsyncIterator[bytes]:
        """Frames without end. `check`, asked before each chunk, raises `NotSignedIn` when the listener's key was revoked, or may
        do something else than it could; that ends the stream.
        """
        yield OPENING
        told = after
        beat_s = time.monotonic()
        while not self._feed.closing:
            try:
                await check()
                chunk = await self._chunk((workspace_id, after, types))
            except NotSignedIn:
                return
            except StoreUnavailable:
                chunk = _Chunk(b"", after, after, at_end=True)
                await asyncio.sleep(DATABASE_PAUSE_S)
            went_on, after = chunk.next > after, chunk.next
            if chunk.frames:
                yield chunk.frames
                told = chunk.last
                beat_s = time.monotonic()
            elif time.monotonic() - beat_s >= HEARTBEAT_S:
                yield _heartbeat(after, moved=told < after)
                told = after
                beat_s = time.monotonic()
            if went_on:
                await asyncio.sleep(PAUSE_S if chunk.at_end else 0)
            else:
                await self._feed.grown(workspace_id, after, max(0.0, HEARTBEAT_S - (time.monotonic() - beat_s)))

    async def _chunk(self, key: Key) -> _Chunk:
        """Shared by all who stand at the same place. One that holds events stays right for good, because the log does."""
        task = self._chunks.get(key)
        if task is None:
            task = self._chunks[key] = asyncio.create_task(self._read(key))
        else:
            self._chunks.move_to_end(key)
        # Whoever asked first may go away; the others still want it.
        return await asyncio.shield(task)

    async def _read(self, key: Key) -> _Chunk:
        workspace_id, after, types = key
        kept = False
        try:
            read = await self._feed.read(workspace_id, after, types=types, events_max=CHUNK_EVENTS_MAX, bytes_max=CHUNK_BYTES_MAX)
            frames = b"".join(map(_frame, read.events))
            kept = bool(frames)
            last = read.events[-1].position if read.events else after
            self._kept_bytes += len(frames)
            return _Chunk(frames, last, read.next, at_end=read.next >= read.head)
        finally:
            if not kept:
                del self._chunks[key]
            self._shrink()

    def _shrink(self) -> None:
        while self._kept_bytes > SHARED_BYTES_MAX:
            key = next((key for key, task in self._chunks.items() if task.done()), None)
            if key is None:
                return
            self._kept_bytes -= len(self._chunks.pop(key).result().frames)


def _frame(event: FeedEvent) -> bytes:
    # A line break would end the field, and the type of another program's event may hold anything.
    name = event.type.encode() if event.type.isprintable() else b"other"
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.position, name, event.json)


def _heartbeat(position: int, *, moved: bool) -> bytes:
    """Keeps the line open. An id without data is no event, but the client comes back with it, past what it did not want."""
    return b"id: %d\n\n" % position if moved else SILENCE
