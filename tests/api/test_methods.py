"""HEAD, OPTIONS, and what is looked at first: the key, then the rest of the request."""

from typing import Any

import httpx
import pytest
from conftest import TLS, Workspace

GETS = ["/pages", "/pages/page", "/pages/page/content", "/pages/history", "/pages/never", "/nothing", "/pages?limit=0"]
ALLOWED = {
    "/pages": "GET, HEAD, OPTIONS, POST",
    "/pages/page": "DELETE, GET, HEAD, OPTIONS, PATCH",
    "/pages/page/content": "GET, HEAD, OPTIONS, PATCH, PUT",
    "/pages/page/restore": "OPTIONS, POST",
    "/pages/page/content/append": "OPTIONS, POST",
    "/vacations/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/life-plan": "GET, HEAD, OPTIONS, PATCH, PUT",
}


@pytest.fixture(scope="module")
def paged(shared: Workspace) -> Workspace:
    shared.create("Page", content="text")
    return shared


@pytest.mark.parametrize("path", GETS)
def test_head_is_get_without_the_body(paged: Workspace, path: str) -> None:
    get, head = paged.client.get(path), paged.client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    own = {"x-request-id", "date", "transfer-encoding"}
    for headers in (get.headers, head.headers):
        assert headers["x-request-id"]
    assert {**head.headers} | dict.fromkeys(own) == {**get.headers} | dict.fromkeys(own)
    assert paged.client.get(path).content == get.content or get.is_error, "the connection is out of step after a HEAD"


def test_head_heeds_the_tag(paged: Workspace) -> None:
    tag = paged.client.head("/pages/page").headers["etag"]
    assert paged.client.head("/pages/page", headers={"If-None-Match": tag}).status_code == 304


def test_head_asks_for_a_key_too(paged: Workspace) -> None:
    assert httpx.head(f"{paged.url}/v1/pages").status_code == 401
    assert httpx.head(f"{paged.url}/healthz").status_code == 200


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("base", ["/v1", "/api/v1"])
def test_options_and_refusals_name_all_methods_of_a_path(paged: Workspace, refused: Any, base: str, path: str) -> None:
    options = httpx.options(f"{paged.url}{base}{path}", verify=TLS)
    assert (options.status_code, options.content, options.headers["allow"]) == (204, b"", ALLOWED[path])
    assert options.headers["x-request-id"]
    other = paged.client.request("TRACE", f"{paged.url}{base}{path}")
    refused(other, 405, "method_not_allowed")
    assert other.headers["allow"] == ALLOWED[path]


def test_options_of_no_route_is_no_route(paged: Workspace, refused: Any) -> None:
    refused(httpx.options(f"{paged.url}/v1/nothing"), 404, "route_not_found")


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/pages", b"{"),
        ("POST", "/pages", b'{"nothing": 1}'),
        ("POST", "/pages", b""),
        ("PATCH", "/pages/page", b'{"version": "one"}'),
        ("PUT", "/pages/page/content", b"\xff"),
        ("GET", "/pages?limit=none", b""),
        ("GET", "/pages?limit=0", b""),
    ],
)
def test_who_has_no_key_hears_of_nothing_else(paged: Workspace, refused: Any, method: str, path: str, content: bytes) -> None:
    for key in ("", "Bearer nonsense"):
        answer = paged.client.request(method, path, content=content, headers={"Authorization": key})
        refused(answer, 401, "unauthorized")
    refused(paged.client.request(method, path, content=content), 400, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": "x", "version": "1"}),
        ("PATCH", "", {"dueDate": "null"}),
        ("PATCH", "", {"title": 1}),
        ("PUT", "/content", {"content": "x", "version": "1"}),
        ("PUT", "/content", {"content": "x", "version": 1.5}),
        ("POST", "/content/find-replace", {"find": "text", "replace": "x", "replaceAll": "true"}),
        ("POST", "/content/find-replace", {"find": "text", "replace": "x", "replaceAll": 1}),
        ("POST", "/content/find-replace", {"find": "text", "replace": "x", "expectedCount": "1"}),
    ],
)
def test_a_value_of_another_type_is_not_taken_for_the_right_one(
    paged: Workspace, refused: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    refused(paged.client.request(method, f"/pages/page{path}", json=body), 400, "invalid_request")
    assert paged.get("page")["version"] == 1
