"""How much a caller may ask for: what the headers say, and that obeying them is enough. The services here have small limits."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from conftest import TLS, Service, Workspace
from people import sign_in

STANDARD, BATCH, SEARCH, REFUSED, SIGN_IN = 12, 3, 5, 4, 6
FLAGS = [
    *("--rate-limit-standard", str(STANDARD), "--rate-limit-batch", str(BATCH), "--rate-limit-search", str(SEARCH)),
    *("--rate-limit-refused", str(REFUSED), "--rate-limit-sign-in", str(SIGN_IN)),
]
_forwarded = itertools.count(1)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """It believes what this machine says of where requests come from, so that each test comes from somewhere else."""
    service = Service(tmp_path_factory.mktemp("limited"), *FLAGS, "--trusted-proxies", "127.0.0.1").start()
    yield service
    service.hang_up()
    service.stop()


@pytest.fixture
def workspace(limited: Service) -> Workspace:
    """At the beginning of a window, because a test that runs into the next one counts anew."""
    made = limited.new_workspace()
    made.client.headers["X-Forwarded-For"] = f"192.0.2.{next(_forwarded)}"
    left_s = 60 - time.time() % 60
    if left_s < 12:
        time.sleep(left_s + 0.1)
    return made


def exhausted(ask: Callable[[], httpx.Response], count: int, refused: Any) -> httpx.Response:
    """Asks as often as it may and once more; checks what the headers say at each step, and gives the refusal."""
    for left in range(count - 1, -1, -1):
        answer = ask()
        assert answer.status_code < 400, answer.text
        assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == (str(count), str(left))
        reset = int(answer.headers["x-ratelimit-reset"])
        assert 0 < reset - time.time() <= 61
        assert f";r={left};t=" in answer.headers["ratelimit"]
        assert f";q={count};w=60" in answer.headers["ratelimit-policy"]
        assert "retry-after" not in answer.headers
    answer = ask()
    refused(answer, 429, "rate_limited")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert 0 <= int(answer.headers["retry-after"]) - (reset - time.time()) < 2
    return answer


def test_each_kind_of_request_has_a_limit_of_its_own(workspace: Workspace, refused: Any) -> None:
    exhausted(lambda: workspace.client.get("/pages/query"), SEARCH, refused)
    body = {"dryRun": True, "actions": [{"action": "create", "title": "x"}]}
    exhausted(lambda: workspace.client.post("/pages/batch", json=body), BATCH, refused)
    exhausted(lambda: workspace.client.get("/pages"), STANDARD, refused)
    refused(workspace.client.post("/pages", json={"title": "too much"}), 429, "rate_limited")


def test_every_answer_says_how_much_is_left_refusals_included(workspace: Workspace) -> None:
    for path, status in (("/pages", 200), ("/pages/nowhere", 404), ("/pages?limit=0", 400), ("/keys", 200)):
        answer = workspace.client.get(path)
        assert answer.status_code == status
        assert answer.headers["x-ratelimit-limit"] == str(STANDARD)


def test_keys_of_a_workspace_count_apart_and_a_person_is_one_in_all(limited: Service, workspace: Workspace, refused: Any) -> None:
    second = workspace.client.post("/keys", json={"name": "second"}).json()["secret"]
    person = sign_in(workspace, f"one.{workspace.id}@acme.io", "owner")
    other = limited.new_workspace()
    other.client.post("/members", json={"email": person.email, "role": "owner"})
    while workspace.client.get("/pages").status_code == 200:
        pass
    answer = httpx.get(f"{workspace.url}/v1/pages", headers={"Authorization": f"Bearer {second}"})
    assert answer.headers["x-ratelimit-remaining"] == str(STANDARD - 1)
    for _ in range(STANDARD):
        assert person.client().get("/pages").status_code == 200
    refused(person.client("").get("/pages"), 429, "rate_limited")


def test_a_client_that_waits_as_it_is_told_never_meets_a_second_refusal(workspace: Workspace) -> None:
    """The window of a minute is waited for once; it is the one slow test here."""
    statuses: Counter[int] = Counter()
    for _ in range(2 * STANDARD):
        answer = workspace.client.get("/pages")
        statuses[answer.status_code] += 1
        if answer.status_code == 429:
            time.sleep(int(answer.headers["retry-after"]))
            answer = workspace.client.get("/pages")
            assert answer.status_code == 200
            assert int(answer.headers["x-ratelimit-remaining"]) == STANDARD - 1
            break
    assert statuses == {200: STANDARD, 429: 1}


def test_many_at_once_get_exactly_what_there_is(workspace: Workspace) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = Counter(pool.map(lambda _: workspace.client.get("/pages").status_code, range(3 * STANDARD)))
    assert found == {200: STANDARD, 429: 2 * STANDARD}


def test_trying_keys_is_stopped_for_whoever_tries_and_nobody_else(workspace: Workspace, refused: Any) -> None:
    assert workspace.client.get("/pages").status_code == 200
    wrong = {"Authorization": f"Bearer {workspace.key[:-4]}AAAA"}
    for _ in range(REFUSED):
        answer = workspace.client.get("/pages", headers=wrong)
        refused(answer, 401, "unauthorized")
        assert answer.headers["x-ratelimit-limit"] == str(REFUSED)
    for _ in range(3):
        answer = workspace.client.get("/pages", headers=wrong)
        refused(answer, 429, "rate_limited")
        assert int(answer.headers["retry-after"]) > 0
    assert workspace.client.get("/pages").status_code == 200, "a right key that is known goes on"
    elsewhere = {"X-Forwarded-For": f"192.0.2.{next(_forwarded)}"}
    refused(workspace.client.get("/pages", headers={**wrong, **elsewhere}), 401, "unauthorized")


def test_addresses_of_one_network_of_the_sixth_version_count_as_one(workspace: Workspace, refused: Any) -> None:
    for number in range(REFUSED + 2):
        headers = {"Authorization": "Bearer nonsense", "X-Forwarded-For": f"2001:db8:{next(_forwarded) * 0 + 7}::{number:x}"}
        status = 401 if number < REFUSED else 429
        refused(workspace.client.get("/pages", headers=headers), status, "unauthorized" if status == 401 else "rate_limited")


def test_a_right_key_goes_on_where_somebody_else_is_refused_all_the_time(workspace: Workspace) -> None:
    """Behind one address there may be many; what was right lately is looked up again."""
    assert workspace.client.get("/pages").status_code == 200
    wrong = {"Authorization": "Bearer nonsense"}
    assert {workspace.client.get("/pages", headers=wrong).status_code for _ in range(REFUSED + 3)} == {401, 429}
    # Whatever is revoked, all that was remembered is forgotten.
    other = workspace.client.post("/keys", json={"name": "x"}).json()["key"]
    workspace.client.delete(f"/keys/{other['id']}")
    assert workspace.client.get("/pages").status_code == 200


def test_naming_a_workspace_that_is_not_ones_own_is_counted_as_trying_keys_is(workspace: Workspace, refused: Any) -> None:
    elsewhere = {"X-Workspace-Id": "0192f0c1-2b3c-7def-8123-456789abcdef"}
    for _ in range(REFUSED):
        refused(workspace.client.get("/pages", headers=elsewhere), 403, "not_a_member")
    refused(workspace.client.get("/pages", headers=elsewhere), 429, "rate_limited")


def test_an_address_of_the_fourth_version_is_the_same_however_a_socket_shows_it(workspace: Workspace) -> None:
    plain, other = f"203.0.113.{next(_forwarded)}", f"203.0.113.{next(_forwarded)}"
    for number in range(REFUSED + 1):
        address = plain if number % 2 else f"::ffff:{plain}"
        headers = {"Authorization": "Bearer nonsense", "X-Forwarded-For": address}
        status = 401 if number < REFUSED else 429
        assert workspace.client.get("/pages", headers=headers).status_code == status
    headers = {"Authorization": "Bearer nonsense", "X-Forwarded-For": f"::ffff:{other}"}
    assert workspace.client.get("/pages", headers=headers).status_code == 401


def test_asking_for_somebody_elses_codes_keeps_them_out_for_nobody_else(workspace: Workspace, refused: Any) -> None:
    email = f"victim.{workspace.id}@acme.io"

    def ask(client: str) -> httpx.Response:
        return httpx.post(
            f"{workspace.url}/v1/auth/request-code", json={"email": email}, headers={"X-Forwarded-For": client}, verify=TLS
        )

    stranger, victim = f"198.51.100.{next(_forwarded)}", f"198.51.100.{next(_forwarded)}"
    for _ in range(5):
        assert ask(stranger).status_code == 200
    refused(ask(stranger), 429, "rate_limited")
    assert ask(victim).status_code == 200


def test_trying_codes_is_stopped_by_where_the_tries_come_from(workspace: Workspace, refused: Any) -> None:
    headers = {"X-Forwarded-For": f"198.51.100.{next(_forwarded)}"}

    def guess(number: int) -> httpx.Response:
        body = {"email": f"person{number}@acme.io", "code": "123456"}
        return httpx.post(f"{workspace.url}/api/auth/mobile/verify", json=body, headers=headers, verify=TLS)

    for number in range(SIGN_IN):
        refused(guess(number), 401, "code_refused")
    answer = guess(SIGN_IN)
    refused(answer, 429, "rate_limited")
    assert 0 < int(answer.headers["retry-after"]) <= 600


def test_what_is_asked_without_a_key_is_not_counted(limited: Service) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        for _ in range(STANDARD + 1):
            answer = httpx.get(f"{limited.url}{path}", verify=TLS)
            assert answer.status_code == 200
        assert "x-ratelimit-limit" not in answer.headers


def test_a_limit_that_is_off_says_nothing(service: Service) -> None:
    workspace = service.new_workspace()
    assert {workspace.client.get("/pages").status_code for _ in range(100)} == {200}
    assert not [name for name in workspace.client.get("/pages").headers if "ratelimit" in name]


def test_several_processes_count_together(new_service: Callable[..., Service]) -> None:
    service = new_service(*FLAGS, "--workers", "2")
    workspace = service.new_workspace()
    for _ in range(6):
        # Both processes have to have met the place where they count together.
        httpx.get(f"{service.url}/v1/pages", headers={"Authorization": f"Bearer {service.new_key()}"})
    left_s = 60 - time.time() % 60
    if left_s < 8:
        time.sleep(left_s + 0.1)
    headers = {**workspace.headers, "Connection": "close"}
    found: Counter[int] = Counter()
    remaining = []
    for _ in range(2 * STANDARD):
        answer = httpx.get(f"{service.url}/v1/pages", headers=headers, verify=TLS)
        found[answer.status_code] += 1
        remaining.append(int(answer.headers["x-ratelimit-remaining"]))
    assert found == {200: STANDARD, 429: STANDARD}
    assert remaining == [*range(STANDARD - 1, -1, -1), *[0] * STANDARD]
