"""Blocks of the calendar over HTTP: they are made by what takes the time. Those of whole days are moved by it as well."""

import msgspec

from api.planning.frame import Change, Load, Resource
from api.planning.queries import LoadQuery
from application.planning.reading import Beside, Shown
from application.planning.schedule_events import (
    ChangeInDayBlock,
    archive_in_day_block,
    change_in_day_block,
    remove_in_day_block,
)
from domain.planning.in_day_blocks import IN_DAY_BLOCKS, TimeEventInDayBlock
from domain.planning.occasions import OCCASIONS, Occasion
from domain.planning.schedule_events import (
    SCHEDULE_EVENTS_FULL_DAYS,
    SCHEDULE_EVENTS_IN_DAY,
    ScheduleEventFullDays,
    ScheduleEventInDay,
)
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock
from domain.planning.vacations import VACATIONS, Vacation


class FullDaysBlockAnswer(msgspec.Struct):
    """A block, and what takes the days. The person of an occasion comes with the blocks of occasions."""

    full_days_block: TimeEventFullDaysBlock
    schedule_event: ScheduleEventFullDays | None
    person: None
    occasion: Occasion | None
    vacation: Vacation | None


class InDayBlockAnswer(msgspec.Struct):
    """A block, and what takes the time. Tasks and big plans take none yet."""

    in_day_block: TimeEventInDayBlock
    schedule_event: ScheduleEventInDay | None
    inbox_task: None
    big_plan: None


def _full_days(shown: Shown[TimeEventFullDaysBlock], _: LoadQuery) -> FullDaysBlockAnswer:
    owner = shown.entity.source_entity_ref_id
    return FullDaysBlockAnswer(
        full_days_block=shown.itself,
        schedule_event=shown.named(SCHEDULE_EVENTS_FULL_DAYS, owner),
        person=None,
        occasion=shown.named(OCCASIONS, owner),
        vacation=shown.named(VACATIONS, owner),
    )


def _in_day(shown: Shown[TimeEventInDayBlock], _: LoadQuery) -> InDayBlockAnswer:
    event = shown.named(SCHEDULE_EVENTS_IN_DAY, shown.entity.source_entity_ref_id)
    return InDayBlockAnswer(in_day_block=shown.itself, schedule_event=event, inbox_task=None, big_plan=None)


RESOURCE = Resource(
    path="/common/time-events/full-days-blocks",
    concept=FULL_DAYS_BLOCKS,
    one="block of whole days",
    many="blocks of whole days",
    load=Load(answer=FullDaysBlockAnswer, shown=_full_days, beside=Beside(named=True)),
    archive=None,
    remove=None,
)
IN_DAY = Resource(
    path="/common/time-events/in-day-blocks",
    concept=IN_DAY_BLOCKS,
    one="block in a day",
    many="blocks in a day",
    load=Load(answer=InDayBlockAnswer, shown=_in_day, beside=Beside(named=True)),
    change=Change(order=ChangeInDayBlock, act=change_in_day_block),
    archive=archive_in_day_block,
    remove=remove_in_day_block,
)
