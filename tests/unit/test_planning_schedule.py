"""Rules of the schedule that nothing over HTTP reaches yet, because calendars of elsewhere are not fetched."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.events import Actor, Change, Recorded
from domain.planning.entities import Kept
from domain.planning.schedule_events import (
    SCHEDULE_EVENTS_IN_DAY,
    EventIsExternal,
    ScheduleEventInDay,
    ScheduleEventInDayCreated,
    ScheduleEventInDayRescheduled,
    check_user_event,
)
from domain.planning.schedule_streams import Source

AT = datetime(2026, 11, 26, tzinfo=UTC)


def given(source: Source) -> Kept[ScheduleEventInDay]:
    created = ScheduleEventInDayCreated(ref_id="3", name="Standup", schedule_stream_ref_id="2", source=source)
    return SCHEDULE_EVENTS_IN_DAY.evolve(None, Recorded(created, 1, AT, Actor("key", "1", "a key")), UUID(int=1))


def test_events_of_elsewhere_are_what_they_are_there() -> None:
    check_user_event(given("user").entity)
    with pytest.raises(EventIsExternal):
        check_user_event(given("external-ical").entity)


def test_what_changed_of_a_block_is_told_by_its_event() -> None:
    event = given("user").entity
    times = {"duration_mins": Change(15, 30)}
    assert SCHEDULE_EVENTS_IN_DAY.change(event, event, beside=times) == ScheduleEventInDayRescheduled(
        duration_mins=Change(15, 30)
    )
    assert SCHEDULE_EVENTS_IN_DAY.change(event, event) is None
