"""Projects: each change of one keeps the others of their tree in order."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from application.planning.draft import Draft
from application.planning.life_plan import the_life_plan
from application.planning.orders import ChangeOrder, Order, OrderOnOne, U, URefOrNone
from application.planning.plain import begun_plainly
from application.planning.references import check_references, reassign
from domain.planning.entities import Kept, RefId
from domain.planning.projects import (
    PROJECTS,
    Project,
    Projects,
    check_not_root,
    given_over,
    moved,
    reordered,
    with_child,
    without_child,
)


class CreateProject(Order):
    """Its name, and which it is below."""

    parent_project_ref_id: RefId
    name: str


class ChangeProject(ChangeOrder):
    """Its name, and which it is below."""

    name: U[str] = UNSET
    parent_project_ref_id: URefOrNone = UNSET


class ReorderChildren(ChangeOrder):
    """All projects below it, in their new order."""

    new_order_of_child_projects: tuple[RefId, ...]


class RemoveProject(OrderOnOne, kw_only=True):
    """What takes its place, wherever it is named. Left out, that is the project above it."""

    backup_project_ref_id: RefId | None = None


async def create_project(draft: Draft, order: CreateProject) -> None:
    """At the end of those beside it."""
    plan = await the_life_plan(draft)
    project = await begun_plainly(draft, PROJECTS, order, life_plan_ref_id=plan.entity.ref_id)
    above = await draft.get(PROJECTS, order.parent_project_ref_id)
    draft.change(above, with_child(above.entity, project.entity.ref_id))


async def change_project(draft: Draft, kept: Kept[Project], order: ChangeProject) -> None:
    wanted = order.applied(kept.entity)
    if wanted.parent_project_ref_id == kept.entity.parent_project_ref_id:
        draft.change(kept, wanted)
        return
    projects = await _all(draft)
    await check_references(draft, PROJECTS, order.wanted(), kept.entity)
    after = moved(_entities(projects), wanted.ref_id, wanted.parent_project_ref_id)
    draft.change(kept, msgspec.structs.replace(after[wanted.ref_id], name=wanted.name))
    _change_others(draft, projects, after, wanted.ref_id)


async def reorder_children(draft: Draft, kept: Kept[Project], order: ReorderChildren) -> None:
    draft.change(kept, reordered(kept.entity, order.new_order_of_child_projects))


async def archive_project(draft: Draft, kept: Kept[Project]) -> None:
    """Those below it stay as they are; it loses its place among those beside it."""
    above = await _above(draft, kept)
    await draft.archive(kept)
    draft.change(above, without_child(above.entity, kept.entity.ref_id))


async def unarchive_project(draft: Draft, kept: Kept[Project]) -> None:
    """At the end of those beside it."""
    if kept.entity.archived:
        above = await _above(draft, kept)
        await draft.unarchive(kept)
        draft.change(above, with_child(above.entity, kept.entity.ref_id))


async def remove_project(draft: Draft, kept: Kept[Project], order: RemoveProject) -> None:
    """Everything that names it names its backup instead, or else the project above it."""
    projects, ref_id = await _all(draft), kept.entity.ref_id
    if order.backup_project_ref_id is not None:
        await draft.get(PROJECTS, order.backup_project_ref_id)
    after = given_over(_entities(projects), ref_id, order.backup_project_ref_id)
    await draft.remove(kept)
    _change_others(draft, projects, after, ref_id)
    await reassign(draft, kept, order.backup_project_ref_id or kept.entity.parent_project_ref_id)


async def _above(draft: Draft, kept: Kept[Project]) -> Kept[Project]:
    """Raises `RootProjectStays`."""
    return await draft.get(PROJECTS, str(check_not_root(kept.entity).parent_project_ref_id), archived=True)


async def _all(draft: Draft) -> dict[str, Kept[Project]]:
    return {kept.entity.ref_id: kept for kept in await draft.all(PROJECTS)}


def _entities(projects: Mapping[str, Kept[Project]]) -> Projects:
    return {ref_id: kept.entity for ref_id, kept in projects.items()}


def _change_others(draft: Draft, before: Mapping[str, Kept[Project]], after: Projects, subject: str) -> None:
    """All but the one that the command is about, which comes first."""
    for ref_id in sorted(after.keys() - {subject}, key=int):
        draft.change(before[ref_id], after[ref_id])
