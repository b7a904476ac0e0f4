"""The timeline: every event, newest first, with who and when."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Workspace

MEMBERS = {
    "id",
    "position",
    "version",
    "type",
    "action",
    "pageId",
    "pageSlug",
    "pageTitle",
    "actor",
    "summary",
    "changes",
    "cause",
    "createdAt",
}


def history(workspace: Workspace, path: str = "/pages/history", **query: Any) -> list[dict[str, Any]]:
    answer = workspace.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["history"]
    return entries


def test_n_writes_are_n_entries_newest_first(workspace: Workspace) -> None:
    page = workspace.create("Page", content="text")
    workspace.create("Other")
    workspace.client.patch("/pages/page", json={"status": "idea"})
    workspace.client.patch("/pages/page", json={"slug": "renamed"})
    workspace.client.patch("/pages/page", json={"parentSlug": "other"})
    workspace.client.put("/pages/page/content", json={"content": "a whole new text " * 20})
    workspace.client.post("/pages/page/content/append", json={"content": "more"})
    workspace.client.post("/pages/page/content/find-replace", json={"find": "more", "replace": "less"})
    workspace.client.delete("/pages/page")
    workspace.client.post("/pages/page/restore")
    entries = history(workspace, page=page["id"])
    assert [(entry["version"], entry["action"]) for entry in reversed(entries)] == list(
        enumerate(["create", "update", "rename", "move", "replace", "append", "edit", "delete", "restore"], 1)
    )
    assert all(set(entry) == MEMBERS for entry in entries)
    assert {entry["pageId"] for entry in entries} == {page["id"]}
    assert {entry["pageSlug"] for entry in entries} == {"renamed"}
    assert {entry["actor"]["kind"] for entry in entries} == {"key"}
    everything = history(workspace)
    assert [entry["position"] for entry in everything] == sorted((entry["position"] for entry in everything), reverse=True)
    assert len(everything) == 10


def test_changes_say_what_was_and_what_is(workspace: Workspace) -> None:
    workspace.create("Page", properties={"a": 1})
    workspace.client.patch("/pages/page", json={"title": "New", "dueDate": "2026-03-01", "properties": {"a": None, "b": "x"}})
    workspace.client.post("/pages/page/content/append", json={"content": "hello"})
    workspace.client.delete("/pages/page")
    deleted, appended, changed, created = history(workspace)
    assert created["changes"] == {"title": {"from": None, "to": "Page"}, "slug": {"from": None, "to": "page"}}
    assert changed["changes"] == {
        "title": {"from": "Page", "to": "New"},
        "dueDate": {"from": None, "to": "2026-03-01"},
        "properties": {"a": {"from": 1, "to": None}, "b": {"from": None, "to": "x"}},
    }
    assert appended["changes"] == {"content": {"appended": "hello"}}
    assert deleted["changes"] == {"archived": {"from": False, "to": True}}


def test_both_routes_answer_the_same(workspace: Workspace) -> None:
    workspace.create()
    assert history(workspace) == history(workspace, "/history")


def test_limit_and_offset_page_through(workspace: Workspace) -> None:
    for number in range(7):
        workspace.create(f"P{number}")
    titles = [f"P{number}" for number in range(6, -1, -1)]
    assert [entry["pageTitle"] for entry in history(workspace)] == titles
    assert [entry["pageTitle"] for entry in history(workspace, limit=3)] == titles[:3]
    assert [entry["pageTitle"] for entry in history(workspace, limit=3, offset=3)] == titles[3:6]
    assert [entry["pageTitle"] for entry in history(workspace, limit=3, page=3)] == titles[6:]
    assert history(workspace, limit=3, page=4) == []
    assert history(workspace, limit=10_000, page=1_000_000, offset=2**31 - 1) == []


def test_a_page_filters_by_slug_and_by_id_and_a_number_counts_result_pages(workspace: Workspace) -> None:
    page = workspace.create("One")
    workspace.create("Two")
    assert history(workspace, page="one") == history(workspace, page=page["id"])
    assert [entry["pageTitle"] for entry in history(workspace, page="one")] == ["One"]
    workspace.create("7")
    assert [entry["pageTitle"] for entry in history(workspace, page="7")] == ["7"], "a page called 7 is found by its slug"


def test_since_leaves_out_what_was_recorded_before(workspace: Workspace) -> None:
    workspace.create("Early")
    late = workspace.create("Late")
    assert len(history(workspace, since="2020-01-01")) == 2
    assert history(workspace, since="2999-01-01T00:00:00Z") == []
    moment = datetime.fromisoformat(late["createdAt"])
    recorded = history(workspace, since=moment.isoformat())
    assert [entry["pageTitle"] for entry in recorded] == ["Late"]


def test_a_message_is_the_summary(workspace: Workspace) -> None:
    body = {"title": "With a note"}
    workspace.client.post("/pages", json=body, headers={"Daybook-Message": quote("Grüße aus dem Import — 日本")})
    workspace.client.post("/pages", json=body, headers={"Daybook-Message": quote("two\n  lines\t")})
    workspace.client.post("/pages", json=body, headers={"Daybook-Message": "100% plain"})
    assert [entry["summary"] for entry in history(workspace)] == ["100% plain", "two lines", "Grüße aus dem Import — 日本"]


def test_a_history_of_thousands_arrives_whole_and_valid(workspace: Workspace) -> None:
    workspace.create("Parent")
    for _ in range(150):
        workspace.create("Child", parentSlug="parent")
    for _ in range(4):
        workspace.client.delete("/pages/parent")
        workspace.client.post("/pages/parent/restore")
    assert [entry["position"] for entry in history(workspace)] == list(range(1361, 2, -1))
    assert [entry["position"] for entry in history(workspace, limit=1001, offset=300)] == list(range(1061, 60, -1))


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"page": "never"}, 404, "page_not_found"),
        ({"page": ""}, 404, "page_not_found"),
        ({"page": "a\0b"}, 404, "page_not_found"),
        ({"page": "1"}, 400, "invalid_parameter"),
        ({"page": "0", "limit": 1}, 400, "invalid_parameter"),
        ({"page": "1000001", "limit": 1}, 400, "invalid_parameter"),
        ({"page": "9" * 5000, "limit": 1}, 400, "invalid_parameter"),
        ({"since": "yesterday"}, 400, "invalid_parameter"),
        ({"since": ""}, 400, "invalid_parameter"),
        ({"since": "0001-01-01T00:00:00+14:00"}, 400, "invalid_parameter"),
        ({"since": "0001-01-01"}, 400, "invalid_parameter"),
        ({"since": "9999-12-31T23:59:59.999999"}, 400, "invalid_parameter"),
        ({"limit": 0}, 400, "invalid_request"),
        ({"limit": 10_001}, 400, "invalid_request"),
        ({"offset": -1}, 400, "invalid_request"),
        ({"offset": 2**31}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_meant_is_refused(shared: Workspace, refused: Any, query: dict[str, Any], status: int, code: str) -> None:
    for path in ("/pages/history", "/history"):
        refused(shared.client.get(path, params=query), status, code)
