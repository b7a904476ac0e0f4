"""Both kinds of events of the schedule over HTTP."""

from typing import Any

import msgspec

from api.planning.frame import Change, Command, Create, Load, Resource
from api.planning.noted import NOTED, note_of, tags_of
from api.planning.queries import LoadQuery
from application.planning.reading import Beside, Shown
from application.planning.schedule_events import (
    ChangeEventFullDays,
    ChangeEventInDay,
    CreateEventFullDays,
    CreateEventInDay,
    MoveEvent,
    archive_event,
    change_event_full_days,
    change_event_in_day,
    create_event_full_days,
    create_event_in_day,
    move_event,
    remove_event,
)
from domain.planning.in_day_blocks import IN_DAY_BLOCKS, TimeEventInDayBlock
from domain.planning.notes import Note
from domain.planning.schedule_events import (
    SCHEDULE_EVENTS_FULL_DAYS,
    SCHEDULE_EVENTS_IN_DAY,
    ScheduleEventFullDays,
    ScheduleEventInDay,
)
from domain.planning.tags import Tag
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock

MOVE: Command[Any, MoveEvent] = Command(
    name="change-stream", summary="Move an event to another stream", order=MoveEvent, act=move_event
)


class EventInDayAnswer(msgspec.Struct):
    """An event with its block, and what else belongs to it."""

    schedule_event_in_day: ScheduleEventInDay
    time_event_in_day_block: TimeEventInDayBlock
    note: Note | None
    tags: list[Tag]


class NewEventInDayAnswer(msgspec.Struct):
    """An event and its block, as they were made."""

    new_schedule_event_in_day: ScheduleEventInDay
    new_time_event_in_day_block: TimeEventInDayBlock


class EventFullDaysAnswer(msgspec.Struct):
    """An event with its block, and what else belongs to it."""

    schedule_event_full_days: ScheduleEventFullDays
    time_event_full_days_block: TimeEventFullDaysBlock
    note: Note | None
    tags: list[Tag]


class NewEventFullDaysAnswer(msgspec.Struct):
    """An event and its block, as they were made."""

    new_schedule_event_full_days: ScheduleEventFullDays
    new_time_event_full_day_block: TimeEventFullDaysBlock


def _in_day(shown: Shown[ScheduleEventInDay], _: LoadQuery) -> EventInDayAnswer:
    return EventInDayAnswer(shown.itself, shown.the(IN_DAY_BLOCKS), note_of(shown), tags_of(shown))


def _full_days(shown: Shown[ScheduleEventFullDays], _: LoadQuery) -> EventFullDaysAnswer:
    return EventFullDaysAnswer(shown.itself, shown.the(FULL_DAYS_BLOCKS), note_of(shown), tags_of(shown))


IN_DAY = Resource(
    path="/schedule/events-in-day",
    concept=SCHEDULE_EVENTS_IN_DAY,
    one="event in a day",
    many="events in a day",
    create=Create(
        order=CreateEventInDay,
        act=create_event_in_day,
        answer=NewEventInDayAnswer,
        made=lambda made: NewEventInDayAnswer(made.the(SCHEDULE_EVENTS_IN_DAY), made.the(IN_DAY_BLOCKS)),
    ),
    load=Load(answer=EventInDayAnswer, shown=_in_day, beside=Beside(belonging=(*NOTED, IN_DAY_BLOCKS))),
    change=Change(order=ChangeEventInDay, act=change_event_in_day),
    commands=[MOVE],
    archive=archive_event,
    remove=remove_event,
)
FULL_DAYS = Resource(
    path="/schedule/events-full-days",
    concept=SCHEDULE_EVENTS_FULL_DAYS,
    one="event of whole days",
    many="events of whole days",
    create=Create(
        order=CreateEventFullDays,
        act=create_event_full_days,
        answer=NewEventFullDaysAnswer,
        made=lambda made: NewEventFullDaysAnswer(made.the(SCHEDULE_EVENTS_FULL_DAYS), made.the(FULL_DAYS_BLOCKS)),
    ),
    load=Load(answer=EventFullDaysAnswer, shown=_full_days, beside=Beside(belonging=(*NOTED, FULL_DAYS_BLOCKS))),
    change=Change(order=ChangeEventFullDays, act=change_event_full_days),
    commands=[MOVE],
    archive=archive_event,
    remove=remove_event,
)
