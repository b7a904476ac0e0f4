"""News that logs have grown: who waits for them in this process, and how they travel between processes."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

import asyncpg

from infrastructure.database import LOST, Connection, Database
from infrastructure.listening import RECONNECT_PAUSE_S
from infrastructure.sql import sql

log = logging.getLogger(__name__)

EVENTS_CHANNEL = "daybook_events"
# While the line that brings news is down, whoever waits looks for himself this often.
POLL_S = 1.0
# A NOTIFY costs the database about half a millisecond of a core, and more for each process that listens. So the first after a
# pause leaves at once, and under load they leave at this distance, with many heads in each.
NOTIFY_PAUSE_S = 0.02
# Each names a workspace in 32 characters and a position in at most 19; PostgreSQL takes a little under 8,000 bytes.
MESSAGE_HEADS_MAX = 140
# How many workspaces' newest positions are remembered. Forgetting one costs a reader a look, never an event.
HEADS_MAX = 100_000

Heads = Mapping[UUID, int]
# What is called after a commit, with the new head of each workspace that grew.
Told = Callable[[Heads], None]


class Subscription:
    """Collects the workspaces that grew since it was last asked."""

    def __init__(self) -> None:
        self._grown: set[UUID] = set()
        self._anybody = False
        self._woken = asyncio.Event()

    def add(self, heads: Heads) -> None:
        self._grown.update(heads)
        self._woken.set()

    def add_anybody(self) -> None:
        self._anybody = True
        self._woken.set()

    async def next(self, timeout_s: float) -> set[UUID] | None:
        """The workspaces that grew. None, at the latest after `timeout_s`: any may have, so look at all of them."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        except TimeoutError:
            self._anybody = True
        grown = None if self._anybody else self._grown
        self._grown, self._anybody = set(), False
        self._woken.clear()
        return grown


class Hub:
    """Where everybody in this process waits for a log to grow. What it says is a reason to look, and never proof."""

    def __init__(self) -> None:
        self._heads: dict[UUID, int] = {}
        self._waiting: dict[UUID, set[asyncio.Future[None]]] = {}
        self._subscriptions: list[Subscription] = []
        self._line_up = False
        self.closed = False

    def grown(self, heads: Heads) -> None:
        news = {workspace_id: position for workspace_id, position in heads.items() if position > self._heads.get(workspace_id, 0)}
        if not news:
            return
        if len(self._heads) > HEADS_MAX:
            self._heads.clear()
        self._heads.update(news)
        for workspace_id in news:
            _wake(self._waiting.pop(workspace_id, ()))
        for subscription in self._subscriptions:
            subscription.add(news)

    def head(self, workspace_id: UUID) -> int:
        """The newest position heard of; the log goes as far as this at least."""
        return self._heads.get(workspace_id, 0)

    def anybody(self) -> None:
        """Any log may have grown: everybody looks."""
        waiting, self._waiting = self._waiting, {}
        for waiters in waiting.values():
            _wake(waiters)
        for subscription in self._subscriptions:
            subscription.add_anybody()

    def heard(self, message: str) -> None:
        """News of another process, as `Announcer` words them; an empty message says that any log may have grown."""
        try:
            heads = {UUID(head[:32]): int(head[33:]) for head in message.split()}
        except ValueError:
            heads = {}
        if heads:
            self.grown(heads)
        else:
            self.anybody()

    def line(self, *, up: bool) -> None:
        """Whether news of other processes arrive at present. Some may have been missed at either turn, and a database that was
        away may have come back from a backup.
        """
        self._line_up = up
        self._heads.clear()
        self.anybody()

    def close(self) -> None:
        """Nobody waits any longer; waiting returns at once from now on."""
        self.closed = True
        self.anybody()

    async def wait(self, workspace_id: UUID, after: int, timeout_s: float) -> None:
        """Returns when the log may go on after the position `after`, at the latest when the time is over."""
        if self.closed or self._heads.get(workspace_id, 0) > after:
            return
        woken = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(workspace_id, set()).add(woken)
        try:
            async with asyncio.timeout(timeout_s if self._line_up else min(timeout_s, POLL_S)):
                await woken
        except TimeoutError:
            pass
        finally:
            waiters = self._waiting.get(workspace_id)
            if waiters is not None:
                waiters.discard(woken)
                if not waiters:
                    del self._waiting[workspace_id]

    @contextlib.contextmanager
    def subscribed(self, subscription: Subscription) -> Iterator[None]:
        self._subscriptions.append(subscription)
        try:
            yield
        finally:
            self._subscriptions.remove(subscription)


class Announcer:
    """Tells this process at once and the others soon after, from a connection of its own, so that no append waits for it."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._news: dict[UUID, int] = {}
        self._sending: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._closing = False

    def __call__(self, heads: Heads) -> None:
        self._hub.grown(heads)
        self._news.update(heads)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())

    async def close(self) -> None:
        """What is still to be told is told, if the database is there."""
        self._closing = True
        if self._sending is not None:
            await self._sending
        if self._connection is not None:
            await self._connection.close()

    async def _send_all(self) -> None:
        while self._news:
            news, self._news = self._news, {}
            try:
                await self._send(news)
            except LOST:
                if self._closing:
                    break
                # Newer positions have come meanwhile, perhaps.
                self._news = {**news, **self._news}
                await asyncio.sleep(RECONNECT_PAUSE_S)
            except asyncpg.PostgresError:
                log.exception("other processes were not told that logs have grown; they will see it when they look")
            await asyncio.sleep(0 if self._closing else NOTIFY_PAUSE_S)
        self._sending = None

    async def _send(self, news: Heads) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.connect_aside()
        try:
            await self._connection.execute(sql("notify"), EVENTS_CHANNEL, messages(news))
        except LOST:
            self._connection.terminate()
            raise


def messages(heads: Heads) -> list[str]:
    """The heads in as many messages as it takes."""
    words = [f"{workspace_id.hex}:{position}" for workspace_id, position in heads.items()]
    return [" ".join(words[begin : begin + MESSAGE_HEADS_MAX]) for begin in range(0, len(words), MESSAGE_HEADS_MAX)]


def _wake(waiters: "set[asyncio.Future[None]] | tuple[()]") -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
