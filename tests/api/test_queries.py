"""Queries over real HTTP: each filter, filters together, orders, and refusals that say what is accepted."""

import time
from typing import Any

import pytest
from conftest import Service, Workspace

MEMBERS = {
    "id", "slug", "title", "subtitle", "parentId", "parentSlug", "type", "status", "icon", "owner", "blockedBy", "dueDate",
    "properties", "version", "createdAt", "updatedAt", "createdBy", "updatedBy", "archivedAt",
}  # fmt: skip
ANA, BEN, RISK = {"owner": "ana@acme.io"}, {"owner": "ben@acme.io"}, {"status": "at_risk"}
PAGES: list[dict[str, Any]] = [
    {"title": "Alpha", **ANA, "status": "on_track", "dueDate": "2026-03-01", "properties": {"Price": 9, "Stage": "Todo"}},
    {"title": "Beta", **BEN, "status": "at_risk", "dueDate": "2026-04-01", "properties": {"Price": 10.5, "Stage": "Done"}},
    {"title": "Gamma", "type": "database", **RISK, "blockedBy": ["alpha"], "properties": {"Price": "10.5", "Done": True}},
    {"title": "Delta", **ANA, "type": "file", "blockedBy": ["beta", "nowhere"], "properties": {"Day": "2026-02-01"}},
    {"title": "Gamma one", "parentSlug": "gamma", "properties": {"a=b": 'x "y" z', "Long": "é" * 400 + "Needle"}},
    {"title": "Gamma two", "parentSlug": "gamma", "status": "completed", "properties": {"Price": -3}},
    {"title": "Gamma two one", "parentSlug": "gamma-two"},
]  # fmt: skip
ALL = ["alpha", "beta", "gamma", "delta", "gamma-one", "gamma-two", "gamma-two-one"]


@pytest.fixture(scope="module")
def asked(service: Service) -> Workspace:
    workspace = service.new_workspace()
    for fields in PAGES:
        workspace.create(**fields)
    workspace.create("Gone", status="at_risk", owner="ana@acme.io", parentSlug="gamma", properties={"Price": 10})
    workspace.client.delete("/pages/gone")
    return workspace


def found(workspace: Workspace, **query: Any) -> list[str]:
    response = workspace.client.get("/pages/query", params=query)
    assert response.status_code == 200, response.text
    body = response.json()
    assert set(body) == {"pages", "totalCount"}
    if "limit" not in query and "offset" not in query:
        assert body["totalCount"] == len(body["pages"])
    return [page["slug"] for page in body["pages"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ALL),
        ({"status": "at_risk"}, ["beta", "gamma"]),
        ({"status": "at_risk,completed"}, ["beta", "gamma", "gamma-two"]),
        ({"status": "none"}, ["delta", "gamma-one", "gamma-two-one"]),
        ({"status": "none,on_track"}, ["alpha", "delta", "gamma-one", "gamma-two-one"]),
        ({"owner": "ana@acme.io"}, ["alpha", "delta"]),
        ({"owner": "none", "status": "at_risk"}, ["gamma"]),
        ({"owner": "nobody@acme.io"}, []),
        ({"type": "database,file"}, ["gamma", "delta"]),
        ({"type": "page"}, ["alpha", "beta", "gamma-one", "gamma-two", "gamma-two-one"]),
        ({"type": "page,file", "owner": "ana@acme.io"}, ["alpha", "delta"]),
        ({"parent": "gamma"}, ["gamma-one", "gamma-two"]),
        ({"parent": "/"}, ["alpha", "beta", "gamma", "delta"]),
        ({"parent": "/,gamma-two"}, ["alpha", "beta", "gamma", "delta", "gamma-two-one"]),
        ({"under": "gamma"}, ["gamma-one", "gamma-two", "gamma-two-one"]),
        ({"under": "gamma", "status": "completed"}, ["gamma-two"]),
        ({"under": "gamma,gamma-two"}, ["gamma-one", "gamma-two", "gamma-two-one"]),
        ({"blocked-by": "alpha"}, ["gamma"]),
        ({"blocked-by": "alpha,beta"}, ["gamma", "delta"]),
        ({"blocked-by": "nowhere"}, ["delta"]),
        ({"dueBefore": "2026-04-01"}, ["alpha"]),
        ({"dueAfter": "2026-03-01"}, ["beta"]),
        ({"dueAfter": "2026-02-28", "dueBefore": "2026-04-02", "owner": "ben@acme.io"}, ["beta"]),
        ({"where": "Price>=9"}, ["alpha", "beta"]),
        ({"where": "Price<9"}, ["gamma-two"]),
        ({"where": "Price > -4", "status": "completed"}, ["gamma-two"]),
        ({"where": "Price=10.5"}, ["beta", "gamma"]),
        ({"where": 'Price="10.5"'}, ["gamma"]),
        ({"where": "Stage=Done"}, ["beta"]),
        ({"where": "Stage!=Done", "owner": "ana@acme.io"}, ["alpha", "delta"]),
        ({"where": ["Stage!=Done", "Price!=9"]}, ["gamma", "delta", "gamma-one", "gamma-two", "gamma-two-one"]),
        ({"where": ["Price>=9", "Stage=Todo"]}, ["alpha"]),
        ({"where": "Done=true"}, ["gamma"]),
        ({"where": "Day<2026-03-01"}, ["delta"]),
        ({"where": "Day>=2026-03-01"}, []),
        ({"where": "Stage~ON"}, ["beta"]),
        ({"where": r'"a=b"="x \"y\" z"'}, ["gamma-one"]),
        ({"where": '"a=b"~y'}, ["gamma-one"]),
        ({"where": "Long~éNEEDLE"}, ["gamma-one"]),
        ({"where": "Long~haystack"}, []),
        ({"updatedSince": "2000-01-01T00:00:00Z"}, ALL),
        ({"updatedSince": "2999-01-01T00:00:00Z"}, []),
    ],
    ids=str,
)
def test_a_query_answers_the_pages_that_match(asked: Workspace, query: dict[str, Any], expected: list[str]) -> None:
    assert found(asked, **query) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("createdAt", ALL),
        ("-createdAt", ALL[::-1]),
        ("title", ["alpha", "beta", "delta", "gamma", "gamma-one", "gamma-two", "gamma-two-one"]),
        ("-title", ["gamma-two-one", "gamma-two", "gamma-one", "gamma", "delta", "beta", "alpha"]),
        ("dueDate", ["alpha", "beta", "gamma", "delta", "gamma-one", "gamma-two", "gamma-two-one"]),
        ("-dueDate", ["beta", "alpha", "gamma", "delta", "gamma-one", "gamma-two", "gamma-two-one"]),
        ("status", ["alpha", "beta", "gamma", "gamma-two", "delta", "gamma-one", "gamma-two-one"]),
        ("property.Price", ["gamma-two", "alpha", "beta", "gamma", "delta", "gamma-one", "gamma-two-one"]),
        ("-property.Price", ["beta", "alpha", "gamma-two", "gamma", "delta", "gamma-one", "gamma-two-one"]),
        ("order", ALL),
    ],
)
def test_a_query_has_the_order_that_is_asked_for(asked: Workspace, sort: str, expected: list[str]) -> None:
    assert found(asked, sort=sort) == expected
    assert found(asked, sort=sort, limit=3, offset=2) == expected[2:5]


def test_pages_are_shown_as_lists_show_them(asked: Workspace) -> None:
    listed = {page["slug"]: page for page in asked.client.get("/pages").json()["pages"]}
    answer = asked.client.get("/pages/query", params={"under": "gamma"}).json()
    assert all(set(page) == MEMBERS for page in answer["pages"])
    assert answer["pages"] == [listed[slug] for slug in ("gamma-one", "gamma-two", "gamma-two-one")]


def test_the_total_counts_all_that_match_whatever_the_limit(asked: Workspace) -> None:
    for limit, offset, expected in ((1, 0, 1), (1, 1, 1), (5, 2, 0), (1, 100, 0)):
        body = asked.client.get("/pages/query", params={"status": "at_risk", "limit": limit, "offset": offset}).json()
        assert (len(body["pages"]), body["totalCount"]) == (expected, 2)


def test_a_page_is_named_by_id_or_by_an_old_slug_too(workspace: Workspace) -> None:
    parent = workspace.create("Parent")
    workspace.create("Child", parentSlug="parent", blockedBy=["parent"])
    workspace.client.patch("/pages/parent", json={"slug": "renamed"})
    for name in ("parent", "renamed", parent["id"]):
        assert found(workspace, parent=name) == ["child"]
        assert found(workspace, under=name) == ["child"]
        assert found(workspace, **{"blocked-by": name}) == ["child"]


def test_what_changes_is_found_by_what_it_is_now(workspace: Workspace) -> None:
    workspace.create("Page", status="idea", properties={"n": 1})
    workspace.client.patch("/pages/page", json={"status": "paused", "properties": {"n": "text"}})
    assert found(workspace, status="idea") == found(workspace, where="n=1") == []
    assert found(workspace, status="paused") == found(workspace, where="n=text") == ["page"]
    workspace.client.delete("/pages/page")
    assert found(workspace, status="paused") == found(workspace, parent="/") == found(workspace) == []
    workspace.client.post("/pages/page/restore")
    assert found(workspace, status="paused", where="n=text", parent="/") == ["page"]


def test_updated_since_sees_what_was_recorded_and_not_what_was_dated(workspace: Workspace) -> None:
    workspace.create("Old")
    time.sleep(0.01)
    before = workspace.create("Marker")["createdAt"]
    workspace.client.patch("/pages/old", json={"status": "idea"}, headers={"Daybook-Effective-At": "2001-01-01T00:00:00Z"})
    assert found(workspace, updatedSince=before) == ["old", "marker"]


def test_the_first_slug_of_a_page_may_not_be_query(workspace: Workspace) -> None:
    assert workspace.create("Query")["slug"] == "query-2"


def test_a_long_answer_is_the_same_as_short_ones(service: Service) -> None:
    workspace = service.new_workspace()
    workspace.create("Parent")
    for number in range(30):
        workspace.create(f"P {number}", parentSlug="parent", status="idea")
    whole = workspace.client.get("/pages/query", params={"status": "idea"}).json()
    parts = [
        workspace.client.get("/pages/query", params={"status": "idea", "limit": 7, "offset": n}).json() for n in range(0, 30, 7)
    ]
    assert [page for part in parts for page in part["pages"]] == whole["pages"]
    assert {part["totalCount"] for part in parts} == {30}


def test_an_unchanged_answer_is_not_sent_again(asked: Workspace) -> None:
    first = asked.client.get("/pages/query", params={"status": "at_risk"})
    again = asked.client.get("/pages/query", params={"status": "at_risk"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"state": "idea"}, "blocked-by"),
        ({"status": "done"}, "on_track"),
        ({"status": "idea,,paused"}, "empty"),
        ({"type": "folder"}, "database"),
        ({"sort": "price"}, "updatedAt"),
        ({"sort": "property."}, "property.<name>"),
        ({"where": "Price"}, ">="),
        ({"where": "Price==3"}, "=="),
        ({"where": "=3"}, "where"),
        ({"where": "Stage~"}, "look for"),
        ({"where": "Stage=" + "x" * 300}, "299"),
        ({"where": ["a=1"] * 21}, "20"),
        ({"owner": ",".join(str(n) for n in range(101))}, "100"),
        ({"dueBefore": "tomorrow"}, "2026-03-01"),
        ({"updatedSince": "yesterday"}, "2026-01-31"),
        ({"owner": "a\0b"}, "NUL"),
        ({"where": "a=\0"}, "NUL"),
        ({"maxTokens": "100"}, "compact"),
    ],
    ids=str,
)
def test_a_refusal_says_what_is_accepted(asked: Workspace, refused: Any, query: dict[str, Any], named: str) -> None:
    assert named in refused(asked.client.get("/pages/query", params=query), 400, "invalid_parameter")["detail"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"offset": -1}, {"compact": "perhaps"}], ids=str)
def test_numbers_have_their_bounds(asked: Workspace, refused: Any, query: dict[str, Any]) -> None:
    refused(asked.client.get("/pages/query", params=query), 400, "invalid_request")


@pytest.mark.parametrize("name", ["parent", "under"])
@pytest.mark.parametrize("page", ["nowhere", "gone", "00000000-0000-0000-0000-000000000001", "a\0b/"])
def test_a_page_that_is_not_there_is_no_page_without_children(asked: Workspace, name: str, page: str) -> None:
    assert asked.client.get("/pages/query", params={name: page}).status_code in (404, 400)


def test_another_workspace_is_not_seen(asked: Workspace, workspace: Workspace) -> None:
    assert found(workspace) == found(workspace, status="at_risk") == found(workspace, where="Price>=0") == []
    parent = asked.get("gamma")["id"]
    assert workspace.client.get("/pages/query", params={"parent": parent}).status_code == 404


# The trash


def test_the_trash_lists_deletions_newest_first(workspace: Workspace) -> None:
    for title, parent in (("A", None), ("A1", "a"), ("A2", "a"), ("A21", "a2"), ("B", None)):
        workspace.create(title, parentSlug=parent)
    for slug in ("a1", "b", "a"):
        workspace.client.delete(f"/pages/{slug}")
    body = workspace.client.get("/trash").json()
    assert body["totalCount"] == 3
    assert [(page["slug"], page["pagesBelow"]) for page in body["pages"]] == [("a", 2), ("b", 0), ("a1", 0)]
    assert all(set(page) == MEMBERS | {"pagesBelow"} for page in body["pages"])
    assert all(page["archivedAt"] for page in body["pages"])
    second = workspace.client.get("/trash", params={"limit": 1, "offset": 1}).json()
    assert second == {"pages": [body["pages"][1]], "totalCount": 3}
    assert workspace.client.get("/trash", params={"offset": 9}).json() == {"pages": [], "totalCount": 3}
    workspace.client.post("/pages/a/restore")
    assert [page["slug"] for page in workspace.client.get("/trash").json()["pages"]] == ["b", "a1"]


def test_an_empty_trash_is_an_empty_list(workspace: Workspace) -> None:
    assert workspace.client.get("/trash").json() == {"pages": [], "totalCount": 0}
