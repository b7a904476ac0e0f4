"""Workspaces are apart: another one's page is not to be told from one that never was; and keys open only what they should."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace, run_apart

from application.keys import issue_key
from daybook.bootstrap import new_id, operator_command
from infrastructure.keys import key_book

UNKNOWN_ID = "0192f0c1-2b3c-7def-8123-456789abcdef"
UNKNOWN_SLUG = "no-page-anywhere"
SECRET = "not-for-others"  # noqa: S105 - a mark to look for
BODIES: dict[tuple[str, str], dict[str, Any] | None] = {
    ("POST", "/v1/pages"): {"title": "x"},
    ("PATCH", "/v1/pages/{slug}"): {"title": "x"},
    ("PUT", "/v1/pages/{slug}/content"): {"content": "x"},
    ("PATCH", "/v1/pages/{slug}/content"): {"content": "x"},
    ("POST", "/v1/pages/{slug}/content/append"): {"content": "x"},
    ("POST", "/v1/pages/{slug}/content/find-replace"): {"find": SECRET, "replace": "x"},
    ("POST", "/v1/pages/{slug}/content/find-and-replace"): {"find": SECRET, "replace": "x"},
}
OPEN = {"/healthz", "/readyz"}


def routes(workspace: Workspace) -> list[tuple[str, str]]:
    paths = httpx.get(f"{workspace.url}/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods if path not in OPEN]


def send(workspace: Workspace, method: str, path: str, **headers: str) -> httpx.Response:
    body = next((body for (verb, route), body in BODIES.items() if verb == method and matches(route, path)), None)
    return workspace.client.request(method, workspace.url + path, json=body, headers=headers)


def matches(route: str, path: str) -> bool:
    return re.fullmatch(route.replace("{slug}", "[^/]+"), path) is not None


def without_request_id(answer: httpx.Response) -> tuple[int, Any]:
    body = answer.json()
    body.pop("requestId", None)
    return answer.status_code, body


@pytest.fixture
def owner(service: Service) -> Workspace:
    """A workspace with pages in every state, each with a mark nobody else may see."""
    made = service.new_workspace()
    made.create("Live", content=SECRET, properties={SECRET: SECRET})
    made.create("Old", content=SECRET)
    made.client.patch("/pages/old", json={"slug": "new"})
    made.create("Trashed", content=SECRET)
    made.client.delete("/pages/trashed")
    return made


def test_another_workspaces_pages_are_as_unknown_as_pages_that_never_were(owner: Workspace, service: Service) -> None:
    stranger = service.new_workspace()
    ids = [page["id"] for page in owner.client.get("/pages").json()["pages"]]
    ids += [entry["pageId"] for entry in owner.client.get("/pages/history").json()["history"]]
    before = owner.client.get("/pages/history").json()
    walked = 0
    for base in ("", "/api"):
        for method, path in routes(owner):
            if "{slug}" not in path:
                continue
            for reference, unknown in [(each, UNKNOWN_SLUG) for each in ("live", "old", "new", "trashed")] + [
                (each, UNKNOWN_ID) for each in set(ids)
            ]:
                met = send(stranger, method, base + path.replace("{slug}", reference))
                never = send(stranger, method, base + path.replace("{slug}", unknown))
                assert without_request_id(met) == without_request_id(never), (method, path, reference)
                assert met.status_code in {400, 404}
                assert SECRET not in met.text.replace('"find":', "")
                walked += 1
    assert walked >= 2 * 9 * 7
    assert owner.client.get("/pages/history").json() == before


def test_lists_and_history_show_a_workspace_nothing_of_another(owner: Workspace, service: Service) -> None:
    stranger = service.new_workspace()
    stranger.create("Mine")
    for path in ("/pages", "/pages/history", "/history", "/pages/history?limit=100&page=1"):
        answer = stranger.client.get(path)
        (only,) = answer.json()["pages" if path == "/pages" else "history"]
        assert only.get("slug", only.get("pageSlug")) == "mine"
        assert SECRET not in answer.text
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
    assert owner.get("live")["content"] == SECRET


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


def test_every_route_asks_for_a_key(owner: Workspace, refused: Any) -> None:
    for method, path in routes(owner):
        for headers in bad_keys(owner).values():
            refused(send(owner, method, path.replace("{slug}", "live"), **headers), 401, "unauthorized")
    assert owner.get("live")["version"] == 1


def test_a_key_issued_for_another_environment_opens_nothing(service: Service, workspace: Workspace) -> None:
    async def issue(environment: str) -> str:
        async with key_book(service.owner_dsn) as book:
            command, server_key = operator_command(workspace.id), service.settings.server_key()
            key = await issue_key(book, command, name="key", environment=environment, server_key=server_key, stream_id=new_id())
            return key.text

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
