"""Workspaces, as the operator begins them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.event_store import Append, Command, StreamChange
from domain.workspaces import create_workspace


class Workspace(msgspec.Struct, frozen=True):
    """A workspace as the operator sees it."""

    id: UUID
    name: str
    created_at: datetime


class WorkspaceBook(Protocol):
    """It sees all workspaces; what it wrote is durable when it returns."""

    async def begin(self, append: Append, workspace: Workspace) -> None: ...


async def begin_workspace(book: WorkspaceBook, command: Command, name: str) -> Workspace:
    """The command's workspace is the one to begin. Raises `WorkspaceNameTaken`."""
    change = StreamChange(command.workspace_id, 0, create_workspace(name), None, None)
    workspace = Workspace(command.workspace_id, name, command.at)
    await book.begin(Append(command, [change]), workspace)
    return workspace
