"""What every event shares: an explicit tag and schema version, because a class path in a store outlives the class."""

from datetime import datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")
E_co = TypeVar("E_co", covariant=True)


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", gc=False):
    """A past fact. Subclasses name their tag; a change of shape raises `schema_version` and adds an upcaster."""

    schema_version: ClassVar[int] = 1


class Change(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """A value before and after, so that a timeline needs no second look."""

    before: T
    after: T


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who did it: a key, a person, the operator at the command line, the service itself, or its assistant."""

    kind: str
    id: str
    name: str

    @property
    def identity(self) -> str:
        """Who it is for good: names change."""
        return f"{self.kind}/{self.id}"


# Whichever model answers: who asked, and in which thread, is what an event's cause leads to.
ASSISTANT = Actor("assistant", "assistant", "Assistant")


class Recorded(msgspec.Struct, Generic[E_co], frozen=True, gc=False):
    """An event with what its stream knows of it: its place, when it happened and by whom."""

    event: E_co
    version: int
    at: datetime
    actor: Actor


class Meta(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is kept beside an event's data: who, in which request, in answer to what."""

    actor: Actor
    request: str | None = None
    # The digest of a request that carried an Idempotency-Key, so that the key with another body is noticed.
    fingerprint: str | None = None
    message: str | None = None
    # The stream in which it came about: of the assistant's changes, the thread.
    causation: UUID | None = None
    # The address it came from; only of what has to do with access, because an address once written stays for good.
    client: str | None = None
