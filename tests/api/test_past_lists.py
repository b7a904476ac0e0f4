"""The whole workspace as it was: what the list answered then is what it answers now for then."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from conftest import Workspace, caught_up


def listed(workspace: Workspace, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get("/pages", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def latest(workspace: Workspace) -> str:
    """When the last thing happened."""
    at: str = workspace.client.get("/pages/history", params={"limit": 1}).json()["history"][0]["createdAt"]
    return at


def live_through(workspace: Workspace, steps: int) -> dict[str, tuple[dict[str, Any], str]]:
    """The list and its compact form after each step, by its time; in an order that is random and always the same."""
    dice = random.Random(3)  # noqa: S311 - the same every time
    client, seen, slugs = workspace.client, {}, ["p0"]
    workspace.create("P0")
    for number in range(1, steps):
        slug = dice.choice(slugs)
        match dice.randrange(7):
            case 0:
                client.post("/pages", json={"title": f"P{number}", "parentSlug": slug})
                slugs.append(f"p{number}")
            case 1:
                client.patch(f"/pages/{slug}", json={"title": f"T{number}", "status": "idea", "properties": {"n": number}})
            case 2:
                client.patch(f"/pages/{slug}", json={"slug": f"s{number}"})
                slugs.append(f"s{number}")
            case 3:
                client.patch(f"/pages/{slug}", json={"parentSlug": dice.choice([*slugs, None])})
            case 4 | 5:
                for _ in range(dice.randrange(1, 40)):
                    client.post(f"/pages/{slug}/content/append", json={"content": "x" * 200})
            case 6:
                client.delete(f"/pages/{slug}")
                if dice.random() < 0.6:
                    client.post(f"/pages/{slug}/restore")
        seen[latest(workspace)] = listed(workspace), client.get("/pages", params={"compact": "true"}).text
    return seen


def test_every_moment_lists_what_was_listed_then(workspace: Workspace) -> None:
    seen = live_through(workspace, 60)
    for _ in range(2):
        for moment, (pages, text) in seen.items():
            assert listed(workspace, asOf=moment) == pages
            assert workspace.client.get("/pages", params={"asOf": moment, "compact": "true"}).text == text
        caught_up(workspace)


def test_before_everything_there_was_nothing_and_in_the_future_there_is_what_is_now(workspace: Workspace) -> None:
    workspace.create("One")
    workspace.create("Gone")
    workspace.client.delete("/pages/gone")
    assert listed(workspace, asOf="1900-01-01") == {"pages": [], "totalPages": 0}
    assert listed(workspace, asOf="2999-01-01") == listed(workspace)


def test_a_deleted_page_is_listed_while_it_was_live(workspace: Workspace) -> None:
    page = workspace.create("Gone")
    workspace.client.delete("/pages/gone")
    assert [each["slug"] for each in listed(workspace, asOf=page["updatedAt"])["pages"]] == ["gone"]
    before = datetime.fromisoformat(page["updatedAt"]) - timedelta(microseconds=1)
    assert listed(workspace, asOf=before.isoformat())["totalPages"] == 0


def test_a_part_of_the_list_has_the_total_of_all(workspace: Workspace) -> None:
    for number in range(5):
        workspace.create(f"P{number}")
    moment = latest(workspace)
    workspace.create("Later")
    whole = listed(workspace, asOf=moment)
    for offset in range(6):
        for limit in (1, 2, 9):
            part = listed(workspace, asOf=moment, limit=limit, offset=offset)
            assert part == {"pages": whole["pages"][offset : offset + limit], "totalPages": 5, "nextCursor": None}


def test_a_list_of_thousands_comes_whole(workspace: Workspace) -> None:
    workspace.create("Parent")
    for number in range(2100):
        workspace.client.post("/pages", json={"title": f"P{number}", "parentSlug": "parent"})
    moment = latest(workspace)
    then = listed(workspace)
    workspace.client.delete("/pages/parent")
    assert listed(workspace, asOf=moment) == then
    assert listed(workspace, asOf=moment, offset=2000)["pages"] == then["pages"][2000:]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"asOf": "yesterday"}, 400, "invalid_parameter"),
        ({"asOf": ""}, 400, "invalid_parameter"),
        ({"asOf": "2026-01-01", "cursor": "x"}, 400, "invalid_parameter"),
        ({"asOf": "2026-01-01", "limit": 0}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_listed_is_refused(shared: Workspace, refused: Any, query: Any, status: int, code: str) -> None:
    refused(shared.client.get("/pages", params=query), status, code)
