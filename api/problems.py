"""One error shape for everything: an RFC 9457 problem with `error`, a stable `code` and the request's id."""

import logging
from collections.abc import Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from api.statuses import STATUSES
from application.page_views import page_json
from application.pages.ports import Current
from domain.errors import DomainError, VersionStale

log = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "1"
DETAIL_CHARACTERS_MAX = 1000

# What the framework itself refuses, in the same words every time.
_FRAMEWORK_CODES = {
    400: "invalid_request",
    401: "unauthorized",
    404: "route_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_FRAMEWORK_DETAILS = {
    404: "There is no such route. The API lives under /v1; /openapi.json describes it.",
    413: "The request's body is too large. Split it into smaller requests.",
}


class Problem(msgspec.Struct, rename="camel"):
    """RFC 9457, with `error` for readers that look for a sentence there."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    code: str
    request_id: str


def problem(request: Request[Any, Any, Any], status: int, code: str, detail: str, **facts: Any) -> Response[bytes]:  # noqa: ANN401 - any JSON
    """The response. `facts` become further members."""
    body = problem_body(request, status, code, detail, **facts)
    # Some statuses may be kept by caches unasked; what is not there now may be in a moment.
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 408:
        # The rest of the body may still come, and nobody will read it.
        headers["Connection"] = "close"
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER_S
    return Response(body, status_code=status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def problem_body(request: Request[Any, Any, Any], status: int, code: str, detail: str, **facts: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The bytes of the response."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    members = _members(status, code, detail, request_id) | _facts(facts, content="/content" in request.scope["path"])
    return msgspec.json.encode(members)


def problem_bytes(status: int, code: str, detail: str, request_id: str) -> bytes:
    """The same of what never became a request."""
    return msgspec.json.encode(_members(status, code, detail, request_id))


def error_members(error: DomainError, *, content: bool, with_current: bool) -> dict[str, Any]:
    """The members of the problem that the error would be by itself, for an answer that tells of several. `content` says that the
    page is shown by its text.
    """
    members = _members(status_of(error), error.code, error.detail, "")
    del members["requestId"]
    facts = error.facts if with_current else {name: fact for name, fact in error.facts.items() if name != "current"}
    return members | _facts(facts, content=content)


def status_of(error: DomainError) -> int:
    return STATUSES[type(error)]


def _members(status: int, code: str, detail: str, request_id: str) -> dict[str, Any]:
    body = Problem(f"/problems/{code}", HTTPStatus(status).phrase, status, detail, detail, code, request_id)
    members: dict[str, Any] = msgspec.to_builtins(body)
    return members


def _facts(facts: Mapping[str, Any], *, content: bool) -> dict[str, Any]:
    return {name: _fact(value, content=content) for name, value in facts.items()}


def on_domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    status = status_of(error)
    if isinstance(error, VersionStale) and request.headers.get("if-match", "*").strip() != "*":
        # The precondition came as a header, and HTTP has a status of its own for that.
        status = 412
    return problem(request, status, error.code, error.detail, **error.facts)


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    code = _FRAMEWORK_CODES.get(status, "internal_error" if status >= 500 else "invalid_request")
    if status >= 500:
        return on_unforeseen(request, error)
    response = problem(request, status, code, _FRAMEWORK_DETAILS.get(status) or _framework_detail(error))
    response.headers.update(error.headers or {})
    if status == 405:
        methods = set(response.headers["allow"].split(", "))
        response.headers["allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return response


def on_bad_encoding(request: Request[Any, Any, Any], _: UnicodeDecodeError) -> Response[bytes]:
    return problem(request, 400, "invalid_request", "The request's body is not UTF-8. Send JSON in UTF-8.")


def on_deep_nesting(request: Request[Any, Any, Any], _: RecursionError) -> Response[bytes]:
    return problem(request, 400, "invalid_request", "The request's body is nested too deeply. Send a flat object.")


def on_unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Says nothing of its insides; the log has it, under the request's id."""
    log.error("request %s failed", request.scope.get("state", {}).get("request_id", ""), exc_info=error)
    detail = (
        "Something went wrong here, and it is in the server's log under this requestId. Nothing says your request is at fault."
    )
    return problem(request, 500, "internal_error", detail)


def _framework_detail(error: HTTPException) -> str:
    """What the framework found wrong with which parameter; the message around it only names the route."""
    found = error.extra if isinstance(error.extra, list) else []
    wrong = [_wrong(entry) for entry in found if isinstance(entry, dict) and "message" in entry]
    detail = "; ".join(wrong) or error.detail
    # It repeats the name of an unknown field, and a name can be of megabytes.
    return detail if len(detail) <= DETAIL_CHARACTERS_MAX else detail[:DETAIL_CHARACTERS_MAX] + "…"


def _wrong(entry: dict[str, Any]) -> str:
    name, message = entry.get("key", "data"), entry["message"]
    if name != "data":
        return f"{name}: {message}"
    # A missing body is reported by nothing but the name of the handler's parameter.
    return "The request has no body. Send a JSON object." if message == "'data'" else f"body: {message}"


def _fact(value: Any, *, content: bool) -> Any:  # noqa: ANN401 - any JSON
    """A page among the facts is shown as the route shows it: content routes answer content, others the resource."""
    if not isinstance(value, Current):
        return value
    page = value.page
    if content:
        return {"content": bytes(page.content).decode(), "contentHash": page.content.hash, "version": page.version}
    return msgspec.Raw(page_json(page, value.parent_slug))


HANDLERS: MutableMapping[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    DomainError: on_domain_error,
    HTTPException: on_http_exception,
    UnicodeDecodeError: on_bad_encoding,
    RecursionError: on_deep_nesting,
    Exception: on_unforeseen,
}
