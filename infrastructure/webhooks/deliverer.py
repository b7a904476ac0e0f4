"""Sends what is due, many at a time, and none for long. Any number of processes share the work."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.event_store import StoreUnavailable
from application.webhook_messages import Reply, Secrets, Sender
from application.webhook_schedule import GONE, Schedule
from domain.webhooks.errors import WebhookNotFound
from infrastructure.growth import Hub, Subscription
from infrastructure.webhooks.deliveries import Delivery, Failures, PostgresDeliveryQueue, QueuedFor

log = logging.getLogger(__name__)

SENDING_MAX = 128
# So that the slow receivers of one workspace leave room for those of others, and one slow receiver for its neighbours.
SENDING_FOR_WORKSPACE_MAX = 32
SENDING_TO_WEBHOOK_MAX = 8
# Longer than sending can take, with a wide margin for a busy machine.
LEASE_S = 30.0
POLL_S = 1.0
RECONNECT_PAUSE_S = 1.0
FORGET_EVERY_S = 3600.0
FINISH_S = 2.0


class Park(Protocol):
    async def __call__(self, workspace_id: UUID, webhook_id: UUID, reason: str) -> None: ...


class Deliverer:
    """One per process. Delivery is at least once: who dies while sending leaves the delivery to be made again."""

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        queue: PostgresDeliveryQueue,
        sender: Sender,
        secrets: Secrets,
        park: Park,
        now: Callable[[], datetime],
        *,
        schedule: Schedule = Schedule(),  # noqa: B008 - frozen
        lease_s: float = LEASE_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._queue = queue
        self._send = sender
        self._secrets = secrets
        self._park = park
        self._now = now
        self._schedule = schedule
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._busy: Counter[UUID] = Counter()

    async def run(self, queued: Hub) -> None:
        """`queued` tells that there may be something new to send. Never returns. When cancelled, it gives what is being sent a
        moment to arrive.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(queued))
                tasks.create_task(self._deliver())
                tasks.create_task(self._forget())
        finally:
            await self._finish()

    async def _deliver(self) -> None:
        while True:
            self._woken.clear()
            try:
                pause_s = await self._round()
            except StoreUnavailable:
                pause_s = RECONNECT_PAUSE_S
            except Exception:
                log.exception("looking for webhook deliveries failed")
                pause_s = RECONNECT_PAUSE_S
            try:
                await asyncio.wait_for(self._woken.wait(), pause_s)
            except TimeoutError:
                continue

    async def _listen(self, queued: Hub) -> None:
        subscription = Subscription()
        with queued.subscribed(subscription):
            while True:
                await subscription.next(self._poll_s)
                self._woken.set()

    async def _forget(self) -> None:
        while True:
            try:
                await self._queue.forget_old()
            except Exception:
                log.exception("old webhook deliveries could not be removed")
            await asyncio.sleep(FORGET_EVERY_S * random.uniform(0.5, 1.5))  # noqa: S311 - spreads processes

    async def _round(self) -> float:
        """Takes what is due as far as there is room; answers in how many seconds something else will be."""
        queues = await self._queue.queues()
        due = [each for each in queues if each.due_in_s <= 0]
        # In another order each time, so that no webhook is always the last to find room.
        random.shuffle(due)
        for queued in due:
            room = self._room(queued)
            if room > 0:
                for delivery in await self._queue.claim(queued, count=room, lease_s=self._lease_s):
                    self._begin(delivery)
        waits = [each.due_in_s for each in queues if each.due_in_s > 0]
        return min([self._poll_s, *waits])

    def _room(self, queued: QueuedFor) -> int:
        return min(
            SENDING_MAX - len(self._sending),
            SENDING_FOR_WORKSPACE_MAX - self._busy[queued.workspace_id],
            SENDING_TO_WEBHOOK_MAX - self._busy[queued.webhook_id],
        )

    def _begin(self, delivery: Delivery) -> None:
        for each in (delivery.workspace_id, delivery.webhook.id):
            self._busy[each] += 1
        task = asyncio.create_task(self._attempt(delivery))
        self._sending.add(task)
        task.add_done_callback(lambda done: self._end(done, delivery))

    def _end(self, task: asyncio.Task[None], delivery: Delivery) -> None:
        self._sending.discard(task)
        for each in (delivery.workspace_id, delivery.webhook.id):
            self._busy[each] -= 1
            if not self._busy[each]:
                del self._busy[each]
        self._woken.set()
        if not task.cancelled() and task.exception() is not None:
            # It is due again after the lease.
            log.error("a webhook delivery failed unforeseen", exc_info=task.exception())

    async def _attempt(self, delivery: Delivery) -> None:
        webhook, message = delivery.webhook, delivery.message
        reply = await self._send(webhook.url, message, self._secrets.headers(webhook, message, self._now()))
        try:
            if reply.delivered:
                await self._queue.delivered(delivery, reply.status)
            else:
                await self._failed(delivery, reply)
        except (StoreUnavailable, WebhookNotFound):
            # Nobody knows of it now, so it is made once more after the lease; or nobody wants it any more.
            return

    async def _failed(self, delivery: Delivery, reply: Reply) -> None:
        chance = random.random()  # noqa: S311 - spreads receivers
        failures = await self._queue.failed(delivery, reply, self._schedule.delay_s(delivery.attempts, reply, chance))
        reason = self._reason_to_park(reply, failures)
        if reason is not None:
            await self._park(delivery.workspace_id, delivery.webhook.id, reason)

    def _reason_to_park(self, reply: Reply, failures: Failures) -> str | None:
        if reply.status == GONE:
            return "The receiver answered 410 Gone."
        if failures.running < self._schedule.park_after_failures or failures.for_s < self._schedule.park_after_s:
            return None
        return f"{failures.running} attempts failed running, the last with: {reply.error}"

    async def _finish(self) -> None:
        sending = list(self._sending)
        if sending:
            _, late = await asyncio.wait(sending, timeout=FINISH_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        await self._queue.close()
