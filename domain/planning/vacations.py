"""Vacations: days away, with the block of the calendar that they take."""

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
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
from domain.planning.names import clean_name
from domain.planning.time_blocks import days


class VacationCreated(Created, frozen=True, kw_only=True, tag="vacation.created"):
    """A vacation was planned."""

    name: str
    start_date: date
    end_date: date
    vacation_collection_ref_id: RefId = COLLECTION


class VacationRenamed(Changed, frozen=True, kw_only=True, tag="vacation.renamed"):
    """The vacation is called something else."""

    name: Change[str] | UnsetType = UNSET


class VacationRescheduled(Changed, frozen=True, kw_only=True, tag="vacation.rescheduled"):
    """The vacation is on other days."""

    start_date: Change[date] | UnsetType = UNSET
    end_date: Change[date] | UnsetType = UNSET


class VacationChanged(VacationRescheduled, frozen=True, kw_only=True, tag="vacation.changed"):
    """The vacation is called something else and is on other days."""

    name: Change[str] | UnsetType = UNSET


class VacationArchived(Archived, frozen=True, tag="vacation.archived"):
    """The vacation was put away."""


class VacationUnarchived(Unarchived, frozen=True, tag="vacation.unarchived"):
    """The vacation was brought back."""


class VacationRemoved(Removed, frozen=True, tag="vacation.removed"):
    """The vacation disappeared from every read."""


class Vacation(Entity, frozen=True, kw_only=True):
    """Days away, the last one included."""

    name: str
    vacation_collection_ref_id: RefId
    start_date: date
    end_date: date


def _settle(vacation: Vacation) -> Vacation:
    days(vacation.start_date, vacation.end_date)
    return msgspec.structs.replace(vacation, name=clean_name(vacation.name))


VACATIONS = Concept(
    kind="vacation",
    entity=Vacation,
    created=VacationCreated,
    feature="vacations",
    changed=(VacationRenamed, VacationRescheduled, VacationChanged),
    lifecycle=Lifecycle(VacationArchived, VacationUnarchived, VacationRemoved),
    settle=_settle,
    note_namespace="vacation",
    tag_namespace="vacation",
    time_namespace="vacation",
)
