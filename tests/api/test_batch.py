"""Many changes in one request: all or nothing, names for what earlier actions make, rehearsals, answers that come again."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import Service, Workspace, run_apart

from api.batch_actions import ACTIONS
from api.batch_shapes import ACTIONS_MAX

Action = dict[str, Any]


def send(workspace: Workspace, *actions: Any, key: str | None = None, **options: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return workspace.client.post("/pages/batch", json={"actions": list(actions), **options}, headers=headers)


def done(workspace: Workspace, *actions: Action, **options: Any) -> list[dict[str, Any]]:
    response = send(workspace, *actions, **options)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["success"] is True
    assert body["summary"] == {"total": len(actions), "succeeded": len(actions), "failed": 0}
    results: list[dict[str, Any]] = body["results"]
    assert [result["index"] for result in results] == list(range(len(actions)))
    return results


def outcomes(response: httpx.Response) -> list[tuple[int, str | None]]:
    return [(result["status"], result.get("error", {}).get("code")) for result in response.json()["results"]]


def events(workspace: Workspace) -> int:
    return len(workspace.client.get("/pages/history").json()["history"])


def tree(workspace: Workspace) -> dict[str, str | None]:
    return {page["slug"]: page["parentSlug"] for page in workspace.client.get("/pages").json()["pages"]}


def test_one_of_each_action(workspace: Workspace) -> None:
    workspace.create("Old", content="one")
    results = done(
        workspace,
        {"action": "create", "title": "New", "content": "text", "ref": "new", "properties": {"a": 1}},
        {"action": "update", "slug": "old", "title": "Renamed", "newSlug": "renamed", "status": "idea"},
        {"action": "append", "slug": "renamed", "content": "two"},
        {"action": "replace", "id": "$new", "content": "other\n"},
        {"action": "prepend", "slug": "new", "content": "# Text\n\n"},
        {"action": "editSection", "slug": "new", "path": "Text", "operation": "replace", "content": "tt\n"},
        {"action": "findReplace", "slug": "new", "find": "t", "replace": "T", "replaceAll": True},
        {"action": "findReplace", "slug": "new", "edits": [{"find": "#", "replace": "##"}, {"find": "TT\n", "replace": "."}]},
        {"action": "move", "slug": "new", "parentSlug": "renamed"},
        {"action": "delete", "slug": "renamed"},
        {"action": "restore", "slug": "renamed"},
        {"action": "revert", "slug": "renamed", "version": 1},
        {"action": "revert", "slug": "new", "version": 2},
        {"action": "revert", "slug": "new", "version": 6},
    )
    assert [result["status"] for result in results] == [201, *[200] * 13]
    assert {result["action"] for result in results} == set(ACTIONS)
    assert results[0]["ref"] == "new"
    assert "ref" not in results[1]
    assert (results[6]["replacements"], "edits" in results[6]) == (3, False)
    assert (results[7]["replacements"], results[7]["edits"]) == (2, [1, 1])
    assert results[9]["page"]["archivedAt"] is not None
    new, renamed = workspace.get("new"), workspace.get("renamed")
    assert (new["content"], new["parentSlug"], new["version"]) == ("## TexT\n\n.", "renamed", 11)
    assert (renamed["content"], renamed["title"], renamed["status"]) == ("one", "Old", None)
    after = {"new": results[13], "renamed": results[11]}
    for page in workspace.client.get("/pages").json()["pages"]:
        assert page.keys() | {"contentHash"} == after[page["slug"]]["page"].keys()
    assert results[11]["page"]["contentHash"] == renamed["contentHash"]
    assert results[11]["page"] == {name: renamed[name] for name in results[11]["page"]}


def test_names_stand_for_pages_wherever_one_is_named(workspace: Workspace) -> None:
    results = done(
        workspace,
        {"action": "create", "title": "Root", "ref": "root"},
        {"action": "create", "title": "By slug", "parentSlug": "$root", "blockedBy": ["$root", "elsewhere"], "ref": "one"},
        {"action": "create", "title": "By id", "parentId": "$root", "ref": "two"},
        {"action": "update", "slug": "$root", "newSlug": "trunk"},
        {"action": "update", "id": "$two", "blockedBy": ["$root"], "parentId": "$one"},
        {"action": "update", "slug": "trunk", "title": "Trunk", "ref": "trunk"},
        {"action": "append", "slug": "$trunk", "content": "x"},
    )
    assert results[1]["page"]["blockedBy"] == ["root", "elsewhere"]
    assert results[4]["page"]["blockedBy"] == ["trunk"]
    assert tree(workspace) == {"trunk": None, "by-slug": "trunk", "by-id": "by-slug"}
    assert workspace.get("trunk")["version"] == 4


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"action": "append", "slug": "$nobody", "content": "x"}], [(400, "ref_unknown")]),
        (
            [{"action": "append", "slug": "$later", "content": "x"}, {"action": "create", "title": "L", "ref": "later"}],
            [(400, "ref_unknown"), (424, "batch_undone")],
        ),
        ([{"action": "append", "slug": "$self", "content": "x", "ref": "self"}], [(424, "ref_failed")]),
        (
            [{"action": "create", "title": "A", "ref": "a"}, {"action": "create", "title": "B", "ref": "a"}],
            [(424, "batch_undone"), (400, "ref_taken")],
        ),
        (
            [
                {"action": "create", "title": "", "ref": "a"},
                {"action": "append", "slug": "$a", "content": "x", "ref": "b"},
                {"action": "delete", "slug": "$b"},
            ],
            [(400, "invalid_parameter"), (424, "ref_failed"), (424, "ref_failed")],
        ),
        ([{"action": "create", "title": "A", "ref": "not a name"}], [(400, "invalid_parameter")]),
        ([{"action": "create", "title": "A", "ref": "x" * 65}], [(400, "invalid_parameter")]),
        ([{"action": "create", "title": "A", "slug": "$a"}], [(400, "invalid_parameter")]),
        ([{"action": "create", "title": "A", "parentSlug": "$"}], [(400, "ref_unknown")]),
    ],
)
def test_names_that_stand_for_nothing_are_refused(
    workspace: Workspace, refused: Any, actions: list[Action], expected: list[tuple[int, str]]
) -> None:
    response = send(workspace, *actions)
    first = next(status for status, code in expected if code != "batch_undone")
    refused(response, first, "batch_failed")
    assert outcomes(response) == expected
    assert events(workspace) == 0


def test_one_that_fails_undoes_all_and_each_hears_what_was_wrong(workspace: Workspace, refused: Any) -> None:
    workspace.create("Old", content="one two one")
    actions = [
        {"action": "create", "title": "New"},
        {"action": "append", "slug": "nobody", "content": "x"},
        {"action": "findReplace", "slug": "old", "find": "one", "replace": "x"},
        {"action": "append", "slug": "old", "content": "x", "contentHash": "0" * 64},
        {"action": "update", "slug": "old", "title": "x", "version": 7},
        {"action": "create", "title": "Taken", "slug": "old"},
        {"action": "create", "title": "Same", "slug": "new"},
        {"action": "move", "slug": "old", "parentSlug": "old"},
        {"action": "restore", "slug": "old"},
    ]
    response = send(workspace, *actions)
    body = refused(response, 404, "batch_failed")
    assert outcomes(response) == [
        (424, "batch_undone"),
        (404, "page_not_found"),
        (409, "text_ambiguous"),
        (409, "content_modified"),
        (409, "version_stale"),
        (409, "slug_taken"),
        (409, "slug_taken"),
        (409, "move_makes_cycle"),
        (409, "not_in_trash"),
    ]
    assert "action 1 (append)" in body["detail"]
    assert body["success"] is False
    assert body["dryRun"] is False
    assert body["summary"] == {"total": 9, "succeeded": 0, "failed": 9}
    assert body["results"][2]["error"]["lines"] == [1, 1]
    assert body["results"][3]["error"]["current"]["content"] == "one two one"
    assert body["results"][4]["error"]["current"]["slug"] == "old"
    assert not any("page" in result for result in body["results"])
    assert tree(workspace) == {"old": None}
    assert workspace.get("old")["version"] == 1


def test_without_atomic_the_others_are_carried_out(workspace: Workspace) -> None:
    response = send(
        workspace,
        {"action": "create", "title": "Good", "ref": "good"},
        {"action": "create", "title": "", "ref": "bad"},
        {"action": "create", "title": "Below bad", "parentSlug": "$bad"},
        {"action": "shout"},
        {"action": "append", "slug": "$good", "content": "x"},
        atomic=False,
    )
    assert response.status_code == 200
    body = response.json()
    assert body["success"] is False
    assert body["summary"] == {"total": 5, "succeeded": 2, "failed": 3}
    assert outcomes(response) == [
        (201, None),
        (400, "invalid_parameter"),
        (424, "ref_failed"),
        (400, "invalid_request"),
        (200, None),
    ]
    assert workspace.get("good")["content"] == "x"
    assert tree(workspace) == {"good": None}


def test_slugs_are_freed_and_taken_and_pages_change_places_within_a_batch(workspace: Workspace) -> None:
    one, two = workspace.create("X"), workspace.create("Y")
    done(
        workspace,
        {"action": "update", "slug": "x", "newSlug": "between"},
        {"action": "update", "slug": "y", "newSlug": "x"},
        {"action": "update", "slug": "between", "newSlug": "y"},
        {"action": "delete", "slug": "y"},
        {"action": "create", "title": "Y"},
        {"action": "restore", "id": one["id"]},
        {"action": "update", "id": one["id"], "newSlug": "free"},
        {"action": "create", "slug": "y-2", "title": "Other"},
    )
    assert workspace.get("x")["id"] == two["id"]
    assert workspace.get("free")["id"] == one["id"]
    assert workspace.get("between")["id"] == one["id"]
    assert set(tree(workspace)) == {"x", "free", "y", "y-2"}
    assert workspace.get("y")["title"] == "Y"
    assert workspace.get("y-2")["title"] == "Other"


def test_titles_that_are_alike_get_numbers_as_they_would_one_by_one(workspace: Workspace) -> None:
    workspace.create("Notes")
    workspace.create("Notes")
    results = done(
        workspace,
        {"action": "delete", "slug": "notes"},
        *[{"action": "create", "title": "Notes"} for _ in range(150)],
    )
    assert [result["slug"] for result in results[1:]] == ["notes", *(f"notes-{number}" for number in range(3, 152))]


def test_two_moves_that_would_make_a_cycle_are_refused(workspace: Workspace, refused: Any) -> None:
    workspace.create("A")
    workspace.create("B")
    response = send(
        workspace,
        {"action": "move", "slug": "a", "parentSlug": "b"},
        {"action": "move", "slug": "b", "parentSlug": "a"},
    )
    refused(response, 409, "batch_failed")
    assert outcomes(response) == [(424, "batch_undone"), (409, "move_makes_cycle")]
    assert tree(workspace) == {"a": None, "b": None}


def test_what_went_to_the_trash_with_its_parent_cannot_be_changed_any_more(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Child", parentSlug="parent")
    workspace.create("Late")
    response = send(
        workspace,
        {"action": "move", "slug": "late", "parentSlug": "child"},
        {"action": "delete", "slug": "parent"},
        {"action": "append", "slug": "child", "content": "x"},
        {"action": "append", "slug": "late", "content": "x"},
        {"action": "create", "title": "New", "parentSlug": "parent"},
        atomic=False,
    )
    assert outcomes(response)[2:] == [(404, "page_not_found"), (404, "page_not_found"), (404, "parent_not_found")]
    assert tree(workspace) == {}
    done(workspace, {"action": "restore", "slug": "parent"}, {"action": "append", "slug": "late", "content": "x"})
    assert tree(workspace) == {"parent": None, "child": "parent", "late": "child"}


def test_five_hundred_actions_and_no_more(workspace: Workspace, refused: Any) -> None:
    actions = [{"action": "append", "slug": "page", "content": str(number)} for number in range(ACTIONS_MAX)]
    refused(send(workspace, *actions, {"action": "delete", "slug": "page"}), 400, "invalid_parameter")
    refused(send(workspace), 400, "invalid_parameter")
    workspace.create("Page")
    done(workspace, *actions)
    page = workspace.get("page")
    assert page["version"] == 1 + ACTIONS_MAX
    assert page["content"] == "\n".join(map(str, range(ACTIONS_MAX)))


def test_a_rehearsal_answers_the_same_and_does_nothing(workspace: Workspace) -> None:
    workspace.create("Old", content="text")
    good = [{"action": "create", "title": "New"}, {"action": "append", "slug": "new", "content": "x"}]
    bad = [*good, {"action": "delete", "slug": "nobody"}]
    cases: list[tuple[list[Action], dict[str, Any], int]] = [(good, {}, 200), (bad, {"atomic": False}, 200), (bad, {}, 404)]
    for actions, options, status in cases:
        before = workspace.client.get("/pages").content, workspace.client.get("/pages/history").content
        rehearsed = send(workspace, *actions, dryRun=True, **options)
        assert rehearsed.status_code == status
        assert rehearsed.json()["dryRun"] is True
        assert (workspace.client.get("/pages").content, workspace.client.get("/pages/history").content) == before
        real = send(workspace, *actions, **options)
        assert outcomes(real) == outcomes(rehearsed)
        assert real.json()["summary"] == rehearsed.json()["summary"]
        workspace.client.delete("/pages/new")


def test_a_rehearsal_leaves_its_key_for_the_batch_itself(workspace: Workspace) -> None:
    action = {"action": "create", "title": "New"}
    assert send(workspace, action, dryRun=True, key="k").status_code == 200
    done(workspace, action, key="k")
    assert tree(workspace) == {"new": None}


def test_operations_is_a_synonym(workspace: Workspace, refused: Any) -> None:
    action = {"action": "create", "title": "New"}
    assert workspace.client.post("/pages/batch", json={"operations": [action]}).status_code == 200
    refused(workspace.client.post("/pages/batch", json={"operations": [action], "actions": [action]}), 400, "invalid_parameter")
    refused(workspace.client.post("/pages/batch", json={"dryRun": True}), 400, "invalid_parameter")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({"action": "shout"}, "There is no action 'shout'. There are create, update, move"),
        ({"action": 7}, "Expected `str`"),
        ({"title": "x"}, "missing required field `action`"),
        ({"action": "create", "title": "x", "colour": "red"}, "unknown field `colour`"),
        ({"action": "create", "title": 7}, "Expected `str`, got `int`"),
        ({"action": "append", "slug": "x"}, "missing required field `content`"),
        ({"action": "append", "content": "x"}, "by slug or by id"),
        ({"action": "append", "slug": "x", "id": "y", "content": "x"}, "by slug or by id"),
        ({"action": "delete", "slug": "x", "version": 0}, "version"),
        ({"action": "move", "slug": "page", "before": "a", "after": "b"}, "Say where by one"),
        ({"action": "move", "slug": "page", "before": "nobody"}, "below the same parent"),
        ({"action": "move", "slug": "page", "parentSlug": "a", "parentId": "b"}, "not by both"),
        ([], "Expected `object`"),
        ("delete everything", "Expected `object`"),
        (None, "Expected `object`"),
        ({"action": "update", "slug": "no\0body", "title": "x"}, "No page of this workspace"),
        ({"action": "create", "title": "x", "parentSlug": "x" * 100_000}, "parent is not"),
        ({"action": "create", "title": "x" * 100_000}, "at most 500 characters"),
        ({"action": "create", "title": "a\0b"}, "NUL"),
        ({"action": "append", "slug": "page", "content": "\0"}, "NUL"),
        ({"action": "findReplace", "slug": "page", "find": "x"}, "replace is missing"),
        ({"action": "replace", "slug": "page", "content": "x" * (4 * 1024 * 1024 + 1)}, "4194304 bytes"),
        ({"action": "append", "slug": "page", "content": "x", "ref": 7}, "Expected `str | null`"),
    ],
)
def test_whatever_an_action_is_it_is_refused_by_itself(shared: Workspace, action: Any, told: str) -> None:
    if not any(page["slug"] == "page" for page in shared.client.get("/pages").json()["pages"]):
        shared.create("Page", content="text")
    response = send(shared, action, {"action": "append", "slug": "page", "content": ""}, atomic=False)
    assert response.status_code == 200, response.text
    first, second = response.json()["results"]
    assert 400 <= first["status"] < 500
    assert told in first["error"]["detail"], first
    assert second["status"] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"actions": "all of them"}',
        b'{"actions": {"action": "create"}}',
        b'{"actions": [nul]}',
        b'{"actions": [{"action": "create"}',
        b'{"actions": [], "colour": "red"}',
        b'{"actions": [{"action": "create", "title": "x"}], "atomic": "no"}',
        b'{"actions": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        b'{"actions": [{"action": "delete", "slug": "x", "a": ' + b"[" * 900 + b"]" * 900 + b"}]}",
        b'{"actions": [{"action": "create", "title": "\xff"}]}',
        b'{"actions": [{"action": "create", "title": "\\ud800"}]}',
        b'{"actions": [{"action": "delete", "slug": "\\ud800"}]}',
        b'{"actions": [{"action": "delete", "slug": "x", "version": 1' + b"0" * 5000 + b"}]}",
    ],
    ids=range(15),
)
def test_hostile_bodies_are_refused(shared: Workspace, body: bytes) -> None:
    response = shared.client.post("/pages/batch", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 404), response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_precondition_of_the_whole_is_refused(workspace: Workspace, refused: Any) -> None:
    headers = {"If-Match": '"1"'}
    body = {"actions": [{"action": "create", "title": "x"}]}
    refused(workspace.client.post("/pages/batch", json=body, headers=headers), 400, "invalid_parameter")
    assert events(workspace) == 0


def test_guards_see_what_the_batch_has_done_so_far(workspace: Workspace) -> None:
    page = workspace.create("Page", content="x")
    results = done(
        workspace,
        {"action": "append", "slug": "page", "content": "y", "version": 1, "contentHash": page["contentHash"]},
        {"action": "update", "slug": "page", "title": "New", "version": 2},
        {"action": "delete", "slug": "page", "version": 3},
        {"action": "restore", "slug": "page", "version": 4},
    )
    assert [result["page"]["version"] for result in results] == [2, 3, 4, 5]


def test_the_note_and_the_date_are_on_every_event(workspace: Workspace) -> None:
    headers = {"Daybook-Message": "moved%20in", "Daybook-Effective-At": "2024-03-01T09:00:00Z"}
    actions = [{"action": "create", "title": "A"}, {"action": "append", "slug": "a", "content": "x"}]
    assert workspace.client.post("/pages/batch", json={"actions": actions}, headers=headers).status_code == 200
    history = workspace.client.get("/pages/history").json()["history"]
    assert [(entry["summary"], entry["createdAt"]) for entry in history] == [("moved in", "2024-03-01T09:00:00.000000Z")] * 2


def test_pages_of_other_workspaces_are_not_there(service: Service, workspace: Workspace) -> None:
    other = service.new_workspace()
    page = other.create("Theirs", content="secret")
    response = send(
        workspace,
        {"action": "append", "id": page["id"], "content": "x"},
        {"action": "delete", "slug": page["id"]},
        {"action": "restore", "id": page["id"]},
        {"action": "create", "title": "Below", "parentId": page["id"]},
        {"action": "move", "id": page["id"], "parentSlug": None},
        {"action": "create", "title": "Theirs"},
        atomic=False,
    )
    assert outcomes(response) == [
        (404, "page_not_found"),
        (404, "page_not_found"),
        (404, "page_not_found"),
        (404, "parent_not_found"),
        (404, "page_not_found"),
        (201, None),
    ]
    assert "secret" not in response.text
    assert response.json()["results"][5]["slug"] == "theirs"
    assert other.get("theirs")["version"] == 1


def test_a_text_that_would_fill_the_memory_is_refused(workspace: Workspace) -> None:
    workspace.create("Page", content="x" * 2_000_000)
    grow = {"action": "replace", "slug": "page", "content": "y" * 1_000_000}
    flip = {"action": "findReplace", "slug": "page", "find": "y", "replace": "z", "replaceAll": True}
    flop = {"action": "findReplace", "slug": "page", "find": "z", "replace": "y", "replaceAll": True}
    response = send(workspace, grow, *[flip, flop] * 60, atomic=False)
    assert response.status_code == 200
    assert outcomes(response)[:50] == [(200, None)] * 50
    assert outcomes(response)[-50:] == [(413, "batch_too_large")] * 50


async def test_a_batch_that_takes_long_keeps_nobody_waiting(workspace: Workspace, refused: Any) -> None:
    workspace.create("Beside")
    workspace.create("Long", content="".join(f"line {number} of the text\n" for number in range(160_000)))
    find = [{"action": "findReplace", "slug": "long", "find": f"line {number} of", "replace": "row"} for number in range(100)]
    async with workspace.async_client() as client:
        batch = asyncio.create_task(client.post("/pages/batch", json={"actions": find}))
        written, longest_s = 0, 0.0
        while not batch.done():
            began = time.monotonic()
            await client.post("/pages/beside/content/append", json={"content": "x"})
            written, longest_s = written + 1, max(longest_s, time.monotonic() - began)
        refused(await batch, 503, "batch_overtaken")
    assert workspace.get("long")["version"] == 1
    assert workspace.get("beside")["version"] == 1 + written
    assert longest_s < 3.0
    done(workspace, *find)


async def test_one_key_sixteen_times_in_parallel_is_one_effect_and_one_answer(workspace: Workspace) -> None:
    workspace.create("Page")
    for actions in (
        [{"action": "create", "title": "New"}, {"action": "append", "slug": "page", "content": "x"}],
        [{"action": "append", "slug": "page", "content": ""}],
        [{"action": "create", "title": "Another"}, {"action": "delete", "slug": "nobody"}],
    ):
        before, headers = events(workspace), {"Idempotency-Key": uuid.uuid4().hex}
        body = {"actions": actions, "atomic": False}
        async with workspace.async_client() as client:
            answers = await asyncio.gather(*(client.post("/pages/batch", json=body, headers=headers) for _ in range(16)))
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].status_code == 200
        assert len({answer.headers.get("daybook-position") for answer in answers}) == 1
        assert sum(answer.headers.get("idempotent-replay") == "true" for answer in answers) == 15
        changed = sum(action["action"] == "create" or action.get("content") == "x" for action in actions)
        assert events(workspace) == before + changed


def test_a_key_is_for_one_request(workspace: Workspace, refused: Any) -> None:
    action = {"action": "create", "title": "New"}
    done(workspace, action, key="k")
    refused(send(workspace, action, action, key="k"), 422, "idempotency_key_reused")
    refused(workspace.client.post("/pages", json={"title": "x"}, headers={"Idempotency-Key": "k"}), 422, "idempotency_key_reused")
    workspace.client.post("/pages", json={"title": "Single"}, headers={"Idempotency-Key": "s"})
    refused(send(workspace, action, key="s"), 422, "idempotency_key_reused")
    assert set(tree(workspace)) == {"new", "single"}


def test_an_answer_is_kept_for_days_and_the_key_for_good(service: Service, workspace: Workspace, refused: Any) -> None:
    action = {"action": "create", "title": "New"}
    done(workspace, action, key="old")
    run_apart(_aged(service, workspace))
    done(workspace, {"action": "create", "title": "Other"}, key="new")
    refused(send(workspace, action, key="old"), 410, "answer_gone")
    refused(send(workspace, action, action, key="old"), 422, "idempotency_key_reused")
    assert set(tree(workspace)) == {"new", "other"}


async def _aged(service: Service, workspace: Workspace) -> None:
    connection = await asyncpg.connect(service.owner_dsn)
    aged = "UPDATE daybook.kept_answer SET created_at = created_at - interval '4 days' WHERE workspace_id = $1"
    assert await connection.execute(aged, workspace.id) == "UPDATE 1"
    await connection.close()


def test_a_refused_batch_leaves_its_key_for_a_better_one(workspace: Workspace, refused: Any) -> None:
    refused(send(workspace, {"action": "delete", "slug": "nobody"}, key="k"), 404, "batch_failed")
    done(workspace, {"action": "create", "title": "New"}, key="k")


def test_answers_come_again_after_a_restart(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    workspace.create("Page")
    batches = [
        [{"action": "create", "title": "New"}, {"action": "append", "slug": "page", "content": "x"}],
        [{"action": "append", "slug": "page", "content": ""}],
    ]
    first = [send(workspace, *actions, key=f"k{number}") for number, actions in enumerate(batches)]
    count = events(workspace)
    service.stop()
    workspace.client.close()
    service.start()
    workspace = Workspace(service.url, workspace.id, workspace.name, workspace.key, service.owner_dsn, workspace.server_key)
    service.workspaces.append(workspace)
    workspace.client.post("/pages/page/content/append", json={"content": "meanwhile"})
    again = [send(workspace, *actions, key=f"k{number}") for number, actions in enumerate(batches)]
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert all(answer.headers["idempotent-replay"] == "true" for answer in again)
    assert events(workspace) == count + 1
    assert send(workspace, {"action": "delete", "slug": "page"}, key="k1").status_code == 422


async def test_batches_and_single_changes_at_once_all_take_effect(workspace: Workspace) -> None:
    workspace.create("Page")
    workspace.create("Parent")
    actions = [
        {"action": "append", "slug": "page", "content": "batch"},
        {"action": "create", "title": "Row", "parentSlug": "parent"},
        {"action": "append", "slug": "page", "content": "batch"},
    ]
    async with workspace.async_client() as client:
        batches = [client.post("/pages/batch", json={"actions": actions}) for _ in range(12)]
        singles = [client.post("/pages/page/content/append", json={"content": "single"}) for _ in range(48)]
        creates = [client.post("/pages", json={"title": "Row"}) for _ in range(12)]
        answers = await asyncio.gather(*batches, *singles, *creates)
    assert {answer.status_code for answer in answers} == {200, 201}
    page = workspace.get("page")
    assert page["content"].split("\n").count("batch") == 24
    assert page["content"].split("\n").count("single") == 48
    assert page["version"] == 73
    assert len(tree(workspace)) == 26
    assert {answer.headers["daybook-position"] for answer in answers} <= {str(number) for number in range(1, 200)}
    assert json.loads(workspace.client.get("/pages").content)["totalPages"] == 26
