"""When tasks that come again may begin, when they are due, and which periods are kept."""

from typing import Any

import pytest

from domain.planning.recurring import (
    EVERY_MAX,
    SKIP_RULE_CHARACTERS_MAX,
    GenParamsInvalid,
    RecurringTaskGenParams,
    SkipRuleInvalid,
    check_gen_params,
    check_skip_rule,
)


def params(period: Any, begins: tuple[int | None, int | None], due: tuple[int | None, int | None]) -> RecurringTaskGenParams:
    """Months come before days."""
    return RecurringTaskGenParams(
        period=period,
        eisen="regular",
        difficulty="easy",
        actionable_from_month=begins[0],
        actionable_from_day=begins[1],
        due_at_month=due[0],
        due_at_day=due[1],
        skip_rule=None,
    )


@pytest.mark.parametrize(
    ("period", "begins", "due"),
    [
        ("daily", (None, None), (None, None)),
        ("weekly", (None, 3), (None, 3)),
        ("weekly", (None, 7), (None, None)),
        # Days may run past the period, and months mean nothing in a short one.
        ("weekly", (None, 20), (None, 31)),
        ("monthly", (12, 1), (1, 1)),
        ("quarterly", (2, None), (2, None)),
        ("quarterly", (2, 31), (2, None)),
        ("yearly", (3, 15), (3, 15)),
        ("yearly", (3, 15), (4, 1)),
        ("yearly", (None, 15), (None, 15)),
        ("yearly", (None, 15), (2, None)),
    ],
)
def test_what_fits_together(period: Any, begins: Any, due: Any) -> None:
    assert check_gen_params(params(period, begins, due)) == params(period, begins, due)


@pytest.mark.parametrize(
    ("period", "begins", "due"),
    [
        ("weekly", (None, 4), (None, 3)),
        ("monthly", (None, 31), (None, 30)),
        ("quarterly", (3, None), (2, None)),
        ("yearly", (3, 16), (3, 15)),
        ("yearly", (4, 1), (3, 31)),
        ("yearly", (None, 16), (None, 15)),
        ("yearly", (2, None), (None, 31)),
        ("weekly", (None, 0), (None, None)),
        ("weekly", (None, None), (None, 32)),
        ("yearly", (0, None), (None, None)),
        ("yearly", (None, None), (13, None)),
    ],
)
def test_what_does_not(period: Any, begins: Any, due: Any) -> None:
    with pytest.raises(GenParamsInvalid):
        check_gen_params(params(period, begins, due))


@pytest.mark.parametrize(
    ("period", "rule", "kept"),
    [
        ("daily", "even", "even"),
        ("yearly", " odd ", "odd"),
        ("monthly", "every  3   2", "every 3 2"),
        ("weekly", "every 1 0", "every 1 0"),
        ("weekly", f"every {EVERY_MAX} 0", f"every {EVERY_MAX} 0"),
        ("daily", "custom_daily_rel_weekly 1 3", "custom_daily_rel_weekly 1 3"),
        ("daily", "custom_daily_rel_monthly 01 31", "custom_daily_rel_monthly 1 31"),
        ("weekly", "custom_weekly_rel_yearly 53", "custom_weekly_rel_yearly 53"),
        ("monthly", "custom_monthly_rel_yearly 1 12", "custom_monthly_rel_yearly 1 12"),
        ("quarterly", "custom_quarterly_rel_yearly 4", "custom_quarterly_rel_yearly 4"),
    ],
)
def test_rules_of_which_periods_to_keep(period: Any, rule: str, kept: str) -> None:
    assert check_skip_rule(rule, period) == kept


@pytest.mark.parametrize(
    ("period", "rule"),
    [
        ("daily", ""),
        ("daily", "seldom"),
        ("daily", "even 1"),
        ("daily", "every 3"),
        ("daily", "every 3 3"),
        ("daily", "every 0 0"),
        ("daily", "every -3 -4"),
        ("daily", "every 3 1 1"),
        ("daily", f"every {EVERY_MAX + 1} 0"),
        ("daily", "every \u0663 1"),
        ("daily", "custom_daily_rel_weekly"),
        ("daily", "custom_daily_rel_weekly 8"),
        ("daily", "custom_daily_rel_weekly 0"),
        ("daily", "custom_daily_rel_weekly 1,3"),
        ("weekly", "custom_daily_rel_weekly 1"),
        ("daily", "custom_weekly_rel_yearly 1"),
        ("yearly", "custom_monthly_rel_yearly 1"),
        ("daily", "even" + " " * SKIP_RULE_CHARACTERS_MAX),
    ],
)
def test_rules_that_keep_nothing_here(period: Any, rule: str) -> None:
    with pytest.raises(SkipRuleInvalid):
        check_skip_rule(rule, period)
