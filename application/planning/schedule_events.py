"""Events of the schedule with their blocks of the calendar, which are their times."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from application.planning.time_blocks import take_days
from domain.planning.entities import Concept, Entity, Kept, RefId, changes_of
from domain.planning.in_day_blocks import IN_DAY_BLOCKS, InDayBlockCreated, TimeEventInDayBlock, TimeInDay, check_without_event
from domain.planning.schedule_events import (
    SCHEDULE_EVENTS_FULL_DAYS,
    SCHEDULE_EVENTS_IN_DAY,
    ScheduleEventFullDays,
    ScheduleEventFullDaysCreated,
    ScheduleEventInDay,
    ScheduleEventInDayCreated,
    check_user_event,
)
from domain.planning.schedule_streams import SCHEDULE_STREAMS, check_user_stream
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, last_day

B = TypeVar("B", bound=Entity)


class CreateEventInDay(Order):
    """In which stream, and when. It may reach into the days that follow."""

    schedule_stream_ref_id: RefId
    name: str
    start_date: date
    start_time_in_day: TimeInDay
    duration_mins: int


class CreateEventFullDays(Order):
    """In which stream, and which days."""

    schedule_stream_ref_id: RefId
    name: str
    start_date: date
    duration_days: int


class ChangeInDayBlock(ChangeOrder):
    """Another time."""

    start_date: U[date] = UNSET
    start_time_in_day: U[TimeInDay] = UNSET
    duration_mins: U[int] = UNSET


class ChangeEventInDay(ChangeInDayBlock):
    """What to change of it; its block follows."""

    name: U[str] = UNSET


class ChangeEventFullDays(ChangeOrder):
    """What to change of it; its block follows."""

    name: U[str] = UNSET
    start_date: U[date] = UNSET
    duration_days: U[int] = UNSET


class MoveEvent(ChangeOrder):
    """The stream that it should belong to."""

    schedule_stream_ref_id: RefId


async def create_event_in_day(draft: Draft, order: CreateEventInDay) -> None:
    await _check_stream(draft, order.schedule_stream_ref_id)
    wanted = ScheduleEventInDayCreated(
        ref_id=draft.next_ref_id(), name=order.name, schedule_stream_ref_id=order.schedule_stream_ref_id
    )
    event = draft.begin(SCHEDULE_EVENTS_IN_DAY, wanted).entity
    block = InDayBlockCreated(
        ref_id=draft.next_ref_id(),
        namespace="schedule-event-in-day",
        source_entity_ref_id=event.ref_id,
        start_date=order.start_date,
        start_time_in_day=order.start_time_in_day,
        duration_mins=order.duration_mins,
    )
    draft.begin(IN_DAY_BLOCKS, block)


async def create_event_full_days(draft: Draft, order: CreateEventFullDays) -> None:
    await _check_stream(draft, order.schedule_stream_ref_id)
    wanted = ScheduleEventFullDaysCreated(
        ref_id=draft.next_ref_id(), name=order.name, schedule_stream_ref_id=order.schedule_stream_ref_id
    )
    event = draft.begin(SCHEDULE_EVENTS_FULL_DAYS, wanted).entity
    end = last_day(order.start_date, order.duration_days)
    take_days(draft, "schedule-full-days-block", event.ref_id, order.start_date, end)


async def change_event_in_day(draft: Draft, kept: Kept[ScheduleEventInDay], order: ChangeEventInDay) -> None:
    block, times = await _block(draft, IN_DAY_BLOCKS, kept), order.wanted()
    name = times.pop("name", kept.entity.name)
    _reschedule(draft, kept, name, block, msgspec.structs.replace(block.entity, **times))


async def change_event_full_days(draft: Draft, kept: Kept[ScheduleEventFullDays], order: ChangeEventFullDays) -> None:
    block, times = await _block(draft, FULL_DAYS_BLOCKS, kept), order.wanted()
    name = times.pop("name", kept.entity.name)
    after = msgspec.structs.replace(block.entity, **times)
    after = msgspec.structs.replace(after, end_date=last_day(after.start_date, after.duration_days))
    _reschedule(draft, kept, name, block, after)


async def move_event(draft: Draft, kept: Kept[Any], order: MoveEvent) -> None:
    """From one of the user's own streams into another."""
    check_user_event(kept.entity)
    await _check_stream(draft, order.schedule_stream_ref_id)
    draft.change(kept, msgspec.structs.replace(kept.entity, schedule_stream_ref_id=order.schedule_stream_ref_id))


async def archive_event(draft: Draft, kept: Kept[Any]) -> None:
    check_user_event(kept.entity)
    await draft.archive(kept)


async def remove_event(draft: Draft, kept: Kept[Any]) -> None:
    check_user_event(kept.entity)
    await draft.remove(kept)


# Blocks.


async def change_in_day_block(draft: Draft, kept: Kept[TimeEventInDayBlock], order: ChangeInDayBlock) -> None:
    """The event whose time it is moves along."""
    after = order.applied(kept.entity)
    if kept.entity.namespace != "schedule-event-in-day":
        draft.change(kept, after)
        return
    event = await draft.get(SCHEDULE_EVENTS_IN_DAY, kept.entity.source_entity_ref_id)
    _reschedule(draft, event, event.entity.name, kept, after)


async def archive_in_day_block(draft: Draft, kept: Kept[TimeEventInDayBlock]) -> None:
    """Raises `BlockHasEvent`."""
    check_without_event(kept.entity)
    await draft.archive(kept)


async def remove_in_day_block(draft: Draft, kept: Kept[TimeEventInDayBlock]) -> None:
    """Raises `BlockHasEvent`."""
    check_without_event(kept.entity)
    await draft.remove(kept)


async def _check_stream(draft: Draft, ref_id: str) -> None:
    check_user_stream((await draft.get(SCHEDULE_STREAMS, ref_id)).entity)


async def _block(draft: Draft, blocks: Concept[B], event: Kept[Any]) -> Kept[B]:
    """Every event has one."""
    return (await draft.belonging(blocks, event))[0]


def _reschedule(draft: Draft, event: Kept[Any], name: str, block: Kept[B], after: B) -> None:
    """The event tells of its new time as the block does, because its version guards that as well."""
    check_user_event(event.entity)
    moved = block.concept.change(block.entity, after)
    times: Mapping[str, Any] = changes_of(moved) if moved else {}
    draft.change(event, msgspec.structs.replace(event.entity, name=name), beside=times)
    draft.change(block, after)
