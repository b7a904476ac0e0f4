"""API keys over HTTP."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Service, Workspace

from domain.scopes import SCOPES_MAX


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def issue(workspace: Workspace, **wish: Any) -> tuple[dict[str, Any], str]:
    answer = workspace.client.post("/keys", json={"name": "a key", **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()["key"], answer.json()["secret"]


def test_a_key_is_made_shown_once_listed_renamed_and_revoked(workspace: Workspace, refused: Any) -> None:
    key, secret = issue(workspace)
    assert secret.startswith(f"ak_local_{key['id']}.")
    assert key["lastFour"] == secret[-4:]
    assert (key["scopes"], key["status"], key["expiresAt"]) == (["*"], "active", None)
    path = f"/keys/{key['id']}"
    assert workspace.client.get(path).json()["key"] == key
    assert workspace.client.get("/pages", headers=bearer(secret)).status_code == 200

    renamed = workspace.client.patch(path, json={"name": "ci"}, headers={"If-Match": '"1"'})
    assert (renamed.json()["key"]["name"], renamed.headers["etag"]) == ("ci", '"2"')
    refused(workspace.client.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'}), 412, "version_stale")
    page = workspace.client.post("/pages", json={"title": "x"}, headers=bearer(secret)).json()["page"]
    assert page["createdBy"]["name"] == "ci"

    everything = workspace.client.get("/keys").text + workspace.client.get("/audit").text + workspace.client.get("/events").text
    assert secret.partition(".")[2] not in everything
    assert "secretHash" not in everything
    assert "secret_hash" not in everything
    assert workspace.client.delete(path).json() == {"success": True}
    refused(workspace.client.get("/pages", headers=bearer(secret)), 401, "unauthorized")
    assert workspace.client.get(path).json()["key"]["status"] == "revoked"
    assert workspace.client.delete(path).json() == {"success": True}
    refused(workspace.client.get("/keys/999999999"), 404, "key_not_found")


def test_a_key_that_is_sent_for_twice_is_one_with_one_secret(workspace: Workspace, refused: Any) -> None:
    body, headers = {"name": "once"}, {"Idempotency-Key": "for the robot"}
    first, again = (workspace.client.post("/keys", json=body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotent-replay"] == "true"
    assert workspace.client.get("/pages", headers=bearer(again.json()["secret"])).status_code == 200
    other = workspace.client.post("/keys", json=body, headers={"Idempotency-Key": "for another"}).json()["secret"]
    assert other.partition(".")[2] != first.json()["secret"].partition(".")[2]
    refused(workspace.client.post("/keys", json={"name": "more"}, headers=headers), 422, "idempotency_key_reused")


def test_a_key_does_what_its_scopes_say(workspace: Workspace, refused: Any) -> None:
    workspace.create("There")
    tries = {
        "pages:read": lambda key: workspace.client.get("/pages/there", headers=key),
        "pages:write": lambda key: workspace.client.post("/pages/there/content/append", json={"content": "x"}, headers=key),
        "events:read": lambda key: workspace.client.get("/events", headers=key),
        "members:read": lambda key: workspace.client.get("/members", headers=key),
        "admin": lambda key: workspace.client.get("/keys", headers=key),
    }
    grants = {
        **{(scope,): {scope} for scope in tries},
        ("pages:*",): {"pages:read", "pages:write"},
        ("admin",): {"admin", "members:read", "events:read"},
        ("planning:*",): set(),
        ("*",): set(tries),
        ("pages:read", "*"): set(tries),
    }
    for scopes, may in grants.items():
        _, secret = issue(workspace, scopes=scopes)
        for scope, ask in tries.items():
            answer = ask(bearer(secret))
            if scope in may:
                assert answer.status_code == 200, (scopes, scope, answer.text)
            else:
                assert refused(answer, 403, "forbidden")["scope"] == scope


@pytest.mark.parametrize("scopes", [[], ["pages"], ["pages:delete"], [""], ["admin:*"], ["pages:read"] * (SCOPES_MAX + 1)])
def test_scopes_that_nobody_knows_are_refused(workspace: Workspace, scopes: list[str]) -> None:
    answer = workspace.client.post("/keys", json={"name": "x", "scopes": scopes})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in {"invalid_parameter", "invalid_request"}


def test_who_manages_keys_reads_no_pages_by_way_of_events(workspace: Workspace, refused: Any) -> None:
    workspace.create("Secret plan", content="the text")
    _, admin = issue(workspace, scopes=["admin"])
    _, events = issue(workspace, scopes=["events:read"])
    for secret in (admin, events):
        for types in (None, "page.*", "page.created"):
            shown = workspace.client.get("/events", params={"types": types} if types else {}, headers=bearer(secret))
            assert "the text" not in shown.text
            assert "page." not in {each["type"][:5] for each in shown.json()["events"]}
    hook = {"url": "https://nowhere.invalid/", "types": ["*"]}
    assert (
        refused(workspace.client.post("/webhooks", json=hook, headers=bearer(admin)), 403, "forbidden")["scope"] == "pages:read"
    )
    _, both = issue(workspace, scopes=["admin", "pages:read"])
    made = workspace.client.post("/webhooks", json={**hook, "active": False}, headers=bearer(both)).json()["webhook"]
    path = f"/webhooks/{made['id']}"
    refused(workspace.client.patch(path, json={"active": True}, headers=bearer(admin)), 403, "forbidden")
    assert "the text" in workspace.client.get("/events", headers=bearer(both)).text


def test_access_happens_when_it_happens_whatever_a_request_says(workspace: Workspace, refused: Any) -> None:
    """Otherwise a key could be made that ended before it began, and the audit trail would say whatever one likes."""
    past = {"Daybook-Effective-At": "1999-01-01T00:00:00Z"}
    body = {"name": "x", "expiresAt": "2000-01-01T00:00:00Z"}
    refused(workspace.client.post("/keys", json=body, headers=past), 400, "invalid_parameter")
    made = workspace.client.post("/keys", json={"name": "x"}, headers=past).json()["key"]
    assert datetime.now(UTC) - datetime.fromisoformat(made["createdAt"]) < timedelta(minutes=1)


def test_a_key_that_ends_makes_none_that_lasts_longer(workspace: Workspace, refused: Any) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    _, secret = issue(workspace, expiresAt=until.isoformat())
    refused(workspace.client.post("/keys", json={"name": "x"}, headers=bearer(secret)), 400, "invalid_parameter")
    body = {"name": "x", "expiresAt": (until - timedelta(minutes=1)).isoformat()}
    assert workspace.client.post("/keys", json=body, headers=bearer(secret)).status_code == 201


def test_keys_are_listed_in_parts(workspace: Workspace) -> None:
    for number in range(3):
        issue(workspace, name=f"key {number}")
    listed = workspace.client.get("/keys?limit=2&offset=1").json()
    assert (listed["total"], [each["name"] for each in listed["keys"]]) == (4, ["key 0", "key 1"])


def test_a_key_expires(workspace: Workspace, refused: Any) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    key, secret = issue(workspace, expiresAt=soon.isoformat())
    assert workspace.client.get("/pages", headers=bearer(secret)).status_code == 200
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.05)
    refused(workspace.client.get("/pages", headers=bearer(secret)), 401, "unauthorized")
    assert workspace.client.get(f"/keys/{key['id']}").json()["key"]["status"] == "expired"
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    refused(workspace.client.post("/keys", json={"name": "x", "expiresAt": past}), 400, "invalid_parameter")


@pytest.mark.parametrize(
    "field", [{"workspace": "x"}, {"workspaceId": "x"}, {"secret": "x"}, {"id": "1"}, {"createdBy": {}}, {"version": 3}]
)
def test_nothing_is_applied_that_was_not_asked_about(workspace: Workspace, field: dict[str, Any], refused: Any) -> None:
    refused(workspace.client.post("/keys", json={"name": "x", **field}), 400, "invalid_request")
    assert len(workspace.client.get("/keys").json()["keys"]) == 1


def test_the_list_says_when_a_key_was_last_used(workspace: Workspace) -> None:
    give_up = time.monotonic() + 15
    while time.monotonic() < give_up and workspace.client.get("/keys").json()["keys"][0]["lastUsedAt"] is None:
        time.sleep(0.2)
    used = workspace.client.get("/keys").json()["keys"][0]["lastUsedAt"]
    assert datetime.now(UTC) - datetime.fromisoformat(used) < timedelta(seconds=30)


def test_refusals_of_a_known_key_are_written_down_once_a_minute(workspace: Workspace, service: Service) -> None:
    key, secret = issue(workspace)
    workspace.client.delete(f"/keys/{key['id']}")
    for _ in range(20):
        workspace.client.get("/pages", headers=bearer(secret))
        workspace.client.get("/pages", headers=bearer(workspace.key[:-1] + ("A" if workspace.key[-1] != "A" else "B")))
    give_up = time.monotonic() + 10
    found: list[dict[str, Any]] = []
    while time.monotonic() < give_up and len(found) < 2:
        found = workspace.client.get("/audit?types=access.key_refused").json()["entries"]
    assert sorted(each["data"]["reason"] for each in found) == ["revoked", "wrong_secret"]
    revoked = next(each for each in found if each["data"]["reason"] == "revoked")
    assert (revoked["data"]["number"], revoked["client"], revoked["actor"]["kind"]) == (int(key["id"]), "127.0.0.1", "key")
    assert secret.partition(".")[2] not in service.log()
