"""Tasks that come again: how often, what they are like, and when in their period they may begin and are due."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from domain.planning.errors import RuleBroken

Period = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
Eisen = Literal["regular", "important", "urgent", "important-and-urgent"]
Difficulty = Literal["easy", "medium", "hard"]
DAY_MAX = 31
MONTH_MAX = 12
# No rule counts further than the days of some centuries.
EVERY_MAX = 100_000
SKIP_RULE_CHARACTERS_MAX = 200


class GenParamsInvalid(RuleBroken):
    """When the tasks of a period may begin and are due does not fit together."""

    code = "gen_params_invalid"


class SkipRuleInvalid(RuleBroken):
    """The rule of which periods to keep is none, or not one for this period."""

    code = "skip_rule_invalid"


class RecurringTaskGenParams(msgspec.Struct, frozen=True, kw_only=True):
    """What is made in each period. Days and months count from one within it; `skip_rule` says which periods to keep."""

    period: Period
    eisen: Eisen
    difficulty: Difficulty
    actionable_from_day: int | None
    actionable_from_month: int | None
    due_at_day: int | None
    due_at_month: int | None
    skip_rule: str | None


def check_gen_params(params: RecurringTaskGenParams) -> RecurringTaskGenParams:
    """Raises `GenParamsInvalid` and `SkipRuleInvalid`."""
    for name, most in _BOUNDS.items():
        number = getattr(params, name)
        if number is not None and not 1 <= number <= most:
            raise GenParamsInvalid(f"{name} is from 1 to {most}.", parameter=name)
    begins, due = _begins(params), _due(params)
    if begins is not None and due is not None and begins > due:
        raise GenParamsInvalid("It would be due before it may begin.")
    if params.skip_rule is None:
        return params
    return msgspec.structs.replace(params, skip_rule=check_skip_rule(params.skip_rule, params.period))


def check_skip_rule(text: str, period: Period) -> str:
    """Without spaces around it, and with single ones inside. Raises `SkipRuleInvalid`."""
    if len(text) > SKIP_RULE_CHARACTERS_MAX:
        raise SkipRuleInvalid(f"A skip rule has at most {SKIP_RULE_CHARACTERS_MAX} characters.", parameter="skip_rule")
    kind, *rest = text.split() or [""]
    numbers = [int(each) for each in rest if each.isascii() and each.isdecimal()]
    if len(numbers) != len(rest) or not _keeps(kind, numbers, period):
        raise SkipRuleInvalid(
            f"{text!r} is no skip rule of {period} tasks. Rules are even, odd, every 3 1, custom_daily_rel_weekly 1 3 and such.",
            parameter="skip_rule",
        )
    return " ".join([kind, *map(str, numbers)])


def _keeps(kind: str, numbers: list[int], period: Period) -> bool:
    """Whether it is a rule for these periods."""
    if kind in ("even", "odd"):
        return not numbers
    if kind == "every":
        return len(numbers) == 2 and numbers[1] < numbers[0] <= EVERY_MAX
    custom = _CUSTOM.get(kind)
    return custom is not None and custom.period == period and bool(numbers) and all(1 <= each <= custom.most for each in numbers)


class _Custom(NamedTuple):
    period: Period
    most: int


_BOUNDS: Mapping[str, int] = {
    "actionable_from_day": DAY_MAX,
    "actionable_from_month": MONTH_MAX,
    "due_at_day": DAY_MAX,
    "due_at_month": MONTH_MAX,
}
# Which periods each of them chooses from, and how many of those there are at most in what it is relative to.
_CUSTOM: Mapping[str, _Custom] = {
    "custom_daily_rel_weekly": _Custom("daily", 7),
    "custom_daily_rel_monthly": _Custom("daily", 31),
    "custom_weekly_rel_yearly": _Custom("weekly", 53),
    "custom_monthly_rel_yearly": _Custom("monthly", 12),
    "custom_quarterly_rel_yearly": _Custom("quarterly", 4),
}


def _begins(params: RecurringTaskGenParams) -> tuple[int, int] | None:
    """The month and day of the period; None where nothing says so. Only quarters and years have months."""
    day, month = params.actionable_from_day, params.actionable_from_month if _has_months(params.period) else None
    return None if day is None and month is None else (month or 1, day or 1)


def _due(params: RecurringTaskGenParams) -> tuple[int, int] | None:
    """A month alone means its last day."""
    day, month = params.due_at_day, params.due_at_month if _has_months(params.period) else None
    return None if day is None and month is None else (month or 1, day or DAY_MAX)


def _has_months(period: Period) -> bool:
    return period in ("quarterly", "yearly")
