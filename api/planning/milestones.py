"""Milestones over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from application.planning.milestones import (
    ChangeLifeMilestone,
    CreateLifeMilestone,
    change_milestone,
    create_milestone,
    remove_milestone,
)
from application.planning.reading import Beside
from domain.planning.milestones import LIFE_MILESTONES, Milestone
from domain.planning.notes import Note
from domain.planning.tags import Tag


class FindLifeMilestones(FindNoted, kw_only=True):
    """Which milestones, and what of each."""


class LifeMilestoneAnswer(msgspec.Struct):
    """A milestone with all that belongs to it."""

    milestone: Milestone
    note: Note | None
    tags: list[Tag]


class MilestoneFindResultEntry(LifeMilestoneAnswer):
    """A milestone, and what was asked for of what belongs to it."""


class LifeMilestonesAnswer(msgspec.Struct):
    """Milestones in the order of their ref_ids."""

    entries: list[MilestoneFindResultEntry]


class NewLifeMilestoneAnswer(msgspec.Struct):
    """A milestone as it was made."""

    new_milestone: Milestone


RESOURCE: Resource[Milestone] = Resource(
    path="/life-plan/milestones",
    concept=LIFE_MILESTONES,
    one="milestone",
    many="milestones",
    find=Find(
        query=FindLifeMilestones,
        answer=LifeMilestonesAnswer,
        entry=lambda shown, _: MilestoneFindResultEntry(shown.itself, note_of(shown), tags_of(shown)),
    ),
    create=Create(
        order=CreateLifeMilestone,
        act=create_milestone,
        answer=NewLifeMilestoneAnswer,
        made=lambda made: NewLifeMilestoneAnswer(made.the(LIFE_MILESTONES)),
    ),
    load=Load(
        answer=LifeMilestoneAnswer,
        shown=lambda shown, _: LifeMilestoneAnswer(shown.itself, note_of(shown), tags_of(shown)),
        beside=Beside(belonging=NOTED),
    ),
    change=Change(order=ChangeLifeMilestone, act=change_milestone),
    remove=remove_milestone,
)
