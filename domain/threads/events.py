"""What can happen to a thread: a conversation with the assistant, and what may be done in it."""

import re
from datetime import datetime
from typing import Literal
from urllib.parse import quote
from uuid import UUID

import msgspec

from domain.events import Change, Event

Outcome = Literal["done", "refused", "failed"]
Ending = Literal["complete", "steps", "tokens"]
PAGES = "/v1/pages/"
_ENDS_A_LINK = re.compile(r"[\s()<>%]")
# What would end the name of a link in Markdown.
_BRACKETS = re.compile(r"[\\\[\]]")

Failure = Literal["unavailable", "refused", "rate_limited", "nonsense", "timed_out", "interrupted"]


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an answer comes from: a page as it was called then, the heading, and the words that were read there. Without an
    anchor it is the page as a whole, or what stands above its first heading.
    """

    page_id: UUID
    slug: str
    title: str
    heading: str = ""
    anchor: str = ""
    quote: str = ""

    @property
    def link(self) -> str:
        """Leads to the page in the API, and to the heading as browsers know it. No link of Markdown ends within it."""
        anchor = _ENDS_A_LINK.sub(lambda found: quote(found[0]), self.anchor)
        return f"{PAGES}{self.slug}{anchor and f'#{anchor}'}"

    @property
    def markdown(self) -> str:
        """The link, called after the page and the heading."""
        name = f"{self.title} \u203a {self.heading}" if self.heading else self.title
        shown = _BRACKETS.sub(r"\\\g<0>", name)
        return f"[{shown}]({self.link})"


class ToolCall(msgspec.Struct, frozen=True):
    """What the assistant did on its way to an answer. `arguments` is as it sent them, `result` what it was told, both cut to a
    bound. What was refused did nothing.
    """

    name: str
    arguments: str
    outcome: Outcome
    result: str


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the provider counts them."""

    read: int
    written: int


class ThreadStarted(Event, frozen=True, kw_only=True, tag="thread.started"):
    """Somebody began a conversation. It is theirs alone unless it is shared, and changes no page unless that is allowed."""

    provider_thread_id: str
    title: str | None = None
    shared: bool = False
    writes: bool = False


class ThreadRenamed(Event, frozen=True, tag="thread.renamed"):
    """The thread has another title; the first message of one that had none gave it its own."""

    title: Change[str | None]


class ThreadShared(Event, frozen=True, tag="thread.shared"):
    """Everybody in the workspace may read it and write in it from here on."""


class ThreadUnshared(Event, frozen=True, tag="thread.unshared"):
    """It is its author's alone again."""


class WritesAllowed(Event, frozen=True, tag="thread.writes_allowed"):
    """In this thread the assistant may change pages, as far as whoever asks it may."""


class WritesForbidden(Event, frozen=True, tag="thread.writes_forbidden"):
    """In this thread the assistant may only read."""


class ThreadArchived(Event, frozen=True, tag="thread.archived"):
    """The thread went to the trash."""


class ThreadRestored(Event, frozen=True, tag="thread.restored"):
    """The thread came back from the trash."""


class MessageSent(Event, frozen=True, tag="thread.message_sent"):
    """Somebody said something."""

    id: UUID
    content: str


class ReplyAsked(Event, frozen=True, tag="thread.reply_asked"):
    """The assistant was asked to answer a message. If nothing is heard of it until then, it was interrupted."""

    message_id: UUID
    until: datetime


class ReplyGiven(Event, frozen=True, kw_only=True, tag="thread.reply_given"):
    """The assistant answered. `model` names who it was; an `ending` other than complete says which bound cut it short."""

    id: UUID
    message_id: UUID
    content: str
    model: str
    citations: tuple[Citation, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    ending: Ending = "complete"
    usage: Usage | None = None


class ReplyFailed(Event, frozen=True, kw_only=True, tag="thread.reply_failed"):
    """There is no answer this time. `said` is how far it had got, and `calls` what was done until then."""

    message_id: UUID
    reason: Failure
    detail: str
    said: str = ""
    calls: tuple[ToolCall, ...] = ()


ThreadEvent = (
    ThreadStarted
    | ThreadRenamed
    | ThreadShared
    | ThreadUnshared
    | WritesAllowed
    | WritesForbidden
    | ThreadArchived
    | ThreadRestored
    | MessageSent
    | ReplyAsked
    | ReplyGiven
    | ReplyFailed
)
