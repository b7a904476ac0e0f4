"""Every route of planning."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from api.planning import (
    chapters,
    docs,
    goals,
    life_plan,
    metric_entries,
    metric_settings,
    metrics,
    milestones,
    notes,
    projects,
    settings,
    smart_list_items,
    smart_lists,
    tags,
    time_blocks,
    vacations,
    visions,
)
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
    docs.RESOURCE,
    smart_lists.RESOURCE,
    smart_list_items.RESOURCE,
    metrics.RESOURCE,
    metric_entries.RESOURCE,
)
HANDLERS: list[HTTPRouteHandler] = [
    *settings.HANDLERS,
    *tags.HANDLERS,
    *life_plan.HANDLERS,
    *visions.HANDLERS,
    *metric_settings.HANDLERS,
    *(handler for resource in RESOURCES for handler in handlers_of(resource)),
]
