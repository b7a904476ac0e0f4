"""All that routes need, in one value: a single dependency costs a request nothing, several cost it a task group."""

from collections.abc import Callable
from typing import Protocol

import msgspec
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.requests import Requests
from application.idempotency import Idempotency
from application.page_reader import PageReader
from application.pages import Pages


class HealthProbe(Protocol):
    """Asks the database."""

    async def __call__(self) -> bool: ...


class Services(msgspec.Struct, frozen=True):
    """Built by the composition root, handed to every route."""

    requests: Requests
    pages: Pages
    page_reader: PageReader
    idempotency: Idempotency
    health_probe: HealthProbe
    new_request_id: Callable[[], str]


# What a handler writes in its signature.
WithServices = NamedDependency[SkipValidation[Services]]
