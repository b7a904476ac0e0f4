"""Every route of planning."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from api.planning import settings, vacations
from api.planning.frame import Resource
from api.planning.handlers import handlers_of

RESOURCES: tuple[Resource[Any], ...] = (vacations.RESOURCE,)
HANDLERS: list[HTTPRouteHandler] = [
    *settings.HANDLERS,
    *(handler for resource in RESOURCES for handler in handlers_of(resource)),
]
