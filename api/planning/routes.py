"""Every route of planning."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from api.planning import (
    circles,
    notes,
    occasions,
    persons,
    prm,
    schedule_events,
    schedule_streams,
    settings,
    tags,
    time_blocks,
    vacations,
)
from api.planning.frame import Resource
from api.planning.handlers import handlers_of

RESOURCES: tuple[Resource[Any], ...] = (
    vacations.RESOURCE,
    notes.RESOURCE,
    tags.RESOURCE,
    time_blocks.RESOURCE,
    schedule_streams.RESOURCE,
    schedule_events.IN_DAY,
    schedule_events.FULL_DAYS,
    time_blocks.IN_DAY,
    circles.RESOURCE,
    persons.RESOURCE,
    occasions.RESOURCE,
)
HANDLERS: list[HTTPRouteHandler] = [
    *settings.HANDLERS,
    *tags.HANDLERS,
    *prm.HANDLERS,
    *(handler for resource in RESOURCES for handler in handlers_of(resource)),
]
