"""From new events to deliveries: which webhook hears of which event."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.webhooks.decisions import matches
from infrastructure.database import Connection
from infrastructure.sql import sql
from infrastructure.webhooks.book import decode_webhook

# A webhook that is parked or too slow keeps so many events waiting; what comes then is only counted.
WAITING_MAX = 100_000


class WebhookProjection:
    """Asynchronous. A webhook hears what happened after it was registered, also while it is paused or parked."""

    name = "webhooks"

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        """Runs in the transaction that moves the checkpoint, so each event is queued once."""
        for row in await connection.fetch(sql("webhook_list"), workspace_id, None):
            webhook = decode_webhook(row["doc"])
            positions = [
                event["position"]
                for event in events
                if event["position"] > row["registered_position"] and matches(webhook.types, event["type"])
            ]
            if positions:
                await self._queue(connection, workspace_id, webhook.id, positions)

    async def _queue(self, connection: Connection, workspace_id: UUID, webhook_id: UUID, positions: list[int]) -> None:
        waiting = await connection.fetchval(sql("webhook_room"), workspace_id, webhook_id, self._waiting_max)
        room = self._waiting_max - waiting
        queued, skipped = positions[:room], positions[room:]
        await connection.execute(sql("webhook_enqueue"), workspace_id, [webhook_id] * len(queued), queued)
        if skipped:
            await connection.execute(sql("webhook_skip"), workspace_id, webhook_id, len(skipped), skipped[0], skipped[-1])
