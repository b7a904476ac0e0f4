"""Milestones of a life: days on which something is reached, which chapters may begin or end with."""

import datetime as dt

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError
from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.names import clean_name


class MilestoneInUse(DomainError):
    """A chapter begins or ends with this milestone. Change that first."""

    code = "milestone_in_use"


# Pages have milestones as well, so the events of these are called life_milestone.
class LifeMilestoneCreated(Created, frozen=True, kw_only=True, tag="life_milestone.created"):
    """A day was marked."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    date: dt.date


class LifeMilestoneRenamed(Changed, frozen=True, kw_only=True, tag="life_milestone.renamed"):
    """The milestone is called something else."""

    name: Change[str] | UnsetType = UNSET


class LifeMilestoneMoved(Changed, frozen=True, kw_only=True, tag="life_milestone.moved"):
    """The milestone is on another day, or of another project."""

    date: Change[dt.date] | UnsetType = UNSET
    project_ref_id: Change[RefId] | UnsetType = UNSET


class LifeMilestoneChanged(LifeMilestoneMoved, frozen=True, kw_only=True, tag="life_milestone.changed"):
    """The milestone is called something else and is somewhere else."""

    name: Change[str] | UnsetType = UNSET


class LifeMilestoneArchived(Archived, frozen=True, tag="life_milestone.archived"):
    """The milestone was put away. Chapters keep it."""


class LifeMilestoneUnarchived(Unarchived, frozen=True, tag="life_milestone.unarchived"):
    """The milestone was brought back."""


class LifeMilestoneRemoved(Removed, frozen=True, tag="life_milestone.removed"):
    """The milestone disappeared from every read."""


class Milestone(Entity, frozen=True, kw_only=True):
    """A day on which something is reached."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    date: dt.date


def _settle(milestone: Milestone) -> Milestone:
    return msgspec.structs.replace(milestone, name=clean_name(milestone.name))


LIFE_MILESTONES = Concept(
    kind="life_milestone",
    called="milestone",
    entity=Milestone,
    created=LifeMilestoneCreated,
    feature="life-plan",
    changed=(LifeMilestoneRenamed, LifeMilestoneMoved, LifeMilestoneChanged),
    lifecycle=Lifecycle(LifeMilestoneArchived, LifeMilestoneUnarchived, LifeMilestoneRemoved),
    settle=_settle,
    references={"project_ref_id": "project"},
    note_namespace="milestone",
    tag_namespace="milestone",
)
