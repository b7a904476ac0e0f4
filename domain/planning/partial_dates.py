"""Dates as a life plan knows them: some only to the year, some by an age, some by what happens on them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from domain.patterns import whole
from domain.planning.errors import RuleBroken
from domain.planning.life_plan import AGE_YEARS_MAX, anniversary

PRESENT = "present"
YEAR_MIN = 1900
YEAR_MAX = 2100
PARTIAL_DATE_PATTERN = whole(
    "absolute-year-month-day [0-9]{4} [0-9]{1,2} [0-9]{1,2}|absolute-year-month [0-9]{4} [0-9]{1,2}|absolute-year [0-9]{4}"
    "|relative-year [0-9]{1,3}|relative-decade [0-9]{1,3}|milestone [1-9][0-9]{0,17}|present|start|end"
)
PartialDate = Annotated[
    str,
    Meta(
        pattern=PARTIAL_DATE_PATTERN,
        description="Such as absolute-year-month-day 2010 9 1, relative-year 30 (an age), milestone 5 (a ref_id) or present.",
    ),
]


class PartialDateInvalid(RuleBroken):
    """There is no such date in a life plan."""

    code = "partial_date_invalid"


class Lifetime(msgspec.Struct, frozen=True):
    """What partial dates are resolved by: when the life began, what day it is, and the days of its milestones."""

    birth: date
    today: date
    milestones: Mapping[str, date]


def settled(text: str) -> str:
    """As it is kept: numbers without zeros before them. Raises `PartialDateInvalid`."""
    if re.fullmatch(PARTIAL_DATE_PATTERN, text) is None:
        raise PartialDateInvalid(f"{text} is no partial date. Send one such as absolute-year 2010.")
    form, *numbers = text.split(" ")
    _check(form, [int(number) for number in numbers])
    return " ".join([form, *(str(int(number)) for number in numbers)])


def milestone_of(text: str) -> str | None:
    """The ref_id of the milestone that it is the day of."""
    form, _, ref_id = text.partition(" ")
    return ref_id if form == "milestone" else None


def resolved(text: str, life: Lifetime) -> date:
    """The first day that it may mean, of what is settled; its milestone has to be known."""
    match text.split(" "):
        case ["start"]:
            return life.birth
        case ["end"]:
            return anniversary(life.birth, AGE_YEARS_MAX)
        case ["present"]:
            return life.today
        case ["milestone", ref_id]:
            return life.milestones[ref_id]
        case ["relative-year" | "relative-decade", age]:
            return anniversary(life.birth, int(age))
    return _day([int(number) for number in text.split(" ")[1:]])


def _check(form: str, numbers: list[int]) -> None:
    if form.startswith("absolute-"):
        _day(numbers)
    elif form.startswith("relative-") and numbers[0] > AGE_YEARS_MAX:
        raise PartialDateInvalid(f"An age is at most {AGE_YEARS_MAX} years.")


def _day(numbers: list[int]) -> date:
    year, month, day = [*numbers, 1, 1][:3]
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise PartialDateInvalid(f"A year is one from {YEAR_MIN} to {YEAR_MAX}.")
    try:
        return date(year, month, day)
    except ValueError:
        raise PartialDateInvalid(f"There is no {year}-{month}-{day}.") from None
