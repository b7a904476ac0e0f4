"""Lists and queries as a compact text, over real HTTP."""

from typing import Any

from conftest import Workspace


def made(workspace: Workspace) -> Workspace:
    workspace.create("Auth service", status="on_track")
    workspace.create(
        "API redesign", status="at_risk", owner="ana@acme.io", dueDate="2026-03-01", blockedBy=["auth-service"],
        icon={"type": "emoji", "value": "🚀"},
    )  # fmt: skip
    workspace.create("Endpoints", parentSlug="api-redesign", type="database")
    workspace.create('GET "all"', parentSlug="endpoints", properties={"Stage": "Done", "Points": 3, "Due date": "soon"})
    return workspace


TEXT = """\
- auth-service "Auth service" on_track
- api-redesign "API redesign" at_risk @ana@acme.io icon=🚀 due=2026-03-01 blocked-by=auth-service
  - endpoints "Endpoints" database
    - get-all "GET \\"all\\"" Stage=Done Points=3 "Due date"=soon
"""


def test_a_list_reads_as_a_text(workspace: Workspace) -> None:
    response = made(workspace).client.get("/pages", params={"compact": "true"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == TEXT
    again = workspace.client.get("/pages?compact=true", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_who_asks_for_json_by_name_gets_json(workspace: Workspace) -> None:
    client = made(workspace).client
    for accept, media_type in (
        ("application/json", "application/json"),
        ("application/json;q=0.9, text/plain;q=0.5", "application/json"),
        ("*/*", "text/plain"),
        ("text/html, */*;q=0.1", "text/plain"),
        ("text/plain", "text/plain"),
        ("image/png", "text/plain"),
    ):
        response = client.get("/pages?compact=true", headers={"Accept": accept})
        assert response.headers["content-type"].startswith(media_type), accept
        assert (response.json() if media_type == "application/json" else {"text": response.text}) == {"text": TEXT}
        assert "Accept" in response.headers["vary"]


def test_a_query_reads_as_a_text_with_the_parents_that_are_not_in_it(workspace: Workspace) -> None:
    text = made(workspace).client.get("/pages/query", params={"where": "Stage=Done", "compact": "true"}).text
    assert text == '- get-all "GET \\"all\\"" in=endpoints Stage=Done Points=3 "Due date"=soon\n'


def test_a_text_is_cut_to_the_tokens_one_has(workspace: Workspace) -> None:
    client = made(workspace).client
    tokens = -(-len(TEXT.encode()) // 4)
    assert client.get("/pages", params={"compact": "true", "maxTokens": tokens}).text == TEXT
    text = client.get("/pages", params={"compact": "true", "maxTokens": tokens - 1}).text
    assert text.endswith(f" of 4 pages; maxTokens={tokens} shows 4\n")
    assert "more below api-redesign" in text
    assert len(text.encode()) <= (tokens - 1) * 4


def test_a_limit_is_told(workspace: Workspace) -> None:
    text = made(workspace).client.get("/pages", params={"compact": "true", "limit": 1}).text
    assert text == '- auth-service "Auth service" on_track\n… 1 of 4 pages\n'


def test_no_pages_are_no_text(workspace: Workspace) -> None:
    assert workspace.client.get("/pages?compact=true").text == ""


def test_tokens_without_a_text_are_a_mistake(workspace: Workspace, refused: Any) -> None:
    refused(workspace.client.get("/pages?maxTokens=100"), 400, "invalid_parameter")
    refused(workspace.client.get("/pages?compact=true&maxTokens=15"), 400, "invalid_request")
    assert workspace.client.get("/pages?compact=true&maxTokens=16").status_code == 200
