"""Vacations with their blocks of the calendar."""

from datetime import date

from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, U
from application.planning.time_blocks import follow_days, take_days
from domain.planning.entities import Kept
from domain.planning.vacations import VACATIONS, Vacation, VacationCreated


class CreateVacation(Order):
    """Which days, the last one included."""

    name: str
    start_date: date
    end_date: date


class ChangeVacation(ChangeOrder):
    """What to change of it; its block follows."""

    name: U[str] = UNSET
    start_date: U[date] = UNSET
    end_date: U[date] = UNSET


async def create_vacation(draft: Draft, order: CreateVacation) -> None:
    wanted = VacationCreated(ref_id=draft.next_ref_id(), name=order.name, start_date=order.start_date, end_date=order.end_date)
    vacation = draft.begin(VACATIONS, wanted).entity
    take_days(draft, "vacation", vacation.ref_id, vacation.start_date, vacation.end_date)


async def change_vacation(draft: Draft, kept: Kept[Vacation], order: ChangeVacation) -> None:
    vacation = draft.change(kept, order.applied(kept.entity))
    await follow_days(draft, vacation, vacation.entity.start_date, vacation.entity.end_date)
