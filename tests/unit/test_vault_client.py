"""The client as the commands rely on it: it repeats what is safe to repeat, and keeps the local key to itself."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from daybook import client as client_module
from daybook.client import Address, ApiError, Client, ClientError, connected, find_service

Answer = httpx.Response | Exception


def talking(*answers: Answer) -> tuple[Client, list[httpx.Request]]:
    """Make a client of a service that gives these answers, one after another."""
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    return Client(Address("http://127.0.0.1:1", "key"), transport=httpx.MockTransport(answer)), seen


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RETRY_DELAYS_S", (0.0, 0.0, 0.0))


BUSY: Callable[[], Answer] = lambda: httpx.Response(503, headers={"Retry-After": "0"})  # noqa: E731 - one line says it


def test_a_write_is_repeated_with_the_same_key_until_the_service_takes_it() -> None:
    client, seen = talking(BUSY(), httpx.ReadError("reset"), httpx.ConnectError("refused"), httpx.Response(200, json={}))
    client.write("POST", "/pages", {"title": "x"})
    assert len({(request.headers["Idempotency-Key"], request.content) for request in seen}) == 1
    assert len(seen) == 4


def test_repeating_ends() -> None:
    client, seen = talking(*[httpx.ReadError("reset")] * 9)
    with pytest.raises(ClientError, match="broken"):
        client.get("/pages")
    assert len(seen) == 4


def test_a_service_that_never_answered_is_said_at_once() -> None:
    client, seen = talking(httpx.ConnectError("refused"))
    with pytest.raises(ClientError, match="daybook serve"):
        client.get("/pages")
    assert len(seen) == 1


def test_a_service_that_stays_busy_is_an_error_of_the_api() -> None:
    client, _ = talking(*[BUSY() for _ in range(4)])
    with pytest.raises(ApiError):
        client.get("/pages")


def test_nobody_is_kept_waiting_for_an_hour() -> None:
    client, seen = talking(
        httpx.Response(429, headers={"Retry-After": "3281"}, json={"error": "Too often.", "code": "rate_limited"})
    )
    with pytest.raises(ApiError, match=r"Too often\. \(429, rate_limited, again in 3281 s\)"):
        client.get("/pages")
    assert len(seen) == 1


def test_a_problem_becomes_one_line() -> None:
    problem = {"error": "short", "detail": "There is\nno such page.", "code": "page_not_found", "status": 404, "requestId": "r"}
    client, _ = talking(httpx.Response(404, json=problem))
    with pytest.raises(ApiError, match=r"^There is no such page\. \(404, page_not_found, request r\)$"):
        client.get("/pages/x")


def test_an_error_that_is_no_problem_is_worded_too() -> None:
    client, _ = talking(httpx.Response(502, html="<h1>Bad Gateway</h1>"))
    with pytest.raises(ApiError, match=r"^Bad Gateway \(502\)$"):
        client.get("/pages/x")


def test_an_answer_that_is_not_daybooks_is_an_error() -> None:
    client, _ = talking(httpx.Response(200, html="<h1>Hello</h1>"))
    with pytest.raises(ClientError, match="does not answer as Daybook does"):
        client.pages()


def test_the_address_comes_from_the_environment_or_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text('{"url": "http://127.0.0.1:8000", "key": "local"}')
    there = {"DAYBOOK_DATA_DIR": str(tmp_path)}
    assert find_service({"DAYBOOK_URL": "https://a.example", "DAYBOOK_API_KEY": "k"}) == Address("https://a.example", "k")
    assert find_service(there) == Address("http://127.0.0.1:8000", "local")
    assert find_service({**there, "DAYBOOK_API_KEY": "mine"}) == Address("http://127.0.0.1:8000", "mine")


def test_the_local_key_is_sent_to_no_other_address(tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text('{"url": "http://127.0.0.1:8000", "key": "local"}')
    with pytest.raises(ClientError, match="DAYBOOK_API_KEY is not set"):
        find_service({"DAYBOOK_DATA_DIR": str(tmp_path), "DAYBOOK_URL": "https://a.example"})


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://a.example", "http://"])
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(ClientError, match="should look like"):
        find_service({"DAYBOOK_URL": url, "DAYBOOK_API_KEY": "k"})


def test_a_failure_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAYBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DAYBOOK_URL", raising=False)
    with pytest.raises(SystemExit, match="1"), connected():
        pass
    assert capsys.readouterr().err.count("\n") == 1
