"""A thread after its events. What was said in it is in `conversation.py`, because only few commands need to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

import msgspec

from domain.events import Actor, Recorded
from domain.threads.events import (
    MessageSent,
    ReplyAsked,
    ReplyFailed,
    ReplyGiven,
    ThreadArchived,
    ThreadEvent,
    ThreadRenamed,
    ThreadRestored,
    ThreadShared,
    ThreadStarted,
    ThreadUnshared,
    ToolCall,
    WritesAllowed,
    WritesForbidden,
)


class Asked(msgspec.Struct, frozen=True):
    """A message that the assistant is answering, until when at most."""

    message_id: UUID
    until: datetime


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread at one version. `size_bytes` counts all that was said, and what is kept of how it came about."""

    id: UUID
    provider_thread_id: str
    title: str | None
    author: Actor
    shared: bool
    writes: bool
    version: int
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None = None
    archived_at: datetime | None = None
    size_bytes: int = 0
    asked: tuple[Asked, ...] = ()

    @property
    def live(self) -> bool:
        return self.archived_at is None

    @property
    def overdue_from(self) -> datetime | None:
        """When the first of the questions will have been given up."""
        return min((asked.until for asked in self.asked), default=None)

    def asked_for(self, message_id: UUID) -> Asked | None:
        return next((asked for asked in self.asked if asked.message_id == message_id), None)


def evolve(thread: Thread | None, fact: Recorded[ThreadEvent], thread_id: UUID) -> Thread:
    event = fact.event
    if isinstance(event, ThreadStarted):
        return _started(event, fact, thread_id)
    if thread is None:
        raise TypeError("a thread's stream starts with its beginning")
    return _after(msgspec.structs.replace(thread, version=fact.version, updated_at=fact.at), event, fact)


def _started(event: ThreadStarted, fact: Recorded[ThreadEvent], thread_id: UUID) -> Thread:
    return Thread(
        id=thread_id,
        provider_thread_id=event.provider_thread_id,
        title=event.title,
        author=fact.actor,
        shared=event.shared,
        writes=event.writes,
        version=fact.version,
        created_at=fact.at,
        updated_at=fact.at,
    )


def _after(thread: Thread, event: ThreadEvent, fact: Recorded[ThreadEvent]) -> Thread:
    replace = msgspec.structs.replace
    match event:
        case ThreadStarted():
            raise TypeError("a thread starts once")
        case ThreadRenamed():
            return replace(thread, title=event.title.after)
        case ThreadShared() | ThreadUnshared():
            return replace(thread, shared=isinstance(event, ThreadShared))
        case WritesAllowed() | WritesForbidden():
            return replace(thread, writes=isinstance(event, WritesAllowed))
        case ThreadArchived() | ThreadRestored():
            return replace(thread, archived_at=fact.at if isinstance(event, ThreadArchived) else None)
        case MessageSent():
            return replace(_grown(thread, event), last_message_at=fact.at)
        case ReplyAsked():
            return replace(thread, asked=(*thread.asked, Asked(event.message_id, event.until)))
        case ReplyGiven():
            return replace(_settled(_grown(thread, event), event.message_id), last_message_at=fact.at)
        case ReplyFailed():
            return _settled(_grown(thread, event), event.message_id)
        case _:
            assert_never(event)


def _grown(thread: Thread, event: MessageSent | ReplyGiven | ReplyFailed) -> Thread:
    """By the texts of an event, which are nearly all of it."""
    match event:
        case MessageSent():
            texts = [event.content]
        case ReplyGiven():
            texts = [event.content, *(citation.quote for citation in event.citations), *_told(event.calls)]
        case ReplyFailed():
            texts = [event.said, *_told(event.calls)]
    return msgspec.structs.replace(thread, size_bytes=thread.size_bytes + sum(len(text.encode()) for text in texts))


def _told(calls: Sequence[ToolCall]) -> list[str]:
    return [text for call in calls for text in (call.arguments, call.result)]


def _settled(thread: Thread, message_id: UUID) -> Thread:
    return msgspec.structs.replace(thread, asked=tuple(asked for asked in thread.asked if asked.message_id != message_id))
