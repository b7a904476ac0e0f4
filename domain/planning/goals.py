"""Goals: what a life is to come to, in trees that are not deep."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name
from domain.planning.trees import Tree, check_place, depth, height

DEPTH_MAX = 5


class GoalTooDeep(RuleBroken):
    """Goals are at most five deep."""

    code = "goal_too_deep"


class GoalCreated(Created, frozen=True, kw_only=True, tag="goal.created"):
    """A goal was set."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    parent_goal_ref_id: RefId | None = None


class GoalRenamed(Changed, frozen=True, kw_only=True, tag="goal.renamed"):
    """The goal is called something else."""

    name: Change[str] | UnsetType = UNSET


class GoalMoved(Changed, frozen=True, kw_only=True, tag="goal.moved"):
    """The goal is below another, or of another project."""

    project_ref_id: Change[RefId] | UnsetType = UNSET
    parent_goal_ref_id: Change[RefId | None] | UnsetType = UNSET


class GoalChanged(GoalMoved, frozen=True, kw_only=True, tag="goal.changed"):
    """The goal is called something else and is somewhere else."""

    name: Change[str] | UnsetType = UNSET


class GoalArchived(Archived, frozen=True, tag="goal.archived"):
    """The goal was put away. Those below it stay."""


class GoalUnarchived(Unarchived, frozen=True, tag="goal.unarchived"):
    """The goal was brought back."""


class GoalRemoved(Removed, frozen=True, tag="goal.removed"):
    """The goal disappeared from every read. What named it names the one above it, or none."""


class Goal(Entity, frozen=True, kw_only=True):
    """What a life is to come to."""

    name: str
    life_plan_ref_id: RefId
    project_ref_id: RefId
    parent_goal_ref_id: RefId | None


def check_depth(tree: Tree, ref_id: RefId | None, above: RefId | None) -> None:
    """Of a new goal, or one that moves with all below it. Raises `BelowItself` and `GoalTooDeep`."""
    if ref_id is not None:
        check_place(tree, ref_id, above)
    if depth(tree, above) + (1 if ref_id is None else height(tree, ref_id)) > DEPTH_MAX:
        raise GoalTooDeep(depth_max=DEPTH_MAX)


def _settle(goal: Goal) -> Goal:
    return msgspec.structs.replace(goal, name=clean_name(goal.name))


GOALS = Concept(
    kind="goal",
    entity=Goal,
    created=GoalCreated,
    feature="life-plan",
    changed=(GoalRenamed, GoalMoved, GoalChanged),
    lifecycle=Lifecycle(GoalArchived, GoalUnarchived, GoalRemoved),
    settle=_settle,
    references={"project_ref_id": "project", "parent_goal_ref_id": "goal"},
    note_namespace="goal",
    tag_namespace="goal",
)
