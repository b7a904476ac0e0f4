"""Webhooks: registering, changing, removing, parking; what was delivered; sending one for a try."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.event_store import Command, EventStore, KnownCommand
from application.exclusively import Done, Exclusively, Plan
from application.webhook_messages import Message, Reply, Secrets, Sender, position_of
from application.webhook_views import DeliveryStatus, DeliveryView, Health, WebhookView, webhook_view
from domain.webhooks import decisions
from domain.webhooks.decisions import check_here
from domain.webhooks.errors import DeliveryNotFound
from domain.webhooks.events import WebhookChanges, WebhookEvent, WebhookRegistered
from domain.webhooks.state import Webhook, evolve

Decide = Callable[[Webhook], list[WebhookEvent]]
NOTHING_YET = Health()


class WebhookBook(Protocol):
    """What the read model tells."""

    async def load(self, workspace_id: UUID, webhook_id: UUID) -> Webhook | None: ...

    async def all(self, workspace_id: UUID) -> list[Webhook]:
        """In the order of their registration."""
        ...


class DeliveryLog(Protocol):
    """What was sent, what is to be, and how it went."""

    async def health(self, workspace_id: UUID) -> dict[UUID, Health]: ...

    async def listing(
        self, webhook: Webhook, workspace_id: UUID, *, status: DeliveryStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[DeliveryView], int]:
        """Newest first, and how many there are in all."""
        ...

    async def forgive(self, workspace_id: UUID, webhook_id: UUID) -> None:
        """Failures so far no longer count towards parking, and what waits for another attempt waits no longer."""
        ...

    async def retry(self, webhook: Webhook, workspace_id: UUID, position: int) -> DeliveryView | None:
        """The delivery begins anew, at once. None if there is no such delivery."""
        ...


class TrialMessage(msgspec.Struct, rename="camel", tag_field="type", tag="webhook.test"):
    """The body of a message that tells of no event."""

    id: str
    webhook_id: UUID
    at: datetime


class Webhooks:
    """The use cases. All commands hold the workspace's head: there are few of them, and they count and park in peace."""

    def __init__(
        self,
        store: EventStore,
        book: WebhookBook,
        log: DeliveryLog,
        sender: Sender,
        secrets: Secrets,
        new_id: Callable[[], UUID],
        *,
        private_allowed: bool,
    ) -> None:
        """`private_allowed` admits plain http and addresses of any network, for development."""
        self._store = store
        self._book = book
        self._log = log
        self._send = sender
        self._secrets = secrets
        self._new_id = new_id
        self._private_allowed = private_allowed

    async def all(self, workspace_id: UUID) -> list[WebhookView]:
        webhooks = await self._book.all(workspace_id)
        health = await self._log.health(workspace_id)
        return [webhook_view(each, health.get(each.id, NOTHING_YET)) for each in webhooks]

    async def get(self, workspace_id: UUID, webhook_id: UUID) -> WebhookView:
        return await self.view(workspace_id, check_here(await self._book.load(workspace_id, webhook_id)))

    async def view(self, workspace_id: UUID, webhook: Webhook) -> WebhookView:
        health = await self._log.health(workspace_id)
        return webhook_view(webhook, health.get(webhook.id, NOTHING_YET))

    def secret(self, webhook: Webhook) -> str:
        return self._secrets.text(webhook)

    async def register(self, command: Command, wanted: WebhookRegistered) -> Done[Webhook]:
        # What is refused whatever else there is need not hold the workspace.
        decisions.register(wanted, others=0, private_allowed=self._private_allowed)

        async def plan() -> Plan[Webhook]:
            others = len(await self._book.all(command.workspace_id))
            events = decisions.register(wanted, others=others, private_allowed=self._private_allowed)
            return Plan(self._new_id(), None, 0, events)

        return await self._exclusively(command).run(command, plan)

    async def change(
        self, command: Command, webhook_id: UUID, changes: WebhookChanges, *, versions: Sequence[int] = ()
    ) -> Done[Webhook]:
        return await self._decide(
            command,
            webhook_id,
            lambda webhook: decisions.change(webhook, changes, private_allowed=self._private_allowed),
            versions=versions,
        )

    async def rotate_secret(self, command: Command, webhook_id: UUID, *, versions: Sequence[int] = ()) -> Done[Webhook]:
        return await self._decide(command, webhook_id, decisions.rotate, versions=versions)

    async def remove(self, command: Command, webhook_id: UUID, *, versions: Sequence[int] = ()) -> Done[Webhook]:
        return await self._decide(command, webhook_id, decisions.remove, versions=versions)

    async def resume(self, command: Command, webhook_id: UUID, *, versions: Sequence[int] = ()) -> Done[Webhook]:
        """Resuming what is not parked changes nothing. Otherwise failures are forgiven first, or the next would park it again."""
        webhook = await self._book.load(command.workspace_id, webhook_id)
        if webhook is not None and webhook.parked_reason is not None:
            await self._log.forgive(command.workspace_id, webhook_id)
        return await self._decide(command, webhook_id, decisions.resume, versions=versions)

    async def park(self, command: Command, webhook_id: UUID, reason: str) -> Done[Webhook]:
        return await self._decide(command, webhook_id, lambda webhook: decisions.park(webhook, reason))

    async def again(self, command: Command, known: KnownCommand) -> Done[Webhook]:
        """The webhook as it was after the command, which was carried out before."""
        return await self._exclusively(command).again(command, known)

    async def test(self, workspace_id: UUID, webhook_id: UUID, at: datetime) -> Reply:
        """Sends a message at once, also to a webhook that is paused or parked. The log says nothing of it."""
        webhook = check_here(await self._book.load(workspace_id, webhook_id))
        name = f"msg_{self._new_id().hex}"
        message = Message(name, msgspec.json.encode(TrialMessage(name, webhook.id, at)))
        return await self._send(webhook.url, message, self._secrets.headers(webhook, message, at))

    async def deliveries(
        self, workspace_id: UUID, webhook_id: UUID, *, status: DeliveryStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[DeliveryView], int]:
        webhook = check_here(await self._book.load(workspace_id, webhook_id))
        return await self._log.listing(webhook, workspace_id, status=status, limit=limit, offset=offset)

    async def retry(self, workspace_id: UUID, webhook_id: UUID, delivery_id: str) -> DeliveryView:
        webhook = check_here(await self._book.load(workspace_id, webhook_id))
        position = position_of(webhook_id, delivery_id)
        delivery = None if position is None else await self._log.retry(webhook, workspace_id, position)
        if delivery is None:
            raise DeliveryNotFound
        return delivery

    async def _decide(self, command: Command, webhook_id: UUID, decide: Decide, *, versions: Sequence[int] = ()) -> Done[Webhook]:
        async def plan() -> Plan[Webhook]:
            webhook = check_here(await self._book.load(command.workspace_id, webhook_id), versions)
            return Plan(webhook_id, webhook, webhook.version, decide(webhook))

        return await self._exclusively(command).run(command, plan)

    def _exclusively(self, command: Command) -> Exclusively[Webhook]:
        return Exclusively(self._store, evolve, lambda webhook: self.view(command.workspace_id, webhook))
