"""Workspaces to measure on: their pages are made through the store, as everybody's are."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from application.event_store import Append, Command, EventStore, StreamChange, recorded
from application.keys import begin_workspace, issue_key
from daybook.bootstrap import new_id, now, operator_command
from domain.events import Actor, Event
from domain.pages.decisions import Draft, append_content, create
from domain.pages.state import Page, fold
from infrastructure.database import Connection, Database
from infrastructure.keys import key_book

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
    async with key_book(owner_dsn) as book:
        workspace = await begin_workspace(book, operator_command(new_id()), name)
        envelope = operator_command(workspace.id)
        key = await issue_key(book, envelope, name="benchmark", environment="local", server_key=SERVER_KEY, stream_id=new_id())
    return NewWorkspace(workspace.id, key.text)


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
