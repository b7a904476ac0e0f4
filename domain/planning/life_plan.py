"""The life plan, which a workspace has one of: whose life it is, by the day it began."""

import re
from datetime import date
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.events import Change
from domain.patterns import whole
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId
from domain.planning.errors import RuleBroken

AGE_YEARS_MAX = 100
BIRTHDAY = "1 Jan"
BIRTH_YEAR = 1990
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_OF_YEAR_PATTERN = whole(f"[0-9]{{1,2}} ({'|'.join(MONTHS)})")
DayOfYear = Annotated[str, Meta(pattern=DAY_OF_YEAR_PATTERN, description="A day and a month, such as 12 Apr.")]
Year = Annotated[int, Meta(ge=1900, le=2100)]
_LEAP_YEAR = 2000


class BirthInvalid(RuleBroken):
    """There is no such day, or nobody who plans was born on it."""

    code = "birth_invalid"


class LifePlanCreated(Created, frozen=True, kw_only=True, tag="life_plan.created"):
    """The workspace began to plan a life."""

    birthday: str
    birth_year: int
    workspace_ref_id: RefId = COLLECTION


class LifePlanBirthChanged(Changed, frozen=True, kw_only=True, tag="life_plan.birth_changed"):
    """The life began on another day."""

    birthday: Change[str] | UnsetType = UNSET
    birth_year: Change[int] | UnsetType = UNSET


class LifePlan(Entity, frozen=True, kw_only=True):
    """Whose life it is."""

    workspace_ref_id: RefId
    birthday: DayOfYear
    birth_year: Year


def day_of_year(text: str) -> tuple[int, int]:
    """The month and the day. Raises `BirthInvalid`."""
    if re.fullmatch(DAY_OF_YEAR_PATTERN, text) is not None:
        day, month = text.split(" ")
        number = MONTHS.index(month) + 1
        if _day(_LEAP_YEAR, number, int(day)) is not None:
            return number, int(day)
    raise BirthInvalid(f"{text} is no day of a year. Send one such as 12 Apr.")


def anniversary(birth: date, years: int) -> date:
    """The birthday at some age; of who was born on a leap day, the day before in other years."""
    year = birth.year + years
    return _day(year, birth.month, birth.day) or date(year, birth.month, birth.day - 1)


def birth_of(plan: LifePlan) -> date:
    """Raises `BirthInvalid`."""
    found = _day(plan.birth_year, *day_of_year(plan.birthday))
    if found is None:
        raise BirthInvalid(f"{plan.birth_year} had no {plan.birthday}.")
    return found


def check_age(plan: LifePlan, today: date) -> LifePlan:
    """Raises `BirthInvalid`."""
    birth = birth_of(plan)
    if birth > today:
        raise BirthInvalid("Nobody was born in the future.")
    if today >= anniversary(birth, AGE_YEARS_MAX + 1):
        raise BirthInvalid(f"A life is planned up to the age of {AGE_YEARS_MAX}.")
    return plan


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _settle(plan: LifePlan) -> LifePlan:
    month, day = day_of_year(plan.birthday)
    return msgspec.structs.replace(plan, birthday=f"{day} {MONTHS[month - 1]}")


LIFE_PLANS = Concept(
    kind="life_plan",
    entity=LifePlan,
    created=LifePlanCreated,
    feature="life-plan",
    changed=(LifePlanBirthChanged,),
    settle=_settle,
)
