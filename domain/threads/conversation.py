"""What was said in a thread, in order: its messages, with what became of the questions among them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from domain.events import Actor, Recorded
from domain.threads.errors import MessageNotFound
from domain.threads.events import MessageSent, ReplyAsked, ReplyFailed, ReplyGiven, ThreadEvent


class Failed(msgspec.Struct, frozen=True):
    """The assistant did not answer, and when that was clear."""

    event: ReplyFailed
    at: datetime


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `reply` is what the assistant said, where it is the assistant's; the rest is about a user's: whether it was
    answered, whether it is being answered, and what went wrong before.
    """

    id: UUID
    content: str
    author: Actor
    at: datetime
    version: int
    reply: ReplyGiven | None = None
    answered_by: UUID | None = None
    asked_until: datetime | None = None
    failures: tuple[Failed, ...] = ()


def conversation(facts: Iterable[Recorded[ThreadEvent]]) -> list[Message]:
    """The messages that a stream's events tell of."""
    found: dict[UUID, Message] = {}
    for fact in facts:
        match fact.event:
            case MessageSent() as sent:
                found[sent.id] = _message(sent.id, sent.content, fact)
            case ReplyAsked() as asked:
                found[asked.message_id] = msgspec.structs.replace(found[asked.message_id], asked_until=asked.until)
            case ReplyGiven() as given:
                answered = msgspec.structs.replace(found[given.message_id], answered_by=given.id, asked_until=None)
                found[given.message_id] = answered
                found[given.id] = _message(given.id, given.content, fact, given)
            case ReplyFailed() as failed:
                message = found[failed.message_id]
                failures = (*message.failures, Failed(failed, fact.at))
                found[failed.message_id] = msgspec.structs.replace(message, failures=failures, asked_until=None)
            case _:
                pass
    return list(found.values())


def message_in(messages: Sequence[Message], message_id: UUID) -> Message:
    """Raises `MessageNotFound`."""
    for message in messages:
        if message.id == message_id:
            return message
    raise MessageNotFound


def outcome_of(messages: Sequence[Message], message_id: UUID) -> Message | Failed | None:
    """What became of a question: its answer, or that the last attempt failed; None while it is being answered."""
    message = message_in(messages, message_id)
    if message.answered_by is not None:
        return message_in(messages, message.answered_by)
    return message.failures[-1] if message.failures and message.asked_until is None else None


def up_to(messages: Sequence[Message], message: Message) -> list[Message]:
    """What had been said when a message was sent, with it as the last. Of messages that were sent at once, each has only those
    before it.
    """
    return [each for each in messages if each.version <= message.version]


def _message(message_id: UUID, content: str, fact: Recorded[ThreadEvent], reply: ReplyGiven | None = None) -> Message:
    return Message(id=message_id, content=content, author=fact.actor, at=fact.at, version=fact.version, reply=reply)
