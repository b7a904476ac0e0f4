"""The bodies of the webhooks API."""

import msgspec
from msgspec import UNSET, UnsetType

from api.bodies import Version
from application.webhook_views import DeliveryView, WebhookView
from domain.webhooks.events import WebhookChanges, WebhookRegistered


class _Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A request's body: a field nobody knows is refused, because it would be silently lost."""


class RegisterWebhook(_Body):
    """Where to send what. Without `types` it hears of every event; `page.*` is every type of pages."""

    url: str
    types: tuple[str, ...] = ("*",)
    description: str = ""
    active: bool = True

    def wanted(self) -> WebhookRegistered:
        return WebhookRegistered(url=self.url, types=self.types, description=self.description, active=self.active)


class ChangeWebhook(_Body):
    """What to change; fields left out stay. `active: false` pauses: events wait until it is true again."""

    url: str | UnsetType = UNSET
    types: tuple[str, ...] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    version: Version | None = None

    def changes(self) -> WebhookChanges:
        return WebhookChanges(url=self.url, types=self.types, description=self.description, active=self.active)


class WebhookAnswer(msgspec.Struct):
    """One webhook."""

    webhook: WebhookView


class WebhookWithSecret(msgspec.Struct):
    """A webhook and its secret, which is not shown again."""

    webhook: WebhookView
    secret: str


class WebhooksAnswer(msgspec.Struct):
    """All webhooks of the workspace."""

    webhooks: list[WebhookView]


class Tried(msgspec.Struct, rename="camel"):
    """What became of a test message. `status` is null if the receiver did not answer; `error` is null if it took it."""

    delivered: bool
    status: int | None
    duration_ms: int
    error: str | None


class DeliveryAnswer(msgspec.Struct):
    """One delivery."""

    delivery: DeliveryView


class DeliveriesAnswer(msgspec.Struct):
    """Deliveries, newest first; `total` is how many there are in all, whatever the limit."""

    deliveries: list[DeliveryView]
    total: int
