"""The project that a workspace chose for something, such as measuring: the root one until another was chosen."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from application.planning.ports import Seen
from application.planning.reading import Found, Reading
from domain.planning.entities import Concept, Entity, RefId
from domain.planning.projects import PROJECTS, Project

S = TypeVar("S", bound=Entity)


async def chosen_project(
    reading: Reading, workspace_id: UUID, settings: Concept[S], chosen: Callable[[S], str | None]
) -> Project:
    """As the settings say, if there are some."""
    named = [chosen(shown.entity) for shown in await anext(reading.find(workspace_id, Found(concept=settings)))]
    return await project_or_root(reading, workspace_id, named[0] if named else None)


async def project_or_root(
    reading: Reading, workspace_id: UUID, ref_id: RefId | None, *, moment: datetime | None = None
) -> Project:
    """The root project was there before all others, and stays. One that was chosen may have been archived since."""
    # What was chosen may be removed meanwhile.
    for ref_ids in [[int(ref_id)], None] if ref_id is not None else [None]:
        projects = Found(concept=PROJECTS, seen=Seen(archived=True, moment=moment), ref_ids=ref_ids, limit=1)
        for shown in await anext(reading.find(workspace_id, projects)):
            return shown.itself
    raise PROJECTS.not_found()
