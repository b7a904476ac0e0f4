"""The part of the composition that has to do with webhooks: registering them, and delivering to them."""

from uuid import UUID

import msgspec

from application.event_store import Command, EventStore
from application.webhook_messages import Secrets
from application.webhooks import Webhooks
from daybook.settings import WorkSettings
from daybook.world import new_id, now
from domain.events import Actor
from infrastructure.database import Database
from infrastructure.webhooks.book import PostgresWebhookBook
from infrastructure.webhooks.deliverer import Deliverer, Park
from infrastructure.webhooks.deliveries import PostgresDeliveryLog, PostgresDeliveryQueue
from infrastructure.webhooks.sender import HttpSender

# Who does what nobody asked for, such as parking a webhook.
SERVICE = Actor("service", "daybook", "Daybook")


class WebhookParts(msgspec.Struct, frozen=True):
    """The use cases, and who carries out what they promise."""

    webhooks: Webhooks
    deliverer: Deliverer
    deliveries: PostgresDeliveryLog


def webhook_parts(store: EventStore, database: Database, server_key: bytes, settings: WorkSettings) -> WebhookParts:
    private_allowed = settings.webhook_allow_private
    sender, secrets = HttpSender(private_allowed=private_allowed), Secrets(server_key)
    book, deliveries = PostgresWebhookBook(database), PostgresDeliveryLog(database)
    webhooks = Webhooks(store, book, deliveries, sender, secrets, new_id, private_allowed=private_allowed)
    deliverer = Deliverer(PostgresDeliveryQueue(database), sender, secrets, _parking(webhooks), now)
    return WebhookParts(webhooks, deliverer, deliveries)


def _parking(webhooks: Webhooks) -> Park:
    """Nobody's request parks a webhook, so the command is the service's own."""

    async def park(workspace_id: UUID, webhook_id: UUID, reason: str) -> None:
        command = Command(workspace_id=workspace_id, command_id=new_id(), at=now(), actor=SERVICE)
        await webhooks.park(command, webhook_id, reason)

    return park
