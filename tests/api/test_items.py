"""Updates, milestones and principles over HTTP: what all three do, then what each does by itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from conftest import Service, Workspace

from domain.items.rules import CONTENT_BYTES_MAX, DESCRIPTION_BYTES_MAX
from domain.pages.rules import TITLE_CHARACTERS_MAX
from infrastructure.items import LISTED_AT_ONCE_MAX

UNKNOWN_ID = "0192f0c1-2b3c-7def-8123-456789abcdef"


@dataclass(frozen=True)
class Kind:
    """How one of them is spoken of, and bodies that work."""

    one: str
    many: str
    create: dict[str, Any]
    change: dict[str, Any]

    def post(self, workspace: Workspace, **fields: Any) -> dict[str, Any]:
        answer = workspace.client.post(f"/{self.many}", json={**self.create, **fields})
        assert answer.status_code == 201, answer.text
        item: dict[str, Any] = answer.json()[self.one]
        return item

    def get(self, workspace: Workspace, item_id: str, **query: Any) -> dict[str, Any]:
        answer = workspace.client.get(f"/{self.many}/{item_id}", params=query)
        assert answer.status_code == 200, answer.text
        item: dict[str, Any] = answer.json()[self.one]
        return item

    def listed(self, workspace: Workspace, **query: Any) -> list[dict[str, Any]]:
        answer = workspace.client.get(f"/{self.many}", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()[self.many]
        return items

    def history(self, workspace: Workspace, item_id: str, **query: Any) -> list[dict[str, Any]]:
        answer = workspace.client.get(f"/{self.many}/{item_id}/history", params=query)
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["history"]
        return entries


UPDATE = Kind(
    "update", "updates", {"page": "goal", "content": "Half is done."}, {"content": "All is done.", "status": "completed"}
)
MILESTONE = Kind("milestone", "milestones", {"title": "Beta", "date": "2026-03-01"}, {"state": "reached", "date": "2026-04-01"})
PRINCIPLE = Kind("principle", "principles", {"title": "Write it down"}, {"content": "What is not written is lost."})
KINDS = [UPDATE, MILESTONE, PRINCIPLE]
kinds = pytest.mark.parametrize("kind", KINDS, ids=[each.many for each in KINDS])


@pytest.fixture
def goal(workspace: Workspace) -> Workspace:
    """A workspace with a page to speak of."""
    workspace.create("Goal")
    return workspace


# What all three do.


@kinds
def test_what_is_made_is_answered_got_and_listed_alike(goal: Workspace, kind: Kind) -> None:
    answer = goal.client.post(f"/{kind.many}", json=kind.create)
    made = answer.json()[kind.one]
    assert (answer.status_code, answer.headers["etag"], made["version"], made["archivedAt"]) == (201, '"1"', 1, None)
    assert {**kind.create, "page": None}.items() <= {**made, "page": None}.items()
    assert made["createdAt"] == made["updatedAt"]
    assert made["createdBy"] == made["updatedBy"]
    assert kind.get(goal, made["id"]) == made
    assert goal.client.get(f"/{kind.many}").json() == {kind.many: [made], "totalCount": 1}
    assert httpx.get(f"{goal.url}/api/v1/{kind.many}/{made['id']}", headers=goal.headers).json() == {kind.one: made}


@kinds
def test_only_given_fields_change_and_what_changes_nothing_keeps_the_version(goal: Workspace, kind: Kind) -> None:
    made = kind.post(goal)
    path = f"/{kind.many}/{made['id']}"
    changed = goal.client.patch(path, json=kind.change)
    after = changed.json()[kind.one]
    assert (changed.status_code, changed.headers["etag"], after["version"]) == (200, '"2"', 2)
    assert after == {**made, **kind.change, "version": 2, "updatedAt": after["updatedAt"]}
    assert kind.get(goal, made["id"]) == after
    for body in (kind.change, {}, {"version": 2}):
        same = goal.client.patch(path, json=body)
        assert (same.status_code, same.json()[kind.one]) == (200, after)
        assert "daybook-position" not in same.headers


@kinds
def test_what_is_deleted_is_gone_until_it_is_restored(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = kind.post(goal)
    path = f"/{kind.many}/{made['id']}"
    assert goal.client.delete(path).json() == {"success": True}
    for answer in (goal.client.get(path), goal.client.patch(path, json=kind.change), goal.client.delete(path)):
        refused(answer, 404, f"{kind.one}_not_found")
    assert kind.listed(goal) == []
    restored = goal.client.post(f"{path}/restore")
    after = restored.json()[kind.one]
    assert (restored.status_code, restored.headers["etag"]) == (200, '"3"')
    assert after == {**made, "version": 3, "updatedAt": after["updatedAt"]}
    assert kind.listed(goal) == [after]
    refused(goal.client.post(f"{path}/restore"), 409, "not_in_trash")


@kinds
def test_every_version_can_be_read_in_the_trash_as_well(goal: Workspace, kind: Kind, refused: Any) -> None:
    first = kind.post(goal)
    path = f"/{kind.many}/{first['id']}"
    second = goal.client.patch(path, json=kind.change).json()[kind.one]
    goal.client.delete(path)
    third = kind.get(goal, first["id"], version=3)
    assert [kind.get(goal, first["id"], version=number) for number in (1, 2)] == [first, second]
    assert third == {**second, "version": 3, "updatedAt": third["updatedAt"], "archivedAt": third["updatedAt"]}
    for number in (0, 4, 2**31 - 2):
        assert refused(goal.client.get(path, params={"version": number}), 404, "version_not_found")["newest"] == 3
    for wrong in ("-1", "x", "1.5", 2**31):
        refused(goal.client.get(path, params={"version": wrong}), 400, "invalid_request")


@kinds
def test_a_history_tells_it_all_newest_first(goal: Workspace, kind: Kind) -> None:
    made = kind.post(goal)
    path = f"/{kind.many}/{made['id']}"
    position = int(
        goal.client.patch(path, json=kind.change, headers={"Daybook-Message": "As agreed"}).headers["daybook-position"]
    )
    goal.client.delete(path)
    goal.client.post(f"{path}/restore")
    entries = kind.history(goal, made["id"])
    assert [each["action"] for each in entries] == ["restore", "delete", "update", "create"]
    assert [each["version"] for each in entries] == [4, 3, 2, 1]
    begun = "posted" if kind is UPDATE else "created"
    assert [each["type"] for each in entries] == [f"{kind.one}.{each}" for each in ("restored", "archived", "changed", begun)]
    changed = entries[2]
    assert (changed["id"], changed["position"], changed["summary"]) == (str(position), position, "As agreed")
    assert changed["changes"].keys() == kind.change.keys()
    assert changed["actor"] == made["createdBy"]
    assert entries[3]["createdAt"] == made["createdAt"]
    assert kind.history(goal, made["id"], limit=2, offset=1) == entries[1:3]
    assert kind.history(goal, made["id"], offset=4) == []


@kinds
def test_a_stale_version_is_refused_with_the_item_as_it_is(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = kind.post(goal)
    path = f"/{kind.many}/{made['id']}"
    after = goal.client.patch(path, json={**kind.change, "version": 1}).json()[kind.one]
    assert refused(goal.client.patch(path, json={"title": "Mine", "version": 1}), 409, "version_stale")["current"] == after
    stale = {"If-Match": '"1"'}
    for answer in (goal.client.patch(path, json={"title": "Mine"}, headers=stale), goal.client.delete(path, headers=stale)):
        assert refused(answer, 412, "version_stale")["current"] == after
    assert kind.get(goal, made["id"]) == after
    assert goal.client.delete(path, headers={"If-Match": '"2-abc"'}).status_code == 200
    current = refused(goal.client.post(f"{path}/restore", headers={"If-Match": '"2"'}), 412, "version_stale")["current"]
    assert (current["version"], current["archivedAt"] is None) == (3, False)
    assert goal.client.post(f"{path}/restore", headers={"If-Match": '"1", "3"'}).status_code == 200


@kinds
def test_whoever_has_what_is_there_is_told_so(goal: Workspace, kind: Kind) -> None:
    made = kind.post(goal)
    for path in (f"/{kind.many}", f"/{kind.many}/{made['id']}", f"/{kind.many}/{made['id']}?version=1"):
        first = goal.client.get(path)
        again = goal.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    tag = goal.client.get(f"/{kind.many}/{made['id']}").headers["etag"]
    goal.client.patch(f"/{kind.many}/{made['id']}", json=kind.change, headers={"If-Match": tag})
    assert goal.client.get(f"/{kind.many}/{made['id']}", headers={"If-None-Match": tag}).status_code == 200


@kinds
def test_a_keyed_request_is_carried_out_once(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = kind.post(goal)
    path = f"/{kind.many}/{made['id']}"
    for number, (method, where, body) in enumerate(
        [
            ("POST", f"/{kind.many}", kind.create),
            ("PATCH", path, kind.change),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
        ]
    ):
        key = {"Idempotency-Key": f"key {number}"}
        first, again = (goal.client.request(method, where, json=body, headers=key) for _ in range(2))
        assert first.status_code in {200, 201}, first.text
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
        assert first.headers["daybook-position"] == again.headers["daybook-position"]
    refused(
        goal.client.post(f"/{kind.many}", json={**kind.create, "title": "x"}, headers={"Idempotency-Key": "key 0"}),
        422,
        "idempotency_key_reused",
    )
    assert len(kind.listed(goal)) == 2


@kinds
def test_many_changes_at_once_all_take_effect(goal: Workspace, kind: Kind) -> None:
    made = kind.post(goal)

    def change(number: int) -> int:
        with goal.client_of_its_own() as client:
            return client.patch(f"/{kind.many}/{made['id']}", json={"title": f"Title {number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(change, range(16))) == {200}
    assert kind.get(goal, made["id"])["version"] == 17
    titles = [each["changes"]["title"] for each in kind.history(goal, made["id"])[:-1]]
    assert [each["from"] for each in titles[:-1]] == [each["to"] for each in titles[1:]]


@kinds
def test_an_id_of_none_and_of_another_kind_is_not_found(goal: Workspace, kind: Kind, refused: Any) -> None:
    others = [each.post(goal)["id"] for each in KINDS if each is not kind]
    for item_id in (UNKNOWN_ID, "x", "%00", goal.get("goal")["id"], *others):
        path = f"/{kind.many}/{item_id}"
        for method, where, body in (
            ("GET", path, None),
            ("GET", f"{path}?version=1", None),
            ("GET", f"{path}/history", None),
            ("PATCH", path, {}),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
        ):
            refused(goal.client.request(method, where, json=body), 404, f"{kind.one}_not_found")


@kinds
def test_another_workspace_has_none_of_it(goal: Workspace, service: Service, kind: Kind, refused: Any) -> None:
    path, other = f"/{kind.many}/{kind.post(goal)['id']}", service.new_workspace()
    for method, where, body in (
        ("GET", path, None),
        ("GET", f"{path}?version=1", None),
        ("GET", f"{path}/history", None),
        ("PATCH", path, kind.change),
        ("DELETE", path, None),
        ("POST", f"{path}/restore", None),
    ):
        refused(other.client.request(method, where, json=body), 404, f"{kind.one}_not_found")
    assert kind.listed(other) == []


@kinds
def test_a_list_is_cut_by_limit_and_offset(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = [kind.post(goal, title=f"Title {number}")["id"] for number in range(5)]
    expected = made[::-1] if kind is UPDATE else made
    for limit, offset in ((2, 0), (2, 2), (2, 4), (5, 0), (10, 1), (1, 5)):
        answer = goal.client.get(f"/{kind.many}", params={"limit": limit, "offset": offset}).json()
        assert [each["id"] for each in answer[kind.many]] == expected[offset : offset + limit]
        assert answer["totalCount"] == 5
    assert [each["id"] for each in kind.listed(goal, offset=3)] == expected[3:]
    for query in ({"limit": 0}, {"limit": 10_001}, {"limit": "x"}, {"offset": -1}, {"offset": 2**31}):
        refused(goal.client.get(f"/{kind.many}", params=query), 400, "invalid_request")


@kinds
def test_a_body_with_what_nobody_knows_is_refused(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = kind.post(goal)
    for field in ("id", "createdAt", "createdBy", "archivedAt", "workspaceId", "Title", "page_slug", "kind"):
        refused(goal.client.post(f"/{kind.many}", json={**kind.create, field: None}), 400, "invalid_request")
        refused(goal.client.patch(f"/{kind.many}/{made['id']}", json={field: None}), 400, "invalid_request")
    for body in ({}, [], None, {**kind.create, "title": 5}):
        refused(goal.client.post(f"/{kind.many}", json=body), 400, "invalid_request")
    assert kind.listed(goal) == [made]


@kinds
def test_what_is_no_line_of_text_is_no_title(goal: Workspace, kind: Kind, refused: Any) -> None:
    made = kind.post(goal)
    for title in ("", "  ", "two\nlines", "a\0b", "x" * (TITLE_CHARACTERS_MAX + 1)):
        refused(goal.client.post(f"/{kind.many}", json={**kind.create, "title": title}), 400, "invalid_parameter")
        refused(goal.client.patch(f"/{kind.many}/{made['id']}", json={"title": title}), 400, "invalid_parameter")
    assert kind.listed(goal) == [made]
    greatest = kind.post(goal, title="x" * TITLE_CHARACTERS_MAX)
    assert kind.get(goal, greatest["id"]) == greatest


@pytest.mark.parametrize(
    ("kind", "field", "bytes_max"),
    [
        (UPDATE, "content", CONTENT_BYTES_MAX),
        (MILESTONE, "description", DESCRIPTION_BYTES_MAX),
        (PRINCIPLE, "content", CONTENT_BYTES_MAX),
    ],
)
def test_a_long_text_has_its_limit(goal: Workspace, kind: Kind, field: str, bytes_max: int, refused: Any) -> None:
    made = kind.post(goal, **{field: "é" * (bytes_max // 2)})
    assert kind.get(goal, made["id"])[field] == "é" * (bytes_max // 2)
    for method, path, body in (("POST", f"/{kind.many}", kind.create), ("PATCH", f"/{kind.many}/{made['id']}", {})):
        answer = goal.client.request(method, path, json={**body, field: "é" * (bytes_max // 2) + "x"})
        assert refused(answer, 413, "content_too_large")["limitBytes"] == bytes_max
        refused(goal.client.request(method, path, json={**body, field: "a\0b"}), 400, "invalid_parameter")
    assert kind.listed(goal) == [made]


@kinds
def test_what_is_imported_bears_its_own_date(goal: Workspace, kind: Kind) -> None:
    old = {"Daybook-Effective-At": "2020-02-02T02:02:02Z"}
    new = kind.post(goal)
    made = goal.client.post(f"/{kind.many}", json=kind.create, headers=old).json()[kind.one]
    assert made["createdAt"] == made["updatedAt"] == "2020-02-02T02:02:02.000000Z"
    ids = [each["id"] for each in kind.listed(goal)]
    assert ids == ([made["id"], new["id"]] if kind is PRINCIPLE else [new["id"], made["id"]])


@kinds
def test_its_events_are_for_whoever_may_read_pages(goal: Workspace, kind: Kind) -> None:
    goal.client.delete(f"/{kind.many}/{kind.post(goal)['id']}")
    ours = {"posted": f"{kind.one}.posted"} if kind is UPDATE else {"created": f"{kind.one}.created"}
    wanted = [*ours.values(), f"{kind.one}.archived"]
    for scopes, seen in ((["events:read", "pages:read"], wanted), (["events:read"], []), (["events:read", "admin"], [])):
        key = goal.client.post("/keys", json={"name": "test", "scopes": scopes}).json()["secret"]
        for query in ({}, {"types": f"{kind.one}.*"}, {"types": ",".join(wanted)}):
            answer = goal.client.get("/events", params=query, headers={"Authorization": f"Bearer {key}"})
            assert [each["type"] for each in answer.json()["events"] if each["type"].startswith(kind.one)] == seen


@kinds
def test_whoever_may_only_read_pages_changes_nothing(goal: Workspace, kind: Kind, refused: Any) -> None:
    path = f"/{kind.many}/{kind.post(goal)['id']}"
    reader, writer = (
        {"Authorization": f"Bearer {goal.client.post('/keys', json={'name': 'x', 'scopes': [scope]}).json()['secret']}"}
        for scope in ("pages:read", "pages:write")
    )
    assert goal.client.get(path, headers=reader).status_code == 200
    assert refused(goal.client.patch(path, json={}, headers=reader), 403, "forbidden")["scope"] == "pages:write"
    assert goal.client.patch(path, json=kind.change, headers=writer).status_code == 200
    assert refused(goal.client.get(path, headers=writer), 403, "forbidden")["scope"] == "pages:read"


def test_a_list_longer_than_what_is_read_at_once_is_whole(workspace: Workspace) -> None:
    made = [PRINCIPLE.post(workspace, title=f"Principle {number}") for number in range(LISTED_AT_ONCE_MAX)]
    answer = workspace.client.get("/principles")
    assert (answer.json(), "etag" in answer.headers) == ({"principles": made, "totalCount": len(made)}, True)
    made.append(PRINCIPLE.post(workspace, title="One more"))
    answer = workspace.client.get("/principles")
    assert (answer.json(), "etag" in answer.headers) == ({"principles": made, "totalCount": len(made)}, False)
    for limit, offset in ((LISTED_AT_ONCE_MAX, 1), (LISTED_AT_ONCE_MAX + 1, 0), (10_000, 1)):
        assert PRINCIPLE.listed(workspace, limit=limit, offset=offset) == made[offset : offset + limit]


# Updates.


def test_a_page_is_named_by_slug_or_id_in_any_of_three_ways(goal: Workspace) -> None:
    page = goal.get("goal")
    goal.client.patch("/pages/goal", json={"slug": "aim", "title": "Aim"})
    for named in (
        {"page": "aim"},
        {"page": "goal"},
        {"page": page["id"]},
        {"pageSlug": "aim"},
        {"pageId": page["id"]},
    ):
        posted = goal.client.post("/updates", json={"content": "x", **named}).json()["update"]
        assert (posted["pageId"], posted["pageSlug"], posted["pageTitle"]) == (page["id"], "aim", "Aim"), named
        milestone = goal.client.post("/milestones", json={**MILESTONE.create, **named}).json()["milestone"]
        assert (milestone["pageId"], milestone["pageSlug"], milestone["pageTitle"]) == (page["id"], "aim", "Aim"), named


def test_an_update_needs_a_page_that_is_there(goal: Workspace, refused: Any) -> None:
    goal.create("Gone")
    goal.client.delete("/pages/gone")
    for page in ("nowhere", "gone", UNKNOWN_ID, "", "a\0b"):
        refused(goal.client.post("/updates", json={"content": "x", "page": page}), 404, "page_not_found")
        refused(goal.client.post("/milestones", json={**MILESTONE.create, "page": page}), 404, "page_not_found")
    for body in ({}, {"page": None}, {"page": "goal", "pageSlug": "goal"}):
        refused(goal.client.post("/updates", json={"content": "x", **body}), 400, "invalid_parameter")
    for content in ("", " \n"):
        refused(goal.client.post("/updates", json={"page": "goal", "content": content}), 400, "invalid_parameter")
    refused(goal.client.post("/updates", json={"page": "goal", "content": "x", "status": "done"}), 400, "invalid_request")
    assert UPDATE.listed(goal) == []


def test_an_update_stays_with_its_page_and_shows_its_name_of_today(goal: Workspace, refused: Any) -> None:
    posted = UPDATE.post(goal)
    before = goal.client.get(f"/updates/{posted['id']}").headers["etag"]
    refused(goal.client.patch(f"/updates/{posted['id']}", json={"page": "goal"}), 400, "invalid_request")
    goal.client.patch("/pages/goal", json={"title": "Aim", "slug": "aim"})
    answer = goal.client.get(f"/updates/{posted['id']}", headers={"If-None-Match": before})
    renamed = {**posted, "pageTitle": "Aim", "pageSlug": "aim"}
    assert answer.json()["update"] == UPDATE.get(goal, posted["id"], version=1) == renamed
    assert UPDATE.listed(goal) == [renamed]
    assert goal.get("aim")["version"] == 3, "the page knows nothing of it"


def test_updates_are_listed_newest_first_by_page_and_by_status(goal: Workspace, refused: Any) -> None:
    goal.create("Other")
    first, second = UPDATE.post(goal, status="at_risk"), UPDATE.post(goal, page="other", title="Second")
    third = UPDATE.post(goal, status="on_track")
    for query, expected in (
        ({}, [third, second, first]),
        ({"page": "goal"}, [third, first]),
        ({"page": second["pageId"]}, [second]),
        ({"status": "on_track,at_risk"}, [third, first]),
        ({"status": "none"}, [second]),
        ({"status": "paused"}, []),
        ({"status": "at_risk", "page": "other"}, []),
    ):
        answer = goal.client.get("/updates", params=query).json()
        assert answer == {"updates": expected, "totalCount": len(expected)}, query
    of_page = goal.client.get("/pages/goal/updates")
    assert of_page.json() == {"updates": [third, first], "totalCount": 2}
    assert goal.client.get("/pages/goal/updates", params={"status": "at_risk", "limit": 1}).json()["updates"] == [first]
    assert goal.client.get("/pages/goal/updates", headers={"If-None-Match": of_page.headers["etag"]}).status_code == 304
    refused(goal.client.get("/updates", params={"status": "done"}), 400, "invalid_parameter")
    for path in ("/updates?page=nowhere", "/pages/nowhere/updates", "/updates?page=%00", "/milestones?page=nowhere"):
        refused(goal.client.get(path), 404, "page_not_found")


def test_an_update_is_in_the_trash_for_as_long_as_its_page(goal: Workspace, refused: Any) -> None:
    goal.create("Parent")
    goal.client.post("/pages/goal/move", json={"parentSlug": "parent"})
    kept, gone = UPDATE.post(goal), UPDATE.post(goal)
    other = UPDATE.post(goal, page="parent")
    goal.client.delete(f"/updates/{gone['id']}")
    changed = goal.client.patch(f"/updates/{kept['id']}", json={"title": "x"}, headers={"Idempotency-Key": "k"})

    goal.client.delete("/pages/goal")
    for update in (kept, gone):
        path = f"/updates/{update['id']}"
        for method, where, body in (
            ("GET", path, None),
            ("GET", f"{path}?version=1", None),
            ("GET", f"{path}/history", None),
            ("PATCH", path, {"title": "x"}),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
        ):
            refused(goal.client.request(method, where, json=body), 404, "update_not_found")
    assert goal.client.get("/updates").json() == {"updates": [other], "totalCount": 1}
    for path in ("/pages/goal/updates", "/updates?page=goal"):
        refused(goal.client.get(path), 404, "page_not_found")
    # What was answered is answered again.
    again = goal.client.patch(f"/updates/{kept['id']}", json={"title": "x"}, headers={"Idempotency-Key": "k"})
    assert (again.json(), again.headers["idempotent-replay"]) == (changed.json(), "true")

    goal.client.delete("/pages/parent")
    assert UPDATE.listed(goal) == []
    goal.client.post("/pages/goal/restore")
    assert UPDATE.listed(goal) == [changed.json()["update"]]
    goal.client.post("/pages/parent/restore")
    assert UPDATE.listed(goal) == [other, changed.json()["update"]]
    assert goal.client.post(f"/updates/{gone['id']}/restore").status_code == 200


# Milestones.


def test_a_milestone_is_planned_and_the_workspaces_unless_it_says_otherwise(goal: Workspace, refused: Any) -> None:
    made = MILESTONE.post(goal)
    assert (made["state"], made["description"]) == ("planned", None)
    assert (made["pageId"], made["pageSlug"], made["pageTitle"]) == (None, None, None)
    for body in (
        {"title": "x"},
        {"date": "2026-03-01"},
        {**MILESTONE.create, "state": "done"},
        {**MILESTONE.create, "state": None},
    ):
        refused(goal.client.post("/milestones", json=body), 400, "invalid_request")
    for wrong in ("2026-02-30", "tomorrow", "2026-03-01T00:00:00Z", "0000-01-01", 20260301, None, ""):
        refused(goal.client.post("/milestones", json={"title": "x", "date": wrong}), 400, "invalid_request")
        refused(goal.client.patch(f"/milestones/{made['id']}", json={"date": wrong}), 400, "invalid_request")
    assert MILESTONE.listed(goal) == [made]


def test_a_milestone_takes_another_page_and_lets_go_of_it(goal: Workspace, refused: Any) -> None:
    other = goal.create("Other")
    made = MILESTONE.post(goal, page="goal")
    path = f"/milestones/{made['id']}"
    moved = goal.client.patch(path, json={"pageId": other["id"]}).json()["milestone"]
    assert (moved["pageSlug"], moved["version"]) == ("other", 2)
    assert goal.client.patch(path, json={"page": "other"}).json()["milestone"] == moved
    refused(goal.client.patch(path, json={"page": "nowhere"}), 404, "page_not_found")
    refused(goal.client.patch(path, json={"page": "goal", "pageId": None}), 400, "invalid_parameter")
    free = goal.client.patch(path, json={"page": None}).json()["milestone"]
    assert (free["pageId"], free["pageSlug"], free["pageTitle"], free["version"]) == (None, None, None, 3)
    assert [MILESTONE.get(goal, made["id"], version=number)["pageSlug"] for number in (1, 2, 3)] == ["goal", "other", None]
    (let_go, taken, _) = MILESTONE.history(goal, made["id"])
    assert taken["changes"] == {"pageId": {"from": made["pageId"], "to": other["id"]}}
    assert let_go["changes"] == {"pageId": {"from": other["id"], "to": None}}


def test_a_milestone_is_there_whether_or_not_its_page_is(goal: Workspace, refused: Any) -> None:
    made = MILESTONE.post(goal, page="goal")
    goal.client.delete("/pages/goal")
    assert MILESTONE.get(goal, made["id"]) == made
    assert MILESTONE.listed(goal) == [made]
    changed = goal.client.patch(f"/milestones/{made['id']}", json={"state": "missed"}).json()["milestone"]
    assert (changed["pageId"], changed["pageSlug"], changed["pageTitle"]) == (made["pageId"], "goal", "Goal")
    refused(goal.client.get("/milestones", params={"page": "goal"}), 404, "page_not_found")
    refused(goal.client.patch(f"/milestones/{made['id']}", json={"page": made["pageId"]}), 404, "page_not_found")
    assert goal.client.patch(f"/milestones/{made['id']}", json={"page": None}).status_code == 200


def test_milestones_are_listed_by_their_day_and_found_by_state_day_and_page(goal: Workspace, refused: Any) -> None:
    days = ("2026-03-01", "0001-01-01", "9999-12-31", "2026-03-01", "2026-02-28")
    second, first, last, also, before = (MILESTONE.post(goal, date=day) for day in days)
    reached = goal.client.patch(f"/milestones/{also['id']}", json={"state": "reached", "page": "goal"}).json()["milestone"]
    for query, expected in (
        ({}, [first, before, second, reached, last]),
        ({"from": "2026-03-01"}, [second, reached, last]),
        ({"to": "2026-03-01"}, [first, before, second, reached]),
        ({"from": "2026-03-01", "to": "2026-03-01"}, [second, reached]),
        ({"from": "2026-03-02", "to": "2026-03-01"}, []),
        ({"from": "9999-12-31"}, [last]),
        ({"to": "0001-01-01"}, [first]),
        ({"state": "reached,missed"}, [reached]),
        ({"state": "planned", "from": "2026-01-01"}, [before, second, last]),
        ({"page": "goal"}, [reached]),
        ({"page": "goal", "state": "planned"}, []),
        ({"limit": 2, "offset": 1}, [before, second]),
    ):
        assert MILESTONE.listed(goal, **query) == expected, query
    for query in ({"state": "done"}, {"state": ""}, {"from": "yesterday"}, {"to": "2026-02-30"}, {"from": ""}):
        refused(goal.client.get("/milestones", params=query), 400, "invalid_parameter")


# Principles.


def test_principles_are_the_workspaces_and_stand_in_the_order_of_their_creation(goal: Workspace, refused: Any) -> None:
    made = [PRINCIPLE.post(goal, title=title) for title in ("B", "A", "C")]
    assert made[0]["content"] == ""
    goal.client.patch(f"/principles/{made[0]['id']}", json={"title": "Z"})
    assert [each["title"] for each in PRINCIPLE.listed(goal)] == ["Z", "A", "C"]
    for field in ("page", "pageId", "pageSlug", "status"):
        refused(goal.client.post("/principles", json={"title": "x", field: None}), 400, "invalid_request")
    assert all(UUID(each["id"]).version == 7 for each in made)
