"""Occasions of a person: days of the year on which to think of them."""

from datetime import date
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name

OccasionKind = Literal["anniversary", "birthday", "holiday", "other"]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_DIGITS_MAX = 2
# A year with all days.
_LEAP_YEAR = 2000


class OccasionDateInvalid(RuleBroken):
    """An occasion is on a day of the year, such as 12 Apr or 29 Feb."""

    code = "occasion_date_invalid"


class OccasionCreated(Created, frozen=True, kw_only=True, tag="occasion.created"):
    """A person has an occasion."""

    person_ref_id: RefId
    kind: OccasionKind
    name: str
    date: str


class OccasionRenamed(Changed, frozen=True, kw_only=True, tag="occasion.renamed"):
    """The occasion is called something else."""

    name: Change[str] | UnsetType = UNSET


class OccasionMoved(Changed, frozen=True, kw_only=True, tag="occasion.moved"):
    """The occasion is on another day of the year."""

    date: Change[str] | UnsetType = UNSET


class OccasionChanged(OccasionMoved, frozen=True, kw_only=True, tag="occasion.changed"):
    """The occasion is of another kind, or several of these at once."""

    name: Change[str] | UnsetType = UNSET
    kind: Change[OccasionKind] | UnsetType = UNSET


class OccasionArchived(Archived, frozen=True, tag="occasion.archived"):
    """The occasion was put away."""


class OccasionUnarchived(Unarchived, frozen=True, tag="occasion.unarchived"):
    """The occasion was brought back."""


class OccasionRemoved(Removed, frozen=True, tag="occasion.removed"):
    """The occasion disappeared from every read."""


class Occasion(Entity, frozen=True, kw_only=True):
    """A day of the year, such as 12 Apr."""

    name: str
    person_ref_id: RefId
    kind: OccasionKind
    date: str


def day_of_year(text: str) -> str:
    """As it is kept: the day without zeros, and the month in three letters. Raises `OccasionDateInvalid`."""
    try:
        day, month = text.split()
        if not (day.isascii() and day.isdecimal() and len(day) <= DAY_DIGITS_MAX):
            raise OccasionDateInvalid(parameter="date")
        return f"{date(_LEAP_YEAR, MONTHS.index(month) + 1, int(day)).day} {month}"
    except ValueError:
        raise OccasionDateInvalid(parameter="date") from None


def _settle(occasion: Occasion) -> Occasion:
    return msgspec.structs.replace(occasion, name=clean_name(occasion.name), date=day_of_year(occasion.date))


OCCASIONS = Concept(
    kind="occasion",
    entity=Occasion,
    created=OccasionCreated,
    feature="prm",
    changed=(OccasionRenamed, OccasionMoved, OccasionChanged),
    lifecycle=Lifecycle(OccasionArchived, OccasionUnarchived, OccasionRemoved),
    settle=_settle,
    owner=lambda occasion: occasion.person_ref_id,
    note_namespace="occasion",
    tag_namespace="occasion",
)
