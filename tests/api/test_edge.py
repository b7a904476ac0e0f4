"""What every answer has, whatever it is; and the metrics, as a service on somebody's desk shows them."""

import base64
import hashlib
import re
from typing import Any

import httpx
import pytest
from conftest import Workspace

SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
ASKED = [
    *(("GET", "/v1/pages", 200), ("HEAD", "/v1/pages", 200), ("OPTIONS", "/v1/pages", 204), ("POST", "/v1/pages", 400)),
    *(("GET", "/v1/pages/nothing", 404), ("GET", "/nothing", 404), ("TRACE", "/v1/pages", 405), ("GET", "/healthz", 200)),
    *(("GET", "/readyz", 200), ("GET", "/openapi.json", 200), ("GET", "/metrics", 200), ("GET", "/v1/pages/history", 200)),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_answer_tells_browsers_that_it_is_data_and_has_a_name(
    shared: Workspace, method: str, path: str, status: int
) -> None:
    answer = shared.client.request(method, f"{shared.url}{path}")
    assert answer.status_code == status
    assert answer.headers.items() >= SECURITY.items()
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}
    assert all(len(answer.headers.get_list(name)) == 1 for name in answer.headers)


def test_an_answer_from_the_cache_has_it_too(shared: Workspace) -> None:
    tag = shared.client.get("/pages").headers["etag"]
    answer = shared.client.get("/pages", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.headers.items() >= SECURITY.items()


def test_nothing_says_what_the_service_is_made_of(shared: Workspace) -> None:
    for path in ("/v1/pages", "/nothing", "/docs"):
        answer = shared.client.get(f"{shared.url}{path}")
        assert not {"server", "x-powered-by", "via"} & answer.headers.keys()


def test_the_page_for_people_may_use_its_own_style_and_nothing_else(shared: Workspace) -> None:
    answer = httpx.get(f"{shared.url}/docs")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert (policy["default-src"], policy["style-src"]) == ("'none'", f"'sha256-{digest}'")
    assert not re.search(r"<script|<link|<img|style=|\son\w+=", answer.text)


def test_nobody_is_believed_about_where_they_come_from(shared: Workspace) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", "Forwarded": "proto=https"}
    assert "strict-transport-security" not in shared.client.get("/pages", headers=forged).headers


def test_pages_of_other_origins_are_told_nothing(shared: Workspace) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (shared.client.get("/pages", headers=asked), shared.client.options("/pages", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_who_has_shown_nothing_yet_cannot_send_much(shared: Workspace, refused: Any) -> None:
    for path in ("/v1/auth/request-code", "/api/v1/auth/verify", "/api/auth/mobile/refresh"):
        for body in (b" " * 20_000, iter([b" " * 10_000, b" " * 10_000])):
            refused(httpx.post(f"{shared.url}{path}", content=body), 413, "body_too_large")


def count(text: str, name: str, **labels: str) -> float:
    wanted = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    found = re.search(rf"^{name}{re.escape('{' + wanted + '}') if wanted else ''} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def metrics(workspace: Workspace) -> str:
    answer = httpx.get(f"{workspace.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.text


def test_metrics_count_requests_by_route_and_never_by_path(shared: Workspace) -> None:
    of_page = {"method": "GET", "route": "/v1/pages/{slug}", "status": "404"}
    of_nothing = {"method": "GET", "route": "(none)", "status": "404"}
    name = "daybook_http_requests_seconds_count"
    before = metrics(shared)
    for number in range(3):
        shared.client.get(f"/pages/a-secret-plan-{number}?q=secret")
        shared.client.get(f"/a-secret-plan-{number}")
    after = metrics(shared)
    assert count(after, name, **of_page) - count(before, name, **of_page) >= 3
    assert count(after, name, **of_nothing) - count(before, name, **of_nothing) >= 3
    assert "secret-plan" not in after
    assert "q=" not in after
    assert shared.name not in after
    assert shared.key not in after


def test_metrics_count_batches_and_say_how_far_projections_are(workspace: Workspace) -> None:
    before = count(metrics(workspace), "daybook_append_batch_requests_count")
    workspace.create("Page")
    text = metrics(workspace)
    assert count(text, "daybook_append_batch_requests_count") > before
    assert count(text, "daybook_database_up") == 1
    projections = set(re.findall(r'^daybook_projection_lag_events\{projection="(\w+)"\}', text, re.MULTILINE))
    assert {"webhooks", "snapshots", "links"} <= projections
    assert projections == set(re.findall(r'^daybook_projection_parked\{projection="(\w+)"\}', text, re.MULTILINE))
    assert count(text, "process_resident_memory_bytes") > 0


def test_the_document_says_that_metrics_may_ask_for_a_token(shared: Workspace) -> None:
    document: Any = httpx.get(f"{shared.url}/openapi.json").json()
    operation = document["paths"]["/metrics"]["get"]
    assert operation["security"] == [{}, {"metricsToken": []}]
    assert {"200", "401", "404"} == operation["responses"].keys()
    assert "text/plain" in operation["responses"]["200"]["content"]
    assert document["components"]["securitySchemes"]["metricsToken"]["scheme"] == "bearer"
