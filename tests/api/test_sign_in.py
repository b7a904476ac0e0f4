"""Sign-in by e-mail over HTTP: codes that come by a real mail server, tokens, and their ends."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from conftest import TLS, Service, Workspace
from mailboxes import Mailbox, receiving_mail
from people import CODE, invite, put_code, sign_in

from application.sign_in import CODE_TRIES_MAX
from application.tokens import LIFETIME
from daybook.desk import operator_command
from domain.workspaces import SERVICE

BASES = ("/api/auth/mobile", "/v1/auth", "/api/v1/auth")


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with receiving_mail() as found:
        yield found


@pytest.fixture(scope="module")
def mailing(mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that sends its mail to a server of ours."""
    flags = ("--smtp-url", mailbox.url, "--mail-from", "Daybook <daybook@acme.io>")
    service = Service(tmp_path_factory.mktemp("mailing"), *flags).start()
    yield service
    service.hang_up()
    service.stop()


def code_in(text: str) -> str:
    return next(word for word in text.split() if word.isdecimal() and len(word) == 6)


def post(workspace: Workspace, path: str, base: str = "/v1/auth", **body: Any) -> httpx.Response:
    return httpx.post(f"{workspace.url}{base}{path}", json=body, verify=TLS)


@pytest.mark.parametrize("base", BASES)
def test_a_code_comes_by_mail_and_opens_a_session(mailing: Service, mailbox: Mailbox, base: str) -> None:
    workspace = mailing.new_workspace()
    email = f"ana{BASES.index(base)}@acme.io"
    invite(workspace, email, "owner")
    assert workspace.name in mailbox.wait_for(email), "an invitation tells which workspace it is to"
    asked = post(workspace, "/request-code", base, email=email.upper())
    assert (asked.status_code, asked.json()) == (200, {"success": True})
    text = mailbox.wait_for(email)
    answer = post(workspace, "/verify", base, email=email, code=code_in(text))
    tokens = answer.json()
    assert set(tokens) == {"accessToken", "refreshToken", "expiresIn", "expiresAt", "user"}
    assert tokens["user"]["email"] == email
    assert abs(datetime.fromisoformat(tokens["expiresAt"]) - datetime.now(UTC) - LIFETIME) < timedelta(seconds=30)
    assert tokens["expiresIn"] == LIFETIME.total_seconds()
    headers = {"Authorization": f"Bearer {tokens['accessToken']}"}
    assert httpx.get(f"{workspace.url}/v1/me", headers=headers, verify=TLS).json()["email"] == email
    assert post(workspace, "/verify", base, email=email, code=code_in(text)).status_code == 401, "a code is good once"


def test_known_and_unknown_addresses_get_equal_answers_in_equal_time(mailing: Service, mailbox: Mailbox) -> None:
    workspace = mailing.new_workspace()
    invite(workspace, "known@acme.io", "owner")
    mailbox.wait_for("known@acme.io")
    for index in range(5):
        invite(workspace, f"known{index}@acme.io", "reader")
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers = set()
    for index in range(40):
        for who, measured in times.items():
            begun = time.perf_counter()
            # Another address each time, because each is sent five codes an hour.
            answer = post(workspace, "/request-code", email=f"{who}{index % 5 if index < 20 else index}@acme.io")
            measured.append(time.perf_counter() - begun)
            answers.add((answer.status_code, answer.text, tuple(sorted(set(answer.headers) - {"x-request-id", "date"}))))
    assert len(answers) == 1
    known, unknown = median(times["known"]), median(times["unknown"])
    assert abs(known - unknown) < 0.5 * max(known, unknown), "the medians of forty tries each are far apart"
    for who in times:
        refusals = {post(workspace, "/verify", email=f"{who}0@acme.io", code="000000").json()["detail"] for _ in range(2)}
        assert len(refusals) == 1
    assert not [mail for mail in mailbox.mails if "unknown" in str(mail)]


def test_a_code_takes_five_tries_and_the_next_takes_its_place(workspace: Workspace, refused: Any) -> None:
    invite(workspace, "ana@acme.io", "owner")
    put_code(workspace, "ana@acme.io", "111111")
    for _ in range(CODE_TRIES_MAX):
        refused(post(workspace, "/verify", email="ana@acme.io", code="222222"), 401, "code_refused")
    refused(post(workspace, "/verify", email="ana@acme.io", code="111111"), 401, "code_refused")
    put_code(workspace, "ana@acme.io", "333333")
    for _ in range(CODE_TRIES_MAX - 1):
        refused(post(workspace, "/verify", email="ana@acme.io", code="222222"), 401, "code_refused")
    assert post(workspace, "/verify", email="ana@acme.io", code="333 333").status_code == 200


def test_tries_that_come_at_once_are_counted_each(workspace: Workspace) -> None:
    """Guessing a hundred codes at the same moment is no more than five tries."""
    invite(workspace, "ana@acme.io", "owner")
    put_code(workspace, "ana@acme.io", "000050")

    def guess(number: int) -> int:
        return post(workspace, "/verify", email="ana@acme.io", code=f"{number:06}").status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(guess, [*range(50), *range(51, 100)])) == {401}
    assert guess(50) == 401


def test_a_right_code_that_comes_at_once_several_times_opens_one_session(workspace: Workspace) -> None:
    invite(workspace, "ana@acme.io", "owner")
    put_code(workspace, "ana@acme.io")
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda _: post(workspace, "/verify", email="ana@acme.io", code=CODE).status_code, range(5)))
    assert sorted(found) == [200, 401, 401, 401, 401]


def test_a_code_is_too_old_after_ten_minutes(workspace: Workspace, refused: Any) -> None:
    invite(workspace, "ana@acme.io", "owner")
    put_code(workspace, "ana@acme.io", minutes=-0.01)
    refused(post(workspace, "/verify", email="ana@acme.io", code=CODE), 401, "code_refused")


def test_an_address_is_sent_five_codes_an_hour_known_or_not(service: Service, refused: Any) -> None:
    workspace = service.new_workspace()
    invite(workspace, "flooded@acme.io", "owner")
    for email in ("flooded@acme.io", "nobody.flooded@acme.io"):
        for _ in range(5):
            assert post(workspace, "/request-code", email=email).status_code == 200
        answer = post(workspace, "/request-code", email=email)
        refused(answer, 429, "rate_limited")
        assert 0 < int(answer.headers["retry-after"]) <= 3600


@pytest.mark.parametrize("body", [{}, {"email": "nonsense"}, {"email": 7}, {"email": "a@b.c", "more": 1}, [], "x"])
def test_nonsense_is_refused_with_a_word(workspace: Workspace, body: Any) -> None:
    for path in ("request-code", "verify", "refresh", "logout"):
        answer = httpx.post(f"{workspace.url}/v1/auth/{path}", json=body, verify=TLS)
        assert answer.status_code == 400, (path, answer.text)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345\x00", "0x1234"])
def test_what_is_no_code_is_refused_as_a_wrong_one(workspace: Workspace, code: str, refused: Any) -> None:
    refused(post(workspace, "/verify", email="ana@acme.io", code=code), 401, "code_refused")


def test_tokens_are_renewed_and_one_that_comes_twice_ends_the_session(workspace: Workspace, refused: Any) -> None:
    person = sign_in(workspace, "ana@acme.io", "owner")
    first = person.tokens["refreshToken"]
    second = post(workspace, "/refresh", refreshToken=first).json()
    assert second["refreshToken"] != first
    assert second["accessToken"] != person.tokens["accessToken"]
    third = post(workspace, "/refresh", refreshToken=second["refreshToken"]).json()
    headers = {"Authorization": f"Bearer {third['accessToken']}", "X-Workspace-Id": str(workspace.id)}
    assert httpx.get(f"{workspace.url}/v1/me", headers=headers, verify=TLS).status_code == 200
    refused(post(workspace, "/refresh", refreshToken=first), 401, "refresh_refused")
    # Whoever has the newest may be the thief.
    refused(post(workspace, "/refresh", refreshToken=third["refreshToken"]), 401, "refresh_refused")
    refused(httpx.get(f"{workspace.url}/v1/me", headers=headers, verify=TLS), 401, "unauthorized")
    entries = workspace.client.get("/audit?types=access.signed_out").json()["entries"]
    assert [each["data"]["reason"] for each in entries] == ["token_reused"]


def test_one_refresh_token_sent_at_once_by_many_is_spent_once(workspace: Workspace) -> None:
    person = sign_in(workspace, "ana@acme.io", "owner")
    with ThreadPoolExecutor(8) as pool:
        token = person.tokens["refreshToken"]
        found = list(pool.map(lambda _: post(workspace, "/refresh", refreshToken=token).status_code, range(8)))
    assert sorted(found) == [200, *[401] * 7]


def test_a_session_from_before_somebody_was_removed_does_not_come_back_with_them(workspace: Workspace, refused: Any) -> None:
    sign_in(workspace, "olga@acme.io", "owner")
    stolen = sign_in(workspace, f"ana.{workspace.id}@acme.io", "editor")
    workspace.client.delete(f"/members/{stolen.id}")
    again = sign_in(workspace, stolen.email, "editor")
    assert again.client().get("/me").status_code == 200
    refused(stolen.client().get("/me"), 403, "not_a_member")
    refused(post(workspace, "/refresh", refreshToken=stolen.tokens["refreshToken"]), 401, "refresh_refused")


def test_who_was_only_invited_tells_nobody_where_they_are(service: Service, workspace: Workspace) -> None:
    person = sign_in(workspace, f"ana.{workspace.id}@acme.io", "owner")
    stranger = service.new_workspace()
    invite(stranger, person.email, "owner")
    sign_in(workspace, person.email, None)
    (entry,) = stranger.client.get("/audit?types=access.*").json()["entries"]
    assert (entry["type"], entry["client"], entry["data"].get("agent")) == ("access.signed_in", None, None)
    (joined,) = stranger.client.get("/audit?types=member.joined").json()["entries"]
    assert joined["client"] is None
    known = workspace.client.get("/audit?types=access.*").json()["entries"][0]
    assert (known["client"], "httpx" in known["data"]["agent"]) == ("127.0.0.1", True)


async def test_an_event_stream_ends_well_when_its_listener_is_removed(workspace: Workspace, service: Service) -> None:
    sign_in(workspace, "olga@acme.io", "owner")
    person = sign_in(workspace, f"ana.{workspace.id}@acme.io", "reader")
    headers = {"Authorization": f"Bearer {person.tokens['accessToken']}", "Accept": "text/event-stream"}
    url, logged = f"{workspace.url}/v1/events?after=latest", len(service.log())
    async with httpx.AsyncClient(timeout=20) as client, client.stream("GET", url, headers=headers) as stream:
        assert stream.status_code == 200
        await asyncio.to_thread(workspace.client.delete, f"/members/{person.id}")
        async with asyncio.timeout(10):
            async for _ in stream.aiter_bytes():
                pass
    assert "Traceback" not in service.log()[logged:]


def test_signing_out_ends_access_at_once(workspace: Workspace, refused: Any) -> None:
    person = sign_in(workspace, "ana@acme.io", "owner")
    client = person.client()
    assert client.get("/me").status_code == 200
    for _ in range(2):
        assert post(workspace, "/logout", refreshToken=person.tokens["refreshToken"]).json() == {"success": True}
    refused(client.get("/me"), 401, "unauthorized")
    refused(post(workspace, "/refresh", refreshToken=person.tokens["refreshToken"]), 401, "refresh_refused")
    entry = workspace.client.get("/audit").json()["entries"][0]
    assert (entry["type"], entry["data"]["reason"], entry["client"]) == ("access.signed_out", "signed_out", "127.0.0.1")


def test_tokens_of_a_retired_signing_key_die_and_the_next_live(new_service: Callable[..., Service], refused: Any) -> None:
    service = new_service()
    workspace = service.new_workspace()
    person = sign_in(workspace, "ana@acme.io", "owner")
    client = person.client()
    assert client.get("/me").status_code == 200
    assert service.daybook("signing-keys", "retire", "1").returncode == 1, "the key that signs cannot be retired"
    service.daybook("signing-keys", "rotate")
    assert client.get("/me").status_code == 200, "what was signed before stays good"
    renewed = post(workspace, "/refresh", refreshToken=person.tokens["refreshToken"]).json()
    assert jwt.get_unverified_header(renewed["accessToken"])["kid"] == "2"
    assert service.daybook("signing-keys", "retire", "1").returncode == 0
    time.sleep(0.5)
    refused(client.get("/me"), 401, "unauthorized")
    person.tokens = renewed
    assert person.client().get("/me").status_code == 200
    listed = service.daybook_json("signing-keys", "list")
    assert [(each["number"], each["retiredAt"] is None) for each in listed] == [(1, False), (2, True)]


def test_two_keys_for_tokens_that_are_made_at_once_are_two(new_service: Callable[..., Service]) -> None:
    service = new_service()

    async def rotate_twice(desk: Any) -> list[int]:
        made = await asyncio.gather(*(desk.signing_keys.rotate(operator_command(SERVICE)) for _ in range(2)))
        return sorted(each.number for each in made)

    assert service.at_desk(rotate_twice) == [2, 3]


def forged(workspace: Workspace) -> dict[str, str]:
    person = sign_in(workspace, "ana@acme.io", "owner")
    token = person.tokens["accessToken"]
    said = jwt.decode(token, options={"verify_signature": False})
    header, payload, signature = token.split(".")
    other = jwt.encode(said, b"another key that is long enough....", "HS256", headers={"kid": "1"})
    return {
        "no signature": jwt.encode(said, "", "none", headers={"kid": "1"}),
        "another key": other,
        "no kid": jwt.encode(said, b"another key that is long enough....", "HS256"),
        "an unknown kid": jwt.encode(said, b"another key that is long enough....", "HS256", headers={"kid": "99"}),
        "another payload": ".".join((header, other.split(".")[1][:-2] + "AA", signature)),
        "a cut signature": token[:-4],
        "an altered signature": f"{header}.{payload}.{signature[::-1]}",
        "the refresh token": person.tokens["refreshToken"],
        "nothing": "",
        "not ascii": "ähm.äh.ä",
        "a long one": "a." * 4000,
    }


def test_forged_tokens_open_nothing(workspace: Workspace, refused: Any) -> None:
    for name, token in forged(workspace).items():
        headers = {"Authorization": f"Bearer {token}".strip().encode()}
        answer = httpx.get(f"{workspace.url}/v1/me", headers=headers, verify=TLS)
        assert answer.status_code == 401, name
        refused(answer, 401, "unauthorized")


def test_a_token_names_its_workspace_or_gets_the_first(workspace: Workspace, refused: Any) -> None:
    person = sign_in(workspace, f"first.{workspace.id}@acme.io", "owner")
    assert person.client("").get("/me").json()["workspace"]["id"] == str(workspace.id)
    assert person.client(str(workspace.id).upper()).get("/me").status_code == 200
    for other in (UUID(int=1), UUID(int=0), "nonsense"):
        refused(person.client(other).get("/me"), 403, "not_a_member")


def test_without_mail_in_production_nobody_signs_in_by_it(new_service: Callable[..., Service], refused: Any) -> None:
    service = new_service("--environment", "production")
    url = f"{service.url}/v1/auth/request-code"
    refused(httpx.post(url, json={"email": "ana@acme.io"}), 501, "sign_in_off")
    assert not (service.data_dir / "mail").exists()


def test_mail_is_printed_and_kept_where_no_server_is_set(workspace: Workspace, service: Service) -> None:
    invite(workspace, "printed@acme.io", "owner")
    post(workspace, "/request-code", email="printed@acme.io")
    give_up = time.monotonic() + 5
    while "printed@acme.io" not in service.log() or "Your code to sign in" not in service.log():
        assert time.monotonic() < give_up, "the mail was not printed"
        time.sleep(0.05)
    kept = [path for path in (service.data_dir / "mail").glob("*.eml") if "printed@acme.io" in path.read_text()]
    assert kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
