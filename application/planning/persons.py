"""Persons, the circles that they are in, and their occasions."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from application.planning.catching_up import PREFIX, CatchUp, ChangeCatchUp
from application.planning.draft import Draft
from application.planning.gen_params import gen_params
from application.planning.orders import ChangeOrder, Order, Should, U
from domain.events import Change
from domain.planning.circles import (
    CIRCLES,
    FIRST_CIRCLES,
    PERSON_CIRCLES,
    Circle,
    CircleCreated,
    PersonCircles,
    PersonCirclesCreated,
    check_circles,
)
from domain.planning.entities import Kept, RefId
from domain.planning.links import keeping, without
from domain.planning.occasions import OccasionKind
from domain.planning.persons import PERSONS, Person, PersonCreated


class CreateCircle(Order):
    """What it is called."""

    name: str


class ChangeCircle(ChangeOrder):
    """What it is called."""

    name: U[str] = UNSET


class CreatePerson(CatchUp, kw_only=True):
    """Who it is, how often to catch up, and which circles they are in."""

    name: str
    circle_ref_ids: tuple[RefId, ...] | None = None


class ShouldBeIn(Should[tuple[RefId, ...]]):
    """The circles that a person should be in from now on, or that they should stay in theirs. Archived ones stay in any case."""


class ChangePerson(ChangeCatchUp):
    """What to change of them. Archived circles stay theirs, named or not, and count among the few that they may be in."""

    name: U[str] = UNSET
    circle_ref_ids: ShouldBeIn | tuple[RefId, ...] | UnsetType = UNSET


class CreateOccasion(Order):
    """Whose it is, and on which day of the year, such as 12 Apr."""

    person_ref_id: RefId
    kind: OccasionKind
    name: str
    date: str


class ShouldBeKind(Should[OccasionKind]):
    """The kind it should be of from now on, or that it should stay of its own."""


class ChangeOccasion(ChangeOrder):
    """What to change of it."""

    name: U[str] = UNSET
    kind: ShouldBeKind | OccasionKind | UnsetType = UNSET
    date: U[str] = UNSET


async def begin_circles(draft: Draft) -> None:
    for name in FIRST_CIRCLES:
        draft.begin(CIRCLES, CircleCreated(ref_id=draft.next_ref_id(), name=name))


async def create_person(draft: Draft, order: CreatePerson) -> None:
    circles = await _circles(draft, order.circle_ref_ids or (), ())
    params = gen_params(PREFIX, msgspec.structs.asdict(order))
    person = draft.begin(PERSONS, PersonCreated(ref_id=draft.next_ref_id(), name=order.name, catch_up_params=params)).entity
    link = PersonCirclesCreated(ref_id=draft.next_ref_id(), person_ref_id=person.ref_id, ref_ids=circles)
    draft.begin(PERSON_CIRCLES, link)


async def change_person(draft: Draft, kept: Kept[Person], order: ChangePerson) -> None:
    wanted = order.wanted()
    (link,) = await draft.belonging(PERSON_CIRCLES, kept)
    circles = link.entity.ref_ids
    if "circle_ref_ids" in wanted:
        circles = await _circles(draft, wanted["circle_ref_ids"], circles)
    params = gen_params(PREFIX, wanted, kept.entity.catch_up_params)
    after = msgspec.structs.replace(kept.entity, name=wanted.get("name", kept.entity.name), catch_up_params=params)
    _put(draft, kept, after, link, circles)


async def remove_circle(draft: Draft, kept: Kept[Circle]) -> None:
    """Nobody is in it any longer, those who are archived neither."""
    ref_id = kept.entity.ref_id
    links = [link for link in await draft.naming(PERSON_CIRCLES, ref_id) if ref_id in link.entity.ref_ids]
    persons = await draft.several(PERSONS, [link.entity.person_ref_id for link in links])
    by_ref_id = {person.entity.ref_id: person for person in persons}
    for link in links:
        person = by_ref_id[link.entity.person_ref_id]
        _put(draft, person, person.entity, link, without(link.entity.ref_ids, ref_id))
    await draft.remove(kept)


async def _circles(draft: Draft, ref_ids: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """They have to be there; those that the person is in already may be archived, and stay whether they are named or not. Raises
    `TooManyCircles` and `EntityNotFound`.
    """
    hidden = {circle.entity.ref_id for circle in await draft.several(CIRCLES, before) if circle.entity.archived}
    for ref_id in ref_ids:
        await draft.get(CIRCLES, ref_id, archived=ref_id in hidden)
    return check_circles(keeping(ref_ids, before, hidden))


def _put(draft: Draft, kept: Kept[Person], after: Person, link: Kept[PersonCircles], circles: tuple[str, ...]) -> None:
    """The person tells of their circles as the link does, because their version guards those as well."""
    before = link.entity.ref_ids
    draft.change(kept, after, beside={} if circles == before else {"circle_ref_ids": Change(before, circles)})
    draft.change(link, msgspec.structs.replace(link.entity, ref_ids=circles))
