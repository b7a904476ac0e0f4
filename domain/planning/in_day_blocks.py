"""Blocks of some minutes of a day in the calendar."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from domain.events import Change
from domain.patterns import whole
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
from domain.planning.errors import RuleBroken
from domain.planning.time_blocks import DurationInvalid, TimeEventNamespace

MINUTES_MAX = 2880
DAY_MINUTES = 24 * 60
TimeInDay = Annotated[str, Meta(pattern=whole("([01][0-9]|2[0-3]):[0-5][0-9]"))]


class BlockHasEvent(RuleBroken):
    """The block is the time of an event, and has none of its own. Archive or remove the event."""

    code = "block_has_event"


class InDayBlockCreated(Created, frozen=True, kw_only=True, tag="in_day_block.created"):
    """A time of a day was taken by something."""

    namespace: TimeEventNamespace
    source_entity_ref_id: RefId
    start_date: date
    start_time_in_day: TimeInDay
    duration_mins: int
    name: str = NOT_USED
    time_event_domain_ref_id: RefId = COLLECTION


class InDayBlockMoved(Changed, frozen=True, kw_only=True, tag="in_day_block.moved"):
    """Another time was taken."""

    start_date: Change[date] | UnsetType = UNSET
    start_time_in_day: Change[TimeInDay] | UnsetType = UNSET
    duration_mins: Change[int] | UnsetType = UNSET


class InDayBlockArchived(Archived, frozen=True, tag="in_day_block.archived"):
    """The block was put away."""


class InDayBlockUnarchived(Unarchived, frozen=True, tag="in_day_block.unarchived"):
    """The block was brought back."""


class InDayBlockRemoved(Removed, frozen=True, tag="in_day_block.removed"):
    """The block disappeared from every read."""


class TimeEventInDayBlock(Entity, frozen=True, kw_only=True):
    """A time that something takes. It may reach into the days that follow."""

    name: str
    time_event_domain_ref_id: RefId
    namespace: TimeEventNamespace
    source_entity_ref_id: RefId
    start_date: date
    start_time_in_day: TimeInDay
    duration_mins: int


def check_without_event(block: TimeEventInDayBlock) -> None:
    """Raises `BlockHasEvent`."""
    if block.namespace == "schedule-event-in-day":
        raise BlockHasEvent


def _settle(block: TimeEventInDayBlock) -> TimeEventInDayBlock:
    if not 1 <= block.duration_mins <= MINUTES_MAX:
        raise DurationInvalid(f"duration_mins is from 1 to {MINUTES_MAX}.", parameter="duration_mins")
    hours, minutes = (int(number) for number in block.start_time_in_day.split(":"))
    days_left = (date.max - block.start_date).days + 1
    if block.duration_mins > days_left * DAY_MINUTES - hours * 60 - minutes:
        raise DurationInvalid("It would end after the calendar, which ends with the year 9999.", parameter="duration_mins")
    return block


IN_DAY_BLOCKS = Concept(
    kind="in_day_block",
    called="block in a day",
    entity=TimeEventInDayBlock,
    created=InDayBlockCreated,
    changed=(InDayBlockMoved,),
    lifecycle=Lifecycle(InDayBlockArchived, InDayBlockUnarchived, InDayBlockRemoved),
    settle=_settle,
    owner=lambda block: block.source_entity_ref_id,
)
