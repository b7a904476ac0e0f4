"""A thread after its events. What was said in it is in `conversation.py`, because only few commands need to know."""

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
    WritesAllowed,
    WritesForbidden,
)


class Asked(msgspec.Struct, frozen=True):
    """A message that the assistant is answering, until when at most."""

    message_id: UUID
    until: datetime


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread at one version. `size_bytes` counts all that was said."""

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
            return _said(thread, event.content, fact.at)
        case ReplyAsked():
            return replace(thread, asked=(*thread.asked, Asked(event.message_id, event.until)))
        case ReplyGiven():
            return _said(_settled(thread, event.message_id), event.content, fact.at)
        case ReplyFailed():
            return _settled(thread, event.message_id)
        case _:
            assert_never(event)


def _said(thread: Thread, content: str, at: datetime) -> Thread:
    return msgspec.structs.replace(thread, last_message_at=at, size_bytes=thread.size_bytes + len(content.encode()))


def _settled(thread: Thread, message_id: UUID) -> Thread:
    return msgspec.structs.replace(thread, asked=tuple(asked for asked in thread.asked if asked.message_id != message_id))
