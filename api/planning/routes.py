"""Every route of planning."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from api.planning import (
    chapters,
    circles,
    docs,
    goals,
    journal_settings,
    life_plan,
    metric_entries,
    metric_settings,
    metrics,
    milestones,
    notes,
    occasions,
    persons,
    prm,
    projects,
    schedule_events,
    schedule_streams,
    settings,
    smart_list_items,
    smart_lists,
    tags,
    time_blocks,
    time_plan_settings,
    vacations,
    visions,
    working_mem,
)
from api.planning.frame import Resource
from api.planning.handlers import handlers_of
from api.planning.singletons import Singleton, handlers_of_the

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
    schedule_streams.RESOURCE,
    schedule_events.IN_DAY,
    schedule_events.FULL_DAYS,
    time_blocks.IN_DAY,
    circles.RESOURCE,
    persons.RESOURCE,
    occasions.RESOURCE,
)
SINGLETONS: tuple[Singleton[Any], ...] = (
    settings.THE,
    life_plan.THE,
    metric_settings.SETTINGS,
    prm.SETTINGS,
    working_mem.THE,
    working_mem.SETTINGS,
    time_plan_settings.SETTINGS,
    journal_settings.SETTINGS,
)
HANDLERS: list[HTTPRouteHandler] = [
    *settings.HANDLERS,
    *tags.HANDLERS,
    *visions.HANDLERS,
    *metric_settings.HANDLERS,
    *prm.HANDLERS,
    *(handler for singleton in SINGLETONS for handler in handlers_of_the(singleton)),
    *(handler for resource in RESOURCES for handler in handlers_of(resource)),
]
