"""Blocks of whole days over HTTP: they are made and moved by what takes the days."""

import msgspec

from api.planning.frame import Load, Resource
from api.planning.queries import LoadQuery
from application.planning.reading import Beside, Shown
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock
from domain.planning.vacations import VACATIONS, Vacation


class FullDaysBlockAnswer(msgspec.Struct):
    """A block, and what takes the days."""

    full_days_block: TimeEventFullDaysBlock
    vacation: Vacation | None


def _shown(shown: Shown[TimeEventFullDaysBlock], _: LoadQuery) -> FullDaysBlockAnswer:
    owner = shown.entity.source_entity_ref_id
    return FullDaysBlockAnswer(full_days_block=shown.itself, vacation=shown.named(VACATIONS, owner))


RESOURCE = Resource(
    path="/common/time-events/full-days-blocks",
    concept=FULL_DAYS_BLOCKS,
    one="block of whole days",
    many="blocks of whole days",
    load=Load(answer=FullDaysBlockAnswer, shown=_shown, beside=Beside(named=True)),
    archive=None,
    remove=None,
)
