"""The API's document: what the framework draws up from the handlers, completed by what it cannot see in them.

Nothing has to be declared for it twice. Which headers an operation takes follows from what it may answer: one that may answer 412
takes `If-Match`, one that may answer 422 takes an `Idempotency-Key` and what else goes with a command, and every read that needs
a key and does not stream has a tag.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any, get_args

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.planning.queries import described_query
from api.requests import IDEMPOTENCY_KEY_CHARACTERS_MAX, POSITION_PATTERN, QUERY, scope_of
from api.server_sent import EVENT_STREAM

Json = dict[str, Any]
SCHEMA_REFERENCE = "#/components/schemas/{name}"
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')
_SUCCESSES = ("200", "201", "202", "204")


def _parameter(name: str, description: str, **schema: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string", **schema}}


_TAG = r'(W/)?"[0-9]{1,9}(-[0-9a-f]{1,64})?"'
_TAGS = rf"^(\*|{_TAG}(\s*,\s*{_TAG}){{0,99}})$"
PARAMETERS = {
    "IfMatch": _parameter(
        "If-Match", "Only if the page still has this version, as its ETag showed it.", pattern=_TAGS, examples=["*", 'W/"1", "2"']
    ),
    "IfNoneMatch": _parameter("If-None-Match", "Only if the answer has another ETag.", examples=['"1"', '"1", W/"2"', "*"]),
    "IdempotencyKey": _parameter(
        "Idempotency-Key",
        "Carry this out once, however often it is sent.",
        pattern=rf"^[ -~]{{1,{IDEMPOTENCY_KEY_CHARACTERS_MAX}}}$",
    ),
    "DaybookMessage": _parameter("Daybook-Message", "A note for the history, in percent-encoding.", examples=["caf%C3%A9"]),
    "DaybookWaitFor": _parameter(
        "Daybook-Wait-For",
        "A Daybook-Position: answer when everything that the answer relies on has got there.",
        pattern=POSITION_PATTERN,
    ),
    "WorkspaceId": _parameter(
        "X-Workspace-Id", "The workspace; without it, a person's first. A key has only one and needs not say it.", format="uuid"
    ),
    "DaybookEffectiveAt": _parameter(
        "Daybook-Effective-At", "When it happened, if not now.", format="date-time", examples=["2024-03-01T09:00:00Z"]
    ),
}
_COMMAND = ("IdempotencyKey", "DaybookMessage", "DaybookEffectiveAt")


def _header(description: str, *, required: bool = False, **schema: Any) -> Json:  # noqa: ANN401 - any JSON
    return {"description": description, "required": required, "schema": {"type": "string", **schema}}


HEADERS = {
    "RequestId": _header("Names the request in the service's log and in what it wrote.", required=True, pattern="^[0-9a-f]{32}$"),
    "Tag": _header("Changes exactly when the answer does; a page's version. For If-None-Match and If-Match."),
    "Position": _header(
        "The position of the last event that was written, for Daybook-Wait-For; none where nothing changed.", pattern="^[0-9]+$"
    ),
    "Replay": _header("This is the answer of the first time; nothing was done now.", enum=["true"]),
    "RetryAfter": _header("Seconds to wait.", required=True, pattern="^[0-9]+$"),
    "RateLimitLimit": _header("How many requests a window has; missing where the limit is off.", pattern="^[0-9]+$"),
    "RateLimitRemaining": _header("How many are left in this window.", pattern="^[0-9]+$"),
    "RateLimitReset": _header("When the next window begins, in Unix seconds.", pattern="^[0-9]+$"),
    "RateLimit": _header("The same as the IETF's draft words it: what is left (r), for how many seconds (t)."),
    "RateLimitPolicy": _header("The same: how many (q) in how many seconds (w)."),
    "Challenge": _header("How to sign in.", required=True, enum=["Bearer"]),
}

_RATE_LIMIT = [
    ("X-RateLimit-Limit", "RateLimitLimit"),
    ("X-RateLimit-Remaining", "RateLimitRemaining"),
    ("X-RateLimit-Reset", "RateLimitReset"),
    ("RateLimit", "RateLimit"),
    ("RateLimit-Policy", "RateLimitPolicy"),
]


@cache
def openapi_document(app: Litestar) -> bytes:
    # Sorted, because routes of several paths keep them in sets, whose order changes from process to process.
    return msgspec.json.format(msgspec.json.encode(described(app), order="sorted"), indent=2)


@cache
def described(app: Litestar) -> Json:
    """The document as plain values."""
    document: Json = app.openapi_schema.to_schema()
    components = document["components"]
    components["schemas"] |= _schemas(app)
    components["parameters"], components["headers"] = PARAMETERS, HEADERS
    needs = dict(_needs(app))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            # What no handler names by itself comes from a set.
            operation.get("parameters", []).sort(key=partial(_place, path))
            _complete(method, operation, needs.get((path, method), {}))
    _forget_unused(document)
    return document


def _place(path: str, parameter: Json) -> tuple[bool, int]:
    """Those of the path first, as they stand in it."""
    return parameter["in"] != "path", path.find(f"{{{parameter['name']}}}")


def _needs(app: Litestar) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """What each operation says of itself."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            for method in handler.http_methods:
                yield (re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path), method.lower()), handler.opt


def _complete(method: str, operation: Json, needs: Mapping[str, Any]) -> None:
    answers, opened = operation["responses"], {} in operation.get("security", [])
    scope = scope_of(method.upper(), needs)
    if scope is not None:
        operation["security"] = [{"key": [scope]}]
    if method == "get" and not opened and answers["200"].get("content", {}).keys() != {EVENT_STREAM}:
        answers["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    takes = [] if opened else ["WorkspaceId"]
    takes += ["IfNoneMatch"] if "304" in answers else []
    takes += ["DaybookWaitFor"] if method == "get" and not opened else []
    takes += ["IfMatch"] if "412" in answers else []
    takes += _COMMAND if "422" in answers else []
    parameters = [*_query(needs), *(_ref("parameters", name) for name in takes)]
    if parameters:
        operation["parameters"] = operation.get("parameters", []) + parameters
    body = operation.get("requestBody")
    if body is not None and {"type": "null"} in body["content"].get("application/json", {}).get("schema", {}).get("oneOf", ()):
        body["required"] = False
        body["description"] = "Left out or null, it is the same as an empty object."
    for status, answer in answers.items():
        headers = dict(_headers(status, answers))
        answer["headers"] = {name: _ref("headers", header) for name, header in headers.items()} | answer.get("headers", {})


def _query(needs: Mapping[str, Any]) -> list[Json]:
    """Of routes whose query is read into a Struct."""
    return described_query(needs[QUERY]) if QUERY in needs else []


def _headers(status: str, answers: Json) -> Iterator[tuple[str, str]]:
    yield "X-Request-Id", "RequestId"
    if "429" in answers:
        yield from _RATE_LIMIT
    if status == "304" or (status in _SUCCESSES and ("304" in answers or "412" in answers)):
        yield "ETag", "Tag"
    if status in _SUCCESSES and "422" in answers:
        yield "Idempotent-Replay", "Replay"
        yield "Daybook-Position", "Position"
    if status == "401":
        yield "WWW-Authenticate", "Challenge"
    if status == "429" or (status == "503" and "429" in answers):
        yield "Retry-After", "RetryAfter"


def _schemas(app: Litestar) -> Json:
    """Of every body, as the library says that decodes and encodes them: the framework's are looser, or refuse what is right.

    A Struct whose fields depend on each other says how in a class variable `schema`.
    """
    structs = {struct for route in app.routes if isinstance(route, HTTPRoute) for struct in _structs(route)}
    structs |= {choice for struct in structs for choice in getattr(struct, "choices", ())}
    _, components = msgspec.json.schema_components(structs, ref_template=SCHEMA_REFERENCE)
    for struct in structs:
        components[struct.__name__] |= getattr(struct, "schema", {})
    return components


def _forget_unused(document: Json) -> None:
    """The framework names what is inside bodies in a way of its own, which leads nowhere once bodies are described here."""
    schemas: Json = document["components"]["schemas"]
    used, seen = set[str](), [document["paths"]]
    while seen:
        found = set(_REFERENCE.findall(msgspec.json.encode(seen.pop()).decode())) - used
        used |= found
        seen += [schemas[name] for name in found]
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in used}


def _structs(route: HTTPRoute) -> Iterator[type[msgspec.Struct]]:
    for handler in route.route_handlers:
        found = [spec.data_container for spec in (handler.responses or {}).values()]
        for field in (handler.parsed_data_field, handler.parsed_return_field):
            found += [field.annotation] if field is not None else []
        # A body that may be left out is of a type or none.
        each_of = (kind for each in found for kind in (each, *get_args(each)))
        yield from (kind for kind in each_of if isinstance(kind, type) and issubclass(kind, msgspec.Struct))


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
