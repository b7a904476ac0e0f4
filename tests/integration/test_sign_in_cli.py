"""`daybook login`, `whoami`, `logout`, and the operator's commands for people and keys, as they are typed."""

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Service, Workspace
from people import CODE, put_code

Daybook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def daybook(service: Service, tmp_path: Path) -> Daybook:
    """The command line of somebody who has no key, on another machine."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DAYBOOK_URL": service.url}

    def run(*arguments: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).parent / "daybook"), *arguments]
        return subprocess.run(
            command, env={**environment, **more}, cwd=tmp_path, input=stdin, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def email(workspace: Workspace) -> str:
    """A member's, of no other test's workspace."""
    address = f"ana.{workspace.id.hex}@acme.io"
    workspace.client.post("/members", json={"email": address, "role": "owner"})
    return address


def session_file(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "daybook" / "session.json"


def signed_in(daybook: Daybook, workspace: Workspace, email: str) -> None:
    put_code(workspace, email)
    done = daybook("login", email, "--code", CODE)
    assert done.returncode == 0, done.stderr


def test_somebody_signs_in_works_and_signs_out(daybook: Daybook, workspace: Workspace, email: str, tmp_path: Path) -> None:
    workspace.create("Ours")
    assert daybook("pages", "list").returncode == 1
    put_code(workspace, email)
    done = daybook("login", email, "--code", "-", stdin=f"{CODE}\n")
    assert done.stdout == f"signed in to {workspace.url} as {email}, in {workspace.name} as owner\n", done.stderr
    assert stat.S_IMODE(session_file(tmp_path).stat().st_mode) == 0o600
    assert daybook("whoami").stdout == f"{email}, in {workspace.name} as owner, at {workspace.url}\n"
    assert json.loads(daybook("whoami", "--json").stdout)["email"] == email
    assert "Ours\tours" in daybook("pages", "list").stdout
    by_key = daybook("whoami", DAYBOOK_API_KEY=workspace.key)
    assert by_key.stdout == f"key {workspace.key_id} (test key), in {workspace.name}, at {workspace.url}\n"

    refresh_token = json.loads(session_file(tmp_path).read_text())["tokens"]["refreshToken"]
    assert daybook("logout").stdout == f"signed out of {workspace.url}\n"
    assert not session_file(tmp_path).exists()
    answer = workspace.client.post("/auth/refresh", json={"refreshToken": refresh_token})
    assert answer.status_code == 401, "the session is over at the service as well"
    assert daybook("logout").stdout == "nobody is signed in\n"
    assert daybook("pages", "list").returncode == 1


def test_a_wrong_code_is_said_and_leaves_nothing(daybook: Daybook, workspace: Workspace, email: str, tmp_path: Path) -> None:
    put_code(workspace, email)
    done = daybook("login", email, "--code", "654321")
    assert done.returncode == 1
    assert done.stderr.startswith("daybook: The code is wrong, was used, or is too old")
    assert "Traceback" not in done.stderr
    assert not session_file(tmp_path).exists()


def expire(tmp_path: Path) -> None:
    kept = json.loads(session_file(tmp_path).read_text())
    kept["tokens"]["expiresAt"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    session_file(tmp_path).write_text(json.dumps(kept))


def test_tokens_are_renewed_by_one_of_many_commands_at_once(
    daybook: Daybook, workspace: Workspace, email: str, tmp_path: Path
) -> None:
    """Two that renewed with one refresh token would end the session."""
    signed_in(daybook, workspace, email)
    before = json.loads(session_file(tmp_path).read_text())["tokens"]
    expire(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: daybook("whoami"), range(4)))
    assert {each.returncode for each in found} == {0}, [each.stderr for each in found]
    after = json.loads(session_file(tmp_path).read_text())["tokens"]
    assert after["refreshToken"] != before["refreshToken"]
    assert stat.S_IMODE(session_file(tmp_path).stat().st_mode) == 0o600


def test_a_session_that_is_over_says_what_to_do(daybook: Daybook, workspace: Workspace, email: str, tmp_path: Path) -> None:
    signed_in(daybook, workspace, email)
    tokens = json.loads(session_file(tmp_path).read_text())["tokens"]
    workspace.client.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]})
    done = daybook("whoami")
    assert (done.returncode, done.stderr) == (1, "daybook: Your session is over. Sign in again with `daybook login`.\n")


def test_a_workspace_is_chosen_by_its_name(daybook: Daybook, service: Service, workspace: Workspace, email: str) -> None:
    other = service.new_workspace()
    other.client.post("/members", json={"email": email, "role": "owner"})
    put_code(workspace, email)
    done = daybook("login", email, "--code", CODE, "--workspace", other.name)
    assert done.returncode == 0, done.stderr
    assert f"in {other.name} as owner" in daybook("whoami").stdout
    assert workspace.name in daybook("whoami").stdout, "the others are listed"
    put_code(workspace, email)
    wrong = daybook("login", email, "--code", CODE, "--workspace", "nowhere")
    assert wrong.returncode == 1
    assert other.name in wrong.stderr


def test_the_operator_manages_people_and_keys(service: Service) -> None:
    workspace = service.new_workspace()
    named = ("--workspace", workspace.name)
    refused = service.daybook("members", "invite", "ana@acme.io", "--role", "reader", *named)
    assert (refused.returncode, "Invite an owner first" in refused.stderr) == (1, True)
    assert service.daybook("members", "invite", "Olga@acme.io", "--role", "owner", *named).returncode == 0
    assert service.daybook("members", "invite", "ana@acme.io", *named).returncode == 0
    service.daybook("members", "role", "ana@acme.io", "reader", *named)
    listed = service.daybook_json("members", "list", *named)
    assert {each["email"]: each["role"] for each in listed} == {"olga@acme.io": "owner", "ana@acme.io": "reader"}
    assert service.daybook("members", "remove", "ana@acme.io", *named).returncode == 0
    assert service.daybook("members", "remove", "olga@acme.io", *named).returncode == 1
    assert service.daybook("members", "invite", "nonsense", *named).stderr.startswith("daybook: email is an e-mail address")

    made = service.daybook_json("keys", "create", "--name", "ro", "--scope", "pages:read", "--expires-days", "0.00002", *named)
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert workspace.client.get("/pages", headers=headers).status_code == 200
    assert workspace.client.post("/pages", json={"title": "x"}, headers=headers).status_code == 403
    time.sleep(2)
    assert workspace.client.get("/pages", headers=headers).status_code == 401
    assert service.daybook("keys", "rename", made["id"], "other", *named).returncode == 0
    (key,) = [each for each in service.daybook_json("keys", "list", *named) if each["id"] == made["id"]]
    assert (key["name"], key["status"], key["scopes"]) == ("other", "expired", ["pages:read"])
    assert service.daybook("keys", "create", "--scope", "nonsense", *named).returncode == 1


def entries(workspace: Workspace) -> list[Any]:
    found: list[Any] = workspace.client.get("/audit").json()["entries"]
    return found


def test_what_the_operator_does_is_in_the_audit_trail(service: Service) -> None:
    workspace = service.new_workspace()
    service.daybook("members", "invite", "olga@acme.io", "--role", "owner", "--workspace", workspace.name)
    newest = entries(workspace)[0]
    assert (newest["type"], newest["actor"]["kind"], newest["client"]) == ("member.invited", "operator", None)
