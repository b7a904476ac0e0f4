"""Audit, rebuild, replay: what the operator does with the log itself."""

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from application.workspaces import Workspace
from daybook.cli.operator import DEFAULTS, Name, fail, find_workspace
from daybook.connections import operator_connections
from daybook.settings import DatabaseSettings
from domain.pages.state import Page, fold
from domain.workspaces import SERVICE
from infrastructure.audit import Altered, Anchor, Verified, verify
from infrastructure.database import Connection
from infrastructure.event_store.codec import recorded_from
from infrastructure.event_store.store import VERSION_MAX
from infrastructure.rebuild import Rebuild, Rebuilt
from infrastructure.sql import sql
from infrastructure.workspaces import PostgresWorkspaceBook

audit_app = App(name="audit", help="Prove that the record was not altered.")
SomeWorkspace = Annotated[str | None, Parameter(name="--workspace", help="The workspace, by name or id; without it, all.")]
PageName = Annotated[str, Parameter(name="--page", help="The page, by slug or id.")]


@audit_app.command(name="verify")
def audit_verify(
    *,
    workspace: SomeWorkspace = None,
    anchor: Annotated[str | None, Parameter(help="POSITION:CHAIN of an earlier audit, which must still hold.")] = None,
    settings: DatabaseSettings = DEFAULTS,
) -> None:
    """Recompute every hash and chain, look for gaps, and compare the read models with what replaying gives."""
    if anchor is not None and workspace is None:
        fail("An anchor is of one workspace: say --workspace too.")
    for name, found in asyncio.run(_verify(settings, workspace, _anchor(anchor))):
        if isinstance(found, Altered):
            fail(f"workspace {name}: {found}")
        sys.stdout.write(
            f"workspace {name}: {found.position} events, {found.rows} rows of read models, nothing altered; "
            f"anchor {found.position}:{found.chain}\n"
        )


def rebuild(*, settings: DatabaseSettings = DEFAULTS) -> None:
    """Drop and refill every read model from the log, while the service runs. The old ones are kept in read_model_previous."""
    done = asyncio.run(_rebuild(settings))
    sys.stdout.write(f"rebuilt {done.workspaces} workspaces from {done.events} events in {done.rounds} rounds\n")


def replay(
    *,
    page: PageName,
    at: Annotated[str | None, Parameter(help="As it was at this ISO 8601 time.")] = None,
    version: Annotated[int | None, Parameter(help="As it was at this version.")] = None,
    workspace: Name = "default",
    settings: DatabaseSettings = DEFAULTS,
) -> None:
    """Print a page as it was, from its events alone."""
    if at is not None and version is not None:
        fail("Say --at or --version, not both.")
    found = asyncio.run(_replay(settings, workspace, page, _moment(at), version))
    sys.stdout.buffer.write(bytes(found.content))
    sys.stdout.flush()
    state = "in the trash" if not found.live else "live"
    sys.stderr.write(
        f"{found.details.slug} “{found.details.title}”, version {found.version} of {found.updated_at.isoformat()}, {state}, "
        f"content {found.content.hash}\n"
    )


async def _verify(
    settings: DatabaseSettings, name_or_id: str | None, anchor: Anchor | None
) -> list[tuple[str, Verified | Altered]]:
    """Ends at the first workspace with something wrong."""
    results: list[tuple[str, Verified | Altered]] = []
    async with operator_connections(settings) as connections:
        connection: Connection = await asyncpg.connect(connections.owner_dsn)
        try:
            heads = await connection.fetch(sql("heads"))
            names = await _names(connection, name_or_id)
            for head in heads:
                name = names.get(head["workspace_id"])
                if name is None and name_or_id is not None:
                    continue
                with _progress(f"verifying {name or head['workspace_id']}", 2 * head["position"]) as told:
                    try:
                        found: Verified | Altered = await verify(connection, head["workspace_id"], told, anchor=anchor)
                    except Altered as altered:
                        found = altered
                results.append((name or str(head["workspace_id"]), found))
                if isinstance(found, Altered):
                    break
        finally:
            await connection.close()
    return results


async def _names(connection: Connection, name_or_id: str | None) -> dict[UUID, str]:
    book = PostgresWorkspaceBook(connection)
    if name_or_id is None:
        # The service's own log has no name that somebody gave it.
        return {each.id: each.name for each in await book.all()} | {SERVICE: "(the service itself)"}
    found: Workspace = await find_workspace(book, name_or_id)
    return {found.id: found.name}


async def _rebuild(settings: DatabaseSettings) -> Rebuilt:
    async with operator_connections(settings) as connections:
        reading: Connection = await asyncpg.connect(connections.owner_dsn)
        writing: Connection = await asyncpg.connect(connections.owner_dsn)
        try:
            events = sum(head["position"] for head in await reading.fetch(sql("heads")))
            with _progress("rebuilding", events) as told:
                return await Rebuild(reading, writing, told).run()
        finally:
            await writing.close()
            await reading.close()


async def _replay(settings: DatabaseSettings, workspace: str, page: str, at: datetime | None, version: int | None) -> Page:
    async with operator_connections(settings) as connections:
        connection: Connection = await asyncpg.connect(connections.owner_dsn)
        try:
            owner = await find_workspace(PostgresWorkspaceBook(connection), workspace)
            page_id = _as_id(page) or await connection.fetchval(sql("page_find"), owner.id, page)
            if page_id is None:
                fail(f"Workspace {owner.name} has no page {page!r}.")
            rows = await connection.fetch(sql("stream"), owner.id, page_id, version or VERSION_MAX)
        finally:
            await connection.close()
    facts: list[Any] = [recorded_from(row) for row in rows]
    if at is not None:
        facts = list(itertools.takewhile(lambda fact: fact.at <= at, facts))
    found = fold(None, facts, page_id)
    if found is None or (version is not None and found.version != version):
        fail(f"The page {page!r} had no such state.")
    return found


def _anchor(text: str | None) -> Anchor | None:
    if text is None:
        return None
    position, _, chain = text.partition(":")
    if not position.isdecimal() or not chain:
        fail(f"An anchor is POSITION:CHAIN, as `daybook audit verify` prints them, not {text!r}.")
    return Anchor(int(position), chain.lower())


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--at is a date and time such as 2026-01-31T09:30:00Z, not {text!r}.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, so that what is printed stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda events: progress.advance(task, events)
