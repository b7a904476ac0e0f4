"""What may be done with a thread, by whom, and what then happens. All here is pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Actor, Change
from domain.pages.errors import NotInTrash
from domain.threads.conversation import Message, message_in
from domain.threads.errors import (
    AlreadyAnswered,
    MessageNotFound,
    NotTheAuthor,
    ReplyPending,
    ThreadFull,
    ThreadInTrash,
    ThreadNotFound,
)
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
from domain.threads.rules import THREAD_BYTES_MAX, THREAD_EVENTS_MAX, check_message, check_title, title_from
from domain.threads.state import Asked, Thread

INTERRUPTED = (
    "The service ended, or lost its database, while the assistant was answering. If it had changed pages by then, their history "
    "shows it."
)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A thread that somebody wants to begin."""

    title: str | None = None
    message: str | None = None
    shared: bool = False
    writes: bool = False


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to change: only set fields do."""

    title: str | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    writes: bool | UnsetType = UNSET


def start(draft: Draft, provider_thread_id: str, message_id: UUID) -> list[ThreadEvent]:
    """A thread without a title is called after its first message."""
    title = None if draft.title is None else check_title(draft.title)
    said: list[ThreadEvent] = []
    if draft.message is not None:
        said.append(MessageSent(message_id, check_message(draft.message)))
        title = title or title_from(draft.message)
    started = ThreadStarted(provider_thread_id=provider_thread_id, title=title, shared=draft.shared, writes=draft.writes)
    return [started, *said]


def change(thread: Thread, wanted: Changes) -> list[ThreadEvent]:
    """Only what differs is recorded."""
    events: list[ThreadEvent] = []
    if wanted.title is not UNSET and check_title(wanted.title) != thread.title:
        events.append(ThreadRenamed(Change(thread.title, wanted.title)))
    if wanted.shared not in {UNSET, thread.shared}:
        events.append(ThreadShared() if wanted.shared else ThreadUnshared())
    if wanted.writes not in {UNSET, thread.writes}:
        events.append(WritesAllowed() if wanted.writes else WritesForbidden())
    return events


def archive(_: Thread) -> list[ThreadEvent]:
    return [ThreadArchived()]


def restore(thread: Thread) -> list[ThreadEvent]:
    if thread.live:
        raise NotInTrash
    return [ThreadRestored()]


def send(thread: Thread, message_id: UUID, content: str) -> list[ThreadEvent]:
    check_message(content)
    check_room(thread, len(content.encode()))
    sent: list[ThreadEvent] = [MessageSent(message_id, content)]
    if thread.title is None:
        sent.append(ThreadRenamed(Change(None, title_from(content))))
    return sent


def send_and_ask(thread: Thread, message_id: UUID, content: str, until: datetime) -> list[ThreadEvent]:
    return [*send(thread, message_id, content), ReplyAsked(message_id, until)]


def ask_again(thread: Thread, messages: Sequence[Message], message_id: UUID, now: datetime, until: datetime) -> list[ThreadEvent]:
    """About a message that was only sent, or whose answer failed."""
    message = message_in(messages, message_id)
    if message.reply is not None:
        raise MessageNotFound
    if message.answered_by is not None:
        raise AlreadyAnswered
    check_room(thread)
    asked = thread.asked_for(message_id)
    if asked is not None and now < asked.until:
        raise ReplyPending
    return [*([interrupted(message_id)] if asked else []), ReplyAsked(message_id, until)]


def settle(thread: Thread, outcome: ReplyGiven | ReplyFailed, until: datetime) -> list[ThreadEvent]:
    """An answer, or that there is none, to the question that was asked until then. What was settled before stays so, and of a
    question that was given up and asked once more, only the second counts.
    """
    return [outcome] if Asked(outcome.message_id, until) in thread.asked else []


def give_up(thread: Thread, now: datetime) -> list[ThreadEvent]:
    """Settles the questions of which nothing was heard in time."""
    return [interrupted(asked.message_id) for asked in thread.asked if now >= asked.until]


def interrupted(message_id: UUID) -> ReplyFailed:
    return ReplyFailed(message_id=message_id, reason="interrupted", detail=INTERRUPTED)


def check_visible(thread: Thread, actor: Actor) -> Thread:
    """Raises `ThreadNotFound`, as if it were not there at all."""
    if not thread.shared and not _is_author(thread, actor):
        raise ThreadNotFound
    return thread


def check_author(thread: Thread, actor: Actor) -> Thread:
    """Raises `NotTheAuthor` to those who may see it."""
    if not _is_author(check_visible(thread, actor), actor):
        raise NotTheAuthor
    return thread


def check_room(thread: Thread, more_bytes: int = 0) -> None:
    """Raises `ThreadFull`."""
    if thread.size_bytes + more_bytes > THREAD_BYTES_MAX or thread.version >= THREAD_EVENTS_MAX:
        raise ThreadFull


def check_live(thread: Thread) -> Thread:
    """Raises `ThreadInTrash`: such a thread can be read, and that is all."""
    if not thread.live:
        raise ThreadInTrash
    return thread


def _is_author(thread: Thread, actor: Actor) -> bool:
    return thread.author.identity == actor.identity
