"""Entries of metrics over HTTP, below their metrics."""

import msgspec

from api.planning.frame import Change, Create, Load, Resource
from api.planning.noted import NOTED, note_of, tags_of
from api.planning.queries import LoadQuery
from application.planning.metrics import ChangeMetricEntry, CreateMetricEntry, create_metric_entry
from application.planning.reading import Beside, Shown
from domain.planning.metric_entries import METRIC_ENTRIES, MetricEntry
from domain.planning.metrics import METRICS
from domain.planning.notes import Note
from domain.planning.tags import Tag


class MetricEntryAnswer(msgspec.Struct):
    """An entry with all that belongs to it."""

    metric_entry: MetricEntry
    note: Note | None
    tags: list[Tag]


class NewMetricEntryAnswer(msgspec.Struct):
    """An entry as it was made."""

    new_metric_entry: MetricEntry


def _loaded(shown: Shown[MetricEntry], _: LoadQuery) -> MetricEntryAnswer:
    return MetricEntryAnswer(metric_entry=shown.itself, note=note_of(shown), tags=tags_of(shown))


RESOURCE = Resource(
    path="/metrics/{ref_id:str}/entries",
    concept=METRIC_ENTRIES,
    one="entry of a metric",
    many="entries of a metric",
    within=METRICS,
    create=Create(
        order=CreateMetricEntry,
        act=create_metric_entry,
        answer=NewMetricEntryAnswer,
        made=lambda made: NewMetricEntryAnswer(made.the(METRIC_ENTRIES)),
        within=lambda order: order.metric_ref_id,
    ),
    load=Load(answer=MetricEntryAnswer, shown=_loaded, beside=Beside(belonging=NOTED)),
    change=Change(order=ChangeMetricEntry),
)
