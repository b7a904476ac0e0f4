"""The versions of a page: all of them, compared, gone back to, named."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Service, Workspace, caught_up


def versions(workspace: Workspace, slug: str, **query: Any) -> list[dict[str, Any]]:
    answer = workspace.client.get(f"/pages/{slug}/versions", params=query)
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["versions"]
    return listed


def test_n_writes_are_n_versions_with_the_sizes_and_hashes_they_had(workspace: Workspace) -> None:
    client = workspace.client
    workspace.create("Above")
    workspace.create("Page", content="héllo" * 60)
    client.post("/pages/page/content/append", json={"content": "wörld"})
    client.post("/pages/page/content/find-replace", json={"find": "wö", "replace": "wo"})
    client.patch("/pages/page", json={"title": "New", "slug": "new"})
    client.put("/pages/new/content", json={"content": "another text altogether"})
    client.patch("/pages/new", json={"parentSlug": "above"})
    client.post("/pages/new/revert", json={"version": 1})
    client.post("/pages/new/versions/1/label", json={"label": "first draft"})
    client.delete("/pages/new")
    client.post("/pages/new/restore")
    listed = versions(workspace, "new")
    actions = ["restore", "delete", "label", "revert", "move", "replace", "rename", "update", "edit", "append", "create"]
    assert [entry["action"] for entry in listed] == actions
    assert [entry["version"] for entry in listed] == list(range(11, 0, -1))
    assert {entry["version"]: entry["label"] for entry in listed if entry["label"]} == {1: "first draft"}
    history = client.get("/pages/history", params={"page": "new"}).json()["history"]
    for entry, line in zip(listed, history, strict=True):
        assert {name: entry[name] for name in ("version", "position", "actor", "summary", "changes", "createdAt")} == {
            name: line[name] for name in ("version", "position", "actor", "summary", "changes", "createdAt")
        }
        text = client.get("/pages/new/content", params={"version": entry["version"]}).json()["content"].encode()
        assert (entry["sizeBytes"], entry["contentHash"]) == (len(text), hashlib.sha256(text).hexdigest())


def test_a_long_list_is_walked_page_by_page(workspace: Workspace) -> None:
    workspace.create("Page")
    sizes = [0]
    for number in range(299):
        workspace.client.post("/pages/page/content/append", json={"content": "x" * (number % 7 + 1)})
        sizes.append(workspace.client.get("/pages/page/versions", params={"limit": 1}).json()["versions"][0]["sizeBytes"])
    caught_up(workspace)
    walked = [entry for offset in range(0, 350, 50) for entry in versions(workspace, "page", limit=50, offset=offset)]
    assert [entry["version"] for entry in walked] == list(range(300, 0, -1))
    assert [entry["sizeBytes"] for entry in walked] == sizes[::-1]
    assert workspace.client.get("/pages/page/versions", params={"offset": 300}).json() == {"versions": [], "total": 300}
    assert len(versions(workspace, "page")) == 100


def test_going_back_makes_a_new_version_with_what_was(workspace: Workspace) -> None:
    first = workspace.create("Page", content="one\n", status="idea", properties={"n": 1})
    workspace.client.patch("/pages/page", json={"title": "Two", "status": None, "properties": {"n": None}, "slug": "two"})
    workspace.client.put("/pages/two/content", json={"content": "two\n"})
    reverted = workspace.client.post("/pages/two/revert", json={"version": 1})
    assert reverted.status_code == 200
    page = reverted.json()["page"]
    assert reverted.headers["etag"] == '"5"'
    assert int(reverted.headers["daybook-position"]) > 0
    same = ("title", "status", "properties", "content", "contentHash")
    assert {name: page[name] for name in same} == {name: first[name] for name in same}
    assert (page["slug"], page["version"]) == ("two", 5)
    assert workspace.get("two") == page
    assert workspace.client.get("/pages/query", params={"status": "idea"}).json()["totalCount"] == 1
    assert workspace.client.post("/pages/two/revert", json={"version": 1}).json()["page"] == page
    entry = versions(workspace, "two", limit=1)[0]
    assert entry["changes"]["revertedTo"] == 1


def test_going_back_heeds_guards_and_keys(workspace: Workspace, refused: Any) -> None:
    workspace.create("Page", content="one")
    second = workspace.client.put("/pages/page/content", json={"content": "two"}).json()
    body = {"version": 1}
    refused(workspace.client.post("/pages/page/revert", json=body, headers={"If-Match": '"1"'}), 412, "version_stale")
    stale = {**body, "contentHash": hashlib.sha256(b"one").hexdigest()}
    refused(workspace.client.post("/pages/page/revert", json=stale), 409, "content_modified")
    key = {"Idempotency-Key": "back", "If-Match": f'"{second["version"]}"'}
    done = workspace.client.post("/pages/page/revert", json=body, headers=key)
    assert done.json()["page"]["content"] == "one"
    workspace.client.put("/pages/page/content", json={"content": "three"})
    again = workspace.client.post("/pages/page/revert", json=body, headers=key)
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == done.json()
    assert workspace.get("page")["content"] == "three"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"version": 2}, 404, "version_not_found"),
        ({"version": 2**31 - 1}, 404, "version_not_found"),
        ({"version": 2**31}, 400, "invalid_request"),
        ({"version": 0}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"version": 1, "slug": "x"}, 400, "invalid_request"),
    ],
)
def test_there_is_no_going_back_to_what_never_was(shared: Workspace, refused: Any, body: Any, status: int, code: str) -> None:
    if shared.client.get("/pages/page").status_code == 404:
        shared.create("Page")
    refused(shared.client.post("/pages/page/revert", json=body), status, code)


def test_what_is_in_the_trash_or_not_there_takes_no_commands(workspace: Workspace, refused: Any) -> None:
    workspace.create("Gone")
    workspace.client.delete("/pages/gone")
    for slug in ("gone", "never", "a%00b"):
        refused(workspace.client.post(f"/pages/{slug}/revert", json={"version": 1}), 404, "page_not_found")
        refused(workspace.client.post(f"/pages/{slug}/versions/1/label", json={"label": "x"}), 404, "page_not_found")
    assert len(versions(workspace, "gone")) == 2
    assert workspace.client.get("/pages/gone/diff").status_code == 200


def test_versions_have_names_of_their_own(workspace: Workspace, refused: Any) -> None:
    workspace.create("Page")
    path = "/pages/page/versions/{}/label"
    named = workspace.client.post(path.format(1), json={"label": "first draft"})
    assert named.status_code == 200
    assert (named.json()["version"]["version"], named.json()["version"]["label"]) == (1, "first draft")
    assert named.headers["etag"] == '"2"'
    body = refused(workspace.client.post(path.format(2), json={"label": "first draft"}), 409, "label_taken")
    assert body["version"] == 1
    assert workspace.client.post(path.format(2), json={"label": "second"}).status_code == 200
    assert workspace.client.delete(path.format(1)).json()["version"]["label"] is None
    assert workspace.client.post(path.format(2), json={"label": None}).json()["version"]["label"] is None
    assert not any(entry["label"] for entry in versions(workspace, "page"))
    refused(workspace.client.post(path.format(99), json={"label": "x"}), 404, "version_not_found")
    refused(workspace.client.post(path.format(0), json={"label": "x"}), 404, "version_not_found")
    refused(workspace.client.post(path.format(10**30), json={"label": "x"}), 404, "version_not_found")
    refused(workspace.client.post(path.format(1), json={"label": "x" * 101}), 400, "invalid_parameter")
    refused(workspace.client.post(path.format(1), json={}), 400, "invalid_request")
    for never in ("one", "1.5", "9" * 5000):
        assert workspace.client.post(path.format(never), json={"label": "x"}).status_code == 404


def test_a_name_that_is_sent_twice_is_given_once(workspace: Workspace) -> None:
    workspace.create("Page")
    key = {"Idempotency-Key": "name it"}
    first = workspace.client.post("/pages/page/versions/1/label", json={"label": "draft"}, headers=key)
    workspace.client.post("/pages/page/versions/1/label", json={"label": "other"})
    again = workspace.client.post("/pages/page/versions/1/label", json={"label": "draft"}, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert versions(workspace, "page")[-1]["label"] == "other"


def test_the_diff_of_two_versions_is_what_patch_takes(workspace: Workspace, tmp_path: Path) -> None:
    old, new = "one\r\ntwo\nthree", "zero\none\r\n2\nthree\n"
    workspace.create("Page", content=old)
    workspace.client.patch("/pages/page", json={"title": "New", "content": new})
    diff = workspace.client.get("/pages/page/diff", params={"from": 1, "to": 3})
    assert diff.headers["content-type"].startswith("text/plain")
    assert b'# title: "Page" -> "New"\n' in diff.content
    (tmp_path / "page.md").write_bytes(old.encode())
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.content, check=True)  # noqa: S607 - the one on the path
    assert (tmp_path / "page.md").read_bytes() == new.encode()


def test_the_diff_is_of_the_last_change_unless_it_is_said_otherwise(workspace: Workspace) -> None:
    first = workspace.create("Page", content="one\n")
    workspace.client.put("/pages/page/content", json={"content": "two\n"})
    workspace.client.put("/pages/page/content", json={"content": "three\n"})

    def found(**query: Any) -> tuple[int, int, list[str]]:
        answer = workspace.client.get("/pages/page/diff", params=query, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body["from"], body["to"], [line["op"] + line["text"] for hunk in body["hunks"] for line in hunk["lines"]]

    assert found() == (2, 3, ["-two\n", "+three\n"])
    assert found(to=2) == (1, 2, ["-one\n", "+two\n"])
    assert found(**{"from": 1}) == (1, 3, ["-one\n", "+three\n"])
    assert found(**{"from": 3, "to": 1}) == (3, 1, ["-three\n", "+one\n"])
    assert found(to=1) == (0, 1, ["+one\n"])
    assert found(**{"from": 0}) == (0, 3, ["+three\n"])
    assert found(fromAsOf=first["updatedAt"]) == (1, 3, ["-one\n", "+three\n"])
    assert found(toAsOf=first["updatedAt"]) == (0, 1, ["+one\n"])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"to": 3}, 404, "version_not_found"),
        ({"from": 3}, 404, "version_not_found"),
        ({"to": 0}, 404, "version_not_found"),
        ({"from": 1, "fromAsOf": "2026-01-01"}, 400, "invalid_parameter"),
        ({"to": 1, "toAsOf": "2026-01-01"}, 400, "invalid_parameter"),
        ({"fromAsOf": "yesterday"}, 400, "invalid_parameter"),
        ({"fromAsOf": "1000-01-01"}, 404, "page_not_found"),
        ({"from": -1}, 400, "invalid_request"),
        ({"to": "x"}, 400, "invalid_request"),
        ({"from": 2**31}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_compared_is_refused(shared: Workspace, refused: Any, query: Any, status: int, code: str) -> None:
    if shared.client.get("/pages/compared").status_code == 404:
        shared.create("Compared")
        shared.client.patch("/pages/compared", json={"title": "New"})
    refused(shared.client.get("/pages/compared/diff", params=query), status, code)


def test_texts_of_too_many_lines_are_not_compared(workspace: Workspace, refused: Any) -> None:
    workspace.create("Page", content="\n" * 200_000)
    refused(workspace.client.get("/pages/page/diff"), 413, "diff_too_large")


def test_the_versions_of_others_and_of_nothing_are_not_found(service: Service, workspace: Workspace, refused: Any) -> None:
    page = workspace.create("Page")
    stranger = service.new_workspace()
    for reference in (page["id"], "page", "a%00b"):
        for path in ("versions", "diff"):
            refused(stranger.client.get(f"/pages/{reference}/{path}"), 404, "page_not_found")
