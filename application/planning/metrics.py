"""Metrics and their entries."""

from datetime import UTC, date

import msgspec
from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.gen_params import ShouldDemand, ShouldRank, ShouldRecur, gen_params
from application.planning.orders import ChangeOrder, Order, U
from domain.planning.entities import Kept, RefId
from domain.planning.metric_entries import METRIC_ENTRIES, MetricEntryCreated
from domain.planning.metrics import METRICS, Metric, MetricCreated, MetricUnit
from domain.planning.recurring import Difficulty, Eisen, Period

PREFIX = "collection_"


class CreateMetric(Order):
    """What is measured. Without a period, nobody means to come back to it."""

    name: str
    is_key: bool
    icon: str | None = None
    collection_period: Period | None = None
    collection_eisen: Eisen | None = None
    collection_difficulty: Difficulty | None = None
    collection_actionable_from_day: int | None = None
    collection_actionable_from_month: int | None = None
    collection_due_at_day: int | None = None
    collection_due_at_month: int | None = None
    metric_unit: MetricUnit | None = None


class ChangeMetric(ChangeOrder):
    """What to change of it. A period of null ends the measuring."""

    name: U[str] = UNSET
    is_key: U[bool] = UNSET
    icon: U[str | None] = UNSET
    collection_period: ShouldRecur | Period | UnsetType | None = UNSET
    collection_eisen: ShouldRank | Eisen | UnsetType | None = UNSET
    collection_difficulty: ShouldDemand | Difficulty | UnsetType | None = UNSET
    collection_actionable_from_day: U[int | None] = UNSET
    collection_actionable_from_month: U[int | None] = UNSET
    collection_due_at_day: U[int | None] = UNSET
    collection_due_at_month: U[int | None] = UNSET


class CreateMetricEntry(Order):
    """What was measured, today unless a day is told."""

    metric_ref_id: RefId
    value: float
    collection_time: date | None = None


class ChangeMetricEntry(ChangeOrder):
    """What it was, and on which day."""

    collection_time: U[date] = UNSET
    value: U[float] = UNSET


async def create_metric(draft: Draft, order: CreateMetric) -> None:
    wanted = MetricCreated(
        ref_id=draft.next_ref_id(),
        name=order.name,
        is_key=order.is_key,
        icon=order.icon,
        collection_params=gen_params(PREFIX, msgspec.structs.asdict(order)),
        metric_unit=order.metric_unit,
    )
    draft.begin(METRICS, wanted)


async def change_metric(draft: Draft, kept: Kept[Metric], order: ChangeMetric) -> None:
    wanted, metric = order.wanted(), kept.entity
    plain = {name: value for name, value in wanted.items() if not name.startswith(PREFIX)}
    params = gen_params(PREFIX, wanted, metric.collection_params)
    draft.change(kept, msgspec.structs.replace(metric, **plain, collection_params=params))


async def create_metric_entry(draft: Draft, order: CreateMetricEntry) -> None:
    today = draft.at.astimezone(UTC).date()
    wanted = MetricEntryCreated(
        ref_id=draft.next_ref_id(),
        metric_ref_id=order.metric_ref_id,
        collection_time=today if order.collection_time is None else order.collection_time,
        value=order.value,
    )
    draft.begin(METRIC_ENTRIES, wanted)
