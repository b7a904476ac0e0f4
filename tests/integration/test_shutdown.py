"""How the service ends when it is told to: what was accepted is answered and kept, and nobody waits for ever."""

import json
import signal
import socket
import threading
import time
from collections.abc import Callable

import httpx
import pytest
from conftest import Service, Workspace

WAIT_S = 20.0


class Upload:
    """A request of which half is sent."""

    def __init__(self, workspace: Workspace, title: str) -> None:
        body = json.dumps({"title": title}).encode()
        key = f"Authorization: Bearer {workspace.key}\r\n"
        head = f"POST /v1/pages HTTP/1.1\r\nHost: x\r\n{key}Content-Length: {len(body)}\r\n\r\n"
        self._rest = body[5:]
        self._line = socket.create_connection(("127.0.0.1", int(workspace.url.rpartition(":")[2])), timeout=WAIT_S)
        self._line.sendall(head.encode() + body[:5])

    def finish(self) -> bytes:
        self._line.sendall(self._rest)
        answer = b"".join(iter(lambda: self._line.recv(65536), b""))
        self.hang_up()
        return answer

    def hang_up(self) -> None:
        self._line.close()


def is_refused(service: Service) -> bool:
    try:
        socket.create_connection(("127.0.0.1", service.port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def write_until_it_ends(workspace: Workspace, name: str, written: list[str]) -> None:
    with workspace.client_of_its_own() as client:
        for number in range(100_000):
            slug = f"{name}-{number}"
            try:
                status = client.post("/pages", json={"title": slug, "slug": slug}).status_code
            except httpx.HTTPError:
                return
            if status == 201:
                written.append(slug)


@pytest.mark.parametrize("workers", [1, 2])
def test_who_is_told_to_end_answers_what_was_accepted_and_keeps_it(new_service: Callable[..., Service], workers: int) -> None:
    service = new_service("--workers", str(workers))
    assert service.process is not None
    workspace = service.new_workspace()
    written: list[str] = []
    threads = [threading.Thread(target=write_until_it_ends, args=(workspace, f"w{number}", written)) for number in range(4)]
    for thread in threads:
        thread.start()
    upload = Upload(workspace, "under way")
    time.sleep(0.5)
    service.process.send_signal(signal.SIGTERM)
    give_up = time.monotonic() + WAIT_S
    while not is_refused(service):
        assert time.monotonic() < give_up, "it still takes connections"
        time.sleep(0.05)
    assert service.process.poll() is None, "it did not wait for the request that is under way"
    answer = upload.finish()
    assert answer.startswith(b"HTTP/1.1 201"), answer
    assert b"connection: close" in answer
    assert service.process.wait(WAIT_S) == 0
    for thread in threads:
        thread.join(WAIT_S)
    assert len(written) > 4
    service.start()
    found = {workspace.client.get(f"/pages/{slug}").status_code for slug in [*written, "under-way"]}
    assert found == {200}
    assert service.daybook("audit", "verify").returncode == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_that_never_ends_holds_nothing_up_beyond_the_grace(new_service: Callable[..., Service], workers: int) -> None:
    service = new_service("--workers", str(workers), "--shutdown-grace-s", "1")
    upload = Upload(service.new_workspace(), "never")
    time.sleep(0.2)
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 10
    upload.hang_up()
