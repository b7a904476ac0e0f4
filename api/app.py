"""The HTTP application: routes, the one error shape, the document of the API."""

import base64
import hashlib
import html
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.response.base import ASGIResponse
from litestar.routes import BaseRoute
from litestar.types import BeforeRequestHookHandler, ControllerRouterHandler

from api import (
    audit,
    batch,
    databases,
    feed,
    health,
    history,
    keys,
    me,
    members,
    milestones,
    page_content,
    page_links,
    page_outline,
    page_queries,
    page_versions,
    pages,
    principles,
    problems,
    search,
    sign_in,
    thread_replies,
    threads,
    updates,
    webhooks,
)
from api.answers import json_answer
from api.bodies import StrictRequest
from api.cors import Cors
from api.document import described, openapi_document
from api.edge import Edge, LoggedRequests, Wiring
from api.gate import client_of
from api.health import METRICS_SCHEME
from api.planning import routes as planning
from api.requests import AREA, SCOPE
from api.services import Services
from domain.scopes import ADMIN

BODY_BYTES_MAX = 16 * 1024 * 1024
# Where nobody has shown yet who they are: an address, a code or a token.
SIGN_IN_BODY_BYTES_MAX = 16 * 1024
VERSION = "0.1.0"
DOCS_PATH = "/docs"


def _areas(admitted_to_planning: BeforeRequestHookHandler) -> list[ControllerRouterHandler]:
    """All routes that ask for a key, by what a caller needs for them."""
    on_pages: list[ControllerRouterHandler] = [
        *pages.HANDLERS,
        *page_queries.HANDLERS,
        *databases.HANDLERS,
        *batch.HANDLERS,
        *page_content.HANDLERS,
        *page_outline.HANDLERS,
        *page_links.HANDLERS,
        *history.HANDLERS,
        *page_versions.HANDLERS,
        *search.HANDLERS,
        *updates.HANDLERS,
        *milestones.HANDLERS,
        *principles.HANDLERS,
    ]
    return [
        Router("/", route_handlers=on_pages, opt={AREA: "pages"}),
        Router("/", route_handlers=[*threads.HANDLERS, *thread_replies.HANDLERS], opt={AREA: "threads"}),
        Router("/", route_handlers=planning.HANDLERS, opt={AREA: "planning"}, before_request=admitted_to_planning),
        Router("/", route_handlers=feed.HANDLERS, opt={AREA: "events"}),
        # What leads events elsewhere, and who may come in: for owners alone.
        Router(
            "/",
            route_handlers=[*webhooks.HANDLERS, *keys.HANDLERS, *audit.HANDLERS, *search.ADMIN_HANDLERS],
            opt={SCOPE: ADMIN},
        ),
        # Each says for itself; anybody may ask who they are.
        Router("/", route_handlers=[*members.HANDLERS, *me.HANDLERS]),
    ]


def _sign_in(path: str, counted: BeforeRequestHookHandler, *, include_in_schema: bool = True) -> Router:
    return Router(
        path,
        route_handlers=sign_in.HANDLERS,
        before_request=counted,
        include_in_schema=include_in_schema,
        request_max_body_size=SIGN_IN_BODY_BYTES_MAX,
    )


def _routes(
    admitted: BeforeRequestHookHandler, admitted_to_planning: BeforeRequestHookHandler, counted: BeforeRequestHookHandler
) -> list[ControllerRouterHandler]:
    return [
        Router("/v1", route_handlers=_areas(admitted_to_planning), before_request=admitted),
        # The same routes where independent clients look for them.
        Router("/api/v1", route_handlers=_areas(admitted_to_planning), before_request=admitted, include_in_schema=False),
        _sign_in("/v1/auth", counted),
        _sign_in("/api/v1/auth", counted, include_in_schema=False),
        _sign_in("/api/auth/mobile", counted, include_in_schema=False),
        *health.HANDLERS,
        openapi_json,
        docs,
    ]


def create_app(
    services: Services,
    lifespan: Callable[[Litestar], AbstractAsyncContextManager[None]] | None = None,
    *,
    cors_origins: Sequence[str] = (),
    log_requests: LoggedRequests = "failed",
    instance: Sequence[tuple[bytes, bytes]] = (),
) -> Edge:
    """Pages of `cors_origins` may call it from browsers; `log_requests` says which requests get a line in the log, and `instance`
    in which headers planning's answers name who gave them.
    """

    async def admitted(request: Request[Any, Any, Any]) -> None:
        """Before anything of the request is read, so that nobody without a key learns what is wrong with it."""
        await services.requests.admit(request)

    async def admitted_to_planning(request: Request[Any, Any, Any]) -> None:
        """Refusals name the instance as well. What every workspace has from the start is there before it is asked for."""
        request.scope["state"]["instance"] = instance
        await admitted(request)
        caller = await services.requests.caller(request)
        await services.planning.seeding.sown(caller.workspace_id)

    async def counted(request: Request[Any, Any, Any]) -> None:
        """Whoever signs in is nobody yet, but for where they come from."""
        await services.gate.count(request, "sign_in", client_of(request))

    def on_no_route(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        """Of no part of the API, so that it names the instance as planning's answers do."""
        request.scope["state"]["instance"] = instance
        return problems.on_http_exception(request, error)

    app = Litestar(
        route_handlers=_routes(admitted, admitted_to_planning, counted),
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={**problems.HANDLERS, NotFoundException: on_no_route, MethodNotAllowedException: on_no_route},
        request_class=StrictRequest,
        openapi_config=_openapi(),
        request_max_body_size=BODY_BYTES_MAX,
        lifespan=[lifespan] if lifespan else None,
        logging_config=None,
        debug=False,
    )
    wiring = Wiring(
        new_request_id=services.new_request_id,
        stop_streams=services.stop_streams,
        count=services.metrics.answered,
        logged=log_requests,
        cors=Cors(cors_origins) if cors_origins else None,
        pages={DOCS_PATH: _DOCS_POLICY},
    )
    return Edge(app, wiring)


class _Unpublished(Router):
    """Publishes nothing of what the framework would put on the net beside the document: pages that load from elsewhere."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:  # noqa: ARG002 - the framework's signature
        return []


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Daybook",
        version=VERSION,
        description="A workspace's pages, every change written down once and for good.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="An API key, or a person's access token."),
                METRICS_SCHEME: SecurityScheme(type="http", scheme="bearer", description="The token of the metrics"),
            }
        ),
        security=[{"key": []}],
        openapi_router=_Unpublished("/", route_handlers=[]),
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> ASGIResponse:
    """The API, as OpenAPI 3.1."""
    return json_answer(openapi_document(request.app))


@get(DOCS_PATH, include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
def docs(request: Request[Any, Any, Any]) -> str:
    """The same for reading, in one page that needs nothing from elsewhere."""
    return _docs_page(request.app)


@cache
def _docs_page(app: Litestar) -> str:
    """Put together once: it takes a tenth of a second, and anybody may ask for it."""
    schema = described(app)
    operations = [
        f"<details><summary><code>{method.upper()} {html.escape(path)}</code> {html.escape(operation['summary'])}</summary>"
        f"<p>{html.escape(operation.get('description', ''))}</p>"
        f"<pre>{html.escape(msgspec.json.format(msgspec.json.encode(operation)).decode())}</pre></details>"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return _DOCS.format(style=_STYLE, operations="\n".join(operations))


_STYLE = """
body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}
details{border-bottom:1px solid #ddd;padding:.5rem 0}
summary{cursor:pointer}
pre{overflow:auto;background:#f6f6f6;padding:1rem}
"""
# The page's own style and nothing else, by its hash.
_DOCS_POLICY = b"default-src 'none'; style-src 'sha256-%b'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" % (
    base64.b64encode(hashlib.sha256(_STYLE.encode()).digest())
)
_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Daybook API</title>
<style>{style}</style>
<h1>Daybook API</h1>
<p>Send <code>Authorization: Bearer …</code> with an API key or an access token.
For machines: <a href="/openapi.json">/openapi.json</a>.</p>
{operations}</html>"""
