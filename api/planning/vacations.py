"""Vacations over HTTP."""

from typing import Any

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from api.planning.queries import Include, LoadQuery, wanted
from application.planning.reading import Beside, Shown
from application.planning.vacations import ChangeVacation, CreateVacation, change_vacation, create_vacation
from domain.planning.entities import Concept
from domain.planning.notes import Note
from domain.planning.tags import Tag
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock
from domain.planning.vacations import VACATIONS, Vacation


class FindVacations(FindNoted, kw_only=True):
    """Which vacations, and what of each."""

    include_time_event_blocks: Include = False

    def also(self) -> tuple[Concept[Any], ...]:
        return wanted((self.include_time_event_blocks, FULL_DAYS_BLOCKS))


class VacationFindResultEntry(msgspec.Struct):
    """A vacation, and what was asked for of what belongs to it."""

    vacation: Vacation
    note: Note | None
    tags: list[Tag]
    time_event_block: TimeEventFullDaysBlock | None


class VacationsAnswer(msgspec.Struct):
    """Vacations in the order of their ref_ids."""

    entries: list[VacationFindResultEntry]


class VacationAnswer(msgspec.Struct):
    """A vacation with all that belongs to it."""

    vacation: Vacation
    note: Note | None
    tags: list[Tag]
    time_event_block: TimeEventFullDaysBlock


class NewVacationAnswer(msgspec.Struct):
    """A vacation and its block, as they were made."""

    new_vacation: Vacation
    new_time_event_block: TimeEventFullDaysBlock


def _entry(shown: Shown[Vacation], _: FindVacations) -> VacationFindResultEntry:
    return VacationFindResultEntry(
        vacation=shown.itself, note=note_of(shown), tags=tags_of(shown), time_event_block=shown.one(FULL_DAYS_BLOCKS)
    )


def _loaded(shown: Shown[Vacation], _: LoadQuery) -> VacationAnswer:
    return VacationAnswer(
        vacation=shown.itself, note=note_of(shown), tags=tags_of(shown), time_event_block=shown.the(FULL_DAYS_BLOCKS)
    )


RESOURCE = Resource(
    path="/vacations",
    concept=VACATIONS,
    one="vacation",
    many="vacations",
    find=Find(query=FindVacations, answer=VacationsAnswer, entry=_entry),
    create=Create(
        order=CreateVacation,
        act=create_vacation,
        answer=NewVacationAnswer,
        made=lambda made: NewVacationAnswer(made.the(VACATIONS), made.the(FULL_DAYS_BLOCKS)),
    ),
    load=Load(answer=VacationAnswer, shown=_loaded, beside=Beside(belonging=(*NOTED, FULL_DAYS_BLOCKS))),
    change=Change(order=ChangeVacation, act=change_vacation),
)
