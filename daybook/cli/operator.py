"""Workspaces and keys: what the operator does beside the service, whether it runs or not."""

import asyncio
import sys
from typing import Annotated, Any, NoReturn

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from application.keys import Workspace, begin_workspace, issue_key, revoke_key
from application.page_views import iso
from daybook.bootstrap import new_id, operator_command, operator_connections
from daybook.settings import DatabaseSettings
from infrastructure.keys import PostgresKeyBook, key_book

workspaces_app = App(name="workspaces", help="Make and list workspaces.")
keys_app = App(name="keys", help="Make, list and revoke API keys.")

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Name = Annotated[str, Parameter(name="--workspace", help="The workspace, by name or id.")]
DEFAULTS = DatabaseSettings()


@workspaces_app.command(name="create")
def create_workspace(name: str, /, *, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Make a workspace."""
    workspace = asyncio.run(_create_workspace(settings, name))
    _say({"id": str(workspace.id), "name": workspace.name}, f"workspace {workspace.name} ({workspace.id})", as_json=as_json)


@workspaces_app.command(name="list")
def list_workspaces(*, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List all workspaces."""
    rows = [
        {"id": str(each.id), "name": each.name, "createdAt": iso(each.created_at)} for each in asyncio.run(_workspaces(settings))
    ]
    _say_rows(rows, as_json=as_json)


@keys_app.command(name="create")
def create_key(*, workspace: Name, name: str = "key", settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Make a key. Its secret is shown now and never again."""
    found, key = asyncio.run(_create_key(settings, workspace, name))
    _say({"id": str(key.number), "key": key.text, "workspace": found.name}, key.text, as_json=as_json)


@keys_app.command(name="list")
def list_keys(*, workspace: Name, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List a workspace's keys, without their secrets."""
    _say_rows(asyncio.run(_keys(settings, workspace)), as_json=as_json)


@keys_app.command(name="revoke")
def revoke(key_id: int, /, *, workspace: Name, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Revoke a key: it opens nothing from the next request on."""
    asyncio.run(_revoke(settings, workspace, key_id))
    _say({"id": str(key_id), "revoked": True}, f"key {key_id} is revoked", as_json=as_json)


async def _create_workspace(settings: DatabaseSettings, name: str) -> Workspace:
    async with operator_connections(settings) as connections, key_book(connections.owner_dsn) as book:
        return await begin_workspace(book, operator_command(new_id()), name)


async def _workspaces(settings: DatabaseSettings) -> list[Workspace]:
    async with operator_connections(settings) as connections, key_book(connections.owner_dsn) as book:
        return await book.workspaces()


async def _create_key(settings: DatabaseSettings, workspace: str, name: str) -> tuple[Workspace, Any]:
    async with operator_connections(settings) as connections, key_book(connections.owner_dsn) as book:
        found = await find_workspace(book, workspace)
        key = await issue_key(
            book,
            operator_command(found.id),
            name=name,
            environment=settings.environment,
            server_key=settings.server_key(),
            stream_id=new_id(),
        )
        return found, key


async def _keys(settings: DatabaseSettings, workspace: str) -> list[dict[str, Any]]:
    async with operator_connections(settings) as connections, key_book(connections.owner_dsn) as book:
        found = await find_workspace(book, workspace)
        return [
            {
                "id": str(row["key_id"]),
                "name": row["name"],
                "environment": row["environment"],
                "lastFour": row["last_four"],
                "createdAt": iso(row["created_at"]),
                "revokedAt": iso(row["revoked_at"]) if row["revoked_at"] else None,
            }
            for row in await book.keys(found.id)
        ]


async def _revoke(settings: DatabaseSettings, workspace: str, number: int) -> None:
    async with operator_connections(settings) as connections, key_book(connections.owner_dsn) as book:
        found = await find_workspace(book, workspace)
        await revoke_key(book, operator_command(found.id), number)


async def find_workspace(book: PostgresKeyBook, name_or_id: str) -> Workspace:
    """Ends the command with a clear word if there is none."""
    found = await book.workspaces(name_or_id)
    if not found:
        fail(f"There is no workspace {name_or_id!r}; `daybook workspaces list` shows them.")
    return found[0]


def fail(message: str) -> NoReturn:
    sys.stderr.write(f"daybook: {message}\n")
    sys.exit(1)


def _say(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write((msgspec.json.encode(value).decode() if as_json else text) + "\n")


def _say_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    table = Table(*(rows[0] if rows else ["nothing"]))
    for row in rows:
        table.add_row(*(str(value) if value is not None else "" for value in row.values()))
    Console().print(table)
