"""The queue of deliveries: taking what is due, writing down how it went, and showing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from application.webhook_messages import Message, Reply, message_id
from application.webhook_views import DeliveryStatus, DeliveryView, Health, Skipped
from domain.webhooks.state import Webhook
from infrastructure.database import NO_WORKSPACE, Database
from infrastructure.feed import spliced
from infrastructure.lines import Line
from infrastructure.sql import sql
from infrastructure.webhooks.book import decode_webhook

DELIVERIES_KEPT_DAYS = 30
# Finished ones of one webhook; the oldest go first.
DELIVERIES_KEPT_MAX = 100_000
FORGOTTEN_AT_ONCE_MAX = 10_000


class QueuedFor(msgspec.Struct, frozen=True):
    """A webhook with something to be sent, in `due_in_s` seconds or by now."""

    workspace_id: UUID
    webhook_id: UUID
    due_in_s: float


class Delivery(msgspec.Struct, frozen=True):
    """One that was taken to be sent. `body` is the event as the change feed has it."""

    workspace_id: UUID
    webhook: Webhook
    position: int
    body: bytes
    attempts: int

    @property
    def message(self) -> Message:
        return Message(message_id(self.webhook.id, self.position), self.body)


class Failures(msgspec.Struct, frozen=True):
    """How many attempts failed running, and for how long that has been so."""

    running: int
    for_s: float


class PostgresDeliveryQueue:
    """The sending side."""

    def __init__(self, database: Database) -> None:
        self._line = Line(database, relaxed=True)

    async def queues(self) -> list[QueuedFor]:
        """Of all workspaces."""
        async with self._line.bound(NO_WORKSPACE) as connection:
            rows = await connection.fetch(sql("webhook_queues"))
        return [QueuedFor(row["workspace_id"], row["webhook_id"], row["due_in_s"]) for row in rows]

    async def claim(self, queued: QueuedFor, *, count: int, lease_s: float) -> list[Delivery]:
        """At most `count`. Each is due again after the lease, unless it is heard of before."""
        async with self._line.bound(queued.workspace_id) as connection:
            rows = await connection.fetch(sql("webhook_claim"), queued.workspace_id, queued.webhook_id, count, lease_s)
        events = spliced([row[1:] for row in rows])
        return [
            Delivery(queued.workspace_id, decode_webhook(row["doc"]), event.position, event.json, row["attempts"])
            for row, event in zip(rows, events, strict=True)
        ]

    async def delivered(self, delivery: Delivery, status: int | None) -> None:
        async with self._line.bound(delivery.workspace_id) as connection:
            await connection.execute(sql("webhook_delivered"), *_key(delivery), status)

    async def failed(self, delivery: Delivery, reply: Reply, retry_in_s: float | None) -> Failures:
        """Without `retry_in_s` it has failed for good."""
        async with self._line.bound(delivery.workspace_id) as connection:
            row = await connection.fetchrow(
                sql("webhook_failed"), *_key(delivery), delivery.attempts, reply.status, reply.error, retry_in_s
            )
        return Failures(row["consecutive_failures"], row["failing_for_s"]) if row else Failures(0, 0)

    async def forget_old(self) -> int:
        """Keeps the log of deliveries bounded; answers how many it removed."""
        async with self._line.bound(NO_WORKSPACE) as connection:
            return int(
                await connection.fetchval(sql("webhook_forget"), DELIVERIES_KEPT_DAYS, DELIVERIES_KEPT_MAX, FORGOTTEN_AT_ONCE_MAX)
            )

    async def close(self) -> None:
        await self._line.close()


class PostgresDeliveryLog:
    """The side that callers see."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line = Line(database, relaxed=False)

    async def health(self, workspace_id: UUID) -> dict[UUID, Health]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("webhook_health"), workspace_id)
        return {row["webhook_id"]: _health(row) for row in rows}

    async def forgive(self, workspace_id: UUID, webhook_id: UUID) -> None:
        async with self._line.bound(workspace_id) as connection:
            await connection.execute(sql("webhook_forgive"), workspace_id, webhook_id)

    async def listing(
        self, webhook: Webhook, workspace_id: UUID, *, status: DeliveryStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[DeliveryView], int]:
        async with self._database.reading(workspace_id) as connection:
            total = await connection.fetchval(sql("webhook_delivery_total"), workspace_id, webhook.id, status)
            rows = await connection.fetch(sql("webhook_deliveries"), workspace_id, webhook.id, status, None, limit, offset)
        return [_view(webhook, row) for row in rows], total

    async def retry(self, webhook: Webhook, workspace_id: UUID, position: int) -> DeliveryView | None:
        async with self._line.bound(workspace_id) as connection:
            await connection.execute(sql("webhook_retry"), workspace_id, webhook.id, position)
            row = await connection.fetchrow(sql("webhook_deliveries"), workspace_id, webhook.id, None, position, 1, 0)
        return None if row is None else _view(webhook, row)

    async def close(self) -> None:
        await self._line.close()


def _key(delivery: Delivery) -> tuple[Any, ...]:
    return delivery.workspace_id, delivery.webhook.id, delivery.position


def _health(row: asyncpg.Record) -> Health:
    skipped = Skipped(row["skipped"], row["skipped_first"], row["skipped_last"]) if row["skipped"] else None
    return Health(
        consecutive_failures=row["consecutive_failures"],
        failing_since=row["failing_since"],
        last_success_at=row["last_success_at"],
        skipped=skipped,
    )


def _view(webhook: Webhook, row: asyncpg.Record) -> DeliveryView:
    return DeliveryView(
        id=message_id(webhook.id, row["position"]),
        position=row["position"],
        type=row["type"],
        status=row["status"],
        attempts=row["attempts"],
        last_status=row["last_status"],
        last_error=row["last_error"],
        next_attempt_at=row["next_attempt_at"] if webhook.sends and row["status"] == "pending" else None,
        created_at=row["created_at"],
        delivered_at=row["delivered_at"],
    )
