"""Events of the schedule, of some minutes or of whole days. Each belongs to a stream; its time is that of its block."""

from datetime import date
from typing import TypeVar

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
from domain.planning.errors import RuleBroken
from domain.planning.in_day_blocks import TimeInDay
from domain.planning.names import clean_name
from domain.planning.schedule_streams import Source


class EventIsExternal(RuleBroken):
    """The event is kept elsewhere, and is what it is there."""

    code = "event_is_external"


class ScheduleEvent(Entity, frozen=True, kw_only=True):
    """What the two kinds of events have in common."""

    name: str
    schedule_domain_ref_id: RefId
    schedule_stream_ref_id: RefId
    source: Source
    external_uid: str | None


V = TypeVar("V", bound=ScheduleEvent)


class ScheduleEventInDay(ScheduleEvent, frozen=True, kw_only=True):
    """An event of some minutes."""


class ScheduleEventFullDays(ScheduleEvent, frozen=True, kw_only=True):
    """An event of whole days."""


class ScheduleEventCreated(Created, frozen=True, kw_only=True):
    """Of either kind."""

    name: str
    schedule_stream_ref_id: RefId
    source: Source = "user"
    external_uid: str | None = None
    schedule_domain_ref_id: RefId = COLLECTION


class ScheduleEventRenamed(Changed, frozen=True, kw_only=True):
    """Of either kind."""

    name: Change[str] | UnsetType = UNSET


class ScheduleEventMoved(Changed, frozen=True, kw_only=True):
    """Of either kind."""

    schedule_stream_ref_id: Change[RefId] | UnsetType = UNSET


class ScheduleEventInDayCreated(ScheduleEventCreated, frozen=True, kw_only=True, tag="schedule_event_in_day.created"):
    """An event was put into a stream."""


class ScheduleEventInDayRenamed(ScheduleEventRenamed, frozen=True, kw_only=True, tag="schedule_event_in_day.renamed"):
    """The event is called something else."""


class ScheduleEventInDayRescheduled(Changed, frozen=True, kw_only=True, tag="schedule_event_in_day.rescheduled"):
    """The event is at another time, as its block is."""

    start_date: Change[date] | UnsetType = UNSET
    start_time_in_day: Change[TimeInDay] | UnsetType = UNSET
    duration_mins: Change[int] | UnsetType = UNSET


class ScheduleEventInDayChanged(ScheduleEventInDayRescheduled, frozen=True, kw_only=True, tag="schedule_event_in_day.changed"):
    """Several of these at once."""

    name: Change[str] | UnsetType = UNSET
    schedule_stream_ref_id: Change[RefId] | UnsetType = UNSET


class ScheduleEventInDayMoved(ScheduleEventMoved, frozen=True, kw_only=True, tag="schedule_event_in_day.moved"):
    """The event is in another stream."""


class ScheduleEventInDayArchived(Archived, frozen=True, tag="schedule_event_in_day.archived"):
    """The event was put away."""


class ScheduleEventInDayUnarchived(Unarchived, frozen=True, tag="schedule_event_in_day.unarchived"):
    """The event was brought back."""


class ScheduleEventInDayRemoved(Removed, frozen=True, tag="schedule_event_in_day.removed"):
    """The event disappeared from every read."""


class ScheduleEventFullDaysCreated(ScheduleEventCreated, frozen=True, kw_only=True, tag="schedule_event_full_days.created"):
    """An event was put into a stream."""


class ScheduleEventFullDaysRenamed(ScheduleEventRenamed, frozen=True, kw_only=True, tag="schedule_event_full_days.renamed"):
    """The event is called something else."""


class ScheduleEventFullDaysRescheduled(Changed, frozen=True, kw_only=True, tag="schedule_event_full_days.rescheduled"):
    """The event is on other days, as its block is."""

    start_date: Change[date] | UnsetType = UNSET
    duration_days: Change[int] | UnsetType = UNSET
    end_date: Change[date] | UnsetType = UNSET


class ScheduleEventFullDaysChanged(
    ScheduleEventFullDaysRescheduled, frozen=True, kw_only=True, tag="schedule_event_full_days.changed"
):
    """Several of these at once."""

    name: Change[str] | UnsetType = UNSET
    schedule_stream_ref_id: Change[RefId] | UnsetType = UNSET


class ScheduleEventFullDaysMoved(ScheduleEventMoved, frozen=True, kw_only=True, tag="schedule_event_full_days.moved"):
    """The event is in another stream."""


class ScheduleEventFullDaysArchived(Archived, frozen=True, tag="schedule_event_full_days.archived"):
    """The event was put away."""


class ScheduleEventFullDaysUnarchived(Unarchived, frozen=True, tag="schedule_event_full_days.unarchived"):
    """The event was brought back."""


class ScheduleEventFullDaysRemoved(Removed, frozen=True, tag="schedule_event_full_days.removed"):
    """The event disappeared from every read."""


def check_user_event(event: ScheduleEvent) -> None:
    """Raises `EventIsExternal`."""
    if event.source != "user":
        raise EventIsExternal(source=event.source)


def _settle(event: V) -> V:
    return msgspec.structs.replace(event, name=clean_name(event.name))


SCHEDULE_EVENTS_IN_DAY = Concept(
    kind="schedule_event_in_day",
    called="event in a day",
    entity=ScheduleEventInDay,
    created=ScheduleEventInDayCreated,
    feature="schedule",
    changed=(ScheduleEventInDayRenamed, ScheduleEventInDayRescheduled, ScheduleEventInDayMoved, ScheduleEventInDayChanged),
    told_beside=("start_date", "start_time_in_day", "duration_mins"),
    lifecycle=Lifecycle(ScheduleEventInDayArchived, ScheduleEventInDayUnarchived, ScheduleEventInDayRemoved),
    settle=_settle,
    owner=lambda event: event.schedule_stream_ref_id,
    note_namespace="schedule-event-in-day",
    tag_namespace="schedule-event-in-day",
    time_namespace="schedule-event-in-day",
)
SCHEDULE_EVENTS_FULL_DAYS = Concept(
    kind="schedule_event_full_days",
    called="event of whole days",
    entity=ScheduleEventFullDays,
    created=ScheduleEventFullDaysCreated,
    feature="schedule",
    changed=(
        ScheduleEventFullDaysRenamed,
        ScheduleEventFullDaysRescheduled,
        ScheduleEventFullDaysMoved,
        ScheduleEventFullDaysChanged,
    ),
    told_beside=("start_date", "duration_days", "end_date"),
    lifecycle=Lifecycle(ScheduleEventFullDaysArchived, ScheduleEventFullDaysUnarchived, ScheduleEventFullDaysRemoved),
    settle=_settle,
    owner=lambda event: event.schedule_stream_ref_id,
    note_namespace="schedule-event-full-days",
    tag_namespace="schedule-event-full-days-block",
    time_namespace="schedule-full-days-block",
)
