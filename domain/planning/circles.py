"""Circles of people, and links, which are the circles that a person is in."""

from collections.abc import Iterable

import msgspec
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
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name

# What every workspace has from the start.
FIRST_CIRCLES = ("Family", "Friend", "Work Buddy", "School Buddy", "Colleague", "Acquaintance", "Other")
CIRCLES_OF_A_PERSON_MAX = 3


class TooManyCircles(RuleBroken):
    """A person is in a few circles at most."""

    code = "too_many_circles"


class CircleCreated(Created, frozen=True, kw_only=True, tag="circle.created"):
    """A circle came to be."""

    name: str
    prm_ref_id: RefId = COLLECTION


class CircleRenamed(Changed, frozen=True, kw_only=True, tag="circle.renamed"):
    """The circle is called something else."""

    name: Change[str] | UnsetType = UNSET


class CircleArchived(Archived, frozen=True, tag="circle.archived"):
    """The circle was put away. Its people keep it."""


class CircleUnarchived(Unarchived, frozen=True, tag="circle.unarchived"):
    """The circle was brought back, to all who were in it."""


class CircleRemoved(Removed, frozen=True, tag="circle.removed"):
    """The circle disappeared from every read, and nobody is in it any longer."""


class Circle(Entity, frozen=True, kw_only=True):
    """What some people have in common."""

    name: str
    prm_ref_id: RefId


class PersonCirclesCreated(Created, frozen=True, kw_only=True, tag="person_circles.created"):
    """A person is in these circles from the start."""

    person_ref_id: RefId
    ref_ids: tuple[RefId, ...]
    name: str = NOT_USED


class PersonCirclesChanged(Changed, frozen=True, kw_only=True, tag="person_circles.changed"):
    """The person is in other circles."""

    ref_ids: Change[tuple[RefId, ...]] | UnsetType = UNSET


class PersonCirclesArchived(Archived, frozen=True, tag="person_circles.archived"):
    """The person was put away."""


class PersonCirclesUnarchived(Unarchived, frozen=True, tag="person_circles.unarchived"):
    """The person was brought back."""


class PersonCirclesRemoved(Removed, frozen=True, tag="person_circles.removed"):
    """The person disappeared."""


class PersonCircles(Entity, frozen=True, kw_only=True):
    """The circles that a person is in, by their ref_ids. Every person has one of these, because a person is answered without."""

    name: str
    person_ref_id: RefId
    ref_ids: tuple[RefId, ...]


def check_circles(ref_ids: Iterable[RefId]) -> tuple[RefId, ...]:
    """Without repeats. Raises `TooManyCircles`."""
    unique = tuple(dict.fromkeys(ref_ids))
    if len(unique) > CIRCLES_OF_A_PERSON_MAX:
        raise TooManyCircles(
            f"A person is in {CIRCLES_OF_A_PERSON_MAX} circles at most; with those that are archived, these are {len(unique)}.",
            parameter="circle_ref_ids",
        )
    return unique


def _settle(circle: Circle) -> Circle:
    return msgspec.structs.replace(circle, name=clean_name(circle.name))


CIRCLES = Concept(
    kind="circle",
    entity=Circle,
    created=CircleCreated,
    feature="prm",
    changed=(CircleRenamed,),
    lifecycle=Lifecycle(CircleArchived, CircleUnarchived, CircleRemoved),
    settle=_settle,
)
PERSON_CIRCLES = Concept(
    kind="person_circles",
    entity=PersonCircles,
    created=PersonCirclesCreated,
    feature="prm",
    changed=(PersonCirclesChanged,),
    lifecycle=Lifecycle(PersonCirclesArchived, PersonCirclesUnarchived, PersonCirclesRemoved),
    owner=lambda link: link.person_ref_id,
    names=lambda link: link.ref_ids,
)
