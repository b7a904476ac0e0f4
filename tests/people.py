"""People who sign in, for tests: with a code that is put where the service looks for it, so that no mail has to be waited for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from conftest import TLS, Workspace, run_apart

from application.credentials import address_hash, code_hash, refresh_token_hash
from domain.members import person_id
from domain.workspaces import SERVICE
from infrastructure.sql import sql

CODE = "123456"


@dataclass
class Person:
    """Somebody who is signed in."""

    email: str
    tokens: dict[str, Any]
    workspace: Workspace

    @property
    def id(self) -> str:
        return str(self.tokens["user"]["id"])

    def client(self, workspace: UUID | str | None = None) -> httpx.Client:
        """For the workspace they signed in from, or another; with "" for whichever is their first."""
        named = str(self.workspace.id if workspace is None else workspace)
        headers = {"Authorization": f"Bearer {self.tokens['accessToken']}"} | ({"X-Workspace-Id": named} if named else {})
        client = httpx.Client(base_url=f"{self.workspace.url}/v1", headers=headers, timeout=60, verify=TLS)
        self.workspace.more_clients.append(client)
        return client


def put_code(workspace: Workspace, email: str, code: str = CODE, minutes: float = 10) -> None:
    """As the service does when it is asked for one."""
    person, key = person_id(email), workspace.server_key
    expires_at = datetime.now(UTC) + timedelta(minutes=minutes)
    run_apart(_execute(workspace, "code_put", SERVICE, address_hash(key, person), code_hash(key, person, code), expires_at))


def put_refresh_token(workspace: Workspace, email: str, token: str) -> None:
    """The first of a session of its own, of which no log tells, whatever became of it before."""
    now, session = datetime.now(UTC), uuid4()
    columns = (SERVICE, session, person_id(email), email, [], now, now + timedelta(days=1))
    hashed = refresh_token_hash(workspace.server_key, token)

    async def put() -> None:
        connection = await asyncpg.connect(workspace.owner_dsn)
        await connection.execute("DELETE FROM daybook.refresh_token WHERE token_hash = $1", hashed)
        await connection.execute(sql("session_start"), *columns)
        await connection.execute(sql("refresh_token_first"), SERVICE, hashed, session)
        await connection.close()

    run_apart(put())


def sign_in(workspace: Workspace, email: str, role: str | None = "editor") -> Person:
    """Invited, unless there is no role to invite as, and then signed in."""
    if role is not None:
        if not workspace.client.get("/members").json()["members"] and role != "owner":
            invite(workspace, "first.owner@acme.io", "owner")
        invite(workspace, email, role)
    put_code(workspace, email)
    answer = httpx.post(f"{workspace.url}/v1/auth/verify", json={"email": email, "code": CODE}, verify=TLS)
    assert answer.status_code == 200, answer.text
    return Person(email, answer.json(), workspace)


def invite(workspace: Workspace, email: str, role: str) -> dict[str, Any]:
    answer = workspace.client.post("/members", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    member: dict[str, Any] = answer.json()["member"]
    return member


async def _execute(workspace: Workspace, statement: str, *arguments: Any) -> None:
    connection = await asyncpg.connect(workspace.owner_dsn)
    await connection.execute(sql(statement), *arguments)
    await connection.close()
