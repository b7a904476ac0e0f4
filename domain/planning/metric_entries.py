"""Entries of metrics: what was measured on a day. They are called after that."""

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived


class MetricEntryCreated(Created, frozen=True, kw_only=True, tag="metric_entry.created"):
    """Something was measured."""

    metric_ref_id: RefId
    collection_time: date
    value: float
    name: str = ""


class MetricEntryCorrected(Changed, frozen=True, kw_only=True, tag="metric_entry.corrected"):
    """It was another value, or on another day; the name follows."""

    name: Change[str] | UnsetType = UNSET
    collection_time: Change[date] | UnsetType = UNSET
    value: Change[float] | UnsetType = UNSET


class MetricEntryArchived(Archived, frozen=True, tag="metric_entry.archived"):
    """The entry was put away."""


class MetricEntryUnarchived(Unarchived, frozen=True, tag="metric_entry.unarchived"):
    """The entry was brought back."""


class MetricEntryRemoved(Removed, frozen=True, tag="metric_entry.removed"):
    """The entry disappeared from every read."""


class MetricEntry(Entity, frozen=True, kw_only=True):
    """What was measured on a day."""

    name: str
    metric_ref_id: RefId
    collection_time: date
    value: float


def _settle(entry: MetricEntry) -> MetricEntry:
    # A whole number may come without its point, and is stored with it. Zero has no sign: the two are equal and print differently.
    value = float(entry.value) + 0.0
    return msgspec.structs.replace(entry, value=value, name=f"Entry for {entry.collection_time.isoformat()} value={value}")


METRIC_ENTRIES = Concept(
    kind="metric_entry",
    called="entry of a metric",
    entity=MetricEntry,
    created=MetricEntryCreated,
    feature="metrics",
    changed=(MetricEntryCorrected,),
    lifecycle=Lifecycle(MetricEntryArchived, MetricEntryUnarchived, MetricEntryRemoved),
    settle=_settle,
    owner=lambda entry: entry.metric_ref_id,
    note_namespace="metric-entry",
    tag_namespace="metric-entry",
)
