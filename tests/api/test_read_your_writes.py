"""`Daybook-Position` and `Daybook-Wait-For`: a write says where it stands, and a read waits until that is there."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from conftest import Workspace

POSITION, WAIT_FOR = "Daybook-Position", "Daybook-Wait-For"


def newest(workspace: Workspace) -> int:
    head: int = workspace.client.get("/events", params={"after": "latest"}).json()["head"]
    return head


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/pages", {"title": "Another"}),
    ("PATCH", "/pages/plan", {"status": "idea"}),
    ("PATCH", "/pages/below", {"parentSlug": None}),
    ("PATCH", "/pages/below", {"parentSlug": "plan"}),
    ("PUT", "/pages/plan/content", {"content": "text"}),
    ("POST", "/pages/plan/content/append", {"content": "more"}),
    ("POST", "/pages/plan/content/find-replace", {"find": "more", "replace": "less"}),
    ("POST", "/pages/plan/content/prepend", {"content": "first"}),
    ("POST", "/pages/plan/revert", {"version": 1}),
    ("POST", "/pages/plan/versions/1/label", {"label": "beginning"}),
    ("POST", "/webhooks", {"url": "https://example.com/hook", "types": ["page.*"]}),
    ("DELETE", "/pages/plan", None),
    ("POST", "/pages/plan/restore", None),
]


def test_every_write_says_the_position_of_its_last_event_and_says_it_again_when_replayed(workspace: Workspace) -> None:
    workspace.create("Plan")
    workspace.create("Below", parentSlug="plan")
    for number, (method, path, body) in enumerate(WRITES):
        headers = {"Idempotency-Key": f"write-{number}"}
        done = workspace.client.request(method, path, json=body, headers=headers)
        assert done.is_success, done.text
        assert int(done.headers[POSITION]) == newest(workspace), (method, path)
        workspace.create("Something between")
        again = workspace.client.request(method, path, json=body, headers=headers)
        assert again.headers["Idempotent-Replay"] == "true"
        assert again.headers[POSITION] == done.headers[POSITION], (method, path)


async def test_writers_at_the_same_moment_each_hear_their_own_position(workspace: Workspace) -> None:
    async with workspace.async_client() as client:
        written = await asyncio.gather(*(client.post("/pages", json={"title": f"Page {number}"}) for number in range(50)))
    events = workspace.client.get("/events", params={"limit": 1000}).json()["events"]
    requests = {event["requestId"]: event["position"] for event in events}
    for answer in written:
        assert int(answer.headers[POSITION]) == requests[answer.headers["x-request-id"]]


def test_a_write_that_changed_nothing_has_no_position(workspace: Workspace) -> None:
    workspace.create("Plan", status="idea")
    for body in ({"status": "idea"}, {"parentSlug": None}):
        answer = workspace.client.patch("/pages/plan", json=body)
        assert answer.status_code == 200
        assert POSITION not in answer.headers


def test_a_read_that_names_a_position_that_is_there_is_answered_at_once(workspace: Workspace) -> None:
    workspace.create("Plan")
    begun = time.monotonic()
    for path in ("/pages", "/pages/plan", "/pages/plan/content", "/history", "/events"):
        for position in ("0", str(newest(workspace))):
            assert workspace.client.get(path, headers={WAIT_FOR: position}).status_code == 200
    assert time.monotonic() - begun < 4


async def test_a_read_waits_for_a_position_that_is_still_to_come(workspace: Workspace) -> None:
    coming = newest(workspace) + 1
    async with workspace.async_client() as client:
        reading = asyncio.create_task(client.get("/pages", headers={WAIT_FOR: str(coming)}))
        await asyncio.sleep(0.3)
        assert not reading.done()
        written = await client.post("/pages", json={"title": "Plan"})
        assert int(written.headers[POSITION]) == coming
        answer = await asyncio.wait_for(reading, 3)
    assert [page["title"] for page in answer.json()["pages"]] == ["Plan"]


def test_a_position_that_does_not_come_is_told_after_a_while(workspace: Workspace, refused: Any) -> None:
    begun = time.monotonic()
    answer = workspace.client.get("/pages", headers={WAIT_FOR: str(newest(workspace) + 1)})
    refused(answer, 503, "position_not_reached")
    assert answer.headers["Retry-After"] == "1"
    assert 4 < time.monotonic() - begun < 20


def test_a_position_out_of_all_reach_is_told_at_once(workspace: Workspace, refused: Any) -> None:
    begun = time.monotonic()
    refused(workspace.client.get("/pages", headers={WAIT_FOR: "9" * 18}), 503, "position_not_reached")
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("stated", ["", "x", "-1", "1.5", "1 2", "9" * 19, "1,2"])
def test_a_malformed_position_is_refused(shared: Workspace, stated: str, refused: Any) -> None:
    body = refused(shared.client.get("/pages", headers={WAIT_FOR: stated}), 400, "invalid_parameter")
    assert body["parameter"] == WAIT_FOR


def test_without_a_key_nobody_learns_how_far_a_log_goes(shared: Workspace, refused: Any) -> None:
    refused(httpx.get(f"{shared.url}/v1/pages", headers={WAIT_FOR: "x"}), 401, "unauthorized")
