"""Rules of the schedule that nothing over HTTP reaches yet, because calendars of elsewhere are not fetched."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.events import Change
from domain.planning.entities import Kept
from domain.planning.schedule_events import (
    SCHEDULE_EVENTS_IN_DAY,
    EventIsExternal,
    ScheduleEventInDayCreated,
    ScheduleEventInDayRescheduled,
    check_user_event,
)

AT = datetime(2026, 11, 26, tzinfo=UTC)


def given(source: str) -> Kept:  # type: ignore[type-arg] # of an event
    wanted = ScheduleEventInDayCreated(ref_id="3", name="Standup", schedule_stream_ref_id="2", source=source)  # type: ignore[arg-type]
    entity = SCHEDULE_EVENTS_IN_DAY._begun(wanted, 1, AT.isoformat())  # noqa: SLF001 - as the log would fold it
    return Kept(SCHEDULE_EVENTS_IN_DAY, UUID(int=1), entity)


def test_events_of_elsewhere_are_what_they_are_there() -> None:
    check_user_event(given("user").entity)
    with pytest.raises(EventIsExternal):
        check_user_event(given("external-ical").entity)


def test_what_changed_of_a_block_is_told_by_its_event() -> None:
    event = given("user").entity
    times = {"duration_mins": Change(15, 30)}
    assert SCHEDULE_EVENTS_IN_DAY.change(event, event, times) == ScheduleEventInDayRescheduled(duration_mins=Change(15, 30))
    assert SCHEDULE_EVENTS_IN_DAY.change(event, event) is None
