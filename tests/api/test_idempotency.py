"""A retry is safe: one key is one effect and one answer, in parallel, later, and after a restart."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace

SENT = 16
Write = tuple[str, str, dict[str, Any] | None]
WRITES: list[Write] = [
    ("POST", "/pages", {"title": "Page"}),
    ("PATCH", "/pages/page", {"title": "New", "properties": {"a": 1}}),
    ("PATCH", "/pages/page", {"parentSlug": "parent"}),
    ("PATCH", "/pages/page", {"slug": "new"}),
    ("PUT", "/pages/page/content", {"content": "other"}),
    ("POST", "/pages/page/content/append", {"content": "more"}),
    ("POST", "/pages/page/content/find-replace", {"find": "t", "replace": "tt", "replaceAll": True}),
    ("DELETE", "/pages/page", None),
    ("POST", "/pages/trashed/restore", None),
]
writes = pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write[0]} {write[1]} {write[2]}")


def prepare(workspace: Workspace) -> int:
    """The pages the writes need; answers how many events that were."""
    workspace.create("Parent")
    workspace.create("Page", content="text")
    workspace.create("Trashed")
    workspace.client.delete("/pages/trashed")
    return events(workspace)


def events(workspace: Workspace) -> int:
    return len(workspace.client.get("/pages/history").json()["history"])


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or uuid.uuid4().hex}


def send(workspace: Workspace, write: Write, headers: dict[str, str]) -> httpx.Response:
    method, path, body = write
    return workspace.client.request(method, path, json=body, headers=headers)


def same(answers: list[httpx.Response]) -> bool:
    return len({(answer.status_code, answer.content, answer.headers.get("etag")) for answer in answers}) == 1


def replays(answers: list[httpx.Response]) -> int:
    return sum(answer.headers.get("idempotent-replay") == "true" for answer in answers)


@writes
async def test_one_key_sixteen_times_in_parallel_is_one_effect_and_one_answer(workspace: Workspace, write: Write) -> None:
    before, headers = prepare(workspace), keyed()
    method, path, body = write
    async with workspace.async_client() as client:
        answers = await asyncio.gather(*(client.request(method, path, json=body, headers=headers) for _ in range(SENT)))
    assert answers[0].is_success, answers[0].text
    assert same(answers)
    assert replays(answers) == SENT - 1
    assert events(workspace) == before + 1


@writes
def test_the_first_answer_comes_again_however_the_page_has_changed_since(workspace: Workspace, write: Write) -> None:
    prepare(workspace)
    headers = keyed()
    first = send(workspace, write, headers)
    for page in workspace.client.get("/pages").json()["pages"]:
        if page["slug"] != "parent":
            workspace.client.post(f"/pages/{page['id']}/content/append", json={"content": "meanwhile"})
            workspace.client.patch(f"/pages/{page['id']}", json={"title": "Meanwhile"})
    count = events(workspace)
    again = send(workspace, write, headers)
    assert again.headers["idempotent-replay"] == "true"
    assert "idempotent-replay" not in first.headers
    assert same([first, again])
    assert events(workspace) == count


@writes
def test_the_key_with_another_request_is_refused(workspace: Workspace, refused: Any, write: Write) -> None:
    prepare(workspace)
    headers = keyed()
    assert send(workspace, write, headers).is_success
    count = events(workspace)
    method, path, body = write
    others: list[Write] = [
        ("POST", "/pages", {"title": "Quite another"}),
        ("PATCH", "/pages/parent", {"title": "Quite another"}),
        ("DELETE", "/pages/parent", None),
        ("POST", "/pages/parent/content/append", {"content": "x"}),
        (method, f"{path}?x=1", body),
    ]
    for other in others:
        refused(send(workspace, other, headers), 422, "idempotency_key_reused")
    assert events(workspace) == count


def test_the_same_key_of_another_workspace_is_another_key(service: Service, workspace: Workspace) -> None:
    headers, other = keyed(), service.new_workspace()
    answers = [send(each, WRITES[0], headers) for each in (workspace, other)]
    assert replays(answers) == 0
    assert events(workspace) == events(other) == 1


def test_without_a_key_or_with_new_ones_each_request_counts(workspace: Workspace) -> None:
    for headers in ({}, {}, keyed(), keyed()):
        assert send(workspace, WRITES[0], headers).status_code == 201
    assert events(workspace) == 4


def test_a_refused_request_leaves_its_key_for_a_better_one(workspace: Workspace, refused: Any) -> None:
    headers = keyed()
    refused(send(workspace, ("PATCH", "/pages/page", {"title": "x"}), headers), 404, "page_not_found")
    refused(send(workspace, ("POST", "/pages", {"title": ""}), headers), 400, "invalid_parameter")
    assert send(workspace, WRITES[0], headers).status_code == 201


def test_a_replay_does_not_mind_a_precondition_that_held_the_first_time(workspace: Workspace) -> None:
    prepare(workspace)
    headers = keyed() | {"If-Match": '"1"'}
    answers = [send(workspace, WRITES[5], headers) for _ in range(3)]
    assert same(answers)
    assert replays(answers) == 2


def test_replays_survive_a_restart(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    prepare(workspace)
    # Each on a page of its own, because a rename or a deletion would be in the next one's way.
    todo = []
    for number, (method, path, body) in enumerate(WRITES):
        slug = workspace.create(f"Own {number}", content="text")["slug"]
        todo.append((method, path.replace("/page/", f"/{slug}/").replace("/pages/page", f"/pages/{slug}"), body, keyed()))
    first = [send(workspace, (method, path, body), headers) for method, path, body, headers in todo]
    assert all(answer.is_success for answer in first), [answer.text for answer in first]
    count = events(workspace)
    service.stop()
    workspace.client.close()
    service.start()
    workspace = Workspace(service.url, workspace.id, workspace.name, workspace.key, service.owner_dsn, workspace.server_key)
    service.workspaces.append(workspace)
    again = [send(workspace, (method, path, body), headers) for method, path, body, headers in todo]
    assert replays(again) == len(todo)
    assert all(same([one, other]) for one, other in zip(first, again, strict=True))
    for *_, headers in todo:
        assert send(workspace, ("PATCH", "/pages/parent", {"title": "other"}), headers).status_code == 422
    assert events(workspace) == count
