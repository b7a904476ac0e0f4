"""The edge of services that are set as on the internet: what they tell, whom they believe, and what they bear."""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace

from api.metrics import FOLDER_VARIABLE

MIB = 1024 * 1024
TOKEN = "0123456789abcdef-for-metrics"
ORIGIN = "https://a.example"
COUNT = "daybook_http_requests_seconds_count"
WAIT_S = 20.0
WRONG_KEY = {"Authorization": "Bearer ak_local_1.abcdefghijklmnopqrstuvwxyz012345"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """As one behind a proxy on this machine."""
    flags = ["--metrics-token", TOKEN, "--cors-origins", ORIGIN, "--trusted-proxies", "127.0.0.1"]
    flags += ["--log-format", "json", "--log-requests", "all", "--rate-limit-refused", "3"]
    service = Service(tmp_path_factory.mktemp("guarded"), *flags).start()
    yield service
    service.hang_up()
    service.stop()


@pytest.fixture(scope="module")
def tenant(guarded: Service) -> Workspace:
    return guarded.new_workspace()


def test_metrics_ask_for_their_token(guarded: Service, tenant: Workspace) -> None:
    for wrong in (None, "", TOKEN, f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {tenant.key}"):
        answer = httpx.get(f"{guarded.url}/metrics", headers={} if wrong is None else {"Authorization": wrong})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    answer = httpx.get(f"{guarded.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert COUNT in answer.text
    # The token opens nothing else.
    assert httpx.get(f"{guarded.url}/v1/pages", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401


def test_outside_of_the_local_environment_metrics_without_a_token_are_not_there(new_service: Callable[..., Service]) -> None:
    service = new_service("--environment", "staging")
    assert httpx.get(f"{service.url}/metrics").json()["code"] == "route_not_found"


def test_pages_of_a_set_origin_may_use_the_api(tenant: Workspace) -> None:
    wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
    asked = {"Origin": ORIGIN, **wanted}
    preflight = httpx.options(f"{tenant.url}/v1/pages/x", headers=asked)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "if-match" in preflight.headers["access-control-allow-headers"].lower()
    origin = {"Origin": ORIGIN}
    for answer in (tenant.client.get("/pages", headers=origin), httpx.get(f"{tenant.url}/v1/x", headers=origin)):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert tenant.client.get("/pages", headers=origin).headers["vary"] == "Authorization, Origin"
    stranger = httpx.options(f"{tenant.url}/v1/pages", headers={**asked, "Origin": "https://b.example"})
    assert (stranger.status_code, "access-control-allow-origin" in stranger.headers) == (204, False)


def refused_of(url: str, forwarded_for: str) -> int:
    """The status of a request with a key that opens nothing, from there."""
    return httpx.get(f"{url}/v1/pages", headers={**WRONG_KEY, "X-Forwarded-For": forwarded_for}).status_code


def test_a_trusted_proxy_is_believed_about_address_and_scheme(guarded: Service, tenant: Workspace) -> None:
    assert "strict-transport-security" in tenant.client.get("/pages", headers={"X-Forwarded-Proto": "https"}).headers
    assert "strict-transport-security" not in tenant.client.get("/pages").headers
    for _ in range(3):
        assert refused_of(guarded.url, "203.0.113.1") == 401
    assert refused_of(guarded.url, "203.0.113.1") == 429
    assert refused_of(guarded.url, "203.0.113.2") == 401
    # The address that the proxy adds counts, not what the client wrote before it.
    assert refused_of(guarded.url, "198.51.100.9, 203.0.113.1") == 429


def test_what_a_client_adds_behind_the_body_is_not_the_proxys_word(guarded: Service) -> None:
    key = f"Authorization: {WRONG_KEY['Authorization']}\r\n"
    head = f"POST /v1/pages HTTP/1.1\r\nHost: x\r\n{key}X-Forwarded-For: 203.0.113.7\r\nTransfer-Encoding: chunked\r\n\r\n"
    statuses = []
    for number in range(5):
        with socket.create_connection(("127.0.0.1", guarded.port)) as line:
            line.sendall(f"{head}2\r\n{{}}\r\n0\r\nX-Forwarded-For: 198.51.100.{number}\r\n\r\n".encode())
            statuses.append(int(line.recv(12).split()[1]))
    assert statuses[-1] == 429, "each came as somebody else"


def test_who_is_no_trusted_proxy_changes_nothing_by_forging(new_service: Callable[..., Service]) -> None:
    service = new_service("--trusted-proxies", "203.0.113.5", "--rate-limit-refused", "3")
    for number in range(3):
        assert refused_of(service.url, f"198.51.100.{number}") == 401
    assert refused_of(service.url, "198.51.100.9") == 429


def lines_of(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log().splitlines() if line.startswith("{")]


def test_the_log_is_json_with_request_ids_and_without_secrets(guarded: Service, tenant: Workspace) -> None:
    secret = "tell-nobody"
    created = tenant.client.post(f"/pages?q={secret}", json={"title": secret, "content": secret}, headers={"Cookie": secret})
    missing = tenant.client.get(f"/pages/{secret}-too", headers={"Daybook-Message": secret})
    wrong = {"Authorization": f"Bearer {tenant.key}x", "X-Forwarded-For": "203.0.113.77"}
    assert httpx.get(f"{guarded.url}/v1/{tenant.key}", headers=wrong).status_code == 404
    lines = lines_of(guarded)
    by_request = {line["requestId"]: line for line in lines if line["message"] == "answered"}
    caller = {"caller": by_request[created.headers["x-request-id"]]["caller"], "workspace": str(tenant.id)}
    assert re.fullmatch(r"key/\d+", caller["caller"])
    for answer, method, route in ((created, "POST", "/v1/pages"), (missing, "GET", "/v1/pages/{slug}")):
        line = by_request[answer.headers["x-request-id"]]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line.items() >= {"method": method, "route": route, "status": answer.status_code, "level": "info", **caller}.items()
        assert line["durationMs"] > 0
    assert {"uvicorn.error", "api.edge"} <= {line["logger"] for line in lines}
    said = guarded.log().partition("key (shown once)")[2].partition("\n")[2]
    for word in (secret, tenant.key, TOKEN, "Bearer"):
        assert word not in said


def memory_bytes(pid: int, field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found.group(1)) * 1024


def test_large_bodies_take_little_memory_and_nobody_else_waits(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    workspace.create("Page")
    assert service.process is not None
    before = memory_bytes(service.process.pid, "VmRSS")

    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * MIB

    def upload(body: Any) -> int:
        with workspace.client_of_its_own() as client:
            return client.post("/pages", content=body, headers={"Content-Type": "application/json"}).status_code

    slowest_s = 0.0
    with ThreadPoolExecutor() as pool:
        uploads = [pool.submit(upload, body) for body in (b" " * 50 * MIB, pieces(), b" " * 50 * MIB, pieces())]
        while not all(each.done() for each in uploads):
            began = time.monotonic()
            assert workspace.client.get("/pages/page").status_code == 200
            slowest_s = max(slowest_s, time.monotonic() - began)
        assert [each.result() for each in uploads] == [413] * 4
    assert memory_bytes(service.process.pid, "VmHWM") - before < 200 * MIB
    assert slowest_s < 2


def processes(service: Service) -> set[int]:
    """Those that count requests: the workers."""
    environment = Path(f"/proc/{worker_of(service)}/environ").read_text().split("\0")
    folder = next(line.partition("=")[2] for line in environment if line.startswith(f"{FOLDER_VARIABLE}="))
    return {int(path.stem.rpartition("_")[2]) for path in Path(folder).glob("histogram_*.db")}


def worker_of(service: Service) -> int:
    assert service.process is not None
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    return next(int(pid) for pid in children if "multiprocessing.spawn" in Path(f"/proc/{pid}/cmdline").read_text())


def total(text: str, name: str) -> float:
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE))


def ask(service: Service, times: int) -> None:
    """Over as many connections, so that every worker gets its share."""
    with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0)) as client:
        for _ in range(times):
            assert client.get(f"{service.url}/healthz").status_code == 200


def healths(text: str) -> float:
    return total("\n".join(line for line in text.splitlines() if "/healthz" in line), COUNT)


def test_metrics_are_those_of_all_workers_together_and_outlive_one(new_service: Callable[..., Service]) -> None:
    service = new_service("--workers", "2")
    ask(service, 60)
    texts = [httpx.get(f"{service.url}/metrics").text for _ in range(10)]
    assert {healths(text) for text in texts} == {60.0}
    workers = processes(service)
    assert len(workers) == 2
    together = sum(memory_bytes(pid, "VmRSS") for pid in workers)
    assert 0.7 * together < total(texts[-1], "process_resident_memory_bytes") < 1.3 * together
    os.kill(worker_of(service), signal.SIGKILL)
    give_up = time.monotonic() + WAIT_S
    while len(processes(service)) < 3:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    ask(service, 10)
    assert healths(httpx.get(f"{service.url}/metrics").text) == 70
    assert service.stop() == 0


def refused_start(folder: Path, *flags: str, **variables: str) -> str:
    service = Service(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        done = service.daybook("serve", "--environment", "production", "--port", str(service.port), *flags, timeout=WAIT_S)
    assert done.returncode == 1
    assert done.stdout == ""
    assert not (folder / "postgres").exists(), "something was started all the same"
    return done.stderr


def test_what_is_unsafe_keeps_it_from_starting_in_production_and_is_named_at_once(tmp_path: Path) -> None:
    flags = ["--webhook-allow-private", "--cors-origins", "*,http://a.example", "--trusted-proxies", "*"]
    flags += ["--log-level", "debug", "--metrics-token", "hunter2", "--smtp-url", "smtp://mail.example:25?tls=off"]
    said = refused_start(tmp_path / "data", *flags, DAYBOOK_SECRET_KEY="too short")  # noqa: S106 - nobody's
    assert said.startswith("daybook: Nothing was started")
    assert len(said.splitlines()) == 1
    faults = ["cors-origins", "cors-origins", "trusted-proxies", "metrics-token", "smtp-url", "DAYBOOK_SECRET_KEY"]
    for number, named in enumerate([*faults, "webhook-allow-private", "log-level"], 1):
        assert f"({number}) {named}" in said
    assert "hunter2" not in said
    assert "too short" not in said


def test_a_key_that_others_can_read_keeps_it_from_starting_in_production(tmp_path: Path) -> None:
    (tmp_path / "server.key").write_text("0" * 64)
    (tmp_path / "server.key").chmod(0o644)
    assert "chmod 600" in refused_start(tmp_path)


def test_a_service_that_is_safe_starts_in_production(new_service: Callable[..., Service]) -> None:
    service = new_service("--environment", "production", "--cors-origins", ORIGIN, "--metrics-token", TOKEN)
    assert httpx.get(f"{service.url}/healthz").status_code == 200
    assert service.stop() == 0
