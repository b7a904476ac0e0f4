"""The order among siblings, over real HTTP: what is put where stays there, and the history says so."""

from typing import Any

import pytest
from conftest import Workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def order(workspace: Workspace, parent: str = "/") -> list[str]:
    return [page["slug"] for page in workspace.client.get("/pages/query", params={"parent": parent}).json()["pages"]]


def move(workspace: Workspace, slug: str, **where: Any) -> dict[str, Any]:
    response = workspace.client.post(f"/pages/{slug}/move", json=where)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()["page"]
    return page


def actions(workspace: Workspace, slug: str) -> list[str]:
    return [entry["type"] for entry in workspace.client.get("/pages/history", params={"page": slug}).json()["history"]]


@pytest.fixture
def letters(workspace: Workspace) -> Workspace:
    for letter in "abcd":
        workspace.create(letter)
    return workspace


@pytest.mark.parametrize(
    ("slug", "where", "expected"),
    [
        ("d", {"before": "a"}, "dabc"),
        ("d", {"before": "c"}, "abdc"),
        ("a", {"after": "b"}, "bacd"),
        ("a", {"after": "d"}, "bcda"),
        ("c", {"position": "first"}, "cabd"),
        ("b", {"position": "last"}, "acdb"),
        ("b", {}, "acdb"),
    ],
    ids=str,
)
def test_a_page_goes_where_it_is_put(letters: Workspace, slug: str, where: dict[str, Any], expected: str) -> None:
    before = letters.get(slug)
    page = move(letters, slug, **where)
    assert page["version"] == before["version"] + 1
    assert "".join(order(letters)) == expected
    assert actions(letters, slug) == ["page.ordered", "page.created"]
    changing = ("version", "updatedAt", "updatedBy")
    assert {name: value for name, value in page.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }


@pytest.mark.parametrize("where", [{"before": "c"}, {"after": "a"}, {"after": "a", "version": 1}], ids=str)
def test_a_page_that_stands_there_already_keeps_its_version(letters: Workspace, where: dict[str, Any]) -> None:
    assert move(letters, "b", **where)["version"] == 1
    assert move(letters, "a", position="first")["version"] == 1
    assert move(letters, "d", position="last")["version"] == 1


def test_a_page_that_comes_from_elsewhere_goes_to_the_end(letters: Workspace) -> None:
    letters.create("parent")
    for slug in ("c", "a", "d"):
        letters.client.patch(f"/pages/{slug}", json={"parentSlug": "parent"})
    assert order(letters, "parent") == ["c", "a", "d"]
    assert order(letters) == ["b", "parent"]
    letters.create("later", parentSlug="parent")
    assert order(letters, "parent") == ["c", "a", "d", "later"]
    assert actions(letters, "a") == ["page.ordered", "page.moved", "page.created"]
    # It stood behind the others before it came.
    assert actions(letters, "d") == ["page.moved", "page.created"]


def test_parent_and_place_may_be_named_together(letters: Workspace) -> None:
    letters.create("x", parentSlug="a")
    letters.create("y", parentSlug="a")
    page = move(letters, "d", parentSlug="a", after="x")
    assert page["parentSlug"] == "a"
    assert order(letters, "a") == ["x", "d", "y"]
    letters.client.patch("/pages/c", json={"parentId": page["parentId"], "before": "x", "title": "See"})
    assert order(letters, "a") == ["c", "x", "d", "y"]
    assert letters.get("c")["title"] == "See"
    move(letters, "x", parentSlug=None, position="first")
    assert order(letters) == ["x", "a", "b"]
    letters.client.patch("/pages/b", json={"before": "x"})
    assert order(letters) == ["b", "x", "a"]


def test_siblings_are_named_by_id_too(letters: Workspace) -> None:
    move(letters, "d", before=letters.get("a")["id"])
    assert "".join(order(letters)) == "dabc"


@pytest.mark.parametrize(
    ("slug", "where", "status", "code"),
    [
        ("a", {"before": "inner"}, 409, "not_a_sibling"),
        ("a", {"before": "nowhere"}, 409, "not_a_sibling"),
        ("a", {"before": "gone"}, 409, "not_a_sibling"),
        ("a", {"before": "a"}, 409, "not_a_sibling"),
        ("a", {"before": "b\0"}, 409, "not_a_sibling"),
        ("inner", {"parentSlug": None, "after": "nowhere"}, 409, "not_a_sibling"),
        ("d", {"parentSlug": "inner"}, 409, "move_makes_cycle"),
        ("d", {"parentSlug": "d", "position": "first"}, 409, "move_makes_cycle"),
        ("a", {"parentSlug": "nowhere"}, 404, "parent_not_found"),
        ("nowhere", {"position": "first"}, 404, "page_not_found"),
        ("a", {"before": "b", "after": "c"}, 400, "invalid_parameter"),
        ("a", {"before": "b", "position": "last"}, 400, "invalid_parameter"),
        ("a", {"position": "middle"}, 400, "invalid_request"),
        ("a", {"position": "first", "version": 7}, 409, "version_stale"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(
    letters: Workspace, refused: Any, slug: str, where: dict[str, Any], status: int, code: str
) -> None:
    letters.create("inner", parentSlug="d")
    letters.create("gone")
    letters.client.delete("/pages/gone")
    refused(letters.client.post(f"/pages/{slug}/move", json=where), status, code)
    assert "".join(order(letters)) == "abcd"


def test_places_survive_the_trash(letters: Workspace) -> None:
    move(letters, "d", position="first")
    letters.client.delete("/pages/d")
    assert "".join(order(letters)) == "abc"
    letters.client.post("/pages/d/restore")
    assert "".join(order(letters)) == "dabc"


def test_a_move_sent_twice_is_done_once(letters: Workspace) -> None:
    headers = {"Idempotency-Key": "once"}
    first = letters.client.post("/pages/d/move", json={"before": "a"}, headers=headers)
    move(letters, "d", position="last")
    again = letters.client.post("/pages/d/move", json={"before": "a"}, headers=headers)
    assert again.headers["idempotent-replay"] == "true"
    assert again.content == first.content
    assert "".join(order(letters)) == "abcd"


def test_a_gap_never_runs_full(letters: Workspace) -> None:
    expected = ["a", "b", "c", "d"]
    for number in range(300):
        slug = expected[2 + number % 2]
        move(letters, slug, after="a")
        expected.remove(slug)
        expected.insert(1, slug)
    assert order(letters) == expected


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["before", "after", "first", "last"]), st.integers(0, 3)), max_size=12
    )
)
def test_any_moves_give_the_order_that_a_list_would_have(workspace: Workspace, moves: list[tuple[int, str, int]]) -> None:
    parent = workspace.create("Parent")["slug"]
    expected = [workspace.create("Row", parentSlug=parent)["slug"] for _ in range(4)]
    for which, how, beside in moves:
        slug, other = expected[which], expected[beside]
        if how in ("before", "after") and slug == other:
            continue
        move(workspace, slug, **({"position": how} if how in ("first", "last") else {how: other}))
        expected.remove(slug)
        at = {"first": 0, "last": len(expected)}.get(how)
        expected.insert(expected.index(other) + (how == "after") if at is None else at, slug)
        assert order(workspace, parent) == expected
