"""A vacation, and a desk at which planning is done in memory."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import msgspec
from planning_memory import Book, Store

from application.event_store import Command, EventStore
from application.planning.draft import Draft
from application.planning.planning import Planning
from domain.events import Actor, Recorded
from domain.planning.entities import Concept, Kept
from domain.planning.vacations import (
    VACATIONS,
    VacationCreated,
)
from infrastructure.event_store.codec import tag_of

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
WHO = Actor("key", "1", "a key")
WORKSPACE, STREAM = UUID(int=1), UUID(int=2)
SEA = VacationCreated(ref_id="9", name="By the sea", start_date=date(2026, 7, 1), end_date=date(2026, 7, 14))
T = TypeVar("T")


def given(*events: Any, concept: Concept[Any] = VACATIONS) -> Kept[Any]:
    kept = None
    for version, event in enumerate(events, 1):
        kept = concept.evolve(kept, Recorded(event, version, AT + timedelta(hours=version), WHO), STREAM)
    assert kept is not None
    return kept


def changed(kept: Kept[Any], **fields: Any) -> Any:
    return kept.concept.change(kept.entity, msgspec.structs.replace(kept.entity, **fields))


class Here:
    """A workspace in memory."""

    def __init__(self) -> None:
        self.book = Book()
        self.store = Store(self.book)
        self.planning = Planning(cast("EventStore", self.store), self.book, uuid4)
        self.hours = 0

    def does(self, act: Callable[[Draft], Awaitable[Any]]) -> list[str]:
        """The types of the events that it comes to."""
        before = len(self.store.appended)
        self.hours += 1
        command = Command(WORKSPACE, uuid4(), AT + timedelta(hours=self.hours), WHO)
        done(self.planning.run(command, cast("Any", act)))
        return [tag_of(type(event)) for each in self.store.appended[before:] for c in each.changes for event in c.events]

    def has(self, concept: Concept[Any]) -> list[Any]:
        return [kept.entity for kept in done(self.book.of_kind(WORKSPACE, concept))]


def done(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def on_the(concept: Concept[Any], act: Callable[[Draft, Kept[Any]], Awaitable[Any]]) -> Callable[[Draft], Awaitable[Any]]:
    async def on_it(draft: Draft) -> None:
        await act(draft, (await draft.all(concept))[0])

    return on_it
