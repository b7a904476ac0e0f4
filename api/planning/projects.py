"""Projects over HTTP."""

import msgspec

from api.planning.frame import Change, Command, Create, Find, Load, Removal, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from application.planning.projects import (
    ChangeProject,
    CreateProject,
    RemoveProject,
    ReorderChildren,
    archive_project,
    change_project,
    create_project,
    remove_project,
    reorder_children,
    unarchive_project,
)
from application.planning.reading import Beside
from domain.planning.notes import Note
from domain.planning.projects import PROJECTS, Project
from domain.planning.tags import Tag


class FindProjects(FindNoted, kw_only=True):
    """Which projects, and what of each."""


class ProjectAnswer(msgspec.Struct):
    """A project with all that belongs to it."""

    project: Project
    note: Note | None
    tags: list[Tag]


class ProjectFindResultEntry(ProjectAnswer):
    """A project, and what was asked for of what belongs to it."""


class ProjectsAnswer(msgspec.Struct):
    """Projects in the order of their ref_ids."""

    entries: list[ProjectFindResultEntry]


class NewProjectAnswer(msgspec.Struct):
    """A project as it was made."""

    new_project: Project


RESOURCE: Resource[Project] = Resource(
    path="/life-plan/projects",
    concept=PROJECTS,
    one="project",
    many="projects",
    find=Find(
        query=FindProjects,
        answer=ProjectsAnswer,
        entry=lambda shown, _: ProjectFindResultEntry(shown.itself, note_of(shown), tags_of(shown)),
    ),
    create=Create(
        order=CreateProject,
        act=create_project,
        answer=NewProjectAnswer,
        made=lambda made: NewProjectAnswer(made.the(PROJECTS)),
    ),
    load=Load(
        answer=ProjectAnswer,
        shown=lambda shown, _: ProjectAnswer(shown.itself, note_of(shown), tags_of(shown)),
        beside=Beside(belonging=NOTED),
    ),
    change=Change(order=ChangeProject, act=change_project),
    commands=[
        Command(name="reorder-children", summary="Reorder what is below a project", order=ReorderChildren, act=reorder_children)
    ],
    archive=archive_project,
    unarchive=unarchive_project,
    removal=Removal(order=RemoveProject, act=remove_project),
)
