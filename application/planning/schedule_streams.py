"""Streams of the schedule."""

from msgspec import UNSET, UnsetType

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, Should, U
from domain.planning.entities import Kept
from domain.planning.schedule_streams import (
    FIRST_COLOR,
    FIRST_NAME,
    SCHEDULE_STREAMS,
    Color,
    ScheduleStream,
    ScheduleStreamCreated,
    check_recoloured_only,
    name_of_calendar,
)


class CreateUserStream(Order):
    """What it is called, and its color."""

    name: str
    color: Color


class CreateExternalStream(Order):
    """Where the calendar is, and its color here."""

    source_ical_url: str
    color: Color


class ShouldHaveColor(Should[Color]):
    """The color it should have from now on, or that it should keep its own."""


class ChangeStream(ChangeOrder):
    """What to change of it."""

    name: U[str] = UNSET
    color: ShouldHaveColor | Color | UnsetType = UNSET


async def begin_schedule(draft: Draft) -> None:
    draft.begin(
        SCHEDULE_STREAMS,
        ScheduleStreamCreated(ref_id=draft.next_ref_id(), name=FIRST_NAME, source="user", color=FIRST_COLOR),
    )


async def create_user_stream(draft: Draft, order: CreateUserStream) -> None:
    wanted = ScheduleStreamCreated(ref_id=draft.next_ref_id(), name=order.name, source="user", color=order.color)
    draft.begin(SCHEDULE_STREAMS, wanted)


async def create_external_stream(draft: Draft, order: CreateExternalStream) -> None:
    wanted = ScheduleStreamCreated(
        ref_id=draft.next_ref_id(),
        name=name_of_calendar(order.source_ical_url),
        source="external-ical",
        color=order.color,
        source_ical_url=order.source_ical_url,
    )
    draft.begin(SCHEDULE_STREAMS, wanted)


async def change_stream(draft: Draft, kept: Kept[ScheduleStream], order: ChangeStream) -> None:
    draft.change(kept, check_recoloured_only(kept.entity, order.applied(kept.entity)))
