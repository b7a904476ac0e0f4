"""Circles of people over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.queries import FindQuery
from application.planning.persons import ChangeCircle, CreateCircle, remove_circle
from application.planning.plain import plainly_created
from domain.planning.circles import CIRCLES, Circle


class CirclesAnswer(msgspec.Struct):
    """Circles in the order of their ref_ids."""

    circles: list[Circle]


class CircleAnswer(msgspec.Struct):
    """One circle."""

    circle: Circle


class NewCircleAnswer(msgspec.Struct):
    """A circle as it was made."""

    new_circle: Circle


RESOURCE: Resource[Circle] = Resource(
    path="/prm/circles",
    concept=CIRCLES,
    one="circle",
    many="circles",
    find=Find(query=FindQuery, answer=CirclesAnswer, entry=lambda shown, _: shown.itself, many="circles"),
    create=Create(
        order=CreateCircle,
        act=plainly_created(CIRCLES),
        answer=NewCircleAnswer,
        made=lambda made: NewCircleAnswer(made.the(CIRCLES)),
    ),
    load=Load(answer=CircleAnswer, shown=lambda shown, _: CircleAnswer(shown.itself)),
    change=Change(order=ChangeCircle),
    remove=remove_circle,
)
