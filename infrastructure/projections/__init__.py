"""Asynchronous projections: views that follow the log a moment behind it, and the runner that keeps them going.

One is added in `daybook/background.py`. Its tables do not lie in the schema `read_model`, unless a rebuild fills them as well:
see `snapshots.py`, `links.py` and `texts.py`.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import asyncpg

from infrastructure.database import Connection

EVENTS_MAX = 5000


class Projection(Protocol):
    """Takes events in. `name` is that of its checkpoints and stays the same for good."""

    @property
    def name(self) -> str: ...

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        """Writes what the events mean for one workspace, on a connection that sees it alone, inside the transaction that moves
        the checkpoint; so it never begins or ends one, and does nothing that could not be undone.

        `events` say what happened to which stream (position, stream_id, version, type, effective_at, recorded_at), in order and
        without gaps, those of other programs included. The same events come again if it raises.
        """
        ...
