"""What is made ahead of each period, such as a plan of each week, and the task that comes with it. Time plans and journals are
set alike, so it is said once here; which approaches there are, each of them says.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, get_args

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import COLLECTION, Changed, Created, Entity, RefId
from domain.planning.errors import RuleBroken
from domain.planning.recurring import Difficulty, Eisen, Period, RecurringTaskGenParams

# From the shortest to the longest, in which order they are kept.
PERIODS: tuple[Period, ...] = get_args(Period)
# What is made further ahead would be made before the one that comes before it.
DAYS_AHEAD_MAX: Mapping[Period, int] = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 90, "yearly": 365}
NOTHING_MADE = "none"
# The approaches that make a task as well.
WITH_TASKS = frozenset({"both-plan-and-task", "both-journal-and-task"})
_OF_A_TASK = {"task_project_ref_id": "project", "task_eisen": "eisen", "task_difficulty": "difficulty"}
A = TypeVar("A", bound=str)


class GenerationInvalid(RuleBroken):
    """What should be made, how far ahead and with which task do not fit together."""

    code = "generation_invalid"


class GenerationCreated(Created, Generic[A], frozen=True, kw_only=True):
    """What is made from the start."""

    periods: tuple[Period, ...]
    generation_approach: A
    generation_in_advance_days: dict[Period, int]
    task_project_ref_id: RefId | None
    task_eisen: Eisen | None
    task_difficulty: Difficulty | None
    workspace_ref_id: RefId = COLLECTION


class GenerationPeriodsChanged(Changed, frozen=True, kw_only=True):
    """For which periods, and how far ahead of each."""

    periods: Change[tuple[Period, ...]] | UnsetType = UNSET
    generation_in_advance_days: Change[dict[Period, int]] | UnsetType = UNSET


class GenerationApproachChanged(Changed, Generic[A], frozen=True, kw_only=True):
    """Whether anything is made, and whether with a task."""

    generation_approach: Change[A] | UnsetType = UNSET


class GenerationTaskChanged(Changed, frozen=True, kw_only=True):
    """Which project the task belongs to, and what it is like."""

    task_project_ref_id: Change[RefId | None] | UnsetType = UNSET
    task_eisen: Change[Eisen | None] | UnsetType = UNSET
    task_difficulty: Change[Difficulty | None] | UnsetType = UNSET


class GenerationChanged(GenerationTaskChanged, Generic[A], frozen=True, kw_only=True):
    """Several of these at once."""

    periods: Change[tuple[Period, ...]] | UnsetType = UNSET
    generation_approach: Change[A] | UnsetType = UNSET
    generation_in_advance_days: Change[dict[Period, int]] | UnsetType = UNSET


class GenerationSettings(Entity, Generic[A], frozen=True, kw_only=True):
    """What is made, how many days ahead of each period, and with which task. The task is kept while none is made."""

    workspace_ref_id: RefId
    periods: tuple[Period, ...]
    generation_approach: A
    generation_in_advance_days: dict[Period, int]
    task_project_ref_id: RefId | None
    task_eisen: Eisen | None
    task_difficulty: Difficulty | None


S = TypeVar("S", bound=GenerationSettings[Any])


def settled(settings: S) -> S:
    """Periods in order, each once. Raises `GenerationInvalid`."""
    periods = tuple(each for each in PERIODS if each in settings.periods)
    days = settings.generation_in_advance_days
    for period, count in days.items():
        _check_days(periods, period, count)
    missing = [each for each in periods if each not in days]
    if missing and settings.generation_approach != NOTHING_MADE:
        raise GenerationInvalid(
            f"generation_in_advance_days says nothing of {', '.join(missing)}. Say how many days ahead.",
            parameter="generation_in_advance_days",
        )
    _check_task(settings)
    return msgspec.structs.replace(
        settings, periods=periods, generation_in_advance_days={each: days[each] for each in PERIODS if each in days}
    )


def makes_tasks(settings: GenerationSettings[Any]) -> bool:
    return settings.generation_approach in WITH_TASKS


def task_params(settings: GenerationSettings[Any]) -> RecurringTaskGenParams | None:
    """What its tasks are like; None where none are made. Each has the period of what it comes with, and clients know `daily` as
    what is said in place of all these.
    """
    if not makes_tasks(settings) or settings.task_eisen is None or settings.task_difficulty is None:
        return None
    return RecurringTaskGenParams(
        period="daily",
        eisen=settings.task_eisen,
        difficulty=settings.task_difficulty,
        actionable_from_day=None,
        actionable_from_month=None,
        due_at_day=None,
        due_at_month=None,
        skip_rule=None,
    )


def _check_days(periods: tuple[Period, ...], period: Period, count: int) -> None:
    most = DAYS_AHEAD_MAX[period]
    if period not in periods:
        raise GenerationInvalid(
            f"generation_in_advance_days names {period}, which periods does not.", parameter="generation_in_advance_days"
        )
    if not 1 <= count <= most:
        raise GenerationInvalid(
            f"What is {period} is made {'1 day' if most == 1 else f'1 to {most} days'} ahead.",
            parameter="generation_in_advance_days",
        )


def _check_task(settings: GenerationSettings[Any]) -> None:
    missing = [f"no {word}" for name, word in _OF_A_TASK.items() if getattr(settings, name) is None]
    if missing and makes_tasks(settings):
        raise GenerationInvalid(f"{settings.generation_approach} makes tasks, and there is {', '.join(missing)} for them.")
