"""Changing what is made ahead of each period, of time plans and journals alike."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Should
from application.planning.references import check_references
from domain.planning.entities import Kept
from domain.planning.generation import PERIODS, GenerationSettings
from domain.planning.recurring import Period


class ShouldBeMadeFor(Should[tuple[Period, ...]]):
    """The periods that something should be made for from now on, or that they should stay."""


# One object is the plain value and the long form, because a union of two objects cannot be decoded.
class DaysAhead(Should[dict[Period, int]]):
    """How many days ahead of each period, by the periods themselves, or by `should_change` and `value`."""

    should_change: bool | UnsetType = UNSET  # type: ignore[assignment] # which is one thereafter
    daily: int | UnsetType = UNSET
    weekly: int | UnsetType = UNSET
    monthly: int | UnsetType = UNSET
    quarterly: int | UnsetType = UNSET
    yearly: int | UnsetType = UNSET

    def __post_init__(self) -> None:
        """A plain value is the long form from here on."""
        plain = {period: getattr(self, period) for period in PERIODS if getattr(self, period) is not UNSET}
        if self.should_change is UNSET and self.value is UNSET:
            self.should_change, self.value = True, plain
        elif self.should_change is UNSET or plain:
            raise ValueError("Days ahead are told by period, or by should_change and value, and not by both")


class ChangeGeneration(ChangeOrder):
    """What to change of it. Days of periods that are no longer among them go by themselves. A task that is set while none is
    made is kept until some are.
    """

    # What callers say before the names of the task's fields.
    of_task: ClassVar[str]

    periods: ShouldBeMadeFor | tuple[Period, ...] | UnsetType = UNSET
    generation_in_advance_days: DaysAhead | UnsetType = UNSET


async def change_generation(draft: Draft, kept: Kept[Any], order: ChangeGeneration) -> None:
    """Raises `GenerationInvalid`, `EntityNotFound` and `FeatureOff`."""
    wanted = {name.removeprefix(order.of_task): value for name, value in order.wanted().items()}
    wanted = {**_days_left(kept.entity, wanted), **wanted}
    await check_references(draft, kept.concept, wanted, kept.entity)
    draft.change(kept, msgspec.structs.replace(kept.entity, **wanted))


def _days_left(settings: GenerationSettings[Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    periods = wanted.get("periods", settings.periods)
    left = {period: count for period, count in settings.generation_in_advance_days.items() if period in periods}
    return {"generation_in_advance_days": left}
