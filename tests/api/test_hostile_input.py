"""What no friendly client sends: each is a clear 4xx in the one shape, and nothing is written."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace

from domain.pages import rules
from domain.pages.slugs import SLUG_CHARACTERS_MAX

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def target(service: Service) -> Workspace:
    """A workspace with one page that nothing of this module may change."""
    made = service.new_workspace()
    made.create("Target", content="text")
    return made


@pytest.fixture
def untouched(target: Workspace) -> Iterator[Workspace]:
    """Checks afterwards that nothing was written."""
    yield target
    (only,) = target.client.get("/pages/history").json()["history"]
    assert only["action"] == "create"
    assert target.get("target")["content"] == "text"


def deep(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * levels + closing * levels


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "half an object": b'{"title":',
    "two objects": b'{"title":"a"}{"title":"b"}',
    "a trailing comma": b'{"title":"a",}',
    "single quotes": b"{'title':'a'}",
    "a comment": b'{"title":"a"} // b',
    "null": b"null",
    "a list": b"[]",
    "a text": b'"title"',
    "a number": b"1",
    "NaN": b'{"title":"a","properties":{"n":NaN}}',
    "infinity": b'{"title":"a","properties":{"n":1e999}}',
    "a huge number": b'{"title":"a","properties":{"n":' + b"9" * 5000 + b"}}",
    "latin-1": '{"title":"é"}'.encode("latin-1"),
    "utf-16": '{"title":"a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"title":"a"}',
    "an overlong form": b'{"title":"\xc0\xaf"}',
    "an encoded surrogate": b'{"title":"\xed\xa0\x80"}',
    "an escaped surrogate": b'{"title":"\\ud800"}',
    "surrogates the wrong way round": b'{"title":"\\udc00\\ud800"}',
    "a surrogate in a key": b'{"title":"a","properties":{"\\ud800":1}}',
    "a surrogate in content": b'{"title":"a","content":"\\udfff"}',
    "a raw control character": b'{"title":"a\x01"}',
    "a deep list": deep(100_000),
    "a deep list in a field": b'{"title":' + deep(100_000) + b"}",
    "a deep object in properties": b'{"title":"a","properties":' + deep(100_000, b'{"a":', b"}") + b"}",
    "a form": b"title=a",
    "xml": b"<title>a</title>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/pages"),
        ("PATCH", "/pages/target"),
        ("PUT", "/pages/target/content"),
        ("POST", "/pages/target/content/append"),
        ("POST", "/pages/target/content/find-replace"),
    ],
)
def test_a_body_that_is_no_object_of_json_is_refused(
    untouched: Workspace, refused: Any, method: str, path: str, body: bytes
) -> None:
    for headers in (JSON, {}, {"Content-Type": "text/plain"}, {**JSON, "Idempotency-Key": "k"}):
        refused(untouched.client.request(method, path, content=body, headers=headers), 400, "invalid_request")


CREATE, CHANGE, BOTH = ["POST"], ["PATCH"], ["POST", "PATCH"]
FIELDS: list[tuple[list[str], dict[str, Any]]] = [
    (CREATE, {"title": None}),
    (BOTH, {"title": 5}),
    (BOTH, {"title": ["a"]}),
    (BOTH, {"title": {}}),
    (BOTH, {"content": None}),
    (BOTH, {"content": 5}),
    (CHANGE, {"slug": None}),
    (BOTH, {"slug": 5}),
    (BOTH, {"subtitle": 5}),
    (BOTH, {"status": "done"}),
    (BOTH, {"status": ""}),
    (BOTH, {"status": 1}),
    (BOTH, {"type": "folder"}),
    (BOTH, {"type": None}),
    (BOTH, {"icon": "🚀"}),
    (BOTH, {"icon": {"type": "emoji"}}),
    (BOTH, {"icon": {"type": "svg", "value": "x"}}),
    (BOTH, {"icon": {"type": "emoji", "value": "x", "color": "red"}}),
    (BOTH, {"owner": 5}),
    (BOTH, {"blockedBy": "a"}),
    (BOTH, {"blockedBy": [1]}),
    (BOTH, {"blockedBy": [None]}),
    (BOTH, {"dueDate": "tomorrow"}),
    (BOTH, {"dueDate": "2026-02-30"}),
    (BOTH, {"dueDate": "2026-02-01T00:00:00Z"}),
    (BOTH, {"dueDate": "0000-01-01"}),
    (BOTH, {"dueDate": 20260201}),
    (BOTH, {"properties": []}),
    (CHANGE, {"properties": None}),
    (BOTH, {"properties": {"a": {}}}),
    (BOTH, {"properties": {"a": []}}),
    (BOTH, {"parentSlug": 5}),
    (BOTH, {"parentId": ["a"]}),
    # What a caller has no business to say.
    (CREATE, {"version": 1}),
    (CREATE, {"contentHash": "0"}),
    *[
        (BOTH, {name: value})
        for name, value in {
            "id": "0192f0c1-2b3c-7def-8123-456789abcdef",
            "workspace": "other",
            "workspaceId": "0192f0c1-2b3c-7def-8123-456789abcdef",
            "createdAt": "2020-01-01T00:00:00Z",
            "createdBy": {"kind": "key", "id": "1", "name": "x"},
            "updatedBy": "x",
            "archivedAt": None,
            "archived": True,
            "Title": "x",
            "parent_slug": "x",
            "due_date": "2026-01-01",
            "__proto__": {},
            "": 1,
        }.items()
    ],
]


@pytest.mark.parametrize(("methods", "fields"), FIELDS, ids=lambda value: str(value)[:60])
def test_a_field_of_the_wrong_kind_or_that_nobody_knows_is_refused(
    untouched: Workspace, refused: Any, methods: list[str], fields: dict[str, Any]
) -> None:
    for method in methods:
        path, base = ("/pages", {"title": "a"}) if method == "POST" else ("/pages/target", {})
        refused(untouched.client.request(method, path, json={**base, **fields}), 400, "invalid_request")


def properties(count: int) -> dict[str, Any]:
    return {"properties": {f"k{n}": n for n in range(count)}}


def slugs(count: int) -> dict[str, Any]:
    return {"blockedBy": [f"slug-{n}" for n in range(count)]}


# Each limit as what makes a body of a size, and the greatest size that is taken.
LIMITS: dict[str, tuple[Callable[[int], dict[str, Any]], int]] = {
    "title": (lambda n: {"title": "é" * n}, rules.TITLE_CHARACTERS_MAX),
    "subtitle": (lambda n: {"subtitle": "é" * n}, rules.SUBTITLE_CHARACTERS_MAX),
    "owner": (lambda n: {"owner": "a" * (n - 8) + "@acme.io"}, rules.OWNER_CHARACTERS_MAX),
    "icon": (lambda n: {"icon": {"type": "emoji", "value": "x" * n}}, rules.ICON_CHARACTERS_MAX),
    "slug": (lambda n: {"slug": "s" * n}, SLUG_CHARACTERS_MAX),
    "blocked by": (slugs, rules.BLOCKED_BY_MAX),
    "a blocker's slug": (lambda n: {"blockedBy": ["s" * n]}, SLUG_CHARACTERS_MAX),
    "properties": (properties, rules.PROPERTIES_MAX),
    "a property's name": (lambda n: {"properties": {"é" * n: 1}}, rules.PROPERTY_KEY_CHARACTERS_MAX),
    "a property's text": (lambda n: {"properties": {"a": "x" * n}}, rules.PROPERTY_TEXT_BYTES_MAX),
    "a property's text in bytes": (lambda n: {"properties": {"a": "é" * n}}, rules.PROPERTY_TEXT_BYTES_MAX // 2),
    "a property's number": (lambda n: {"properties": {"a": n}}, rules.INTEGER_MAX),
    "a property's negative number": (lambda n: {"properties": {"a": -n}}, rules.INTEGER_MAX),
}


@pytest.mark.parametrize(("body", "greatest"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limit_takes_its_greatest_value_and_nothing_beyond(
    workspace: Workspace, refused: Any, body: Callable[[int], dict[str, Any]], greatest: int
) -> None:
    workspace.create("Limits")
    created = workspace.client.post("/pages", json={"title": "a", **body(greatest)})
    assert created.status_code == 201, created.text
    assert workspace.get(created.json()["page"]["id"]) == created.json()["page"]
    too_much = body(greatest + 1)
    refused(workspace.client.post("/pages", json={"title": "a", **too_much}), 400, "invalid_parameter")
    refused(workspace.client.patch("/pages/limits", json=too_much), 400, "invalid_parameter")
    assert len(workspace.client.get("/pages/history").json()["history"]) == 2


def test_properties_are_counted_as_they_would_be_after_the_merge(workspace: Workspace, refused: Any) -> None:
    workspace.create("Full", **properties(rules.PROPERTIES_MAX))
    refused(workspace.client.patch("/pages/full", json={"properties": {"one more": 1}}), 400, "invalid_parameter")
    swap = {"properties": {"k0": None, "one more": 1}}
    assert len(workspace.client.patch("/pages/full", json=swap).json()["page"]["properties"]) == rules.PROPERTIES_MAX
    for body in (properties(500_000), slugs(500_000)):
        refused(workspace.client.patch("/pages/full", json=body), 400, "invalid_parameter")


VALUES: list[dict[str, Any]] = [
    {"title": ""},
    {"title": "   "},
    {"title": "a\0b"},
    {"title": "a\nb"},
    {"title": "a\u2028b"},
    {"title": "\x1b[31m"},
    {"subtitle": "a\0"},
    {"subtitle": "a\r\nb"},
    {"owner": "nobody"},
    {"owner": "@acme.io"},
    {"owner": "a@"},
    {"owner": "a b@acme.io"},
    {"owner": ""},
    {"owner": "a@b\0c"},
    {"icon": {"type": "emoji", "value": ""}},
    {"icon": {"type": "emoji", "value": "\0"}},
    {"blockedBy": ["Not A Slug"]},
    {"blockedBy": [""]},
    {"blockedBy": ["a\0"]},
    {"properties": {"": 1}},
    {"properties": {"a\0": 1}},
    {"properties": {"a\nb": 1}},
    {"properties": {"a": "b\0"}},
    {"properties": {"a": 2**63}},
    {"properties": {"a": 10**30}},
    {"content": "a\0b"},
    {"slug": "a\0"},
]


@pytest.mark.parametrize("fields", VALUES, ids=lambda value: repr(value)[:60])
def test_a_value_no_page_may_have_is_refused(untouched: Workspace, refused: Any, fields: dict[str, Any]) -> None:
    refused(untouched.client.post("/pages", json={"title": "a", **fields}), 400, "invalid_parameter")
    refused(untouched.client.patch("/pages/target", json=fields), 400, "invalid_parameter")
    refused(untouched.client.patch("/pages/target", json={**fields, "parentSlug": None}), 400, "invalid_parameter")


HEADERS: list[dict[str, bytes]] = [
    {"Idempotency-Key": b""},
    {"Idempotency-Key": b"k" * 256},
    {"Idempotency-Key": b"a\tb"},
    {"Idempotency-Key": b"a\x80b"},
    {"Daybook-Effective-At": b""},
    {"Daybook-Effective-At": b"yesterday"},
    {"Daybook-Effective-At": b"2026-13-01T00:00:00Z"},
    {"Daybook-Effective-At": b"0001-01-01T00:00:00Z"},
    {"Daybook-Effective-At": b"0000-01-01T00:00:00Z"},
    {"Daybook-Effective-At": b"9999-12-31T23:59:59.999999Z"},
    {"Daybook-Effective-At": b"9999-12-31T23:59:59-23:59"},
    {"Daybook-Effective-At": b"10000-01-01T00:00:00Z"},
    {"Daybook-Effective-At": b"1700000000"},
    {"Daybook-Message": b"%00"},
    {"Daybook-Message": b"%ff"},
    {"Daybook-Message": b"%ed%a0%80"},
    {"Daybook-Message": b"%1b%5b31m"},
    {"Daybook-Message": "é".encode()},
    {"Daybook-Message": b"a" * 6001},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda value: str(value)[:60])
def test_a_header_that_cannot_be_meant_is_refused(untouched: Workspace, refused: Any, headers: dict[str, bytes]) -> None:
    send = untouched.client.request
    for method, path, body in (
        ("POST", "/pages", {"title": "a"}),
        ("PATCH", "/pages/target", {"title": "a"}),
        ("POST", "/pages/target/content/append", {"content": "a"}),
        ("DELETE", "/pages/target", None),
    ):
        refused(send(method, path, json=body, headers=headers), 400, "invalid_parameter")


def test_an_idempotency_key_of_the_greatest_length_is_taken(workspace: Workspace) -> None:
    for key in ("k" * 255, "!", "with spaces, and 'quotes'", "ключ".encode("latin-1", "replace").decode()):
        assert workspace.client.post("/pages", json={"title": "a"}, headers={"Idempotency-Key": key}).status_code == 201


REFERENCES = [
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%20",
    "..%5c..",
    "*",
    "a" * 10_000,
    "%F0%9F%9A%80",
    "-1",
    "null",
    "%25",
    "'--",
]


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda value: value[:20])
def test_a_reference_to_no_page_is_not_found_on_every_route(untouched: Workspace, refused: Any, reference: str) -> None:
    send = untouched.client.request
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "a"}),
        ("PATCH", "", {"parentSlug": None}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("GET", "/content", None),
        ("PUT", "/content", {"content": "a"}),
        ("POST", "/content/append", {"content": "a"}),
        ("POST", "/content/find-replace", {"find": "a", "replace": "b"}),
    ):
        refused(send(method, f"/pages/{reference}{path}", json=body), 404, "page_not_found")


QUERIES = ["limit=0", "limit=-1", "limit=10001", "limit=abc", "limit=", "limit=1.5", "limit=0x10", "limit=true", "limit=%00",
           "limit=" + "9" * 5000, "offset=-1", "offset=2147483648", "offset=abc", "offset=" + "9" * 30]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda value: value[:20])
def test_a_limit_or_offset_that_is_none_is_refused(untouched: Workspace, refused: Any, query: str) -> None:
    for path in ("/pages", "/pages/history", "/history"):
        refused(untouched.client.get(f"{path}?{query}"), 400, "invalid_request")


@pytest.mark.parametrize("query", ["&&=&a=b", "%00=%ff", "limit[]=1", "?", "a=" + "b" * 20_000, "limit=10000&offset=2147483647"])
def test_a_query_nobody_knows_does_no_harm(untouched: Workspace, query: str) -> None:
    assert untouched.client.get(f"/pages?{query}").status_code == 200


@pytest.mark.parametrize("size_mib", [17, 50])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_413_before_it_is_held(
    untouched: Workspace, refused: Any, size_mib: int, *, chunked: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(size_mib):
            yield b" " * MIB

    for method, path in (("POST", "/pages"), ("PATCH", "/pages/target"), ("POST", "/pages/target/content/append")):
        body = pieces() if chunked else b" " * size_mib * MIB
        refused(untouched.client.request(method, path, content=body, headers=JSON), 413, "body_too_large")


def test_ten_megabytes_in_one_field_are_refused_by_the_fields_own_limit(untouched: Workspace, refused: Any) -> None:
    ten = "x" * (10 * MIB)
    for body, status, code in (
        ({"title": ten}, 400, "invalid_parameter"),
        ({"title": "a", "slug": ten}, 400, "invalid_parameter"),
        ({"title": "a", "owner": ten}, 400, "invalid_parameter"),
        ({"title": "a", "parentSlug": ten}, 404, "parent_not_found"),
        ({"title": "a", "properties": {"a": ten}}, 400, "invalid_parameter"),
        ({"title": "a", "content": ten}, 413, "content_too_large"),
        ({"title": "a", ten: 1}, 400, "invalid_request"),
    ):
        answer = untouched.client.post("/pages", json=body)
        refused(answer, status, code)
        assert len(answer.content) < 10_000, "a refusal repeats megabytes of what it refuses"
    find = {"find": ten, "replace": "a"}
    refused(untouched.client.post("/pages/target/content/find-replace", json=find), 404, "text_not_found")
    replace = {"find": "text", "replace": ten}
    refused(untouched.client.post("/pages/target/content/find-replace", json=replace), 413, "content_too_large")


AUTHORIZATIONS: list[bytes | None] = [
    None, b"", b"Bearer", b"Basic YTpi", b"Bearer \xff\xfe", b"Bearer " + b"a" * 20_000, b"bearer ak_local_1",
    b"Bearer ak_local_1.short", b"Bearer ak_local_0.abcdef0123456789abcdef", b"Bearer ak_local_999999.abcdef0123456789abcdef",
    b"Bearer ak_local_99999999999999999999.abcdef0123456789abcdef", b"Bearer ak__1.abcdef0123456789abcdef", b"Bearer null",
    b"Bearer ak_local_1.abcdef0123456789abcdef'--",
]  # fmt: skip


@pytest.mark.parametrize("authorization", AUTHORIZATIONS, ids=lambda value: str(value)[:40])
def test_a_bad_authorization_is_401_in_the_same_words(untouched: Workspace, refused: Any, authorization: bytes | None) -> None:
    client = httpx.Client(
        base_url=f"{untouched.url}/v1", headers={} if authorization is None else {"Authorization": authorization}
    )
    for method, path, body in (("GET", "/pages", None), ("POST", "/pages", {"title": "a"}), ("DELETE", "/pages/target", None)):
        answer = client.request(method, path, json=body)
        words = "The API key or access token is missing, malformed, unknown, expired or revoked."
        assert refused(answer, 401, "unauthorized")["detail"].startswith(words)
        assert answer.headers["www-authenticate"] == "Bearer"
    client.close()


def test_a_key_in_the_address_opens_nothing(untouched: Workspace, refused: Any) -> None:
    for name in ("key", "api_key", "access_token", "token"):
        refused(httpx.get(f"{untouched.url}/v1/pages", params={name: untouched.key}), 401, "unauthorized")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /v1/pages/\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/pages/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET /v1/pages HTTP/9.9\r\n\r\n",
        b"POST /v1/pages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/pages HTTP/1.1\r\nHost: x\r\nContent-Length: a\r\n\r\n",
        b"POST /v1/pages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/pages HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_http_is_turned_away_and_the_service_lives_on(untouched: Workspace, request_bytes: bytes) -> None:
    host, port = untouched.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        status = connection.recv(100).partition(b"\r\n")[0]
    assert status == b"" or status.split()[1].startswith(b"4"), status
