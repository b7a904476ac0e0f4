"""How often to catch up with a person, as callers tell it: by fields of its own each, of which the period decides."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from application.planning.orders import ChangeOrder, Order, Should, U
from domain.planning.recurring import Difficulty, Eisen, GenParamsInvalid, Period, RecurringTaskGenParams

PREFIX = "catch_up_"
_DEFAULTS: Mapping[str, Any] = {"eisen": "regular", "difficulty": "easy"}


class CatchUp(Order):
    """Without a period, there is no catching up."""

    catch_up_period: Period | None = None
    catch_up_eisen: Eisen | None = None
    catch_up_difficulty: Difficulty | None = None
    catch_up_actionable_from_day: int | None = None
    catch_up_actionable_from_month: int | None = None
    catch_up_due_at_day: int | None = None
    catch_up_due_at_month: int | None = None


class ShouldCome(Should[Period | None]):
    """How often it should come from now on, or that it should stay as it is."""


class ShouldMatter(Should[Eisen | None]):
    """How much it should matter from now on, or that it should stay as it is."""


class ShouldTake(Should[Difficulty | None]):
    """How difficult it should be from now on, or that it should stay as it is."""


class ChangeCatchUp(ChangeOrder):
    """A period of null ends it."""

    catch_up_period: ShouldCome | Period | UnsetType | None = UNSET
    catch_up_eisen: ShouldMatter | Eisen | UnsetType | None = UNSET
    catch_up_difficulty: ShouldTake | Difficulty | UnsetType | None = UNSET
    catch_up_actionable_from_day: U[int | None] = UNSET
    catch_up_actionable_from_month: U[int | None] = UNSET
    catch_up_due_at_day: U[int | None] = UNSET
    catch_up_due_at_month: U[int | None] = UNSET


def catch_up_params(fields: Mapping[str, Any], before: RecurringTaskGenParams | None = None) -> RecurringTaskGenParams | None:
    """With the given fields, and else as before. Raises `GenParamsInvalid` for fields of a catching up without a period."""
    given = {name.removeprefix(PREFIX): value for name, value in fields.items() if name.startswith(PREFIX)}
    if given.get("period", before.period if before else None) is None:
        if any(value is not None for value in given.values()):
            raise GenParamsInvalid("Without catch_up_period there is no catching up; say how often.", parameter="catch_up_period")
        return None
    known = msgspec.structs.asdict(before) if before else {}
    merged: dict[str, Any] = {**dict.fromkeys(RecurringTaskGenParams.__struct_fields__), **known, **given}
    filled: dict[str, Any] = {name: _DEFAULTS.get(name) if value is None else value for name, value in merged.items()}
    return RecurringTaskGenParams(**filled)
