"""The audit trail over HTTP: who came in, who let them, when and from where."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Workspace
from people import invite, sign_in


@pytest.fixture
def lived(workspace: Workspace) -> Workspace:
    """A workspace in which somebody was invited, came, got a key, and left; and in which pages were written."""
    olga = sign_in(workspace, f"olga.{workspace.id}@acme.io", "owner")
    invite(workspace, f"ana.{workspace.id}@acme.io", "reader")
    workspace.create("A page")
    ana = sign_in(workspace, f"ana.{workspace.id}@acme.io", None)
    client = olga.client()
    client.patch(f"/members/{ana.id}", json={"role": "editor"})
    key = client.post("/keys", json={"name": "ci"}).json()["key"]
    client.delete(f"/keys/{key['id']}")
    client.delete(f"/members/{ana.id}")
    workspace.create("Another page")
    return workspace


def test_everything_that_has_to_do_with_access_is_in_it_newest_first(lived: Workspace) -> None:
    entries = lived.client.get("/audit").json()["entries"]
    assert [each["type"] for each in entries] == [
        *("member.removed", "key.revoked", "key.issued", "member.changed", "access.signed_in", "member.joined"),
        *("member.invited", "access.signed_in", "member.joined", "member.invited", "key.issued", "workspace.created"),
    ]
    assert [each["position"] for each in entries] == sorted((each["position"] for each in entries), reverse=True)
    changed, signed_in = entries[3], entries[4]
    assert (changed["actor"]["kind"], changed["actor"]["name"], changed["client"]) == ("user", f"olga.{lived.id}", "127.0.0.1")
    assert changed["data"]["role"] == {"before": "reader", "after": "editor"}
    assert (signed_in["data"]["email"], signed_in["client"]) == (f"ana.{lived.id}@acme.io", "127.0.0.1")
    assert "httpx" in signed_in["data"]["agent"]
    assert abs((datetime.fromisoformat(signed_in["at"]) - datetime.now(UTC)).total_seconds()) < 60
    assert entries[-1]["client"] is None, "the operator comes from nowhere on the net"


def test_it_is_filtered_by_type_by_who_and_by_when(lived: Workspace) -> None:
    def types(**query: Any) -> list[str]:
        return [each["type"] for each in lived.client.get("/audit", params=query).json()["entries"]]

    assert types(types="member.*") == ["member.removed", "member.changed", *["member.joined", "member.invited"] * 2]
    assert types(types="key.revoked,member.removed") == ["member.removed", "key.revoked"]
    assert types(types="page.*") == []
    olga = lived.client.get("/members").json()["members"][0]
    assert types(actor=olga["id"]) == [
        *("member.removed", "key.revoked", "key.issued", "member.changed", "access.signed_in", "member.joined"),
    ]
    moment = lived.client.get("/audit", params={"types": "member.changed"}).json()["entries"][0]["recordedAt"]
    assert types(since=moment)[-1] == "member.changed"
    assert types(until=moment)[0] == "access.signed_in"


def test_it_is_walked_by_cursor(lived: Workspace) -> None:
    whole = lived.client.get("/audit").json()["entries"]
    walked: list[Any] = []
    cursor: str | None = None
    while True:
        answer = lived.client.get("/audit", params={"limit": 5, **({"cursor": cursor} if cursor else {})}).json()
        walked += answer["entries"]
        cursor = answer["nextCursor"]
        if cursor is None:
            break
        invite(lived, f"meanwhile{len(walked)}@acme.io", "reader")
    assert walked == whole


def test_the_feed_shows_it_to_nobody_but_owners(lived: Workspace) -> None:
    secret = lived.client.post("/keys", json={"name": "r", "scopes": ["events:read", "pages:read"]}).json()["secret"]
    reader = {"Authorization": f"Bearer {secret}"}
    assert lived.client.get("/audit", headers=reader).status_code == 403
    seen = lived.client.get("/events", headers=reader).json()
    assert {each["type"].partition(".")[0] for each in seen["events"]} == {"page", "workspace"}
    assert seen["next"] == seen["head"] == lived.client.get("/events").json()["head"]
    for types in ("member.*", "key.issued", "access.signed_in,member.joined", "page.*,key.*"):
        found = lived.client.get("/events", headers=reader, params={"types": types}).json()["events"]
        assert {each["type"].partition(".")[0] for each in found} <= {"page"}
    whole = {each["type"].partition(".")[0] for each in lived.client.get("/events").json()["events"]}
    assert whole == {"page", "workspace", "member", "key", "access"}


def test_webhooks_are_in_it_with_where_the_request_came_from(workspace: Workspace) -> None:
    body = {"url": "https://nowhere.invalid/", "active": False}
    made = workspace.client.post("/webhooks", json=body).json()["webhook"]
    workspace.client.patch(f"/webhooks/{made['id']}", json={"description": "x"})
    workspace.client.post(f"/webhooks/{made['id']}/rotate-secret")
    workspace.client.delete(f"/webhooks/{made['id']}")
    entries = workspace.client.get("/audit?types=webhook.*").json()["entries"]
    assert [(each["type"], each["client"]) for each in entries] == [
        (f"webhook.{name}", "127.0.0.1") for name in ("removed", "changed", "changed", "registered")
    ]


# A position that no log can have.
HUGE = base64.urlsafe_b64encode(b'["audit",99999999999999999999]').rstrip(b"=").decode()


WRONG = ("types=", "types=*", "since=yesterday", "until=x", "limit=0", "limit=1001", "cursor=x", "actor=%00", "actor=")


@pytest.mark.parametrize("query", [*WRONG, f"cursor={HUGE}"])
def test_a_wrong_question_gets_a_word(workspace: Workspace, query: str) -> None:
    assert workspace.client.get(f"/audit?{query}").status_code == 400
