"""Persons, and how often to catch up with them. Which circles they are in stands beside them."""

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
from domain.planning.recurring import RecurringTaskGenParams, check_gen_params


class PersonCreated(Created, frozen=True, kw_only=True, tag="person.created"):
    """Somebody became known."""

    name: str
    catch_up_params: RecurringTaskGenParams | None = None
    prm_ref_id: RefId = COLLECTION


class PersonRenamed(Changed, frozen=True, kw_only=True, tag="person.renamed"):
    """The person is called something else."""

    name: Change[str] | UnsetType = UNSET


class PersonCatchUpChanged(Changed, frozen=True, kw_only=True, tag="person.catch_up_changed"):
    """One catches up with the person more often, or in another way, or no longer."""

    catch_up_params: Change[RecurringTaskGenParams | None] | UnsetType = UNSET


class PersonCirclesChosen(Changed, frozen=True, kw_only=True, tag="person.circles_chosen"):
    """The person is in other circles."""

    circle_ref_ids: Change[tuple[RefId, ...]] | UnsetType = UNSET


class PersonChanged(PersonCatchUpChanged, frozen=True, kw_only=True, tag="person.changed"):
    """Several of these at once."""

    name: Change[str] | UnsetType = UNSET
    circle_ref_ids: Change[tuple[RefId, ...]] | UnsetType = UNSET


class PersonArchived(Archived, frozen=True, tag="person.archived"):
    """The person was put away with their occasions."""


class PersonUnarchived(Unarchived, frozen=True, tag="person.unarchived"):
    """The person was brought back with their occasions."""


class PersonRemoved(Removed, frozen=True, tag="person.removed"):
    """The person disappeared from every read."""


class Person(Entity, frozen=True, kw_only=True):
    """Somebody, and how often to catch up with them; null where nobody means to."""

    name: str
    prm_ref_id: RefId
    catch_up_params: RecurringTaskGenParams | None


def _settle(person: Person) -> Person:
    params = person.catch_up_params
    return msgspec.structs.replace(
        person, name=clean_name(person.name), catch_up_params=None if params is None else check_gen_params(params)
    )


PERSONS = Concept(
    kind="person",
    entity=Person,
    created=PersonCreated,
    feature="prm",
    changed=(PersonRenamed, PersonCatchUpChanged, PersonCirclesChosen, PersonChanged),
    told_beside=("circle_ref_ids",),
    lifecycle=Lifecycle(PersonArchived, PersonUnarchived, PersonRemoved),
    settle=_settle,
    note_namespace="person",
    tag_namespace="person",
)
