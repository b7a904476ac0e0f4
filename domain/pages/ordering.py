"""Places among siblings: texts of hexadecimal digits, in whose order siblings stand.

A page's first place is its id, which is made of the time, so pages stand in the order of their creation until one is moved. For
that no other page has to change, save where there is no room left between two.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

# A gap that would need more digits than this is widened by giving its neighbours new places.
PLACE_DIGITS_MAX = 64
# The first digits of an id, which are its time: the step from one page to the next at either end of a list.
_STEP_DIGITS = 12


class Sibling(NamedTuple):
    """A page in the order of its siblings: by place, and by id where two should have the same."""

    place: str
    page_id: UUID


# Before every place there can be, and after it.
BEFORE_ALL, AFTER_ALL = Sibling("", UUID(int=0)), Sibling("g", UUID(int=0))


class NoRoom(Exception):
    """There is nothing between the two places, or too little."""


def before_all(first: str | None) -> str | None:
    """A place before the first sibling's; None if there is no sibling, or no step left below it."""
    if first is None:
        return None
    step = int(first[:_STEP_DIGITS].ljust(_STEP_DIGITS, "0"), 16) - 1
    return f"{step:0{_STEP_DIGITS}x}8" if step > 0 else None


def after_all(last: str | None) -> str | None:
    """A place after the last sibling's; pages that are made later still come after it."""
    if last is None:
        return None
    step = int(last[:_STEP_DIGITS].ljust(_STEP_DIGITS, "0"), 16) + 1
    return f"{step:0{_STEP_DIGITS}x}8" if step < 16**_STEP_DIGITS else None


def between(low: str | None, high: str | None, count: int = 1) -> Sequence[str]:
    """`count` places between two, as evenly and as short as can be; None is an end of the list. Raises `NoRoom`."""
    for digits in range(1, PLACE_DIGITS_MAX + 1):
        first = int(low[:digits].ljust(digits, "0"), 16) if low is not None else 0
        stop = int(high[:digits].ljust(digits, "0"), 16) if high is not None else 16**digits
        step = (stop - first) // (count + 1)
        # What is above the first digits of the low place is above the place, and below those of the high one, below that.
        if step > 0:
            return [f"{first + step * (nth + 1):0{digits}x}" for nth in range(count)]
    raise NoRoom


def fits(page: Sibling, left: Sequence[Sibling], right: Sequence[Sibling]) -> bool:
    """Whether the place that the page has is between its new neighbours already; they come nearest first."""
    return (not left or left[0] < page) and (not right or page < right[0])


def places(page_id: UUID, left: Sequence[Sibling], right: Sequence[Sibling], moved: int) -> dict[UUID, str]:
    """New places for a page between its neighbours, nearest first, and for `moved` of them on either side. Raises `NoRoom`."""
    low = left[moved].place if len(left) > moved else None
    high = right[moved].place if len(right) > moved else None
    among = [*(each.page_id for each in left[:moved][::-1]), page_id, *(each.page_id for each in right[:moved])]
    end = None
    if moved == 0 and (low is None) != (high is None):
        end = before_all(high) if low is None else after_all(low)
    return dict(zip(among, between(low, high, len(among)) if end is None else [end], strict=True))


def widening() -> Iterator[int]:
    """How many neighbours to move on either side: none, then ever more, until there is room."""
    yield 0
    moved = 1
    while True:
        yield moved
        moved *= 4
