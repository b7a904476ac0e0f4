"""What the tests of the API share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace

Refused = Callable[[httpx.Response, int, str], dict[str, Any]]


@pytest.fixture(scope="module")
def shared(service: Service) -> Workspace:
    """One workspace for the tables of a module, whose rows leave nothing behind or do not mind one another."""
    return service.new_workspace()


@pytest.fixture(scope="session")
def refused() -> Refused:
    """Checks that an answer is a problem in the one shape, and gives its body."""
    return _refused


def _refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["type"] == f"/problems/{code}"
    assert body["title"] == HTTPStatus(status).phrase
    assert body["error"] == body["detail"]
    assert body["detail"].strip()
    assert body["requestId"] == response.headers["x-request-id"]
    for leak in ("Traceback", "asyncpg", "litestar", "SELECT", 'File "', "0x"):
        assert leak not in response.text
    return body
