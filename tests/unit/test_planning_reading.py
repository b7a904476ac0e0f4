"""Finds, what they show beside an entity, and the queries that ask for it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec import Raw
from planning_desk import SEA, WORKSPACE, Here, done, given
from planning_memory import Book, MemoryReader

from api.planning.noted import FindNoted
from api.planning.queries import FindQuery, described_query, read_query
from application.planning.ports import Seen, Selection, Stored
from application.planning.reading import SHOWN_AT_ONCE_MAX, Beside, Found, Reading
from domain.errors import InvalidValue
from domain.planning.errors import EntityNotFound
from domain.planning.notes import NOTES
from domain.planning.time_blocks import FULL_DAYS_BLOCKS
from domain.planning.vacations import (
    VACATIONS,
)


class Reader:
    """Vacations with numbers from 1 on, each with a note of its own number plus a thousand."""

    def __init__(self, count: int) -> None:
        self.stored = [self._stored(number) for number in range(1, count + 1)]
        self.selections: list[Selection] = []

    async def select(self, workspace_id: UUID, selection: Selection) -> tuple[list[Stored], list[Stored]]:
        self.selections.append(selection)
        after = [each for each in self.stored if each.ref_id > selection.after]
        selected = after[selection.offset : selection.offset + selection.limit]
        notes = [Stored(NOTES, each.ref_id + 1000, each.ref_id, Raw(b"{}")) for each in selected]
        return selected, notes if selection.beside else []

    async def belonging(self, *_: Any) -> list[Stored]:
        return []

    async def named(self, *_: Any) -> list[Stored]:
        return []

    def history(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def _stored(self, number: int) -> Stored:
        kept = given(msgspec.structs.replace(SEA, ref_id=str(number), name=f"v{number}"))
        return Stored(VACATIONS, number, None, Raw(msgspec.json.encode(kept.entity)))


def found(reader: Reader, **wanted: Any) -> list[list[int]]:
    async def pieces() -> list[list[int]]:
        find = Reading(reader).find(WORKSPACE, Found(concept=VACATIONS, **wanted))
        return [[int(shown.entity.ref_id) for shown in piece] async for piece in find]

    return done(pieces())


@pytest.mark.parametrize("count", [0, 1, SHOWN_AT_ONCE_MAX - 1, SHOWN_AT_ONCE_MAX, SHOWN_AT_ONCE_MAX + 1])
@pytest.mark.parametrize(
    "wanted",
    [None, lambda number: number % 3 > 0, lambda number: number > SHOWN_AT_ONCE_MAX],
    ids=["all", "all but every third", "none of the first"],
)
@drawn(limit=st.none() | st.integers(1, 450), offset=st.integers(0, 450))
def test_a_find_comes_in_pieces_and_is_whole(
    count: int, wanted: Callable[[int], bool] | None, limit: int | None, offset: int
) -> None:
    reader = Reader(count)
    keep = None if wanted is None else lambda vacation: wanted(int(vacation.ref_id))
    pieces = found(reader, limit=limit, offset=offset, keep=keep)
    every = [number for number in range(1, count + 1) if wanted is None or wanted(number)]
    assert [number for piece in pieces for number in piece] == every[offset:][:limit]
    assert all(pieces[1:])
    assert all(selection.limit <= SHOWN_AT_ONCE_MAX for selection in reader.selections)


def test_what_belongs_to_an_entity_is_shown_beside_it_as_it_is_stored() -> None:
    async def first() -> Any:
        reading = Reading(Reader(2))
        return await reading.load(WORKSPACE, VACATIONS, 1, Seen(), Beside(belonging=(NOTES,)))

    shown = done(first())
    assert msgspec.json.encode(shown.one(NOTES)) == b"{}"
    assert shown.one(FULL_DAYS_BLOCKS) is None
    assert shown.all(FULL_DAYS_BLOCKS) == []
    with pytest.raises(EntityNotFound):
        shown.the(FULL_DAYS_BLOCKS)
    assert shown.entity.name == "v1"


class Asked(MemoryReader):
    """Remembers whom it was asked for by name."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.asked: list[int] = []

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]:
        self.asked += ref_ids
        return await super().named(workspace_id, ref_ids, seen)


def test_what_a_block_belongs_to_is_read_only_where_the_block_is_what_is_shown(here: Here) -> None:
    reader = Asked(here.book)
    reading = Reading(cast("Any", reader))
    shown = done(reading.load(WORKSPACE, VACATIONS, 1, Seen(), Beside(belonging=(FULL_DAYS_BLOCKS,))))
    assert (shown.one(FULL_DAYS_BLOCKS) is not None, reader.asked) == (True, [])
    block = done(reading.load(WORKSPACE, FULL_DAYS_BLOCKS, 2, Seen(), Beside(named=True)))
    assert (block.named(VACATIONS, "1"), reader.asked) == (shown.itself, [1])


# Queries.


def read(text: str, query: type[Any] = FindNoted) -> Any:
    pairs = [tuple(each.split("=", 1)) for each in text.split("&")] if text else []
    params = SimpleNamespace(multi_items=lambda: pairs)
    return read_query(cast("Any", SimpleNamespace(scope={"query_string": text.encode()}, query_params=params)), query)


def test_a_query_is_read_into_its_struct() -> None:
    assert read("") == FindNoted()
    query = read("allow_archived=True&include_notes=FALSE&filter_ref_ids=1,2&filter_ref_ids=3&limit=5&asOf=2026-01-01&unknown=x")
    assert query == FindNoted(allow_archived=True, filter_ref_ids=("1", "2", "3"), limit=5, as_of_too="2026-01-01")
    assert query.seen == Seen(archived=True, moment=datetime(2026, 1, 1, tzinfo=UTC))
    assert read("allow_archived=&limit=null&filter_ref_ids=&as_of=") == FindNoted()
    assert read("include_tags=true&include_tags=false") == FindNoted()


@pytest.mark.parametrize(
    "text",
    [
        "allow_archived=2",
        "limit=0",
        "limit=1.0",
        "limit=1e2",
        "limit=10001",
        "offset=-1",
        "filter_ref_ids=a",
        "filter_ref_ids=01",
        "filter_ref_ids=,",
        "filter_ref_ids=,&filter_ref_ids=,,",
    ],
)
def test_a_query_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read(text)


def test_a_query_is_described_by_the_struct_it_is_read_into() -> None:
    described = {each["name"]: each for each in described_query(FindQuery)}
    assert described.keys() == {"allow_archived", "as_of", "asOf", "filter_ref_ids", "limit", "offset"}
    none = {"enum": ["", None]}
    assert described["limit"]["schema"] == {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 10_000}, none]}
    assert described["allow_archived"]["schema"] == {"anyOf": [{"type": "boolean"}, none], "default": False}
    assert all(each["in"] == "query" and each["description"] and not each["required"] for each in described.values())
