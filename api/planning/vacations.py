"""Vacations over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.queries import FindQuery, Include, LoadQuery, wanted
from application.planning.reading import Beside, Shown
from application.planning.vacations import ChangeVacation, CreateVacation, change_vacation, create_vacation
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock
from domain.planning.vacations import VACATIONS, Vacation


class FindVacations(FindQuery):
    """Which vacations, and what of each."""

    include_time_event_blocks: Include = False

    def beside(self) -> Beside:
        return Beside(belonging=wanted((self.include_time_event_blocks, FULL_DAYS_BLOCKS)))


class VacationFindResultEntry(msgspec.Struct):
    """A vacation among others."""

    vacation: Vacation
    time_event_block: TimeEventFullDaysBlock | None


class VacationsAnswer(msgspec.Struct):
    """Vacations in the order of their ref_ids."""

    entries: list[VacationFindResultEntry]


class VacationAnswer(msgspec.Struct):
    """A vacation with what belongs to it."""

    vacation: Vacation
    time_event_block: TimeEventFullDaysBlock | None


class NewVacationAnswer(msgspec.Struct):
    """A vacation and its block, as they were made."""

    new_vacation: Vacation
    new_time_event_block: TimeEventFullDaysBlock


def _entry(shown: Shown[Vacation], _: FindVacations) -> VacationFindResultEntry:
    return VacationFindResultEntry(vacation=shown.itself, time_event_block=shown.one(FULL_DAYS_BLOCKS))


def _shown(shown: Shown[Vacation], _: LoadQuery) -> VacationAnswer:
    return VacationAnswer(vacation=shown.itself, time_event_block=shown.one(FULL_DAYS_BLOCKS))


RESOURCE = Resource(
    path="/vacations",
    concept=VACATIONS,
    one="vacation",
    many="vacations",
    feature="vacations",
    create=Create(
        order=CreateVacation,
        act=create_vacation,
        answer=NewVacationAnswer,
        made=lambda made: NewVacationAnswer(made.the(VACATIONS), made.the(FULL_DAYS_BLOCKS)),
    ),
    find=Find(query=FindVacations, answer=VacationsAnswer, entry=_entry),
    load=Load(answer=VacationAnswer, shown=_shown, beside=Beside(belonging=(FULL_DAYS_BLOCKS,))),
    change=Change(order=ChangeVacation, act=change_vacation),
)
