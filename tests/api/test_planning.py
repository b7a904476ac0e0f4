"""What a workspace has of planning, over HTTP: seeds, features, scopes, routes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from conftest import Service, Workspace
from planning_samples import (
    SEEDED,
    SOWN,
    VACATION,
    new_vacation,
)
from planning_steps import events, loaded

from domain.planning.features import FEATURES, HOSTED

_CHANGING = ("PUT", "PATCH")
_OF_ONE = (
    ("GET", ""),
    *((method, "") for method in _CHANGING),
    ("DELETE", ""),
    ("DELETE", "/remove"),
    ("POST", "/unarchive"),
    ("GET", "/history"),
)
LIFE_PLAN_ROUTES = [
    "GET /v1/life-plan",
    *(f"{method} /v1/life-plan" for method in _CHANGING),
    "GET /v1/life-plan/history",
    *(f"{method} /v1/life-plan/{many}" for many in ("projects", "goals", "milestones", "chapters") for method in ("GET", "POST")),
    *(
        f"{method} /v1/life-plan/{many}/{{ref_id}}{suffix}"
        for many in ("projects", "goals", "milestones", "chapters", "visions")
        for method, suffix in _OF_ONE
        if method not in _CHANGING or many != "visions"
    ),
    "POST /v1/life-plan/projects/{ref_id}/reorder-children",
    "GET /v1/life-plan/visions",
    "GET /v1/life-plan/visions/active",
    "POST /v1/life-plan/visions/create-draft",
    "POST /v1/life-plan/visions/{ref_id}/mark-active",
]
_EVENTS = ("/schedule/events-in-day", "/schedule/events-full-days")
# What is found, and made, at its own path.
_MANY = ("/vacations", "/common/notes", "/common/tags", "/docs", "/smart-lists", "/metrics", "/prm/circles", "/prm/persons")
_BELOW = ("/smart-lists/{ref_id}/items", "/metrics/{ref_id}/entries", "/prm/persons/{ref_id}/occasions")
ROUTES = [
    *(f"{method} /v1{many}" for many in _MANY for method in ("GET", "POST")),
    *(f"POST /v1{many}" for many in (*_EVENTS, *_BELOW)),
    *(
        f"{method} /v1{many}/{{ref_id}}{suffix}"
        for many in (*_MANY, *_EVENTS, "/schedule/streams", "/common/time-events/in-day-blocks")
        for method, suffix in _OF_ONE
    ),
    *(f"{method} /v1{many}/{{sub_ref_id}}{suffix}" for many in _BELOW for method, suffix in _OF_ONE),
    "POST /v1/common/tags/link",
    "GET /v1/common/time-events/full-days-blocks/{ref_id}",
    "GET /v1/common/time-events/full-days-blocks/{ref_id}/history",
    *(
        f"{method} /v1/{path}"
        for path in ("planning/settings", "working-mem/settings", "time-plans/settings", "journals/settings")
        for method in ("GET", *_CHANGING)
    ),
    *(
        f"GET /v1/{path}/history"
        for path in (
            "planning/settings",
            "metrics/settings",
            "prm/settings",
            "working-mem",
            "working-mem/settings",
            "time-plans/settings",
            "journals/settings",
        )
    ),
    "GET /v1/working-mem",
    "GET /v1/schedule/streams",
    "POST /v1/schedule/streams/for-user",
    "POST /v1/schedule/streams/for-external-ical",
    *(f"POST /v1{many}/{{ref_id}}/change-stream" for many in _EVENTS),
    "GET /v1/metrics/settings",
    "POST /v1/metrics/{ref_id}/change-collection-project",
    "GET /v1/prm/settings",
    "POST /v1/prm/change-catch-up-project",
]


def test_a_workspace_that_only_keeps_pages_has_none_of_planning(workspace: Workspace) -> None:
    workspace.create("A page")
    assert not [each for each in events(workspace) if each.startswith("planning")]
    assert workspace.client.get("/vacations").json() == {"entries": []}
    (seeded,) = [each for each in workspace.client.get("/events").json()["events"] if each["type"].startswith("planning")]
    assert seeded["actor"]["kind"] == "service"
    workspace.client.get("/vacations")
    assert [each for each in events(workspace) if each.startswith("planning")] == ["planning_settings.created"]


def test_many_first_requests_at_once_seed_once(workspace: Workspace) -> None:
    clients = [workspace.client_of_its_own() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda client: client.get("/vacations").status_code, clients)) == {200}
    for client in clients:
        client.close()
    assert events(workspace).count("planning_settings.created") == 1


def test_what_is_switched_off_is_refused_and_kept(workspace: Workspace, refused: Any) -> None:
    made = new_vacation(workspace)
    settings = workspace.client.get("/planning/settings").json()["settings"]
    assert settings["feature_flags"] == dict(FEATURES)
    answer = workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": False}})
    assert (answer.json(), answer.headers["etag"]) == (None, '"2"')
    path = f"/vacations/{made['ref_id']}"
    for off in (
        workspace.client.get("/vacations"),
        workspace.client.post("/vacations", json=VACATION),
        workspace.client.get(path),
        workspace.client.put(path, json={}),
        workspace.client.delete(path),
        workspace.client.get(f"{path}/history"),
    ):
        assert refused(off, 409, "feature_off")["feature"] == "vacations"
    assert workspace.client.get("/common/tags").status_code == 200
    workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": True}, "expected_version": 2})
    assert loaded(workspace, made["ref_id"])["vacation"] == made
    stale = {"feature_flags": {"vacations": False}, "expected_version": 2}
    refused(workspace.client.put("/planning/settings", json=stale), 409, "version_stale")
    same = workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": True}})
    assert "daybook-position" not in same.headers
    unknown = {"feature_flags": {"unheard-of": True}}
    refused(workspace.client.put("/planning/settings", json=unknown), 400, "invalid_request")
    for feature in HOSTED:
        hosted = {"feature_flags": {feature: True}}
        refused(workspace.client.put("/planning/settings", json=hosted), 422, "feature_hosted")


def test_planning_needs_scopes_of_its_own(workspace: Workspace, refused: Any) -> None:
    made = new_vacation(workspace)

    def client(*scopes: str) -> httpx.Client:
        secret = workspace.client.post("/keys", json={"name": "k", "scopes": scopes}).json()["secret"]
        return httpx.Client(base_url=f"{workspace.url}/v1", headers={"Authorization": f"Bearer {secret}"})

    with client("planning:read", "events:read") as reader, client("pages:*", "events:read") as stranger:
        assert reader.get(f"/vacations/{made['ref_id']}").status_code == 200
        refused(reader.post("/vacations", json=VACATION), 403, "forbidden")
        refused(reader.put("/planning/settings", json={"feature_flags": {}}), 403, "forbidden")
        refused(stranger.get("/vacations"), 403, "forbidden")
        # Nor does the feed tell.
        seen = {each["type"].partition(".")[0] for each in reader.get("/events").json()["events"]}
        at_first = {kept.concept.kind for kept in SOWN}
        assert seen == {*at_first, "vacation", "full_days_block", "workspace"}
        workspace.create("A page")
        seen = {each["type"].partition(".")[0] for each in stranger.get("/events").json()["events"]}
        assert seen == {"page", "workspace"}


def test_the_headers_of_the_instance_follow_from_settings(new_service: Any) -> None:
    service: Service = new_service("--hosting", "of our own", "--instance", "blue", "--no-jupiter-headers")
    headers = service.new_workspace().client.get("/vacations").headers
    assert (headers["x-daybook-hosting"], headers["x-daybook-instance"]) == ("of%20our%20own", "blue")
    assert not [name for name in headers if name.startswith("x-jupiter")]


def test_webhooks_may_follow_planning(workspace: Workspace) -> None:
    body = {"url": "https://nowhere.invalid/", "types": ["vacation.*"], "active": False}
    webhook = workspace.client.post("/webhooks", json=body).json()["webhook"]["id"]
    new_vacation(workspace)
    workspace.client.get("/pages/none/links")
    for _ in range(100):
        deliveries = workspace.client.get(f"/webhooks/{webhook}/deliveries").json()["deliveries"]
        if deliveries:
            break
    assert [each["type"] for each in deliveries] == ["vacation.created"]


def test_ref_ids_are_counted_for_all_together_and_never_given_twice(workspace: Workspace) -> None:
    clients = [workspace.client_of_its_own() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda client: client.post("/vacations", json=VACATION).json(), clients)]
    for client in clients:
        client.close()
    ref_ids = sorted(int(part["ref_id"]) for each in made for part in each.values())
    # What every workspace has comes first.
    assert ref_ids == list(range(SEEDED + 1, SEEDED + 17))


def test_every_route_of_planning_is_in_the_document(workspace: Workspace) -> None:
    paths = httpx.get(f"{workspace.url}/openapi.json").json()["paths"]
    mine = {f"{method.upper()} {path}" for path, ops in paths.items() for method, op in ops.items() if op["tags"] == ["planning"]}
    assert mine == {*ROUTES, *LIFE_PLAN_ROUTES}
