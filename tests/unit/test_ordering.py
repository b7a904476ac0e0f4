"""Places among siblings: always strictly between, and never long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pages.ordering import PLACE_DIGITS_MAX, NoRoom, after_all, before_all, between

PLACES = st.integers(1, 2**128 - 2).map(lambda number: f"{number:032x}")


@given(PLACES, PLACES, st.integers(1, 50))
def test_places_between_two_are_between_them_and_in_order(one: str, other: str, count: int) -> None:
    low, high = sorted((one, other))
    if low == high or int(high, 16) - int(low, 16) < 2:
        return
    places = list(between(low, high, count))
    assert [low, *places, high] == sorted({low, *places, high})
    assert len(places) == count


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["before", "after", "first", "last"])), max_size=60))
def test_moves_in_any_order_keep_a_list_sorted(moves: list[tuple[int, str]]) -> None:
    places = [f"0190aabbcc{number:02x}7000800000000000000{number:01x}"[:32] for number in range(3)]
    for at, how in moves:
        index = at % len(places)
        if how == "first":
            places.insert(0, before_all(places[0]) or between(None, places[0])[0])
        elif how == "last":
            places.append(after_all(places[-1]) or between(places[-1], None)[0])
        else:
            index += how == "after"
            low = places[index - 1] if index else None
            high = places[index] if index < len(places) else None
            places.insert(index, between(low, high)[0])
        assert places == sorted(set(places))
        assert max(map(len, places)) <= PLACE_DIGITS_MAX


def test_the_ends_of_a_list_do_not_grow() -> None:
    first = last = "0190aabbccdd70008000000000000001"
    for _ in range(10_000):
        nearer, farther = before_all(first), after_all(last)
        assert nearer is not None
        assert farther is not None
        assert nearer < first
        assert last < farther
        assert len(nearer) == len(farther) == 13
        first, last = nearer, farther


def test_a_gap_halves_in_so_many_steps_that_neighbours_are_rarely_moved() -> None:
    low, high = "0190aabbccdd70008000000000000001", "0190aabbccdd70008000000000000002"
    for _ in range(4 * (PLACE_DIGITS_MAX - 33)):
        (high,) = between(low, high)
    assert low < high
    assert len(high) <= PLACE_DIGITS_MAX


@pytest.mark.parametrize(("low", "high"), [("8", "8"), ("8", "80"), ("8", "7"), (None, "0")])
def test_where_there_is_no_room_it_is_said(low: str | None, high: str) -> None:
    with pytest.raises(NoRoom):
        between(low, high)


def test_the_ends_have_ends() -> None:
    assert before_all("0" * 32) is None
    assert after_all("f" * 32) is None
    assert before_all(None) is after_all(None) is None
