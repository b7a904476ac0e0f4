"""Every route of planning."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from api.planning import chapters, goals, life_plan, milestones, notes, projects, settings, tags, time_blocks, vacations, visions
from api.planning.frame import Resource
from api.planning.handlers import handlers_of

RESOURCES: tuple[Resource[Any], ...] = (
    vacations.RESOURCE,
    notes.RESOURCE,
    tags.RESOURCE,
    time_blocks.RESOURCE,
    projects.RESOURCE,
    goals.RESOURCE,
    milestones.RESOURCE,
    chapters.RESOURCE,
    visions.RESOURCE,
)
HANDLERS: list[HTTPRouteHandler] = [
    *settings.HANDLERS,
    *tags.HANDLERS,
    *life_plan.HANDLERS,
    *visions.HANDLERS,
    *(handler for resource in RESOURCES for handler in handlers_of(resource)),
]
