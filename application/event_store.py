"""The port to the log: what a use case hands over to be made durable, and what can come back instead."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from domain.errors import DomainError
from domain.events import Actor, Event, Recorded


class Command(msgspec.Struct, frozen=True):
    """Who wants something, where and when. `command_id` is what makes sending it twice the same as sending it once."""

    workspace_id: UUID
    command_id: UUID
    at: datetime
    actor: Actor
    request: str | None = None
    fingerprint: str | None = None
    message: str | None = None
    client: str | None = None
    # The stream in which it came about; of the assistant's changes, the thread.
    cause: UUID | None = None


class StreamChange(msgspec.Struct, frozen=True):
    """What happens to one stream. `before` and `after` are the states around the events, for the read models."""

    stream_id: UUID
    expected_version: int
    events: Sequence[Event]
    before: Any
    after: Any


class Append(msgspec.Struct, frozen=True):
    """One command's events: all of them become durable, or none. A stream may stand in several changes."""

    command: Command
    changes: Sequence[StreamChange]


class KnownCommand(msgspec.Struct, frozen=True):
    """Where an earlier run of a command ended: the version its first stream had afterwards, and its last event's position."""

    stream_id: UUID
    version: int
    fingerprint: str | None
    position: int


class Answer(msgspec.Struct, frozen=True):
    """What a command was answered, as it is sent: for commands whose answer cannot be read off the log again. The position is
    that of the command's last event; None if it changed nothing.
    """

    status: int
    body: bytes
    position: int | None = None


class KeptAnswer(msgspec.Struct, frozen=True):
    """The answer of an earlier run of a command, where it is still kept."""

    fingerprint: str | None
    answer: Answer | None


class VersionConflict(Exception):
    """Somebody else appended to the stream first. Nothing was written; decide again on the new state."""


class CommandKnown(Exception):
    """This command was carried out before. Nothing was written now."""


class StoreUnavailable(DomainError):
    """The database cannot be reached at the moment. Nothing of this request was written; send it again in a second."""

    code = "unavailable"


class OutcomeUnknown(DomainError):
    """The database went away while it was writing, and did not come back in time to be asked. Send the request again with the
    same Idempotency-Key: it is carried out only if it was not before.
    """

    code = "outcome_unknown"


class ExclusiveSession(Protocol):
    """A transaction that holds the workspace's head: nobody else appends to the workspace meanwhile."""

    @property
    def position(self) -> int:
        """Of the workspace's newest event when the session began."""
        ...

    def append(self, request: Append) -> Awaitable[int]: ...

    async def keep(self, command: Command, answer: Answer) -> None:
        """Keeps the answer for some days, under the command's id. Raises `CommandKnown` if one is kept already."""
        ...


class EventStore(Protocol):
    """Raises `VersionConflict`, `CommandKnown`, `StoreUnavailable`, `OutcomeUnknown`, and constraints in the domain's words."""

    def append(self, request: Append) -> "asyncio.Future[int]":
        """Queues at once, in the order of the calls; the future gives the position of the last event once it is durable."""
        ...

    def exclusive(self, workspace_id: UUID) -> AbstractAsyncContextManager[ExclusiveSession]: ...

    async def stream(self, workspace_id: UUID, stream_id: UUID, up_to: int | None = None) -> list[Recorded[Any]]: ...

    async def find_command(self, workspace_id: UUID, command_id: UUID) -> KnownCommand | None: ...

    async def position(self, workspace_id: UUID) -> int:
        """Of the workspace's newest event."""
        ...


class KeptAnswers(Protocol):
    """Answers that cannot be read off the log."""

    async def find_answer(self, workspace_id: UUID, command_id: UUID) -> KeptAnswer | None: ...


def recorded(events: Sequence[Event], command: Command, version: int) -> list[Recorded[Any]]:
    """The events as the store will give them back, the first one at `version` + 1."""
    return [Recorded(event, version + n, command.at, command.actor) for n, event in enumerate(events, 1)]
