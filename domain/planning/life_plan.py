"""The life plan, which a workspace has one of: whose life it is, by the day it began."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.events import Change
from domain.planning.days_of_year import DAY_OF_YEAR_PATTERN, DayOfYear, day_of_year
from domain.planning.entities import COLLECTION, Changed, Concept, Created, Entity, RefId
from domain.planning.errors import RuleBroken

AGE_YEARS_MAX = 100
BIRTHDAY = "1 Jan"
BIRTH_YEAR = 1990
Birthday = Annotated[str, Meta(pattern=DAY_OF_YEAR_PATTERN, description="A day and a month, such as 12 Apr.")]
Year = Annotated[int, Meta(ge=1900, le=2100)]


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
    birthday: Birthday
    birth_year: Year


def anniversary(birth: date, years: int) -> date:
    """The birthday at some age; of who was born on a leap day, the day before in other years."""
    year = birth.year + years
    return DayOfYear(birth.month, birth.day).in_year(year) or date(year, birth.month, birth.day - 1)


def birth_of(plan: LifePlan) -> date:
    """Raises `BirthInvalid`."""
    found = _birthday(plan.birthday).in_year(plan.birth_year)
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


def _birthday(text: str) -> DayOfYear:
    """Raises `BirthInvalid`."""
    day = day_of_year(text)
    if day is None:
        raise BirthInvalid(f"{text} is no day of a year. Send one such as 12 Apr.")
    return day


def _settle(plan: LifePlan) -> LifePlan:
    return msgspec.structs.replace(plan, birthday=str(_birthday(plan.birthday)))


LIFE_PLANS = Concept(
    kind="life_plan",
    entity=LifePlan,
    created=LifePlanCreated,
    feature="life-plan",
    changed=(LifePlanBirthChanged,),
    settle=_settle,
)
