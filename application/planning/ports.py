"""What the use cases of planning read."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import Raw

from application.event_store import KnownCommand
from domain.events import Actor
from domain.planning.entities import Concept, EntityEvent, Kept


class EntityBook(Protocol):
    """What a command is decided on. Archived ones are among them, removed ones are not."""

    async def newest(self, workspace_id: UUID) -> int:
        """The greatest ref_id that was ever given out; 0 if none was."""
        ...

    async def load(self, workspace_id: UUID, ref_ids: Sequence[str]) -> list[Kept[Any]]: ...

    async def belonging(self, workspace_id: UUID, owner: str, *, position: int | None = None) -> list[Kept[Any]]:
        """What belongs to an entity, by itself or to what does, in the order of their ref_ids; or what did when the log ended at
        a position, whatever became of it since.
        """
        ...

    async def of_kind(
        self, workspace_id: UUID, concept: Concept[Any], keys: Sequence[str] | None = None, *, naming: str | None = None
    ) -> list[Kept[Any]]:
        """All of a concept, or those with one of the keys, or at least those that name a ref_id."""
        ...

    async def told(self, workspace_id: UUID, command: KnownCommand, subject: str | None) -> list[Kept[Any]]:
        """What a command touched, as it left it, in the command's order; before that its subject, if it did not touch that."""
        ...


class Seen(msgspec.Struct, frozen=True):
    """Which entities are seen: archived ones or not, and as of when. What was removed since then is not seen either."""

    archived: bool = False
    moment: datetime | None = None


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Entities of a concept, in the order of their ref_ids. Filters are "and"; one that is None asks nothing."""

    concept: Concept[Any]
    seen: Seen
    ref_ids: Sequence[int] | None = None
    owner: int | None = None
    # Concepts of which those come along that belong to what was selected.
    beside: Sequence[Concept[Any]] = ()
    after: int = 0
    limit: int
    offset: int = 0


class Stored(msgspec.Struct, frozen=True, gc=False):
    """An entity as it is answered, in bytes."""

    concept: Concept[Any]
    ref_id: int
    owner: int | None
    doc: Raw


class EntityEntry(msgspec.Struct, frozen=True):
    """One event of an entity and where it stands."""

    event: EntityEvent
    kind: str
    ref_id: int
    position: int
    version: int
    type: str
    actor: Actor
    message: str | None
    at: datetime


class EntityReader(Protocol):
    """What is shown. Rows come in the order of their ref_ids."""

    async def select(self, workspace_id: UUID, selection: Selection) -> tuple[list[Stored], list[Stored]]:
        """What was selected, and what belongs to it, of one moment."""
        ...

    async def belonging(
        self, workspace_id: UUID, owners: Sequence[int], concepts: Sequence[Concept[Any]], seen: Seen
    ) -> list[Stored]: ...

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]: ...

    def history(self, workspace_id: UUID, ref_id: int, *, limit: int | None, offset: int) -> AsyncIterator[list[EntityEntry]]:
        """Of an entity and all that ever belonged to it, newest first, in pieces."""
        ...
