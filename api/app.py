"""The HTTP application: routes, the one error shape, the document of the API."""

import html
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Router, get
from litestar.di import Provide
from litestar.enums import HttpMethod, ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.response.base import ASGIResponse
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler, Message, Receive, Scope, Send

from api import (
    batch,
    databases,
    feed,
    health,
    history,
    page_content,
    page_links,
    page_outline,
    page_queries,
    page_versions,
    pages,
    problems,
    webhooks,
)
from api.answers import json_answer
from api.bodies import StrictRequest
from api.document import described, openapi_document
from api.services import Services

BODY_BYTES_MAX = 16 * 1024 * 1024
VERSION = "0.1.0"


def create_app(
    services: Services, lifespan: Callable[[Litestar], AbstractAsyncContextManager[None]] | None = None
) -> "RequestIds":
    handlers: list[ControllerRouterHandler] = [
        *pages.HANDLERS,
        *page_queries.HANDLERS,
        *databases.HANDLERS,
        *batch.HANDLERS,
        *page_content.HANDLERS,
        *page_outline.HANDLERS,
        *page_links.HANDLERS,
        *history.HANDLERS,
        *page_versions.HANDLERS,
        *feed.HANDLERS,
        *webhooks.HANDLERS,
    ]

    async def signed_in(request: Request[Any, Any, Any]) -> None:
        """Before anything of the request is read, so that nobody without a key learns what is wrong with it."""
        await services.requests.caller(request)

    app = Litestar(
        route_handlers=[
            Router("/v1", route_handlers=handlers, before_request=signed_in),
            # The same routes where independent clients look for them.
            Router("/api/v1", route_handlers=handlers, before_request=signed_in, include_in_schema=False),
            *health.HANDLERS,
            openapi_json,
            docs,
        ],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers=problems.HANDLERS,
        request_class=StrictRequest,
        openapi_config=_openapi(),
        request_max_body_size=BODY_BYTES_MAX,
        lifespan=[lifespan] if lifespan else None,
        logging_config=None,
        debug=False,
    )
    return RequestIds(app, services.new_request_id, services.stop_streams)


class RequestIds:
    """Names each request, so that an answer, a log line and an event can be put together; and answers HEAD and OPTIONS.

    It stands around the whole application, because a request that finds no route deserves a name as well.
    """

    def __init__(self, app: Litestar, new_request_id: Callable[[], str], stop_streams: Callable[[], None]) -> None:
        """`stop_streams` is left for the server in the state that lives as long as it does, under its own name."""
        self.app = app
        self._new_request_id = new_request_id
        self._stop_streams = stop_streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            # Typed as if only requests came here; the lifespan's state is what the server hands to every connection.
            scope.setdefault("state", {})["stop_streams"] = self._stop_streams
            await self.app(scope, receive, send)
            return
        request_id = self._new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        if scope["method"] == HttpMethod.HEAD:
            await self.app({**scope, "method": HttpMethod.GET}, receive, _without_body(send_named))
        elif scope["method"] == HttpMethod.OPTIONS:
            # The framework's own answer knows the methods of one handler only; refusing a method, it names those of all.
            await self.app({**scope, "method": "NONE"}, receive, _allowed(send_named))  # type: ignore[typeddict-item] # on purpose
        else:
            await self.app(scope, receive, send_named)


def _without_body(send: Send) -> Send:
    """Ends the answer after its headers, so that one that would stream for ever ends there as well."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers


def _allowed(send: Send) -> Send:
    """Turns "not this method" into "these methods"."""
    refused = False

    async def send_allowed(message: Message) -> None:
        nonlocal refused
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
            refused = True
            kept = [(name, value) for name, value in message["headers"] if name.lower() == b"allow"]
            await send({**message, "status": HTTPStatus.NO_CONTENT, "headers": kept})
        elif refused:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send(message)

    return send_allowed


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
            security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="An API key, ak_…")}
        ),
        security=[{"key": []}],
        openapi_router=_Unpublished("/", route_handlers=[]),
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> ASGIResponse:
    """The API, as OpenAPI 3.1."""
    return json_answer(openapi_document(request.app))


@get("/docs", include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
def docs(request: Request[Any, Any, Any]) -> str:
    """The same for reading, in one page that needs nothing from elsewhere."""
    schema = described(request.app)
    operations = [
        f"<details><summary><code>{method.upper()} {html.escape(path)}</code> {html.escape(operation['summary'])}</summary>"
        f"<p>{html.escape(operation.get('description', ''))}</p>"
        f"<pre>{html.escape(msgspec.json.format(msgspec.json.encode(operation)).decode())}</pre></details>"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return _DOCS.format(operations="\n".join(operations))


_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Daybook API</title>
<style>
body{{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}
details{{border-bottom:1px solid #ddd;padding:.5rem 0}}
summary{{cursor:pointer}}
pre{{overflow:auto;background:#f6f6f6;padding:1rem}}
</style>
<h1>Daybook API</h1>
<p>Send <code>Authorization: Bearer ak_…</code>. For machines: <a href="/openapi.json">/openapi.json</a>.</p>
{operations}</html>"""
