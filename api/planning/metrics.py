"""Metrics over HTTP, each with the entries that were asked for."""

from typing import Annotated

import msgspec
from msgspec import Meta

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.metric_settings import the_project
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from api.planning.queries import OFFSET_MAX, Archived, Include, LoadQuery, RefIds
from api.planning.tasks import TASKS_PAGE_SIZE, NoTasks
from application.planning.metrics import ChangeMetric, CreateMetric, change_metric, create_metric
from application.planning.ports import Seen
from application.planning.reading import Beside, Shown
from domain.planning.entities import RefId
from domain.planning.metric_entries import METRIC_ENTRIES, MetricEntry
from domain.planning.metrics import METRICS, Metric
from domain.planning.notes import NOTES, Note
from domain.planning.projects import Project
from domain.planning.tags import TAG_LINKS, Tag


class FindMetrics(FindNoted, kw_only=True):
    """Which metrics, and what of each. `filter_entry_ref_ids` says which entries are shown; no metric is left out for it."""

    include_entries: Include = False
    include_collection_inbox_tasks: Include = False
    include_metric_entry_notes: Include = False
    filter_entry_ref_ids: Annotated[RefIds, Meta(description="Only these entries.")] = ()

    def beside(self) -> Beside:
        noted = super().beside().belonging
        if not (self.include_entries or self.include_metric_entry_notes):
            return Beside(belonging=noted)
        return Beside(belonging=(*noted, METRIC_ENTRIES), deeper=(NOTES,) if self.include_metric_entry_notes else ())

    def entries_of(self, shown: Shown[Metric]) -> list[Shown[MetricEntry]]:
        wanted = self.filter_entry_ref_ids
        return [entry for entry in shown.each(METRIC_ENTRIES) if not wanted or entry.ref_id in wanted]


class LoadMetric(LoadQuery, kw_only=True):
    """How one is looked at."""

    allow_archived_entries: Archived = False
    collection_task_retrieve_offset: Annotated[
        int, Meta(ge=0, le=OFFSET_MAX, description="How many of its tasks to leave out first.")
    ] = 0

    @property
    def seen(self) -> Seen:
        """Whatever any of these asks for; what shows them leaves out the rest."""
        return Seen(self.allow_archived or self.allow_archived_entries, super().seen.moment)


class MetricFindResponseEntry(msgspec.Struct):
    """A metric, and what was asked for of what belongs to it."""

    metric: Metric
    note: Note | None
    tags: list[Tag]
    metric_entries: list[MetricEntry] | None
    metric_collection_inbox_tasks: NoTasks | None
    metric_entry_notes: list[Note] | None


class MetricsAnswer(msgspec.Struct):
    """Metrics in the order of their ref_ids, and the project that measuring belongs to; null in a past that had none."""

    collection_project: Project | None
    entries: list[MetricFindResponseEntry]


class MetricLoadMetricEntryTags(msgspec.Struct):
    """The tags of one entry."""

    metric_entry_ref_id: RefId
    tags: list[Tag]


class MetricAnswer(msgspec.Struct):
    """A metric with all that belongs to it."""

    metric: Metric
    note: Note | None
    tags: list[Tag]
    metric_entries: list[MetricEntry]
    metric_entry_tags: list[MetricLoadMetricEntryTags]
    collection_tasks: NoTasks
    collection_tasks_total_cnt: int
    collection_tasks_page_size: int


class NewMetricAnswer(msgspec.Struct):
    """A metric as it was made."""

    new_metric: Metric


def _entry(shown: Shown[Metric], query: FindMetrics) -> MetricFindResponseEntry:
    entries = query.entries_of(shown)
    notes = [note for entry in entries for note in entry.all(NOTES)]
    return MetricFindResponseEntry(
        metric=shown.itself,
        note=note_of(shown),
        tags=tags_of(shown),
        metric_entries=[entry.itself for entry in entries] if query.include_entries else None,
        metric_collection_inbox_tasks=() if query.include_collection_inbox_tasks else None,
        metric_entry_notes=notes if query.include_metric_entry_notes else None,
    )


def _loaded(shown: Shown[Metric], query: LoadMetric) -> MetricAnswer:
    """Raises `EntityNotFound` for a metric that was seen only for the sake of its entries."""
    if shown.entity.archived and not query.allow_archived:
        raise METRICS.not_found()
    entries, archived = shown.each(METRIC_ENTRIES, archived=query.allow_archived_entries), query.allow_archived
    return MetricAnswer(
        metric=shown.itself,
        note=note_of(shown, archived=archived),
        tags=tags_of(shown, archived=archived),
        metric_entries=[entry.itself for entry in entries],
        metric_entry_tags=[MetricLoadMetricEntryTags(each.ref_id, tags_of(each, archived=archived)) for each in entries],
        collection_tasks=(),
        collection_tasks_total_cnt=0,
        collection_tasks_page_size=TASKS_PAGE_SIZE,
    )


RESOURCE = Resource(
    path="/metrics",
    concept=METRICS,
    one="metric",
    many="metrics",
    find=Find(query=FindMetrics, answer=MetricsAnswer, entry=_entry, ahead=the_project),
    create=Create(
        order=CreateMetric,
        act=create_metric,
        answer=NewMetricAnswer,
        made=lambda made: NewMetricAnswer(made.the(METRICS)),
    ),
    load=Load(
        answer=MetricAnswer,
        shown=_loaded,
        beside=Beside(belonging=(*NOTED, METRIC_ENTRIES), deeper=(TAG_LINKS,)),
        query=LoadMetric,
    ),
    change=Change(order=ChangeMetric, act=change_metric),
)
