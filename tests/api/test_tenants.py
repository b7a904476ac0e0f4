"""Workspaces are apart: another one's page is not to be told from one that never was; and keys open only what they should."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from api_samples import MARK, UNKNOWN, UNKNOWN_ID, Samples, operations
from conftest import Service, Workspace, run_apart

from daybook.desk import operator_command, operator_desk
from domain.keys import KeyWish

UNKNOWN_SLUG = "no-page-anywhere"


def without_request_id(answer: httpx.Response) -> tuple[int, Any]:
    body = answer.json()
    body.pop("requestId", None)
    for key in body.get("keys", []):
        # Written a moment after the use, whichever request that was.
        key.pop("lastUsedAt")
    return answer.status_code, body


@pytest.fixture
def samples(service: Service) -> Samples:
    """Something of everything, and pages in every state, each with a mark that nobody else may see."""
    made = Samples(service.new_workspace())
    workspace = made.workspace
    workspace.create("Live", content=MARK, properties={MARK: MARK})
    workspace.create("Old", content=MARK)
    workspace.client.patch("/pages/old", json={"slug": "new"})
    trashed = workspace.create("Trashed", content=MARK)
    workspace.client.delete("/pages/trashed")
    made.path["slug"] += ["live", "old", "new", "trashed", trashed["id"], workspace.get("new")["id"]]
    return made


@pytest.fixture
def owner(samples: Samples) -> Workspace:
    return samples.workspace


def seen(workspace: Workspace) -> dict[str, Any]:
    """All that can be asked for without naming anything."""
    reads = [each for each in operations(workspace) if each.method == "GET" and not each.parameters and not each.opened]
    return {each.name: without_request_id(each.send(workspace.client, {})) for each in reads}


def test_every_parameter_of_a_path_has_a_sample(samples: Samples) -> None:
    named = {name for operation in operations(samples.workspace) for name in operation.parameters}
    assert named <= {"ref_id", "sub_ref_id", *samples.path}, "tests/api_samples.py has nothing to ask for"
    assert all(len(set(values)) == len(values) >= 1 for values in samples.path.values())


def test_what_another_workspace_has_is_as_unknown_as_what_never_was(samples: Samples, service: Service) -> None:
    stranger, owner = service.new_workspace(), samples.workspace
    before, walked = seen(owner), 0
    for operation in operations(owner):
        if not operation.parameters:
            continue
        (subject, *parts) = operation.parameters
        known = samples.known(operation.path)
        rest = {name: known[name][0] for name in parts}
        for base in ("", "/api"):
            nevers = [
                operation.send(stranger.client, {**rest, subject: each}, base) for each in UNKNOWN.get(subject, [UNKNOWN_ID])
            ]
            assert {answer.status_code for answer in nevers} == {404}, operation.name
            for reference in known[subject]:
                met = operation.send(stranger.client, {**rest, subject: reference}, base)
                assert without_request_id(met) in [without_request_id(never) for never in nevers], (operation.name, reference)
                assert MARK not in met.text
                walked += 1
    assert walked >= 2 * 9 * 7
    assert seen(owner) == before, "a stranger's request left something behind"


def test_nothing_that_lists_shows_another_workspace(samples: Samples, service: Service) -> None:
    stranger = service.new_workspace()
    for name, (status, body) in seen(stranger).items():
        assert status == 200, name
        assert MARK not in str(body)
        assert not any(each in str(body) for values in samples.path.values() for each in values if len(each) > 8)


def test_lists_and_history_show_a_workspace_nothing_of_another(owner: Workspace, service: Service) -> None:
    stranger = service.new_workspace()
    stranger.create("Mine")
    for path in ("/pages", "/pages/history", "/history", "/pages/history?limit=100&page=1"):
        answer = stranger.client.get(path)
        (only,) = answer.json()["pages" if path == "/pages" else "history"]
        assert only.get("slug", only.get("pageSlug")) == "mine"
        assert MARK not in answer.text
    assert stranger.client.get("/pages").json()["totalPages"] == 1
    page_id = owner.get("live")["id"]
    met, never = (stranger.client.get("/pages/history", params={"page": each}) for each in (page_id, UNKNOWN_ID))
    assert without_request_id(met) == without_request_id(never)
    met, never = (stranger.client.get("/pages/history", params={"page": each}) for each in ("live", UNKNOWN_SLUG))
    assert without_request_id(met) == without_request_id(never)


def test_no_page_goes_below_one_of_another_workspace(owner: Workspace, service: Service) -> None:
    stranger = service.new_workspace()
    stranger.create("Mine")
    page_id = owner.get("live")["id"]
    for name, met, unknown in (("parentId", page_id, UNKNOWN_ID), ("parentSlug", "live", UNKNOWN_SLUG)):
        for method, path, body in (("POST", "/pages", {"title": "x"}), ("PATCH", "/pages/mine", {})):
            answers = [stranger.client.request(method, path, json={**body, name: each}) for each in (met, unknown)]
            assert answers[0].status_code == 404
            assert len({str(without_request_id(answer)) for answer in answers}) == 1


def test_the_same_slug_in_two_workspaces_is_two_pages(owner: Workspace, service: Service) -> None:
    stranger = service.new_workspace()
    assert stranger.create("Live")["slug"] == "live"
    stranger.client.delete("/pages/live")
    assert owner.get("live")["content"] == MARK


def bad_keys(owner: Workspace) -> dict[str, dict[str, str]]:
    key = owner.key
    return {
        "no key": {"Authorization": ""},
        "a malformed key": {"Authorization": "Bearer nonsense"},
        "a wrong secret": {"Authorization": f"Bearer {key[:-1]}{'A' if key[-1] != 'A' else 'B'}"},
        "a secret cut short": {"Authorization": f"Bearer {key[:-1]}"},
        "another environment in its text": {"Authorization": f"Bearer {key.replace('ak_local_', 'ak_production_')}"},
        "another number": {"Authorization": "Bearer " + re.sub(r"_\d+\.", "_999999.", key)},
    }


def test_every_route_asks_for_a_key(samples: Samples, owner: Workspace, refused: Any) -> None:
    for operation in operations(owner):
        for headers in bad_keys(owner).values() if not operation.opened else ():
            values = {name: samples.known(operation.path)[name][0] for name in operation.parameters}
            refused(operation.send(owner.client, values, **headers), 401, "unauthorized")
    assert owner.get("live")["version"] == 1


def test_a_key_issued_for_another_environment_opens_nothing(service: Service, workspace: Workspace) -> None:
    async def issue(environment: str) -> str:
        async with operator_desk(service.owner_dsn, service.settings.server_key(), environment) as desk:
            return (await desk.keys.issue(operator_command(workspace.id), KeyWish("key"))).text

    for environment, status in (("local", 200), ("staging", 401), ("production", 401)):
        headers = {"Authorization": f"Bearer {run_apart(issue(environment))}"}
        assert workspace.client.get("/pages", headers=headers).status_code == status


def test_a_revoked_key_opens_nothing_from_the_next_request_on(service: Service, workspace: Workspace, refused: Any) -> None:
    kept = service.daybook_json("keys", "create", "--workspace", workspace.name)["key"]
    assert workspace.client.get("/pages").status_code == 200
    number = re.search(r"_(\d+)\.", workspace.key)
    assert number is not None
    revoked = service.daybook("keys", "revoke", number[1], "--workspace", workspace.name)
    assert revoked.returncode == 0, revoked.stderr
    refused(workspace.client.get("/pages"), 401, "unauthorized")
    refused(workspace.client.post("/pages", json={"title": "x"}), 401, "unauthorized")
    assert workspace.client.get("/pages", headers={"Authorization": f"Bearer {kept}"}).json()["totalPages"] == 0


def test_a_revoked_key_stays_shut_in_every_worker(new_service: Callable[..., Service]) -> None:
    service = new_service("--workers", "2")
    workspace = service.new_workspace()
    number = re.search(r"_(\d+)\.", workspace.key)
    assert number is not None
    for expected in (200, 401):
        answers = {workspace.client.get("/pages", headers={"Connection": "close"}).status_code for _ in range(12)}
        assert answers == {expected}
        service.daybook("keys", "revoke", number[1], "--workspace", workspace.name)
    assert workspace.key.partition(".")[2] not in service.log(), "a key's secret is in the log"
