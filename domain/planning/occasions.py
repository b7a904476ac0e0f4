"""Occasions of a person: days of the year on which to think of them."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.days_of_year import day_of_year
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name

OccasionKind = Literal["anniversary", "birthday", "holiday", "other"]


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


def _settle(occasion: Occasion) -> Occasion:
    day = day_of_year(occasion.date)
    if day is None:
        raise OccasionDateInvalid(parameter="date")
    return msgspec.structs.replace(occasion, name=clean_name(occasion.name), date=str(day))


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
