"""Workspaces, keys, members and signing keys: what the operator does beside the service, whether it runs or not."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from application.addresses import normal_address
from application.workspaces import Workspace, begin_workspace
from daybook.connections import operator_connections
from daybook.desk import Desk, operator_command, operator_desk
from daybook.settings import DatabaseSettings
from daybook.world import new_id, now
from domain.keys import KeyWish
from domain.members import MemberChanges, MemberInvited, person_id
from domain.scopes import ALL, FULL, Role
from domain.workspaces import SERVICE
from infrastructure.workspaces import PostgresWorkspaceBook

workspaces_app = App(name="workspaces", help="Make and list workspaces.")
keys_app = App(name="keys", help="Make, list, rename and revoke API keys.")
members_app = App(name="members", help="Let people into a workspace, change their roles, and remove them.")
signing_keys_app = App(name="signing-keys", help="Rotate the keys that access tokens are signed with.")

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Name = Annotated[str, Parameter(name="--workspace", help="The workspace, by name or id.")]
DEFAULTS = DatabaseSettings()
T = TypeVar("T")


@workspaces_app.command(name="create")
def create_workspace(name: str, /, *, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Make a workspace."""

    async def create(desk: Desk) -> Workspace:
        return await begin_workspace(desk.workspaces, operator_command(new_id()), name)

    workspace = _at_desk(settings, create)
    _say({"id": str(workspace.id), "name": workspace.name}, f"workspace {workspace.name} ({workspace.id})", as_json=as_json)


@workspaces_app.command(name="list")
def list_workspaces(*, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List all workspaces."""
    found = _at_desk(settings, lambda desk: desk.workspaces.all())
    _say_rows([{"id": each.id, "name": each.name, "createdAt": each.created_at} for each in found], as_json=as_json)


@keys_app.command(name="create")
def create_key(
    *,
    workspace: Name,
    name: str = "key",
    scope: Annotated[
        tuple[str, ...], Parameter(negative="", help="What it may do, such as pages:read; again for more. Without it, all.")
    ] = (),
    expires_days: Annotated[float | None, Parameter(help="Days after which it opens nothing.")] = None,
    settings: DatabaseSettings = DEFAULTS,
    as_json: Json = False,
) -> None:
    """Make a key. Its secret is shown now and never again."""
    try:
        expires_at = None if expires_days is None else now() + timedelta(days=expires_days)
    except (ValueError, OverflowError):
        fail("--expires-days is a number of days, such as 30.")
    wish = KeyWish(name, scope or FULL, expires_at)
    found, key = _in_workspace(settings, workspace, lambda desk, place: desk.keys.issue(operator_command(place.id), wish))
    _say({"id": str(key.key.number), "key": key.text, "workspace": found.name}, key.text, as_json=as_json)


@keys_app.command(name="list")
def list_keys(*, workspace: Name, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List a workspace's keys, without their secrets."""
    _, found = _in_workspace(settings, workspace, lambda desk, place: desk.keys.all(place.id, now()))
    _say_rows(found, as_json=as_json, left_out=("createdBy", "version"))


@keys_app.command(name="rename")
def rename_key(
    key_id: int, name: str, /, *, workspace: Name, settings: DatabaseSettings = DEFAULTS, as_json: Json = False
) -> None:
    """Give a key another name."""
    _in_workspace(settings, workspace, lambda desk, place: desk.keys.rename(operator_command(place.id), key_id, name))
    _say({"id": str(key_id), "name": name}, f"key {key_id} is called {name}", as_json=as_json)


@keys_app.command(name="revoke")
def revoke(key_id: int, /, *, workspace: Name, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Revoke a key: it opens nothing from the next request on."""
    _in_workspace(settings, workspace, lambda desk, place: desk.keys.revoke(operator_command(place.id), key_id))
    _say({"id": str(key_id), "revoked": True}, f"key {key_id} is revoked", as_json=as_json)


@members_app.command(name="invite")
def invite_member(
    email: str,
    /,
    *,
    workspace: Name = "default",
    role: Annotated[Role, Parameter(help="The first member of a workspace is an owner.")] = "editor",
    name: str = "",
    settings: DatabaseSettings = DEFAULTS,
    as_json: Json = False,
) -> None:
    """Let somebody in: they come by signing in with this address. No mail is sent to them from here."""
    invited = MemberInvited(normal_address(email), role, name)
    place, _ = _in_workspace(
        settings, workspace, lambda desk, place: desk.members.invite(operator_command(place.id), invited, ALL)
    )
    _say({"email": invited.email, "role": role}, f"{invited.email} is invited to {place.name} as {role}", as_json=as_json)


@members_app.command(name="list")
def list_members(*, workspace: Name = "default", settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List a workspace's members."""
    _, found = _in_workspace(settings, workspace, lambda desk, place: desk.members.all(place.id))
    _say_rows(found, as_json=as_json, left_out=("id", "createdBy", "updatedBy", "version", "updatedAt"))


@members_app.command(name="role")
def change_role(
    email: str, role: Role, /, *, workspace: Name = "default", settings: DatabaseSettings = DEFAULTS, as_json: Json = False
) -> None:
    """Give a member another role."""
    person, changes = person_id(normal_address(email)), MemberChanges(role=role)
    _in_workspace(settings, workspace, lambda desk, place: desk.members.change(operator_command(place.id), person, changes, ALL))
    _say({"email": email, "role": role}, f"{email} is {role}", as_json=as_json)


@members_app.command(name="remove")
def remove_member(
    email: str, /, *, workspace: Name = "default", settings: DatabaseSettings = DEFAULTS, as_json: Json = False
) -> None:
    """Remove a member. What they wrote stays."""
    person = person_id(normal_address(email))
    _in_workspace(settings, workspace, lambda desk, place: desk.members.remove(operator_command(place.id), person))
    _say({"email": email, "removed": True}, f"{email} is removed", as_json=as_json)


@signing_keys_app.command(name="list")
def list_signing_keys(*, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """List them; the last one signs."""
    found = _at_desk(settings, lambda desk: desk.signing_keys.all())
    _say_rows([{"number": each.number, "madeAt": each.made_at, "retiredAt": each.retired_at} for each in found], as_json=as_json)


@signing_keys_app.command(name="rotate")
def rotate_signing_key(*, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Sign with a new key from now on. Tokens of those before stay good until they expire, in a quarter of an hour at most."""
    made = _at_desk(settings, lambda desk: desk.signing_keys.rotate(operator_command(SERVICE)))
    _say({"number": made.number}, f"tokens are signed with key {made.number} now", as_json=as_json)


@signing_keys_app.command(name="retire")
def retire_signing_key(number: int, /, *, settings: DatabaseSettings = DEFAULTS, as_json: Json = False) -> None:
    """Let tokens that were signed with a key be good no more. Whoever has one gets another by their refresh token."""
    _at_desk(settings, lambda desk: desk.signing_keys.retire(operator_command(SERVICE), number))
    _say({"number": number, "retired": True}, f"signing key {number} is retired", as_json=as_json)


def _at_desk(settings: DatabaseSettings, work: Callable[[Desk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with _desk(settings) as desk:
            return await work(desk)

    return asyncio.run(run())


def _in_workspace(
    settings: DatabaseSettings, name_or_id: str, work: Callable[[Desk, Workspace], Awaitable[T]]
) -> tuple[Workspace, T]:
    async def find_and_work(desk: Desk) -> tuple[Workspace, T]:
        found = await find_workspace(desk.workspaces, name_or_id)
        return found, await work(desk, found)

    return _at_desk(settings, find_and_work)


@asynccontextmanager
async def _desk(settings: DatabaseSettings) -> AsyncIterator[Desk]:
    async with (
        operator_connections(settings) as connections,
        operator_desk(connections.owner_dsn, settings.server_key(), settings.environment) as desk,
    ):
        yield desk


async def find_workspace(book: PostgresWorkspaceBook, name_or_id: str) -> Workspace:
    """Ends the command with a clear word if there is none."""
    found = await book.all(name_or_id)
    if not found:
        fail(f"There is no workspace {name_or_id!r}; `daybook workspaces list` shows them.")
    return found[0]


def fail(message: str) -> NoReturn:
    sys.stderr.write(f"daybook: {message}\n")
    sys.exit(1)


def _say(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write((msgspec.json.encode(value).decode() if as_json else text) + "\n")


def _say_rows(found: list[Any], *, as_json: bool, left_out: tuple[str, ...] = ()) -> None:
    """As JSON with all there is, as a table without what only programs want."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(found)
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    shown = [{name: _shown(value) for name, value in row.items() if name not in left_out} for row in rows]
    table = Table(*(shown[0] if shown else ["nothing"]))
    for row in shown:
        table.add_row(*row.values())
    Console().print(table)


def _shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
