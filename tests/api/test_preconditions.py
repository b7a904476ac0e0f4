"""ETag, If-Match, version: a write on a stale base is refused, and refused means not applied."""

from typing import Any

import httpx
import pytest
from conftest import Workspace

WRITES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PATCH", "", {"title": "Mine"}),
    ("PATCH", "", {"parentSlug": "parent"}),
    ("PUT", "/content", {"content": "mine"}),
    ("PATCH", "/content", {"content": "mine"}),
    ("POST", "/content/append", {"content": "mine"}),
    ("POST", "/content/find-replace", {"find": "text", "replace": "mine"}),
    ("DELETE", "", None),
]
writes = pytest.mark.parametrize(("method", "path", "body"), WRITES)


def send(workspace: Workspace, method: str, path: str, body: dict[str, Any] | None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return workspace.client.request(method, f"/pages/page{path}", json=body, headers=named)


@pytest.fixture
def paged(workspace: Workspace) -> Workspace:
    """A page at version 2."""
    workspace.create("Parent")
    workspace.create("Page", content="text")
    workspace.client.patch("/pages/page", json={"status": "idea"})
    return workspace


def entries(workspace: Workspace) -> int:
    return len(workspace.client.get("/pages/history").json()["history"])


@writes
def test_a_stale_if_match_is_412_with_the_page_as_it_is(
    paged: Workspace, refused: Any, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before, count = paged.get("page"), entries(paged)
    for stale in ('"1"', 'W/"1"', '"3"', '"0"', '"999999999"'):
        current = refused(send(paged, method, path, body, If_Match=stale), 412, "version_stale")["current"]
        shown = {name: before[name] for name in ("content", "contentHash", "version")} if path else before
        assert current == shown
    assert (paged.get("page"), entries(paged)) == (before, count)


@writes
def test_the_right_if_match_lets_a_write_through(paged: Workspace, method: str, path: str, body: dict[str, Any] | None) -> None:
    answer = send(paged, method, path, body, If_Match=paged.client.get("/pages/page").headers["etag"])
    assert answer.status_code == 200
    if method != "DELETE":
        assert answer.headers["etag"] == '"3"'


@writes
def test_any_version_will_do_for_a_star(paged: Workspace, method: str, path: str, body: dict[str, Any] | None) -> None:
    assert send(paged, method, path, body, If_Match="*").status_code == 200


@writes
@pytest.mark.parametrize(
    "junk", ["junk", "2", '"2', '"1" "2"', '"1",', '"1", 2', '""', '"two"', "", '"-1"', '"9999999999"', "W/2", '"2"x']
)
def test_an_if_match_that_is_none_is_refused(
    shared: Workspace, refused: Any, method: str, path: str, body: dict[str, Any] | None, junk: str
) -> None:
    slug = shared.create("Junk", content="text")["slug"]
    answer = shared.client.request(method, f"/pages/{slug}{path}", json=body, headers={"If-Match": junk})
    refused(answer, 400, "invalid_parameter")
    assert shared.get(slug)["version"] == 1


@pytest.mark.parametrize(("method", "path", "body"), [each for each in WRITES if each[2] is not None])
def test_a_stale_version_in_the_body_is_409_with_the_page_as_it_is(
    paged: Workspace, refused: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    before, count = paged.get("page"), entries(paged)
    for stale in (1, 3, 2**31 - 1):
        current = refused(send(paged, method, path, {**body, "version": stale}), 409, "version_stale")["current"]
        assert current["version"] == 2
        assert current["content"] == "text"
    assert (paged.get("page"), entries(paged)) == (before, count)
    assert send(paged, method, path, {**body, "version": 2}).status_code == 200


def test_a_header_and_a_body_that_disagree_are_refused(paged: Workspace, refused: Any) -> None:
    refused(send(paged, "PATCH", "", {"title": "x", "version": 1}, If_Match='"2"'), 400, "invalid_parameter")
    assert send(paged, "PATCH", "", {"title": "x", "version": 2}, If_Match='"2"').status_code == 200


@pytest.mark.parametrize("version", [0, -1, 2**31, 1.5, "two", True, [], 10**30])
def test_a_version_is_a_whole_number_from_one(paged: Workspace, refused: Any, version: Any) -> None:
    refused(send(paged, "PATCH", "", {"title": "x", "version": version}), 400, "invalid_request")
    assert paged.get("page")["version"] == 2


def test_a_restoration_can_be_guarded_too(paged: Workspace, refused: Any) -> None:
    paged.client.delete("/pages/page")
    refused(send(paged, "POST", "/restore", None, If_Match='"2"'), 412, "version_stale")
    assert send(paged, "POST", "/restore", None, If_Match='"3"').headers["etag"] == '"4"'


def test_every_read_and_write_of_a_page_carries_its_version(paged: Workspace) -> None:
    assert paged.client.get("/pages/page").headers["etag"] == '"2"'
    assert paged.client.get("/pages/page/content").headers["etag"] == '"2"'
    assert paged.client.post("/pages", json={"title": "New"}).headers["etag"] == '"1"'
    for number, (method, path, body) in enumerate(WRITES[:-1], 3):
        if path != "/content/find-replace":
            send(paged, "PUT", "/content", {"content": f"text {number}"})
        answer = send(paged, method, path, body)
        assert answer.status_code in {200, 404}
        if answer.status_code == 200:
            assert answer.headers["etag"] == f'"{paged.get("page")["version"]}"'
