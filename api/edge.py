"""The edge of the service: what every request meets before the application, and what every answer gets on its way out."""

import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from time import perf_counter
from typing import Any, Literal, Protocol

import msgspec
from litestar import Litestar
from litestar.enums import HttpMethod, ScopeType
from litestar.types import HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from api.arriving import Bodies
from api.cors import Cors
from api.problems import PROBLEM_MEDIA_TYPE, RETRY_AFTER_S, problem_bytes, status_of
from domain.errors import DomainError

log = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]
LoggedRequests = Literal["all", "failed", "none"]
# The request that something is done for, for lines in the log. Whatever a request sets off inherits it.
REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
SECURE_FOR_S = 365 * 24 * 3600
# Answers are data: a browser that is made to show one as a page may load nothing, run nothing and be framed by nobody.
NO_PAGE = b"default-src 'none'; frame-ancestors 'none'"
# By setting, the status from which a request gets a line.
_LOGGED_FROM: dict[LoggedRequests, int] = {"all": 0, "failed": 400, "none": 1000}
_NOT_KEPT = (b"cache-control", b"no-store")
# What is known of an answer that never began, because whoever asked was gone.
_NO_STATUS = 0


class CountAnswer(Protocol):
    """Counts one request by method, route and status; hears how long it took."""

    def __call__(self, method: str, template: str | None, status: int, seconds: float, /) -> None: ...


class Wiring(msgspec.Struct, frozen=True):
    """What the edge is built with. `stop_streams` is left for the server, which calls it when it is about to end. `pages` says by
    path what the few pages for people may load.
    """

    new_request_id: Callable[[], str]
    stop_streams: Callable[[], None]
    count: CountAnswer
    logged: LoggedRequests = "failed"
    cors: Cors | None = None
    pages: Mapping[str, bytes] = {}


class Edge:
    """Names each request, so that an answer, a log line and an event can be put together; answers HEAD and OPTIONS; watches how
    bodies come in; and puts on every answer what keeps browsers and caches from harm.

    It stands around the whole application, because a request that finds no route deserves all that as well.
    """

    def __init__(self, app: Litestar, wiring: Wiring) -> None:
        self.app = app
        self._wiring = wiring
        self._bodies = Bodies()
        self._cors = wiring.cors
        self._count = wiring.count
        self._logged_from = _LOGGED_FROM[wiring.logged]
        # For most answers; by path for pages. First over http, then over https.
        self._constant = _both(NO_PAGE)
        self._constant_of_pages = {path: _both(policy) for path, policy in wiring.pages.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            self._leave_for_server(scope)
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = self._wiring.new_request_id()
        REQUEST_ID.set(request_id)
        status = _NO_STATUS

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(message, scope, request_id)
            await send(message)

        asked = scope
        try:
            if scope["method"] == HttpMethod.GET:
                await self.app(scope, receive, send_dressed)
            elif scope["method"] == HttpMethod.HEAD:
                asked = {**scope, "method": HttpMethod.GET}
                await self.app(asked, receive, _without_body(send_dressed))
            elif scope["method"] == HttpMethod.OPTIONS:
                # The framework's own answer knows the methods of one handler only; refusing a method, it names those of all.
                asked = {**scope, "method": "NONE"}  # type: ignore[typeddict-item] # on purpose
                await self._answer_options(asked, receive, send_dressed)
            else:
                await self.app(scope, self._bodies.watched(receive, state), send_dressed)
        finally:
            self._bodies.release(state)
            seconds = perf_counter() - began
            template = asked.get("path_template")
            self._count(scope["method"], template, status, seconds)
            if status >= self._logged_from:
                _tell(scope["method"], template, status, seconds, state)

    def refusal(self, error: DomainError, headers: Headers) -> bytes:
        """A whole answer, as bytes of HTTP/1.1, to what never became a request. `headers` are the server's own."""
        request_id, status = self._wiring.new_request_id(), status_of(error)
        body = problem_bytes(status, error.code, error.detail, request_id)
        self._count("", None, status, 0.0)
        lines: Headers = [
            *headers,
            (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *self._constant[0],
            _NOT_KEPT,
            (b"x-request-id", request_id.encode()),
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            lines.append((b"retry-after", RETRY_AFTER_S.encode()))
        head = b"".join(b"%b: %b\r\n" % line for line in lines)
        return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, HTTPStatus(status).phrase.encode(), head, body)

    def _leave_for_server(self, scope: Scope) -> None:
        """In the state that lives as long as the server does. It is typed as if only requests came here."""
        scope.setdefault("state", {}).update(stop_streams=self._wiring.stop_streams, refusal=self.refusal)

    def _dress(self, message: HTTPResponseStartEvent, scope: HTTPScope, request_id: str) -> None:
        constant = self._constant_of_pages.get(scope["path"], self._constant)[scope["scheme"] == "https"]
        headers = [*message["headers"], *constant, (b"x-request-id", request_id.encode())]
        for name, _ in headers:
            if name == b"cache-control":
                break
        else:
            headers.append(_NOT_KEPT)
        # What the application found out on the way, such as how many requests are left, or that it names itself.
        for what in ("headers", "instance"):
            more = scope["state"].get(what)
            if more is not None:
                headers += more
        if self._cors is not None:
            headers += self._cors.on_answer(scope)
        message["headers"] = headers

    async def _answer_options(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        preflight = None if self._cors is None else self._cors.on_preflight(scope)
        if preflight is None:
            await self.app(scope, receive, _allowed(send))
            return
        await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": preflight})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _both(policy: bytes) -> tuple[Headers, Headers]:
    """The headers of every answer, over http and over https."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", policy),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    return headers, [*headers, (b"strict-transport-security", b"max-age=%d" % SECURE_FOR_S)]


def _tell(method: str, template: str | None, status: int, seconds: float, state: Mapping[str, Any]) -> None:
    """A line in the log. Of the path only its route: the rest are names that people gave, and sometimes what they pasted."""
    if not log.isEnabledFor(logging.INFO):
        return
    route = template or "(no route)"
    facts = {"method": method, "route": route, "status": status, "durationMs": round(seconds * 1000, 3)}
    caller = state.get("caller")
    if caller is not None:
        facts |= {"caller": caller.actor.identity, "workspace": str(caller.workspace_id)}
    log.info("answered", extra={"facts": facts})


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
