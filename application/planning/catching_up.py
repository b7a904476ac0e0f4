"""How often to catch up with a person, as callers tell it: by fields of its own each, of which the period decides."""

from msgspec import UNSET, UnsetType

from application.planning.gen_params import ShouldDemand, ShouldRank, ShouldRecur
from application.planning.orders import ChangeOrder, Order, U
from domain.planning.recurring import Difficulty, Eisen, Period

PREFIX = "catch_up_"


class CatchUp(Order):
    """Without a period, there is no catching up."""

    catch_up_period: Period | None = None
    catch_up_eisen: Eisen | None = None
    catch_up_difficulty: Difficulty | None = None
    catch_up_actionable_from_day: int | None = None
    catch_up_actionable_from_month: int | None = None
    catch_up_due_at_day: int | None = None
    catch_up_due_at_month: int | None = None


class ChangeCatchUp(ChangeOrder):
    """A period of null ends it."""

    catch_up_period: ShouldRecur | Period | UnsetType | None = UNSET
    catch_up_eisen: ShouldRank | Eisen | UnsetType | None = UNSET
    catch_up_difficulty: ShouldDemand | Difficulty | UnsetType | None = UNSET
    catch_up_actionable_from_day: U[int | None] = UNSET
    catch_up_actionable_from_month: U[int | None] = UNSET
    catch_up_due_at_day: U[int | None] = UNSET
    catch_up_due_at_month: U[int | None] = UNSET
