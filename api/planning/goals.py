"""Goals over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from application.planning.goals import ChangeGoal, CreateGoal, change_goal, create_goal, remove_goal
from application.planning.reading import Beside
from domain.planning.goals import GOALS, Goal
from domain.planning.notes import Note
from domain.planning.tags import Tag


class FindGoals(FindNoted, kw_only=True):
    """Which goals, and what of each."""


class GoalAnswer(msgspec.Struct):
    """A goal with all that belongs to it."""

    goal: Goal
    note: Note | None
    tags: list[Tag]


class GoalFindResultEntry(GoalAnswer):
    """A goal, and what was asked for of what belongs to it."""


class GoalsAnswer(msgspec.Struct):
    """Goals in the order of their ref_ids."""

    entries: list[GoalFindResultEntry]


class NewGoalAnswer(msgspec.Struct):
    """A goal as it was made."""

    new_goal: Goal


RESOURCE: Resource[Goal] = Resource(
    path="/life-plan/goals",
    concept=GOALS,
    one="goal",
    many="goals",
    find=Find(
        query=FindGoals,
        answer=GoalsAnswer,
        entry=lambda shown, _: GoalFindResultEntry(shown.itself, note_of(shown), tags_of(shown)),
    ),
    create=Create(
        order=CreateGoal,
        act=create_goal,
        answer=NewGoalAnswer,
        made=lambda made: NewGoalAnswer(made.the(GOALS)),
    ),
    load=Load(
        answer=GoalAnswer,
        shown=lambda shown, _: GoalAnswer(shown.itself, note_of(shown), tags_of(shown)),
        beside=Beside(belonging=NOTED),
    ),
    change=Change(order=ChangeGoal, act=change_goal),
    remove=remove_goal,
)
