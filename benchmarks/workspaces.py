"""Workspaces to measure on: their pages are made through the store, as everybody's are."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import msgspec

from application.credentials import address_hash, code_hash
from application.event_store import Append, Command, EventStore, StreamChange, recorded
from application.workspaces import begin_workspace
from daybook.desk import operator_command, operator_desk
from daybook.world import new_id, now
from domain.events import Actor, Event
from domain.keys import KeyWish
from domain.members import MemberInvited, person_id
from domain.pages.decisions import Draft, append_content, create
from domain.pages.state import Page, fold
from domain.scopes import ALL
from domain.workspaces import SERVICE
from infrastructure.database import Connection, Database
from infrastructure.sql import sql

ACTOR = Actor("key", "1", "benchmark")
SERVER_KEY = b"benchmark"
# 300 bytes of what people append to pages.
TEXT = (
    "- Met with the team about the second quarter. The import is done, the search needs another week because ranking "
    "surprised us twice; Priya writes down what we tried. Next step: compare both rankers on the questions from support, "
    "then decide on Thursday. Blocked by: access to the staging data, asked for on Monday."
)
TEXT += "." * (300 - len(TEXT))
_CREATED_AT_ONCE = 512


class NewWorkspace(msgspec.Struct, frozen=True):
    """A workspace and the key that opens it."""

    id: UUID
    key: str


async def new_workspace(owner_dsn: str, name: str) -> NewWorkspace:
    async with operator_desk(owner_dsn, SERVER_KEY, "local") as desk:
        workspace = await begin_workspace(desk.workspaces, operator_command(new_id()), name)
        key = await desk.keys.issue(operator_command(workspace.id), KeyWish("benchmark"))
    return NewWorkspace(workspace.id, key.text)


async def access_token(owner_dsn: str, workspace_id: UUID, port: int) -> str:
    """Of an owner of the workspace, who signs in with a code that is put where the service looks for it."""
    email, code = "benchmark@acme.io", "123456"
    person = person_id(email)
    async with operator_desk(owner_dsn, SERVER_KEY, "local") as desk:
        await desk.members.invite(operator_command(workspace_id), MemberInvited(email, "owner"), ALL)
    connection = await asyncpg.connect(owner_dsn)
    hashes = address_hash(SERVER_KEY, person), code_hash(SERVER_KEY, person, code)
    await connection.execute(sql("code_put"), SERVICE, *hashes, now() + timedelta(minutes=10))
    await connection.close()
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}/v1/auth/verify", json={"email": email, "code": code})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["accessToken"])


def command(workspace_id: UUID) -> Command:
    """The envelope the API makes of a request without headers of its own."""
    return Command(workspace_id=workspace_id, command_id=new_id(), at=now(), actor=ACTOR, request=None)


def append_request(workspace_id: UUID, page: Page, text: str = TEXT) -> Append:
    """What the use case hands to the store to append to a page in this state."""
    return request_of(command(workspace_id), page.details.id, page, append_content(page, text))


def request_of(envelope: Command, page_id: UUID, before: Page | None, events: Sequence[Event]) -> Append:
    version = before.version if before else 0
    after = fold(before, recorded(events, envelope, version), page_id)
    return Append(envelope, [StreamChange(page_id, version, events, before, after)])


async def create_pages(store: EventStore, workspace_id: UUID, count: int, *, content: str, prefix: str = "page") -> list[Page]:
    """Pages `prefix-0`, `prefix-1`, … in this order, many at a time."""
    pages: list[Page] = []
    for first in range(0, count, _CREATED_AT_ONCE):
        requests = [
            creation(workspace_id, f"{prefix}-{number}", content) for number in range(first, min(first + _CREATED_AT_ONCE, count))
        ]
        await asyncio.gather(*(store.append(request) for request in requests))
        pages += [request.changes[0].after for request in requests]
    return pages


def creation(workspace_id: UUID, slug: str, content: str) -> Append:
    draft = Draft(title=slug.replace("-", " ").capitalize(), content=content, properties={"team": "alpha", "estimate": 3})
    return request_of(command(workspace_id), new_id(), None, create(draft, slug=slug, parent_id=None))


class WatchedDatabase(Database):
    """Remembers the writers' connections, so that their backends can be asked to hand in what they counted."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, role=None)
        self._writers: list[Connection] = []

    async def connect_writer(self) -> Connection:
        connection = await super().connect_writer()
        self._writers.append(connection)
        return connection

    async def tell_counts(self) -> None:
        """Backends report at their next idle moment, but by themselves only once a second. Only between appends."""
        for connection in self._writers:
            if not connection.is_closed():
                await connection.execute("SELECT pg_stat_force_next_flush()")
