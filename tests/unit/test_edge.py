"""The edge by itself, around an application that does as it is told."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from litestar.exceptions import ClientException, NotAuthorizedException, NotFoundException

from api.arriving import LATE, Bodies, RequestTimeout, TooManyConnections, TooMuchAtOnce
from api.cors import EXPOSED_HEADERS, Cors
from api.edge import Edge, Wiring
from api.metrics import Metrics
from application.access import Caller
from application.readiness import ProjectionState
from domain.events import Actor

Headers = list[tuple[bytes, bytes]]
ORIGIN = (b"origin", b"https://a.example")
PREFLIGHT = (b"access-control-request-method", b"PUT")
SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}


class Counted:
    """What the edge counted."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str | None, int]] = []

    def __call__(self, method: str, template: str | None, status: int, seconds: float, /) -> None:
        assert 0 <= seconds < 10
        self.answers.append((method, template, status))


def app(status: int = 200, headers: Headers | None = None, **state: Any) -> Any:
    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        scope["path_template"] = "/things/{name}"
        scope["state"].update(state)
        await send({"type": "http.response.start", "status": status, "headers": headers or []})
        await send({"type": "http.response.body", "body": b"{}", "more_body": False})

    return answer


def edge(inner: Any, **wishes: Any) -> Edge:
    wishes = {"count": Counted(), "stop_streams": lambda: None, "new_request_id": lambda: "f" * 32, **wishes}
    return Edge(inner, Wiring(**wishes))


def scope(method: str = "GET", path: str = "/things/secret-plan", headers: Headers | None = None, **more: Any) -> Any:
    return {"type": "http", "method": method, "path": path, "headers": headers or [], "scheme": "http", "state": {}, **more}


def answered(edge: Edge, asked: Any) -> tuple[int, dict[bytes, list[bytes]]]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(edge(asked, receive, send))
    found: dict[bytes, list[bytes]] = {}
    for name, value in sent[0]["headers"]:
        found.setdefault(name, []).append(value)
    return sent[0]["status"], found


def test_every_answer_is_named_and_told_to_browsers_as_data() -> None:
    for status in (200, 204, 304, 404, 500):
        _, headers = answered(edge(app(status)), scope())
        assert headers == {**{name: [value] for name, value in SECURITY.items()}, b"x-request-id": [b"f" * 32]} | {
            b"cache-control": [b"no-store"]
        }


def test_an_answer_that_says_what_caches_may_do_is_left_alone() -> None:
    _, headers = answered(edge(app(headers=[(b"cache-control", b"private, no-cache")])), scope())
    assert headers[b"cache-control"] == [b"private, no-cache"]


def test_over_https_browsers_are_told_to_stay_there() -> None:
    assert b"strict-transport-security" not in answered(edge(app()), scope())[1]
    assert answered(edge(app()), scope(scheme="https"))[1][b"strict-transport-security"] == [b"max-age=31536000"]


def test_a_page_for_people_has_a_policy_of_its_own() -> None:
    around = edge(app(), pages={"/docs": b"style-src 'self'"})
    assert answered(around, scope(path="/docs"))[1][b"content-security-policy"] == [b"style-src 'self'"]
    assert answered(around, scope(path="/docs/"))[1][b"content-security-policy"] == [SECURITY[b"content-security-policy"]]


def test_what_the_application_leaves_in_the_state_goes_with_the_answer() -> None:
    left = [(b"x-ratelimit-limit", b"60"), (b"retry-after", b"7")]
    _, headers = answered(edge(app(429, headers=left)), scope())
    assert (headers[b"x-ratelimit-limit"], headers[b"retry-after"]) == ([b"60"], [b"7"])


def test_nothing_is_told_to_pages_of_other_origins_unless_it_was_set() -> None:
    for asked in (scope(headers=[ORIGIN]), scope("OPTIONS", headers=[ORIGIN, PREFLIGHT])):
        _, headers = answered(edge(app()), asked)
        assert not [name for name in headers if name.startswith(b"access-control") or name == b"vary"]


def test_a_page_of_a_set_origin_may_read_the_answer_and_its_headers() -> None:
    around = edge(app(headers=[(b"vary", b"Authorization")]), cors=Cors(["https://a.example"]))
    _, headers = answered(around, scope(headers=[ORIGIN]))
    assert headers[b"access-control-allow-origin"] == [b"https://a.example"]
    assert set(headers[b"access-control-expose-headers"][0].decode().split(", ")) == set(EXPOSED_HEADERS)
    # Both count: an answer for one key must not be kept for another.
    assert headers[b"vary"] == [b"Authorization", b"Origin"]
    assert b"access-control-allow-credentials" not in headers


OTHER_ORIGINS = [
    b"https://b.example",
    b"http://a.example",
    b"https://a.example.evil",
    b"https://a_example",
    b"null",
    b"\xff",
    b"",
]


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_a_page_of_another_origin_hears_only_that_answers_differ(origin: bytes) -> None:
    around = edge(app(405, [(b"allow", b"GET")]), cors=Cors(["https://a.example"]))
    for asked in (scope(headers=[(b"origin", origin)]), scope("OPTIONS", headers=[(b"origin", origin), PREFLIGHT])):
        _, headers = answered(around, asked)
        assert headers[b"vary"] == [b"Origin"]
        assert not [name for name in headers if name.startswith(b"access-control")]


def test_a_preflight_is_answered_without_the_application() -> None:
    counted = Counted()
    around = edge(app(500), cors=Cors(["https://a.example"]), count=counted)
    status, headers = answered(around, scope("OPTIONS", headers=[ORIGIN, PREFLIGHT]))
    assert (status, headers[b"access-control-allow-origin"]) == (204, [b"https://a.example"])
    assert {"PUT", "PATCH", "DELETE"} <= set(headers[b"access-control-allow-methods"][0].decode().split(", "))
    allowed = headers[b"access-control-allow-headers"][0].decode().lower().split(", ")
    assert {"authorization", "if-match", "idempotency-key", "daybook-wait-for", "x-workspace-id", "last-event-id"} <= set(allowed)
    assert counted.answers == [("OPTIONS", None, 204)]


def test_every_origin_is_let_in_without_what_the_browser_knows() -> None:
    around = edge(app(), cors=Cors(["*"]))
    for asked in (scope(headers=[ORIGIN, (b"cookie", b"a=b")]), scope("OPTIONS", headers=[ORIGIN, PREFLIGHT])):
        _, headers = answered(around, asked)
        assert headers[b"access-control-allow-origin"] == [b"*"]
        assert b"access-control-allow-credentials" not in headers


def test_a_request_is_counted_by_its_route_and_never_by_its_path() -> None:
    counted = Counted()
    around = edge(app(), count=counted)
    for method in ("GET", "POST", "HEAD"):
        answered(around, scope(method))
    assert counted.answers == [(method, "/things/{name}", 200) for method in ("GET", "POST", "HEAD")]


@pytest.mark.parametrize(("logged", "lines"), [("all", [200, 404]), ("failed", [404]), ("none", [])])
def test_requests_get_lines_as_the_setting_says(caplog: Any, logged: Any, lines: list[int]) -> None:
    caller = Caller(UUID(int=7), Actor("key", "12", "name of a key"), frozenset())
    with caplog.at_level(logging.INFO):
        for status in (200, 404):
            asked = scope(query_string=b"q=secret", headers=[(b"authorization", b"Bearer secret"), (b"cookie", b"secret")])
            answered(edge(app(status, caller=caller), logged=logged), asked)
    facts = [record.facts for record in caplog.records]
    assert [fact["status"] for fact in facts] == lines
    for fact in facts:
        assert fact.pop("durationMs") >= 0
        named = {"caller": "key/12", "workspace": str(UUID(int=7))}
        assert fact == {"method": "GET", "route": "/things/{name}", "status": fact["status"], **named}
    assert "secret" not in caplog.text


def test_what_never_became_a_request_is_refused_in_the_same_shape() -> None:
    counted = Counted()
    refusal = edge(app(), count=counted).refusal(TooManyConnections(), [(b"date", b"today")])
    head, _, body = refusal.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines)
    assert status == b"HTTP/1.1 503 Service Unavailable"
    assert headers.items() >= {**SECURITY, b"date": b"today", b"retry-after": b"1", b"connection": b"close"}.items()
    assert int(headers[b"content-length"]) == len(body)
    assert json.loads(body).items() >= {"code": "too_many_connections", "status": 503, "requestId": "f" * 32}.items()
    assert counted.answers == [("", None, 503)]


def arriving(*messages: Any, state: dict[str, Any], bodies: Bodies) -> Callable[[], Any]:
    """The body, as whoever reads it gets it."""
    left = list(messages)

    async def receive() -> Any:
        return left.pop(0)

    return bodies.watched(receive, state)


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_large_bodies_share_what_there_is_until_they_are_answered() -> None:
    bodies = Bodies(bytes_max=10)
    states: list[dict[str, Any]] = [{}, {}, {}]
    first, second, third = (arriving(piece(b"123456"), piece(b"", more=False), state=each, bodies=bodies) for each in states)
    await first()
    with pytest.raises(TooMuchAtOnce):
        await second()
    bodies.release(states[1])
    await first()
    with pytest.raises(TooMuchAtOnce):
        await third()
    for each in states:
        bodies.release(each)
        bodies.release(each)
    await arriving(piece(b"1234567890"), state={}, bodies=bodies)()


async def test_what_comes_in_one_piece_is_never_too_much() -> None:
    whole = piece(b"12345678901", more=False)
    assert await arriving(whole, state={}, bodies=Bodies(bytes_max=10))() == whole


async def test_a_body_that_is_late_is_given_up_unless_it_is_there_after_all() -> None:
    late = {LATE: True}
    with pytest.raises(RequestTimeout):
        await arriving(piece(b""), state=late, bodies=Bodies())()
    assert await arriving(piece(b"x", more=False), state=late, bodies=Bodies())()


async def test_who_leaves_before_the_end_of_their_body_made_a_bad_request_and_who_leaves_later_did_not() -> None:
    left: Any = {"type": "http.disconnect"}
    receive = arriving(piece(b"x"), left, state={}, bodies=Bodies())
    await receive()
    with pytest.raises(ClientException):
        await receive()
    receive = arriving(piece(b"x", more=False), left, state={}, bodies=Bodies())
    await receive()
    assert await receive() == left


def test_metrics_are_open_shut_or_for_a_token() -> None:
    Metrics(token=None, local=True).check_allowed("")
    with pytest.raises(NotFoundException):
        Metrics(token=None, local=False).check_allowed("Bearer x")
    for local in (True, False):
        guarded = Metrics(token="right", local=local)  # noqa: S106 - nobody's
        guarded.check_allowed("Bearer right")
        guarded.check_allowed("bearer  right ")
        for wrong in ("", "right", "Bearer", "Bearer wrong", "Bearer rightt", "Basic right", "Bearer \xff"):
            with pytest.raises(NotAuthorizedException):
                guarded.check_allowed(wrong)


def test_metrics_have_only_so_many_labels() -> None:
    metrics = Metrics(token=None, local=True)
    for number in range(1000):
        metrics.answered(f"METHOD{number}", None, 404, 0.001)
    metrics.batch_written(3)
    text = metrics.text({"links": ProjectionState(lag=5, parked=1)}).decode()
    assert 'daybook_http_requests_seconds_count{method="(other)",route="(none)",status="404"} 1000.0' in text
    assert text.count("daybook_http_requests_seconds_count") == 1
    assert 'daybook_append_batch_requests_bucket{le="4.0"} 1.0' in text
    assert 'daybook_projection_lag_events{projection="links"} 5.0' in text
    assert 'daybook_projection_parked{projection="links"} 1.0' in text
    assert "daybook_database_up 1.0" in text
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text


def test_metrics_say_that_the_database_is_away() -> None:
    text = Metrics(token=None, local=True).text(None).decode()
    assert "daybook_database_up 0.0" in text
    assert "daybook_projection_lag_events{" not in text
