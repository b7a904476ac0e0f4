"""Occasions over HTTP, below their persons."""

import msgspec

from api.planning.frame import Change, Create, Load, Resource
from api.planning.noted import NOTED, note_of, tags_of
from api.planning.queries import LoadQuery
from application.planning.persons import ChangeOccasion, CreateOccasion
from application.planning.plain import plainly_created
from application.planning.reading import Beside, Shown
from domain.planning.notes import Note
from domain.planning.occasions import OCCASIONS, Occasion
from domain.planning.persons import PERSONS
from domain.planning.tags import Tag
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock


class OccasionAnswer(msgspec.Struct):
    """An occasion with all that belongs to it. Its tasks and its block of each year are generated, which nothing does yet."""

    occasion: Occasion
    note: Note | None
    tags: list[Tag]
    occasion_time_event_blocks: list[TimeEventFullDaysBlock]
    occasion_tasks: tuple[()]


class NewOccasionAnswer(msgspec.Struct):
    """An occasion as it was made."""

    new_occasion: Occasion


def _loaded(shown: Shown[Occasion], _: LoadQuery) -> OccasionAnswer:
    return OccasionAnswer(shown.itself, note_of(shown), tags_of(shown), shown.all(FULL_DAYS_BLOCKS), ())


RESOURCE = Resource(
    path="/prm/persons/{ref_id:str}/occasions",
    concept=OCCASIONS,
    one="occasion",
    many="occasions",
    within=PERSONS,
    create=Create(
        order=CreateOccasion,
        act=plainly_created(OCCASIONS),
        answer=NewOccasionAnswer,
        made=lambda made: NewOccasionAnswer(made.the(OCCASIONS)),
        within=lambda order: order.person_ref_id,
    ),
    load=Load(answer=OccasionAnswer, shown=_loaded, beside=Beside(belonging=(*NOTED, FULL_DAYS_BLOCKS))),
    change=Change(order=ChangeOccasion),
)
