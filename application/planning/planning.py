"""Carrying out commands on planning's entities, each under its workspace's lock."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from application.event_store import Append, Command, EventStore, KnownCommand
from application.planning.draft import Draft
from application.planning.ports import EntityBook
from domain.planning.entities import Concept, Entity, Kept

S = TypeVar("S", bound=Entity)
Act = Callable[[Draft], Awaitable[None]]


class Made(msgspec.Struct, frozen=True):
    """What a command left behind, in its order, and the position of its last event; None if it changed nothing. What was there
    already comes last. The subject is what it was about, changed or not, if that was there before.
    """

    kept: Sequence[Kept[Any]]
    position: int | None
    subject: Kept[Any] | None = None

    def the(self, concept: Concept[S]) -> S:
        """The first of a concept."""
        found: S = next(kept.entity for kept in self.kept if kept.concept is concept)
        return found

    def all(self, concept: Concept[S]) -> list[S]:
        return [kept.entity for kept in self.kept if kept.concept is concept]


class Planning:
    """The use cases. What a command does is an act on a draft; this makes it durable, all of it or nothing."""

    def __init__(self, store: EventStore, book: EntityBook, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._book = book
        self._new_id = new_id

    async def run(self, command: Command, act: Act) -> Made:
        async with self._store.exclusive(command.workspace_id) as session:
            draft = Draft(self._book, command, await self._book.newest(command.workspace_id), self._new_id)
            await act(draft)
            if not draft.changes:
                return Made(draft.there_already, None, draft.subject)
            position = await session.append(Append(command, draft.changes))
        return Made([*(change.after for change in draft.changes), *draft.there_already], position, draft.subject)

    async def again(self, command: Command, known: KnownCommand, subject: str | None = None) -> Made:
        """What was made when the command was carried out before, and its subject as it was then."""
        told = await self._book.told(command.workspace_id, known, subject)
        return Made(told, known.position, next((kept for kept in told if kept.entity.ref_id == subject), None))

    async def belonged(self, workspace_id: UUID, concept: Concept[S], owner: str, position: int | None) -> Kept[S]:
        """The one of a concept that belonged to an entity when the log ended at a position, whatever became of it since."""
        found = await self._book.belonging(workspace_id, owner, position=position)
        return next(kept for kept in found if kept.concept is concept)
