"""Workspaces in PostgreSQL, on the operator's side: it connects as the owner and sees all of them."""

import asyncio

from application.event_store import Append
from application.workspaces import Workspace
from domain.workspaces import WorkspaceNameTaken
from infrastructure.database import Connection
from infrastructure.event_store.batch import Batch, Request, Unit
from infrastructure.event_store.writer import APPEND
from infrastructure.growth import EVENTS_CHANNEL, messages
from infrastructure.sql import sql


class PostgresWorkspaceBook:
    """On the owner's connection, from the command line only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(self, append: Append, workspace: Workspace) -> None:
        async with self._connection.transaction():
            await self._connection.execute(sql("workspace_names_lock"))
            if await self._connection.fetchval(sql("workspace_name_taken"), workspace.name):
                raise WorkspaceNameTaken
            await self._connection.execute(sql("workspace_begin"), workspace.id)
            await self._append(append)
            await self._connection.execute(sql("workspace_write"), workspace.id, workspace.name, workspace.created_at)

    async def all(self, name_or_id: str | None = None) -> list[Workspace]:
        rows = await self._connection.fetch(sql("workspace_list"), name_or_id)
        return [Workspace(row["workspace_id"], row["name"], row["created_at"]) for row in rows]

    async def _append(self, append: Append) -> None:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        batch = Batch([Unit(Request(append, done))])
        answers = await self._connection.fetchval(APPEND, *batch.arguments())
        if answers[0]["outcome"] != "written":
            raise RuntimeError(f"the append was refused: {answers[0]['outcome']}; run the command again")
        # Heard when the transaction commits. Nobody waits for an operator's few commands.
        await self._connection.execute(sql("notify"), EVENTS_CHANNEL, messages(batch.heads(answers)))
