"""A webhook and its deliveries as they are answered."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from domain.events import Actor
from domain.webhooks.state import Webhook

DeliveryStatus = Literal["pending", "delivered", "failed"]
WebhookStatus = Literal["active", "paused", "parked"]


class Skipped(msgspec.Struct, frozen=True, rename="camel"):
    """Events that found the webhook's queue full. The change feed has them, between these positions."""

    count: int
    first_position: int
    last_position: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How sending to a webhook has gone lately."""

    consecutive_failures: int = 0
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    skipped: Skipped | None = None


class WebhookView(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A webhook. `consecutiveFailures` counts attempts since the last success, of all its deliveries together."""

    id: UUID
    url: str
    types: tuple[str, ...]
    description: str
    active: bool
    status: WebhookStatus
    parked_reason: str | None
    consecutive_failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    skipped: Skipped | None
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: Actor
    updated_by: Actor


class DeliveryView(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One event on its way to one webhook. `nextAttemptAt` is null when nothing is planned: done, given up, or held."""

    id: str
    position: int
    type: str
    status: DeliveryStatus
    attempts: int
    last_status: int | None
    last_error: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    delivered_at: datetime | None


def webhook_view(webhook: Webhook, health: Health) -> WebhookView:
    return WebhookView(
        id=webhook.id,
        url=webhook.url,
        types=webhook.types,
        description=webhook.description,
        active=webhook.active,
        status=_status(webhook),
        parked_reason=webhook.parked_reason,
        consecutive_failures=health.consecutive_failures,
        failing_since=health.failing_since,
        last_success_at=health.last_success_at,
        skipped=health.skipped,
        version=webhook.version,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
        created_by=webhook.created_by,
        updated_by=webhook.updated_by,
    )


def _status(webhook: Webhook) -> WebhookStatus:
    if webhook.parked_reason is not None:
        return "parked"
    return "active" if webhook.active else "paused"
