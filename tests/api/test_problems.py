"""One error shape for everything, the framework's own refusals included; and the document of the API says what there is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from uuid import UUID

import httpx
import pytest
from conftest import Workspace
from litestar.routes import HTTPRoute

import api
import application
import daybook
import domain
import infrastructure
from api.statuses import STATUSES
from daybook.bootstrap import build
from daybook.settings import Settings
from domain.errors import DomainError


def subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    yield of
    for each in of.__subclasses__():
        yield from subclasses(each)


def import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def test_every_error_of_the_domain_has_a_status_a_code_and_a_message() -> None:
    for package in (domain, application, infrastructure, api, daybook):
        import_all(package)
    known = set(subclasses(DomainError))
    assert known == set(STATUSES)
    assert all(400 <= status < 600 for status in STATUSES.values())
    for error in known:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
        assert error().detail.endswith((".", "?", "`."))
    codes = [error.code for error in known]
    assert len(codes) == len(set(codes)), "two errors share a code, so that no client could tell them apart"


def test_the_document_has_every_route_and_every_route_is_in_the_document(shared: Workspace) -> None:
    document = httpx.get(f"{shared.url}/openapi.json").json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    app = build("postgresql:///none", None, b"", Settings()).app
    routed = {
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    }
    assert all(isinstance(route, HTTPRoute) for route in app.routes)
    outside = {("GET", "/openapi.json"), ("GET", "/docs")}
    synonyms = {(method, path) for method, path in routed if path.startswith(("/api/v1/", "/api/auth/mobile/"))}
    assert routed - synonyms - outside == described
    once = {(method, path.replace("/api/auth/mobile/", "/v1/auth/").removeprefix("/api")) for method, path in synonyms}
    assert once == {each for each in described if "/v1/" in each[1]}


def test_the_document_names_its_operations_and_only_health_and_sign_in_are_open(shared: Workspace) -> None:
    document = httpx.get(f"{shared.url}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["security"] == [{"key": []}]
    operations = [(path, op) for path, methods in document["paths"].items() for op in methods.values()]
    assert len({op["operationId"] for _, op in operations}) == len(operations)
    opened = {path for path, op in operations if {} in op.get("security", [])}
    assert {path for path in opened if not path.startswith("/v1/auth/")} == {"/healthz", "/readyz", "/metrics"}
    signing_in = {"request-code", "send-code", "verify", "verify-code", "refresh", "logout", "sign-out"}
    assert {path.removeprefix("/v1/auth/") for path in opened if path.startswith("/v1/auth/")} == signing_in
    assert "<h1>" in httpx.get(f"{shared.url}/docs").text


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/pages", "/v1/page", "/v1/pages/a/b/c", "/api", "/api/v1", "/v1/pages/a%2Fb"])
def test_a_path_that_is_no_route_is_a_problem_with_a_request_id(shared: Workspace, refused: Any, path: str) -> None:
    refused(httpx.get(f"{shared.url}{path}", headers=shared.headers), 404, "route_not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/pages"),
        ("DELETE", "/pages"),
        ("POST", "/pages/x"),
        ("PUT", "/pages/x"),
        ("GET", "/pages/x/restore"),
        ("POST", "/pages/x/content"),
        ("GET", "/pages/x/content/append"),
        ("TRACE", "/pages"),
        ("PROPFIND", "/pages"),
    ],
)
def test_a_method_a_route_does_not_have_is_a_problem_that_names_those_it_has(
    shared: Workspace, refused: Any, method: str, path: str
) -> None:
    answer = shared.client.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


def test_every_answer_has_a_request_id_of_its_own(shared: Workspace) -> None:
    answers = [shared.client.get(path) for path in ("/pages", "/pages", "/pages/never", "/nothing")]
    answers.append(httpx.get(f"{shared.url}/healthz"))
    ids = [UUID(answer.headers["x-request-id"]) for answer in answers]
    assert len(set(ids)) == len(ids)


def test_a_request_id_from_outside_is_not_taken_over(shared: Workspace) -> None:
    answer = shared.client.get("/pages/never", headers={"X-Request-Id": "forged"})
    assert answer.headers.get_list("x-request-id") == [answer.json()["requestId"]]


def test_health_needs_no_key(shared: Workspace) -> None:
    assert httpx.get(f"{shared.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{shared.url}/readyz").json()["status"] == "ready"
