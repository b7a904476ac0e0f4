"""Projects: what a life is divided into, as a tree with one root. Each keeps the order of those below it."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change
from domain.planning.entities import Archived, Changed, Concept, Created, Entity, Lifecycle, RefId, Removed, Unarchived
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name
from domain.planning.trees import check_place, upwards

ROOT = "root"
ROOT_NAME = "Life"
Projects = Mapping[str, "Project"]


class RootProjectStays(RuleBroken):
    """The root project stays: it cannot be archived, removed or moved, and nothing else stands beside it."""

    code = "root_project_stays"


class ChildrenDiffer(RuleBroken):
    """The order has to name each project below this one, and no other."""

    code = "children_differ"


class BackupIsRemoved(RuleBroken):
    """What is removed cannot stand in for itself."""

    code = "backup_is_removed"


class ProjectCreated(Created, frozen=True, kw_only=True, tag="project.created"):
    """A project came to be; the root one has none above it."""

    name: str
    life_plan_ref_id: RefId
    parent_project_ref_id: RefId | None = None
    order_of_child_projects: tuple[RefId, ...] = ()


class ProjectRenamed(Changed, frozen=True, kw_only=True, tag="project.renamed"):
    """The project is called something else."""

    name: Change[str] | UnsetType = UNSET


class ProjectReordered(Changed, frozen=True, kw_only=True, tag="project.reordered"):
    """Others are below it, or in another order."""

    order_of_child_projects: Change[tuple[RefId, ...]] | UnsetType = UNSET


class ProjectMoved(Changed, frozen=True, kw_only=True, tag="project.moved"):
    """The project is below another."""

    parent_project_ref_id: Change[RefId | None] | UnsetType = UNSET


class ProjectChanged(ProjectMoved, frozen=True, kw_only=True, tag="project.changed"):
    """Several of these at once."""

    name: Change[str] | UnsetType = UNSET
    order_of_child_projects: Change[tuple[RefId, ...]] | UnsetType = UNSET


class ProjectArchived(Archived, frozen=True, tag="project.archived"):
    """The project was put away. Those below it stay."""


class ProjectUnarchived(Unarchived, frozen=True, tag="project.unarchived"):
    """The project was brought back."""


class ProjectRemoved(Removed, frozen=True, tag="project.removed"):
    """The project disappeared from every read. What named it names another."""


class Project(Entity, frozen=True, kw_only=True):
    """A part of a life, with the order of the parts below it. Archived ones have no place in that."""

    name: str
    life_plan_ref_id: RefId
    parent_project_ref_id: RefId | None
    order_of_child_projects: tuple[RefId, ...]


def check_not_root(project: Project) -> Project:
    """Raises `RootProjectStays`."""
    if project.parent_project_ref_id is None:
        raise RootProjectStays
    return project


def with_child(project: Project, ref_id: RefId) -> Project:
    """At the end; it may be there already."""
    return _ordered(without_child(project, ref_id), [*without_child(project, ref_id).order_of_child_projects, ref_id])


def without_child(project: Project, ref_id: RefId) -> Project:
    return _ordered(project, [each for each in project.order_of_child_projects if each != ref_id])


def reordered(project: Project, order: Sequence[RefId]) -> Project:
    """Raises `ChildrenDiffer`."""
    if sorted(order) != sorted(project.order_of_child_projects):
        raise ChildrenDiffer(order_of_child_projects=project.order_of_child_projects)
    return _ordered(project, order)


def moved(projects: Projects, ref_id: RefId, above: RefId | None) -> Projects:
    """All as they are once one is below another. Raises `RootProjectStays` and `BelowItself`."""
    project = projects[ref_id]
    if project.parent_project_ref_id == above:
        return projects
    if above is None or check_not_root(project).parent_project_ref_id is None:
        raise RootProjectStays
    check_place(_tree(projects), ref_id, above)
    after = {**projects, ref_id: msgspec.structs.replace(project, parent_project_ref_id=above)}
    left = project.parent_project_ref_id
    if left is not None:
        after[left] = without_child(after[left], ref_id)
    if not project.archived:
        after[above] = with_child(after[above], ref_id)
    return after


def given_over(projects: Projects, ref_id: RefId, heir: RefId | None) -> Projects:
    """All as they are once one is gone and those below it are below its heir, or else below what was above it. Raises
    `RootProjectStays` and `BackupIsRemoved`.
    """
    above = check_not_root(projects[ref_id]).parent_project_ref_id
    heir = above if heir is None else heir
    if above is None or heir is None or heir == ref_id:
        raise BackupIsRemoved
    if ref_id in upwards(_tree(projects), heir):
        # It takes the place of what is removed before it takes over the rest.
        projects = moved(projects, heir, above)
    for child in [*projects[ref_id].order_of_child_projects, *projects]:
        if projects[child].parent_project_ref_id == ref_id:
            projects = moved(projects, child, heir)
    return {**projects, above: without_child(projects[above], ref_id)}


def _ordered(project: Project, order: Sequence[RefId]) -> Project:
    return msgspec.structs.replace(project, order_of_child_projects=tuple(order))


def _tree(projects: Projects) -> dict[str, str | None]:
    return {ref_id: project.parent_project_ref_id for ref_id, project in projects.items()}


def _settle(project: Project) -> Project:
    return msgspec.structs.replace(project, name=clean_name(project.name))


PROJECTS = Concept(
    kind="project",
    entity=Project,
    created=ProjectCreated,
    feature="life-plan",
    changed=(ProjectRenamed, ProjectReordered, ProjectMoved, ProjectChanged),
    lifecycle=Lifecycle(ProjectArchived, ProjectUnarchived, ProjectRemoved),
    settle=_settle,
    references={"parent_project_ref_id": "project"},
    key=lambda project: ROOT if project.parent_project_ref_id is None else None,
    note_namespace="project",
    tag_namespace="project",
)
