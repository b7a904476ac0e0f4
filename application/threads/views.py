"""Threads and messages as they are answered."""

from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.page_views import iso
from domain.events import Actor
from domain.threads.conversation import Failed, Message
from domain.threads.events import Citation, Ending, Failure, ToolCall, Usage
from domain.threads.state import Thread

Role = Literal["user", "assistant"]
ReplyState = Literal["none", "waiting", "answered", "failed"]


class ThreadView(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A thread. `title` and `lastMessageAt` are null until something is said. `assistantMayWrite` says whether the assistant may
    change pages here, as far as whoever asks it may.
    """

    id: UUID
    provider_thread_id: str
    title: str | None
    created_at: str
    updated_at: str
    last_message_at: str | None
    shared: bool
    assistant_may_write: bool
    author: Actor
    archived_at: str | None
    version: int


class CitationView(msgspec.Struct, frozen=True, rename="camel"):
    """What an answer leans on. `slug` and `title` are those the page had then; `link` leads to the page, with its heading."""

    page_id: UUID
    slug: str
    title: str
    heading: str
    anchor: str
    link: str
    quote: str


class FailureView(msgspec.Struct, frozen=True, rename="camel"):
    """That the assistant did not answer: why, when, and how far it had got."""

    reason: Failure
    detail: str
    at: str
    said: str
    tool_calls: tuple[ToolCall, ...]


class MessageView(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What somebody said. As it is stored, it also has: of a user's, what became of it (`reply`, `failures`); of the assistant's,
    which question it answers (`inReplyTo`), and how the answer came about.
    """

    id: UUID
    role: Role
    content: str
    created_at: str
    author: Actor | UnsetType = UNSET
    version: int | UnsetType = UNSET
    reply: ReplyState | UnsetType = UNSET
    failures: tuple[FailureView, ...] | UnsetType = UNSET
    in_reply_to: UUID | UnsetType = UNSET
    model: str | UnsetType = UNSET
    ending: Ending | UnsetType = UNSET
    usage: Usage | UnsetType | None = UNSET
    citations: tuple[CitationView, ...] | UnsetType = UNSET
    tool_calls: tuple[ToolCall, ...] | UnsetType = UNSET


def thread_view(thread: Thread) -> ThreadView:
    return ThreadView(
        id=thread.id,
        provider_thread_id=thread.provider_thread_id,
        title=thread.title,
        created_at=iso(thread.created_at),
        updated_at=iso(thread.updated_at),
        last_message_at=None if thread.last_message_at is None else iso(thread.last_message_at),
        shared=thread.shared,
        assistant_may_write=thread.writes,
        author=thread.author,
        archived_at=None if thread.archived_at is None else iso(thread.archived_at),
        version=thread.version,
    )


def message_view(message: Message, *, raw: bool = False) -> MessageView:
    """`raw` is as it is stored."""
    role: Role = "user" if message.reply is None else "assistant"
    view = MessageView(id=message.id, role=role, content=message.content, created_at=iso(message.at))
    if not raw:
        return view
    view = msgspec.structs.replace(view, author=message.author, version=message.version)
    reply = message.reply
    if reply is None:
        failures = tuple(map(_failure_view, message.failures))
        return msgspec.structs.replace(view, reply=_reply_state(message), failures=failures)
    return msgspec.structs.replace(
        view,
        in_reply_to=reply.message_id,
        model=reply.model,
        ending=reply.ending,
        usage=reply.usage,
        citations=tuple(map(citation_view, reply.citations)),
        tool_calls=reply.calls,
    )


def citation_view(citation: Citation) -> CitationView:
    return CitationView(
        page_id=citation.page_id,
        slug=citation.slug,
        title=citation.title,
        heading=citation.heading,
        anchor=citation.anchor,
        link=citation.link,
        quote=citation.quote,
    )


def _failure_view(failed: Failed) -> FailureView:
    event = failed.event
    return FailureView(event.reason, event.detail, iso(failed.at), event.said, event.calls)


def _reply_state(message: Message) -> ReplyState:
    if message.answered_by is not None:
        return "answered"
    if message.asked_until is not None:
        return "waiting"
    return "failed" if message.failures else "none"
