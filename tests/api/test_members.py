"""People in a workspace, over HTTP."""

from typing import Any

import httpx
import pytest
from conftest import Service, Workspace
from people import invite, sign_in


@pytest.fixture
def owned(workspace: Workspace) -> Workspace:
    """A workspace with an owner who is there."""
    sign_in(workspace, "olga@acme.io", "owner")
    return workspace


def test_somebody_is_invited_joins_is_changed_and_removed(owned: Workspace, refused: Any) -> None:
    email = f"ana.{owned.id}@acme.io"
    invited = owned.client.post("/members", json={"email": f" Ana.{owned.id}@ACME.io ", "role": "reader", "name": "Ana"})
    assert (invited.status_code, invited.headers["etag"]) == (201, '"1"')
    member = invited.json()["member"]
    assert (member["email"], member["role"], member["status"], member["joinedAt"]) == (email, "reader", "invited", None)
    path = f"/members/{member['id']}"
    refused(owned.client.post("/members", json={"email": email}), 409, "member_exists")

    ana = sign_in(owned, email, None)
    assert ana.id == member["id"]
    assert ana.tokens["user"]["name"] == "Ana"
    joined = owned.client.get(path)
    assert (joined.json()["member"]["status"], joined.headers["etag"]) == ("active", '"2"')

    changed = owned.client.patch(path, json={"role": "editor", "name": "Ana P."}, headers={"If-Match": '"2"'})
    assert (changed.json()["member"]["role"], changed.json()["member"]["name"], changed.json()["member"]["version"]) == (
        *("editor", "Ana P."),
        3,
    )
    refused(owned.client.patch(path, json={"role": "reader"}, headers={"If-Match": '"2"'}), 412, "version_stale")
    refused(owned.client.patch(path, json={"role": "king"}), 400, "invalid_request")
    refused(owned.client.patch(path, json={"email": "other@acme.io"}), 400, "invalid_request")
    assert owned.client.delete(path).json() == {"success": True}
    refused(owned.client.get(path), 404, "member_not_found")
    refused(ana.client().get("/pages"), 403, "not_a_member")

    again = owned.client.post("/members", json={"email": email, "role": "reader"}).json()["member"]
    assert (again["id"], again["version"], again["status"]) == (member["id"], 5, "invited")


def test_a_workspace_always_keeps_an_owner(workspace: Workspace, refused: Any) -> None:
    refused(workspace.client.post("/members", json={"email": "ana@acme.io", "role": "editor"}), 409, "owner_missing")
    first = invite(workspace, "first@acme.io", "owner")
    refused(workspace.client.delete(f"/members/{first['id']}"), 409, "last_owner")
    sign_in(workspace, "first@acme.io", None)
    # Somebody who is only invited may never come.
    second = invite(workspace, "second@acme.io", "owner")
    for change in (lambda: workspace.client.delete(f"/members/{first['id']}"), lambda: _role(workspace, first["id"], "editor")):
        refused(change(), 409, "last_owner")
    sign_in(workspace, "second@acme.io", None)
    assert _role(workspace, first["id"], "editor").status_code == 200
    refused(_role(workspace, second["id"], "reader"), 409, "last_owner")
    roles = {each["email"]: each["role"] for each in workspace.client.get("/members").json()["members"]}
    assert roles == {"first@acme.io": "editor", "second@acme.io": "owner"}


def _role(workspace: Workspace, member_id: str, role: str) -> httpx.Response:
    return workspace.client.patch(f"/members/{member_id}", json={"role": role})


def test_a_role_says_what_a_person_may_do_from_the_next_request_on(owned: Workspace, refused: Any) -> None:
    owned.create("There")
    person = sign_in(owned, "ana@acme.io", "reader")
    client = person.client()
    assert client.get("/pages").json()["totalPages"] == 1
    refused(client.post("/pages", json={"title": "No"}), 403, "forbidden")
    refused(client.get("/keys"), 403, "forbidden")
    _role(owned, person.id, "editor")
    assert client.post("/pages", json={"title": "Yes"}).status_code == 201
    refused(client.post("/members", json={"email": "x@acme.io"}), 403, "forbidden")
    refused(client.get("/audit"), 403, "forbidden")
    _role(owned, person.id, "owner")
    assert client.get("/audit").status_code == 200
    assert client.post("/members", json={"email": "x@acme.io", "role": "owner"}).status_code == 201


def test_everybody_changes_their_own_name_and_may_leave(owned: Workspace, refused: Any) -> None:
    ana, ben = sign_in(owned, "ana@acme.io", "reader"), sign_in(owned, "ben@acme.io", "reader")
    client = ana.client()
    assert client.patch(f"/members/{ana.id}", json={"name": "Ana"}).json()["member"]["name"] == "Ana"
    refused(client.patch(f"/members/{ana.id}", json={"role": "owner"}), 403, "forbidden")
    refused(client.patch(f"/members/{ben.id}", json={"name": "Benny"}), 403, "forbidden")
    refused(client.delete(f"/members/{ben.id}"), 403, "forbidden")
    assert client.delete(f"/members/{ana.id}").status_code == 200
    refused(client.get("/pages"), 403, "not_a_member")


def test_a_person_is_in_several_workspaces_with_a_role_and_a_name_in_each(
    service: Service, owned: Workspace, refused: Any
) -> None:
    other = service.new_workspace()
    invite(other, "owner@other.io", "owner")
    here = sign_in(owned, "ana.of.two@acme.io", "reader")
    other.client.post("/members", json={"email": "ana.of.two@acme.io", "role": "editor", "name": "Ana of the other"})
    # Invited is not in: that takes signing in.
    refused(here.client(other.id).get("/pages"), 403, "not_a_member")
    ana = sign_in(other, "ana.of.two@acme.io", None)
    first, second = ana.client("").get("/me").json(), ana.client(other.id).get("/me").json()
    assert (first["workspace"]["name"], first["role"], first["name"]) == (owned.name, "reader", "ana.of.two")
    assert (second["workspace"]["name"], second["role"], second["name"]) == (other.name, "editor", "Ana of the other")
    assert [each["name"] for each in first["workspaces"]] == [owned.name, other.name]
    page = ana.client(other.id).post("/pages", json={"title": "There"}).json()["page"]
    assert page["createdBy"] == {"kind": "user", "id": ana.id, "name": "Ana of the other"}
    assert owned.client.get("/pages").json()["totalPages"] == 0
    assert "Ana of the other" not in owned.client.get("/members").text + owned.client.get("/audit").text


def test_nobody_gives_more_than_they_have(owned: Workspace, refused: Any) -> None:
    made = owned.client.post("/keys", json={"name": "door", "scopes": ["admin"]}).json()["secret"]
    door = {"Authorization": f"Bearer {made}"}
    for role in ("owner", "editor", "reader"):
        refused(owned.client.post("/members", json={"email": "x@acme.io", "role": role}, headers=door), 403, "scope_not_held")
    refused(owned.client.post("/keys", json={"name": "more"}, headers=door), 403, "scope_not_held")
    refused(owned.client.post("/keys", json={"name": "more", "scopes": ["pages:read"]}, headers=door), 403, "scope_not_held")
    assert owned.client.post("/keys", json={"name": "same", "scopes": ["admin"]}, headers=door).status_code == 201
    assert owned.client.get("/pages", headers=door).status_code == 403


def test_an_invitation_that_is_sent_again_under_its_key_is_one(owned: Workspace, refused: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    answers = [owned.client.post("/members", json={"email": "ana@acme.io"}, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replay"] == "true"
    refused(owned.client.post("/members", json={"email": "ben@acme.io"}, headers=headers), 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "@acme.io", "a@b@c.io", "ana@acme.io\nbcc: x@y.io", "x" * 250 + "@acme.io", "ana @acme.io"]
)
def test_what_is_no_address_is_refused(owned: Workspace, email: str, refused: Any) -> None:
    body = refused(owned.client.post("/members", json={"email": email}), 400, "invalid_parameter")
    assert body["parameter"] == "email"


def test_members_are_listed_in_the_order_of_their_coming(owned: Workspace) -> None:
    for name in ("c", "a", "b"):
        invite(owned, f"{name}@acme.io", "reader")
    sign_in(owned, "b@acme.io", None)
    listed = owned.client.get("/members").json()
    assert listed["total"] == 4
    assert [each["email"] for each in listed["members"]][:2] == ["olga@acme.io", "b@acme.io"]
    assert {each["status"] for each in listed["members"][2:]} == {"invited"}
    assert owned.client.get("/members?limit=1&offset=1").json()["members"] == listed["members"][1:2]
