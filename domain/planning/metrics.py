"""Metrics: what a workspace measures again and again, and how often it means to."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)
from domain.planning.names import clean_icon, clean_name
from domain.planning.recurring import RecurringTaskGenParams, check_gen_params

MetricUnit = Literal["count", "money", "weight"]


class MetricCreated(Created, frozen=True, kw_only=True, tag="metric.created"):
    """Something is measured from here on."""

    name: str
    is_key: bool
    icon: str | None = None
    collection_params: RecurringTaskGenParams | None = None
    metric_unit: MetricUnit | None = None
    metric_collection_ref_id: RefId = COLLECTION


class MetricRenamed(Changed, frozen=True, kw_only=True, tag="metric.renamed"):
    """The metric is called something else."""

    name: Change[str] | UnsetType = UNSET


class MetricCollectionChanged(Changed, frozen=True, kw_only=True, tag="metric.collection_changed"):
    """One means to measure more often, or in another way, or no longer."""

    collection_params: Change[RecurringTaskGenParams | None] | UnsetType = UNSET


class MetricChanged(MetricRenamed, frozen=True, kw_only=True, tag="metric.changed"):
    """The metric matters more or less, looks different, or several of these at once."""

    is_key: Change[bool] | UnsetType = UNSET
    icon: Change[str | None] | UnsetType = UNSET
    collection_params: Change[RecurringTaskGenParams | None] | UnsetType = UNSET


class MetricArchived(Archived, frozen=True, tag="metric.archived"):
    """The metric was put away with its entries."""


class MetricUnarchived(Unarchived, frozen=True, tag="metric.unarchived"):
    """The metric was brought back with its entries."""


class MetricRemoved(Removed, frozen=True, tag="metric.removed"):
    """The metric disappeared from every read, and so did its entries."""


class Metric(Entity, frozen=True, kw_only=True):
    """What is measured, and when; null where nobody means to come back to it."""

    name: str
    metric_collection_ref_id: RefId
    is_key: bool
    icon: str | None
    collection_params: RecurringTaskGenParams | None
    metric_unit: MetricUnit | None


def _settle(metric: Metric) -> Metric:
    params = metric.collection_params
    return msgspec.structs.replace(
        metric,
        name=clean_name(metric.name),
        icon=clean_icon(metric.icon),
        collection_params=None if params is None else check_gen_params(params),
    )


METRICS = Concept(
    kind="metric",
    entity=Metric,
    created=MetricCreated,
    feature="metrics",
    changed=(MetricRenamed, MetricCollectionChanged, MetricChanged),
    lifecycle=Lifecycle(MetricArchived, MetricUnarchived, MetricRemoved),
    settle=_settle,
    note_namespace="metric",
    tag_namespace="metric",
)
