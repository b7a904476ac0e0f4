"""What recurring tasks are like, as callers tell it: in fields of its own each, of which the period decides."""

from collections.abc import Mapping
from typing import Any

import msgspec

from application.planning.orders import Should
from domain.planning.recurring import Difficulty, Eisen, GenParamsInvalid, Period, RecurringTaskGenParams

_DEFAULTS: Mapping[str, Any] = {"eisen": "regular", "difficulty": "easy"}


class ShouldRecur(Should[Period | None]):
    """How often it should come from now on, or that it should stay as it is."""


class ShouldRank(Should[Eisen | None]):
    """How much it should matter from now on, or that it should stay as it is."""


class ShouldDemand(Should[Difficulty | None]):
    """How difficult it should be from now on, or that it should stay as it is."""


def gen_params(
    prefix: str, fields: Mapping[str, Any], before: RecurringTaskGenParams | None = None
) -> RecurringTaskGenParams | None:
    """From the fields with the prefix, and else as before; None without a period. Raises `GenParamsInvalid` where some are given
    without one.
    """
    given = {name.removeprefix(prefix): value for name, value in fields.items() if name.startswith(prefix)}
    if given.get("period", before.period if before else None) is None:
        if any(value is not None for value in given.values()):
            raise GenParamsInvalid(f"Without {prefix}period there are no tasks; say how often.", parameter=f"{prefix}period")
        return None
    known = msgspec.structs.asdict(before) if before else {}
    merged: dict[str, Any] = {**dict.fromkeys(RecurringTaskGenParams.__struct_fields__), **known, **given}
    merged |= {name: value for name, value in _DEFAULTS.items() if merged[name] is None}
    return RecurringTaskGenParams(**merged)
