"""What the use cases of threads read."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.items import Piece
from domain.events import Actor
from domain.threads.state import Thread


class ThreadBook(Protocol):
    """The read model. It does not ask who may see what; the use cases do."""

    async def load(self, workspace_id: UUID, reference: str) -> Thread | None:
        """By either of its ids, also in the trash."""
        ...

    def listing(
        self, workspace_id: UUID, actor: Actor, *, archived: bool, limit: int | None, offset: int
    ) -> AsyncIterator[Piece[Thread]]:
        """Those of an actor and those that are shared, live or in the trash, newest first, in pieces, of which there is one at
        least.
        """
        ...

    async def overdue(self, now: datetime) -> list[tuple[UUID, UUID]]:
        """Workspace and id of threads with questions that are to be given up, of all workspaces; not all, if they are many."""
        ...
