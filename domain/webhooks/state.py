"""What a webhook is after its events."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET

from domain.events import Actor, Recorded
from domain.webhooks.events import (
    WebhookChanged,
    WebhookEvent,
    WebhookParked,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook at one version. `rotation` counts its secrets from 1."""

    id: UUID
    url: str
    types: tuple[str, ...]
    description: str
    active: bool
    rotation: int
    rotated_at: datetime | None
    parked_reason: str | None
    removed: bool
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: Actor
    updated_by: Actor

    @property
    def sends(self) -> bool:
        """Whether its events are sent now; if not, they wait."""
        return self.active and self.parked_reason is None and not self.removed


def evolve(webhook: Webhook | None, fact: Recorded[WebhookEvent], webhook_id: UUID) -> Webhook:
    event = fact.event
    if isinstance(event, WebhookRegistered):
        return _registered(event, fact, webhook_id)
    if webhook is None:
        raise TypeError("a webhook's stream starts with its registration")
    after = msgspec.structs.replace(webhook, version=fact.version, updated_at=fact.at, updated_by=fact.actor)
    match event:
        case WebhookChanged():
            return _changed(after, event, fact.at)
        case WebhookRemoved():
            return msgspec.structs.replace(after, removed=True)
        case WebhookParked(reason):
            return msgspec.structs.replace(after, parked_reason=reason)
        case WebhookResumed():
            return msgspec.structs.replace(after, parked_reason=None)


def _registered(event: WebhookRegistered, fact: Recorded[WebhookEvent], webhook_id: UUID) -> Webhook:
    return Webhook(
        id=webhook_id,
        url=event.url,
        types=event.types,
        description=event.description,
        active=event.active,
        rotation=1,
        rotated_at=None,
        parked_reason=None,
        removed=False,
        version=fact.version,
        created_at=fact.at,
        updated_at=fact.at,
        created_by=fact.actor,
        updated_by=fact.actor,
    )


def _changed(webhook: Webhook, event: WebhookChanged, at: datetime) -> Webhook:
    named = {name: getattr(event, name) for name in event.__struct_fields__}
    after = msgspec.structs.replace(webhook, **{name: change.after for name, change in named.items() if change is not UNSET})
    return after if event.rotation is UNSET else msgspec.structs.replace(after, rotated_at=at)
