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


QUERIES: list[dict[str, Any]] = [
    {"status": "idea,none"},
    {"status": "idea", "sort": "-title"},
    {"type": "database,page", "owner": "none"},
    {"owner": "ana@acme.io"},
    {"dueBefore": "2026-03-02", "dueAfter": "2026-01-01", "sort": "-dueDate"},
    {"blocked-by": "p0"},
    {"parent": "/"},
    {"under": "p0", "sort": "order"},
    {"parent": "p0"},
    {"where": ["n>=20", "n!=25"], "sort": "property.n"},
    {"where": "n<9", "sort": "-property.n"},
    {"where": "kind=Good"},
    {"where": "kind~OO", "sort": "-property.kind"},
    {"where": "kind>a", "sort": "-updatedAt"},
    {"where": "flag=true"},
    {"where": "kind!=good", "sort": "status"},
    {"limit": "2", "offset": "1", "sort": "-createdAt"},
    {"compact": "true", "status": "idea"},
]


def queried(workspace: Workspace, **then: str) -> list[str]:
    answers = [workspace.client.get("/pages/query", params={**query, **then}) for query in QUERIES]
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers if answer.status_code != 200]
    return [answer.text for answer in answers]


def test_every_moment_is_queried_as_it_was_then(workspace: Workspace) -> None:
    dice = random.Random(5)  # noqa: S311 - the same every time
    seen: dict[str, list[str]] = {}
    workspace.create("P0")
    for number in range(1, 40):
        properties = {"n": number, "kind": dice.choice(["Good", "good", "bad", 7, None]), "flag": dice.choice([True, False])}
        fields = {
            "status": dice.choice(["idea", "completed", None]),
            "owner": dice.choice(["ana@acme.io", None]),
            "type": dice.choice(["page", "database"]),
            "dueDate": dice.choice(["2026-01-01", "2026-03-01", None]),
            "blockedBy": dice.choice([[], ["p0"], ["p1", "p2"]]),
            "parentSlug": dice.choice(["p0", None, f"p{dice.randrange(number)}"]),
            "properties": properties,
        }
        workspace.client.post("/pages", json={"title": f"P{number}", **fields})
        workspace.client.patch(f"/pages/p{dice.randrange(1, number + 1)}", json={**fields, "parentSlug": None})
        if number % 4 == 0:
            workspace.client.delete(f"/pages/p{dice.randrange(1, number + 1)}")
        seen[latest(workspace)] = queried(workspace)
    for moment, answers in seen.items():
        for query, answer, then in zip(QUERIES, answers, queried(workspace, asOf=moment), strict=True):
            assert then == answer, query


def test_a_query_of_the_past_names_pages_that_are_gone_by_what_they_were_called_then(workspace: Workspace, refused: Any) -> None:
    workspace.create("Above", slug="old")
    child = workspace.create("Child", parentSlug="old")
    workspace.client.patch("/pages/old", json={"slug": "new"})
    workspace.client.delete("/pages/new")
    for name in ("old", child["parentId"]):
        found = workspace.client.get("/pages/query", params={"parent": name, "asOf": child["updatedAt"]}).json()
        assert (found["totalCount"], found["pages"]) == (1, [{key: child[key] for key in found["pages"][0]}])
    refused(workspace.client.get("/pages/query", params={"parent": "never", "asOf": "1900-01-01"}), 404, "page_not_found")


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
    for first in range(0, 2100, 420):
        actions = [{"action": "create", "title": f"P{first + number}", "parentSlug": "parent"} for number in range(420)]
        assert workspace.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    moment = latest(workspace)
    then = listed(workspace)
    assert len(then["pages"]) == 2101
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


def test_a_query_of_the_past_looks_for_no_text(shared: Workspace, refused: Any) -> None:
    answer = shared.client.get("/pages/query", params={"text": "sky", "asOf": "2026-01-01"})
    refused(answer, 400, "invalid_parameter")
