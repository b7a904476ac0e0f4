"""`daybook login`, `whoami` and `logout`: a person's own access, kept for the commands of this machine."""

import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from daybook.client import LOOPBACK, Address, Client, ClientError, connected, decoded, left_by_service, reported
from daybook.sessions import Session, SessionAuth, SessionFile, Tokens

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print the API's answer.")]


class Workspace(msgspec.Struct):
    id: str
    name: str
    role: str | None = None


class Me(msgspec.Struct):
    """The part of `GET /v1/me` that is shown."""

    kind: str
    id: str
    name: str
    email: str | None
    role: str | None
    scopes: list[str]
    workspace: Workspace
    workspaces: list[Workspace]


def login(
    email: str,
    /,
    *,
    url: Annotated[str | None, Parameter(help="The service. Without it, DAYBOOK_URL, or the one that runs here.")] = None,
    workspace: Annotated[str | None, Parameter(help="Which workspace commands are for, by name or id; else your first.")] = None,
    code: Annotated[
        str | None, Parameter(help="The code, if you have it already; - reads it from stdin.", allow_leading_hyphen=True)
    ] = None,
) -> None:
    """Sign in by e-mail: a code is sent to the address. From then on commands go by your session, until `daybook logout`."""
    with reported():
        place = _place(url)
        with Client(Address(place)) as client:
            if code is None:
                client.write("POST", "/auth/request-code", {"email": email})
                sys.stderr.write(f"A code was sent to {email}, if it is a member's address. It is good for ten minutes.\n")
            body = {"email": email, "code": _code(code)}
            tokens = decoded(client.write("POST", "/auth/verify", body), Tokens)
        session, file = Session(place, tokens), SessionFile.of(os.environ)
        me = _choose(file, session, workspace)
        sys.stdout.write(f"signed in to {place} as {tokens.user.email}, in {me.workspace.name} as {me.role}\n")


def whoami(*, as_json: Json = False) -> None:
    """Say who the service takes you for, and in which workspace."""
    with connected() as client:
        answer = client.get("/me")
        me = decoded(answer, Me)
    if as_json:
        sys.stdout.write(answer.text + "\n")
        return
    who = me.email or f"key {me.id} ({me.name})"
    sys.stdout.write(f"{who}, in {me.workspace.name}{f' as {me.role}' if me.role else ''}, at {client.url}\n")
    if len(me.workspaces) > 1:
        table = Table("workspace", "role", "id")
        for each in me.workspaces:
            table.add_row(each.name, each.role, each.id)
        Console().print(table)


def logout() -> None:
    """End the session, also at the service."""
    file = SessionFile.of(os.environ)
    with reported(), file.alone():
        session = file.read()
        if session is None:
            sys.stdout.write("nobody is signed in\n")
            return
        # Forgotten here whatever the service says, which may be gone.
        file.forget()
        with Client(Address(session.url)) as client:
            client.write("POST", "/auth/logout", {"refreshToken": session.tokens.refresh_token})
        sys.stdout.write(f"signed out of {session.url}\n")


def _choose(file: SessionFile, session: Session, named: str | None) -> Me:
    """The session is kept when it is known to be for a workspace that is there."""
    me = _me(file, session)
    if named is not None:
        found = next((each for each in me.workspaces if named in (each.id, each.name)), None)
        if found is None:
            names = ", ".join(each.name for each in me.workspaces)
            raise ClientError(f"You are in no workspace {named!r}; yours are {names}.")
        session.workspace = msgspec.convert(found.id, type=type(session.tokens.user.id))
        me = _me(file, session)
    file.write(session)
    return me


def _me(file: SessionFile, session: Session) -> Me:
    with Client(Address(session.url), auth=SessionAuth(file, session)) as client:
        return decoded(client.get("/me"), Me)


def _place(url: str | None) -> str:
    named = url or os.environ.get("DAYBOOK_URL", "").strip()
    place = named or left_by_service(Path(os.environ.get("DAYBOOK_DATA_DIR") or "data") / "client.json").url
    parts = urlsplit(place)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ClientError(f"{place!r} is no address of a service; it should look like https://daybook.example.org.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        sys.stderr.write(f"{place} is not encrypted: whoever is on the way can read your code and use your session.\n")
    return place.rstrip("/")


def _code(given: str | None) -> str:
    if given is not None and given != "-":
        return given
    if sys.stdin.isatty():
        sys.stderr.write("Code: ")
        sys.stderr.flush()
    return sys.stdin.readline().strip()
