"""The read model of webhooks: written in the transaction of their events, read by use cases and by the projection."""

from typing import Any
from uuid import UUID

import msgspec

from domain.webhooks.state import Webhook
from infrastructure.database import Connection, Database
from infrastructure.sql import sql

_encode = msgspec.json.Encoder().encode
decode_webhook = msgspec.json.Decoder(Webhook).decode


def webhook_row(workspace_id: UUID, webhook: Webhook, registered_position: int) -> tuple[Any, ...]:
    """The columns of `webhook_write`, in its order."""
    return workspace_id, webhook.id, registered_position, webhook.sends, webhook.version, _encode(webhook)


async def write_webhook(connection: Connection, workspace_id: UUID, webhook: Webhook, position: int) -> None:
    """In the transaction that appended the event at `position`, which counts for a webhook that is new."""
    if webhook.removed:
        await connection.execute(sql("webhook_remove"), workspace_id, webhook.id)
    else:
        await connection.execute(sql("webhook_write"), *webhook_row(workspace_id, webhook, position))


class PostgresWebhookBook:
    """What use cases read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, workspace_id: UUID, webhook_id: UUID) -> Webhook | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("webhook_list"), workspace_id, webhook_id)
        return None if row is None else decode_webhook(row["doc"])

    async def all(self, workspace_id: UUID) -> list[Webhook]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("webhook_list"), workspace_id, None)
        return [decode_webhook(row["doc"]) for row in rows]
