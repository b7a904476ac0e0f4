"""Blocks of whole days in the calendar. Whatever takes days has one, and decides about it."""

from datetime import date, timedelta
from typing import Literal

from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    NOT_USED,
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
from domain.planning.errors import DatesOutOfOrder, RuleBroken

TimeEventNamespace = Literal[
    "big-plan", "inbox-task", "person-occasion", "schedule-event-in-day", "schedule-full-days-block", "vacation"
]


class DurationInvalid(RuleBroken):
    """That is no duration here: it is too short or too long."""

    code = "duration_invalid"


class FullDaysBlockCreated(Created, frozen=True, kw_only=True, tag="full_days_block.created"):
    """Days were taken by something."""

    namespace: TimeEventNamespace
    source_entity_ref_id: RefId
    start_date: date
    duration_days: int
    end_date: date
    name: str = NOT_USED
    time_event_domain_ref_id: RefId = COLLECTION


class FullDaysBlockMoved(Changed, frozen=True, kw_only=True, tag="full_days_block.moved"):
    """Other days were taken."""

    start_date: Change[date] | UnsetType = UNSET
    duration_days: Change[int] | UnsetType = UNSET
    end_date: Change[date] | UnsetType = UNSET


class FullDaysBlockArchived(Archived, frozen=True, tag="full_days_block.archived"):
    """The block was put away with what it belongs to."""


class FullDaysBlockUnarchived(Unarchived, frozen=True, tag="full_days_block.unarchived"):
    """The block came back with what it belongs to."""


class FullDaysBlockRemoved(Removed, frozen=True, tag="full_days_block.removed"):
    """The block disappeared with what it belongs to."""


class TimeEventFullDaysBlock(Entity, frozen=True, kw_only=True):
    """Days that something takes, the last one included."""

    name: str
    time_event_domain_ref_id: RefId
    namespace: TimeEventNamespace
    source_entity_ref_id: RefId
    start_date: date
    duration_days: int
    end_date: date


def days(start: date, end: date) -> int:
    """From one to the other, both included. Raises `DatesOutOfOrder`."""
    if end < start:
        raise DatesOutOfOrder(f"It starts on {start} and would end on {end}, before that.", start_date=start, end_date=end)
    return (end - start) // timedelta(days=1) + 1


def last_day(start: date, duration_days: int) -> date:
    """Of as many days from one on. Raises `DurationInvalid`."""
    if not 1 <= duration_days <= (date.max - start) // timedelta(days=1) + 1:
        raise DurationInvalid("duration_days is at least 1, and the calendar ends in 9999.", parameter="duration_days")
    return start + timedelta(days=duration_days - 1)


FULL_DAYS_BLOCKS = Concept(
    kind="full_days_block",
    called="block of whole days",
    entity=TimeEventFullDaysBlock,
    created=FullDaysBlockCreated,
    changed=(FullDaysBlockMoved,),
    lifecycle=Lifecycle(FullDaysBlockArchived, FullDaysBlockUnarchived, FullDaysBlockRemoved),
    owner=lambda block: block.source_entity_ref_id,
)
