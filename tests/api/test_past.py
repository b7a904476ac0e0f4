"""Pages as they were: by version, by time, in the trash or out of it; before the snapshots are made and after."""

import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import Service, Workspace, caught_up

Seen = dict[int, tuple[bytes, bytes, datetime]]


def look(workspace: Workspace, page_id: str, seen: Seen) -> None:
    """Writes down what a reader gets now."""
    page, content = (workspace.client.get(f"/pages/{page_id}{path}") for path in ("", "/content"))
    if page.status_code == 200:
        body = page.json()["page"]
        seen[body["version"]] = page.content, content.content, datetime.fromisoformat(body["updatedAt"])


def live_through(workspace: Workspace, page_id: str, steps: int) -> Seen:
    """Every kind of command, over and over, in an order that is random and always the same."""
    client, seen = workspace.client, Seen()
    dice = random.Random(7)  # noqa: S311 - the same every time
    look(workspace, page_id, seen)
    for number in range(steps):
        match dice.randrange(9):
            case 0 | 1 | 2:
                client.post(f"/pages/{page_id}/content/append", json={"content": f"line {number} é日🚀\r\n"})
            case 3 | 4:
                client.post(
                    f"/pages/{page_id}/content/find-replace", json={"find": "line", "replace": "Zeile", "replaceAll": True}
                )
            case 5:
                client.put(f"/pages/{page_id}/content", json={"content": f"a new text {number}\nline\n"})
            case 6:
                changed = {"title": f"T{number}", "properties": {f"k{number % 5}": number}, "status": dice.choice(["idea", None])}
                client.patch(f"/pages/{page_id}", json=changed)
            case 7:
                client.patch(f"/pages/{page_id}", json={"slug": f"s{number}", "parentSlug": dice.choice(["above", None])})
            case 8:
                client.delete(f"/pages/{page_id}")
                look(workspace, page_id, seen)
                client.post(f"/pages/{page_id}/restore")
        look(workspace, page_id, seen)
    return seen


def check_past(workspace: Workspace, page_id: str, seen: Seen) -> None:
    for version, (page, content, at) in seen.items():
        moment = at.isoformat()
        for then in ({"version": version}, {"asOf": moment}):
            answer = workspace.client.get(f"/pages/{page_id}", params=then)
            assert answer.content == page, then
            assert answer.headers["etag"].startswith(f'"{version}')
            assert workspace.client.get(f"/pages/{page_id}/content", params=then).content == content


def test_every_version_is_what_was_read_then_whether_its_snapshot_is_made_or_not(workspace: Workspace) -> None:
    workspace.create("Above")
    page_id = workspace.create("Page", content="start\nline\n")["id"]
    seen = live_through(workspace, page_id, 150)
    check_past(workspace, page_id, seen)
    caught_up(workspace)
    check_past(workspace, page_id, seen)


def test_the_slug_and_the_parent_are_those_of_then(workspace: Workspace) -> None:
    workspace.create("Old parent", slug="above")
    child = workspace.create("Child", parentSlug="above")
    workspace.client.patch("/pages/above", json={"slug": "renamed"})
    workspace.client.patch("/pages/child", json={"slug": "other"})
    past = workspace.client.get("/pages/other", params={"version": 1}).json()["page"]
    assert past == child
    assert (past["slug"], past["parentSlug"]) == ("child", "above")
    assert workspace.client.get("/pages/child", params={"asOf": child["updatedAt"]}).json()["page"] == child
    # The parent was renamed before the child was.
    between = workspace.get("renamed")["updatedAt"]
    then = workspace.client.get("/pages/child", params={"asOf": between}).json()["page"]
    assert (then["version"], then["slug"], then["parentSlug"]) == (1, "child", "renamed")


def test_a_page_in_the_trash_has_a_past_but_was_not_there_while_it_was_in_the_trash(workspace: Workspace, refused: Any) -> None:
    page = workspace.create("Gone", content="was here")
    workspace.client.delete("/pages/gone")
    refused(workspace.client.get("/pages/gone"), 404, "page_not_found")
    assert workspace.client.get("/pages/gone", params={"asOf": page["updatedAt"]}).json()["page"]["content"] == "was here"
    deleted = workspace.client.get("/pages/gone", params={"version": 2}).json()["page"]
    assert deleted["archivedAt"] is not None
    refused(workspace.client.get("/pages/gone", params={"asOf": deleted["updatedAt"]}), 404, "page_not_found")
    restored = workspace.client.post("/pages/gone/restore").json()["page"]
    refused(workspace.client.get("/pages/gone", params={"asOf": deleted["updatedAt"]}), 404, "page_not_found")
    assert workspace.client.get("/pages/gone", params={"asOf": restored["updatedAt"]}).json()["page"] == restored


def test_the_time_is_when_things_happened_not_when_they_were_written_down(workspace: Workspace, refused: Any) -> None:
    def at(day: int) -> dict[str, str]:
        return {"Daybook-Effective-At": f"1984-01-{day:02}T00:00:00Z"}

    workspace.client.post("/pages", json={"title": "Page", "content": "first"}, headers=at(3))
    workspace.client.put("/pages/page/content", json={"content": "of the fifth"}, headers=at(5))
    # Written later, but dated before the one before: it counts from when that one happened.
    workspace.client.put("/pages/page/content", json={"content": "of the fourth"}, headers=at(4))
    workspace.client.put("/pages/page/content", json={"content": "of the seventh"}, headers=at(7))

    def content(day: int) -> Any:
        answer = workspace.client.get("/pages/page/content", params={"asOf": f"1984-01-{day:02}"})
        return answer.json()["content"]

    assert [content(day) for day in range(3, 9)] == [
        *("first", "first", "of the fourth", "of the fourth", "of the seventh", "of the seventh")
    ]
    refused(workspace.client.get("/pages/page", params={"asOf": "1984-01-02T23:59:59.999999Z"}), 404, "page_not_found")


def test_a_parent_that_is_younger_by_its_dates_is_named_as_it_was_first(workspace: Workspace) -> None:
    workspace.create("Parent", slug="first")
    workspace.client.patch("/pages/first", json={"slug": "second"})
    old = {"Daybook-Effective-At": "1984-01-01T00:00:00Z"}
    workspace.client.post("/pages", json={"title": "Child", "parentSlug": "second"}, headers=old)
    assert workspace.client.get("/pages/child", params={"version": 1}).json()["page"]["parentSlug"] == "first"


def test_the_future_is_now_and_a_moment_before_the_next_change_is_still_before_it(workspace: Workspace) -> None:
    workspace.create("Page", content="one")
    workspace.client.put("/pages/page/content", json={"content": "two"})
    now = workspace.client.get("/pages/page")
    assert workspace.client.get("/pages/page", params={"asOf": "2999-01-01"}).content == now.content
    changed = datetime.fromisoformat(now.json()["page"]["updatedAt"])
    before = (changed - timedelta(microseconds=1)).isoformat()
    assert workspace.client.get("/pages/page", params={"asOf": before}).json()["page"]["content"] == "one"
    other_zone = changed.astimezone(timezone(timedelta(hours=9))).isoformat()
    assert workspace.client.get("/pages/page", params={"asOf": other_zone}).json()["page"]["content"] == "two"


def test_whole_new_texts_of_megabytes_are_not_read_one_after_the_other(workspace: Workspace) -> None:
    workspace.create("Page")
    for number in range(8):
        workspace.client.put("/pages/page/content", json={"content": f"{number}" * 3_000_000})
    for version in (9, 5, 2):
        content = workspace.client.get("/pages/page/content", params={"version": version}).json()["content"]
        assert content == f"{version - 2}" * 3_000_000


@pytest.mark.parametrize("path", ["/pages/page", "/pages/page/content"])
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"version": 0}, 404, "version_not_found"),
        ({"version": 3}, 404, "version_not_found"),
        ({"version": 2**31 - 2}, 404, "version_not_found"),
        ({"version": 2**31 - 1}, 400, "invalid_request"),
        ({"version": -1}, 400, "invalid_request"),
        ({"version": "one"}, 400, "invalid_request"),
        ({"version": 1, "asOf": "2026-01-01"}, 400, "invalid_parameter"),
        ({"asOf": "yesterday"}, 400, "invalid_parameter"),
        ({"asOf": ""}, 400, "invalid_parameter"),
        ({"asOf": "9999-12-31"}, 400, "invalid_parameter"),
        ({"asOf": "1000-01-01"}, 404, "page_not_found"),
    ],
)
def test_a_past_that_never_was_is_refused(shared: Workspace, refused: Any, path: str, query: Any, status: int, code: str) -> None:
    if shared.client.get("/pages/page").status_code == 404:
        shared.create("Page")
        shared.client.patch("/pages/page", json={"title": "New"})
    body = refused(shared.client.get(path, params=query), status, code)
    if code == "version_not_found":
        assert body["newest"] == 2


def test_the_past_of_others_and_of_nothing_is_not_found(service: Service, workspace: Workspace, refused: Any) -> None:
    page = workspace.create("Page")
    stranger = service.new_workspace()
    for reference in (page["id"], "page", "never", "a%00b"):
        for query in ({"version": 1}, {"asOf": "2999-01-01"}):
            refused(stranger.client.get(f"/pages/{reference}", params=query), 404, "page_not_found")


def test_a_tag_holds_for_the_same_past_and_for_no_other(workspace: Workspace) -> None:
    workspace.create("Page")
    answer = workspace.client.get("/pages/page", params={"version": 1})
    assert answer.headers["etag"] == '"1"'
    known = {"If-None-Match": answer.headers["etag"]}
    assert workspace.client.get("/pages/page", params={"version": 1}, headers=known).status_code == 304
    workspace.client.patch("/pages/page", json={"title": "New"})
    assert workspace.client.get("/pages/page", params={"version": 1}, headers=known).status_code == 304
    assert workspace.client.get("/pages/page", params={"version": 2}, headers=known).status_code == 200
    workspace.client.delete("/pages/page")
    workspace.create("Page")
    assert workspace.client.get("/pages/page", params={"version": 1}, headers=known).status_code == 200
