"""For which periods something is made, how many days ahead, and with which task."""

from typing import Any

import msgspec
import pytest

from application.planning.generation import DaysAhead
from application.planning.time_plan_settings import ChangeTimePlanSettings
from domain.planning.generation import DAYS_AHEAD_MAX, PERIODS, WITH_TASKS, GenerationInvalid, settled, task_params
from domain.planning.journal_settings import JOURNAL_SETTINGS
from domain.planning.time_plan_settings import TIME_PLAN_SETTINGS, TimePlanSettings

COMMON: dict[str, Any] = {
    "ref_id": "9",
    "version": 1,
    "archived": False,
    "archival_reason": None,
    "archived_time": None,
    "created_time": "2026-01-01T00:00:00+00:00",
    "last_modified_time": "2026-01-01T00:00:00+00:00",
    "workspace_ref_id": "1",
}


def plans(**fields: Any) -> TimePlanSettings:
    seed: dict[str, Any] = {
        "periods": ("weekly", "quarterly"),
        "generation_approach": "both-plan-and-task",
        "generation_in_advance_days": {"weekly": 3, "quarterly": 14},
        "task_project_ref_id": "3",
        "task_eisen": "important",
        "task_difficulty": "medium",
    }
    return TimePlanSettings(**{**COMMON, **seed, **fields})


def for_one(period: Any, days: int) -> TimePlanSettings:
    return plans(periods=(period,), generation_in_advance_days={period: days})


def test_periods_are_kept_in_order_and_once() -> None:
    kept = settled(plans(periods=("quarterly", "weekly", "quarterly"), generation_in_advance_days={"quarterly": 14, "weekly": 3}))
    assert kept == plans()
    assert list(kept.generation_in_advance_days) == ["weekly", "quarterly"]


@pytest.mark.parametrize("period", PERIODS)
def test_nothing_is_made_further_ahead_than_its_period_is_long(period: Any) -> None:
    most = DAYS_AHEAD_MAX[period]
    for days in (1, most):
        assert settled(for_one(period, days)) == for_one(period, days)
    for days in (most + 1, 0, -1, 10**30):
        with pytest.raises(GenerationInvalid):
            settled(for_one(period, days))


@pytest.mark.parametrize("approach", ["both-plan-and-task", "only-plan", "none"])
def test_days_are_of_chosen_periods_alone(approach: str) -> None:
    with pytest.raises(GenerationInvalid, match="yearly"):
        settled(plans(generation_approach=approach, generation_in_advance_days={"weekly": 3, "quarterly": 14, "yearly": 9}))


def test_each_period_has_its_days_unless_nothing_is_made() -> None:
    for approach in ("both-plan-and-task", "only-plan"):
        with pytest.raises(GenerationInvalid, match="weekly, quarterly"):
            settled(plans(generation_approach=approach, generation_in_advance_days={}))
        assert settled(plans(generation_approach=approach, periods=(), generation_in_advance_days={}))
    assert settled(plans(generation_approach="none", generation_in_advance_days={}))


@pytest.mark.parametrize(
    ("name", "word"), [("task_project_ref_id", "project"), ("task_eisen", "eisen"), ("task_difficulty", "difficulty")]
)
def test_tasks_need_all_that_is_said_of_them(name: str, word: str) -> None:
    with pytest.raises(GenerationInvalid, match=f"there is no {word} for them"):
        settled(plans(**{name: None}))
    for approach in ("only-plan", "none"):
        assert settled(plans(generation_approach=approach, **{name: None}))


def test_a_task_is_kept_and_not_told_while_none_is_made() -> None:
    told = task_params(plans())
    assert told is not None
    assert (told.period, told.eisen, told.difficulty, told.skip_rule) == ("daily", "important", "medium", None)
    for approach in ("only-plan", "none"):
        without = settled(plans(generation_approach=approach))
        assert (task_params(without), without.task_eisen) == (None, "important")


@pytest.mark.parametrize("concept", [TIME_PLAN_SETTINGS, JOURNAL_SETTINGS], ids=["time plans", "journals"])
def test_one_approach_of_each_makes_tasks(concept: Any) -> None:
    approaches = next(each for each in msgspec.structs.fields(concept.created) if each.name == "generation_approach").type
    assert len(WITH_TASKS & set(approaches.__args__)) == 1
    assert "none" in approaches.__args__


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, {}),
        ({"generation_in_advance_days": {"weekly": 2}}, {"weekly": 2}),
        ({"generation_in_advance_days": {}}, {}),
        ({"generation_in_advance_days": {"should_change": True, "value": {"weekly": 2}}}, {"weekly": 2}),
        ({"generation_in_advance_days": {"should_change": True, "value": {}}}, {}),
        ({"generation_in_advance_days": {"should_change": False}}, {}),
        ({"generation_in_advance_days": {"should_change": False, "value": {"weekly": 2}}}, {}),
    ],
    ids=str,
)
def test_days_are_told_plainly_and_in_the_long_form(body: dict[str, Any], wanted: dict[str, int]) -> None:
    order = msgspec.convert(body, ChangeTimePlanSettings)
    assert order.wanted().get("generation_in_advance_days", {}) == wanted


@pytest.mark.parametrize(
    "days",
    [
        {"should_change": True, "weekly": 2},
        {"value": {"weekly": 2}},
        {"should_change": False, "value": {}, "weekly": 2},
        {"fortnightly": 2},
        {"weekly": "2"},
        {"weekly": None},
        {"should_change": True, "value": {"fortnightly": 2}},
    ],
    ids=str,
)
def test_days_told_in_no_form_or_both_are_refused(days: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(days, DaysAhead)
