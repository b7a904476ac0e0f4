"""Partial dates and birthdays: every form with its bounds, and the days that they mean."""

from datetime import date

import msgspec
import pytest

from domain.planning.life_plan import BirthInvalid, LifePlan, anniversary, birth_of, check_age
from domain.planning.partial_dates import Lifetime, PartialDateInvalid, milestone_of, resolved, settled

LIFE = Lifetime(birth=date(1984, 2, 29), today=date(2026, 5, 1), milestones={"5": date(2012, 9, 1)})
AT = "2026-05-01T00:00:00+00:00"
PLAN = LifePlan(
    ref_id="2",
    version=1,
    archived=False,
    archival_reason=None,
    archived_time=None,
    created_time=AT,
    last_modified_time=AT,
    workspace_ref_id="1",
    birthday="12 Apr",
    birth_year=1984,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("absolute-year-month-day 2010 9 1", date(2010, 9, 1)),
        ("absolute-year-month-day 2012 2 29", date(2012, 2, 29)),
        ("absolute-year-month 2010 9", date(2010, 9, 1)),
        ("absolute-year 2010", date(2010, 1, 1)),
        ("absolute-year 1900", date(1900, 1, 1)),
        ("absolute-year 2100", date(2100, 1, 1)),
        ("relative-year 0", date(1984, 2, 29)),
        ("relative-year 30", date(2014, 2, 28)),
        ("relative-decade 40", date(2024, 2, 29)),
        ("relative-year 100", date(2084, 2, 29)),
        ("milestone 5", date(2012, 9, 1)),
        ("present", date(2026, 5, 1)),
        ("start", date(1984, 2, 29)),
        ("end", date(2084, 2, 29)),
    ],
)
def test_each_form_means_a_day(text: str, day: date) -> None:
    assert settled(text) == text
    assert resolved(text, LIFE) == day


@pytest.mark.parametrize(
    "text",
    [
        "2010-09-01",
        "2010-09",
        "2010",
        "",
        "absolute-year",
        "absolute-year 1899",
        "absolute-year 2101",
        "absolute-year 2010 9",
        "absolute-year  2010",
        "absolute-year-month 2010 13",
        "absolute-year-month 2010 0",
        "absolute-year-month-day 2010 2 29",
        "absolute-year-month-day 2010-2-29",
        "relative-year 101",
        "relative-year -1",
        "relative-decade 101",
        "relative-month 3",
        "milestone 0",
        "milestone x",
        "Present",
        "present\n",
        "end 1",
        "absolute-year \uff12\uff10\uff11\uff10",
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    with pytest.raises(PartialDateInvalid):
        settled(text)


def test_numbers_are_kept_without_zeros_before_them() -> None:
    assert settled("absolute-year-month-day 2010 09 01") == "absolute-year-month-day 2010 9 1"
    assert settled("relative-year 007") == "relative-year 7"


def test_only_milestones_name_one() -> None:
    assert [milestone_of(each) for each in ("milestone 5", "present", "relative-year 30")] == ["5", None, None]


@pytest.mark.parametrize(
    ("birthday", "year", "day"), [("12 Apr", 1984, (4, 12)), ("29 Feb", 1984, (2, 29)), ("1 Jan", 2026, (1, 1))]
)
def test_a_birth_is_a_birthday_in_a_year(birthday: str, year: int, day: tuple[int, int]) -> None:
    plan = msgspec.structs.replace(PLAN, birthday=birthday, birth_year=year)
    assert birth_of(plan) == date(year, *day)
    assert check_age(plan, LIFE.today) is plan


@pytest.mark.parametrize(
    ("birthday", "year"),
    [
        ("31 Apr", 1984),
        ("0 Apr", 1984),
        ("12 apr", 1984),
        ("12 April", 1984),
        ("Apr 12", 1984),
        ("29 Feb", 1985),
        ("2 May", 2026),
    ],
)
def test_other_days_are_no_birth(birthday: str, year: int) -> None:
    with pytest.raises(BirthInvalid):
        check_age(msgspec.structs.replace(PLAN, birthday=birthday, birth_year=year), LIFE.today)


def test_a_life_is_planned_up_to_a_hundred() -> None:
    oldest = msgspec.structs.replace(PLAN, birthday="2 May", birth_year=1925)
    assert check_age(oldest, date(2026, 5, 1)) is oldest
    with pytest.raises(BirthInvalid):
        check_age(oldest, date(2026, 5, 2))


def test_who_was_born_on_a_leap_day_is_a_year_older_the_day_before_in_others() -> None:
    assert anniversary(date(1984, 2, 29), 1) == date(1985, 2, 28)
    assert anniversary(date(1984, 2, 29), 4) == date(1988, 2, 29)
