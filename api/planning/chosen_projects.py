"""The project that a workspace chose for something, such as measuring: the root one until another was chosen."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from application.planning.ports import Seen
from application.planning.reading import Found, Reading, Shown
from domain.planning.entities import Concept, Entity, RefId
from domain.planning.projects import PROJECTS, Project

S = TypeVar("S", bound=Entity)


async def chosen_project(
    reading: Reading, workspace_id: UUID, settings: Concept[S], chosen: Callable[[S], RefId | None], seen: Seen
) -> Project | None:
    """As it was seen then; None before there was any."""
    for shown in await anext(reading.find(workspace_id, Found(concept=settings, seen=seen, limit=1))):
        return await project_or_root(reading, workspace_id, chosen(shown.entity), seen)
    return None


async def project_or_root(reading: Reading, workspace_id: UUID, ref_id: RefId | None, seen: Seen) -> Project | None:
    """One that was chosen may have been archived since."""
    # What was chosen may be removed meanwhile.
    if ref_id is not None and (found := await _first(reading, workspace_id, seen, [int(ref_id)])):
        return found.itself
    # The root project was there before all others, and stays. Others may be said to have been there before.
    first = await _first(reading, workspace_id, seen)
    return first.itself if first is not None and first.entity.parent_project_ref_id is None else None


async def _first(reading: Reading, workspace_id: UUID, seen: Seen, ref_ids: list[int] | None = None) -> Shown[Project] | None:
    wanted = Found(concept=PROJECTS, seen=Seen(archived=True, moment=seen.moment), ref_ids=ref_ids, limit=1)
    return next(iter(await anext(reading.find(workspace_id, wanted))), None)
