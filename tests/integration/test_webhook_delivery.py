"""Delivering: against receivers that fail, dawdle, lie and vanish; by several processes; and with the waits of a test."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from conftest import Service, free_port
from receivers import Receiver, eventually, receiving

from application.event_store import Command
from application.webhook_messages import Message, Secrets
from application.webhook_schedule import Schedule
from application.webhook_views import DeliveryView, WebhookView
from application.webhooks import Webhooks
from application.workspaces import begin_workspace
from daybook.connections import SERVICE_ROLE
from daybook.desk import OPERATOR, operator_command, operator_desk
from daybook.world import new_id, now
from domain.webhooks.events import WebhookChanges, WebhookRegistered
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.growth import Hub
from infrastructure.projections.runner import ProjectionRunner
from infrastructure.webhooks.book import PostgresWebhookBook
from infrastructure.webhooks.deliverer import Deliverer
from infrastructure.webhooks.deliveries import PostgresDeliveryLog, PostgresDeliveryQueue
from infrastructure.webhooks.projection import WebhookProjection
from infrastructure.webhooks.sender import EXCERPT_CHARACTERS_MAX, HttpSender

QUICK = Schedule(delays_s=(0.05, 0.1), jitter=0)
SECRETS = Secrets(b"server key")
MESSAGE = Message("msg_1", b"{}")


class Post:
    """What `bootstrap.build` puts together for webhooks, with a workspace, and with waits and bounds of the test's own."""

    def __init__(
        self, dsn: str, workspace_id: UUID, schedule: Schedule, *, total_s: float, waiting_max: int, lease_s: float
    ) -> None:
        self.database = Database(dsn, role=None)
        self.workspace_id = workspace_id
        self.hub = Hub()
        self.store = PostgresEventStore(self.database, self.hub.grown)
        self.log = PostgresDeliveryLog(self.database)
        self.sender = HttpSender(private_allowed=True, total_s=total_s)
        self.webhooks = Webhooks(
            self.store, PostgresWebhookBook(self.database), self.log, self.sender, SECRETS, new_id, private_allowed=True
        )
        self.runner = ProjectionRunner(self.database, self.hub, [WebhookProjection(waiting_max=waiting_max)])
        self.schedule = schedule
        self.lease_s = lease_s
        self.delivering: list[asyncio.Task[None]] = []

    def command(self) -> Command:
        return Command(self.workspace_id, new_id(), now(), OPERATOR)

    def deliver(self) -> asyncio.Task[None]:
        """Another process's deliverer, as far as the database can tell."""
        deliverer = Deliverer(
            PostgresDeliveryQueue(self.database),
            self.sender,
            SECRETS,
            self.park,
            now,
            schedule=self.schedule,
            lease_s=self.lease_s,
            poll_s=0.05,
        )
        self.delivering.append(asyncio.create_task(deliverer.run(self.runner.moved["webhooks"])))
        return self.delivering[-1]

    async def park(self, workspace_id: UUID, webhook_id: UUID, reason: str) -> None:
        await self.webhooks.park(Command(workspace_id, new_id(), now(), OPERATOR), webhook_id, reason)

    async def register(self, url: str, *types: str) -> UUID:
        wanted = WebhookRegistered(url=url, types=types or ("webhook.changed",))
        return (await self.webhooks.register(self.command(), wanted)).state.id

    async def happen(self, count: int = 1) -> None:
        """Events, of type `webhook.changed`."""
        if not hasattr(self, "_noisy"):
            self._noisy = await self.register("http://127.0.0.1:1/", "workspace.created")
        for _ in range(count):
            await self.webhooks.change(self.command(), self._noisy, WebhookChanges(description=str(new_id())))

    async def deliveries(self, webhook_id: UUID) -> list[DeliveryView]:
        found, _ = await self.webhooks.deliveries(self.workspace_id, webhook_id, status=None, limit=1000, offset=0)
        return list(found)

    async def statuses(self, webhook_id: UUID) -> Counter[str]:
        return Counter(each.status for each in await self.deliveries(webhook_id))

    async def get(self, webhook_id: UUID) -> WebhookView:
        return await self.webhooks.get(self.workspace_id, webhook_id)

    async def until(self, check: Callable[[], Any], within_s: float = 10.0) -> Any:
        give_up = time.monotonic() + within_s
        while True:
            found = await check()
            if found:
                return found
            assert time.monotonic() < give_up, f"still {found!r}"
            await asyncio.sleep(0.02)

    async def all_are(self, webhook_id: UUID, status: str, count: int) -> None:
        async def check() -> bool:
            return await self.statuses(webhook_id) == Counter({status: count})

        await self.until(check)

    async def close(self) -> None:
        for task in self.delivering:
            task.cancel()
        await asyncio.gather(*self.delivering, return_exceptions=True)
        await self.runner.close()
        await self.store.close()
        await self.log.close()
        await self.database.close()


Open = Callable[..., Any]


@pytest.fixture
def post(database: Callable[..., str]) -> Open:
    @asynccontextmanager
    async def opened(
        schedule: Schedule = QUICK, *, total_s: float = 5.0, waiting_max: int = 1000, lease_s: float = 30.0, delivering: int = 1
    ) -> AsyncIterator[Post]:
        async with operator_desk(database(), b"", "local") as desk:
            workspace = await begin_workspace(desk.workspaces, operator_command(new_id()), f"workspace {new_id()}")
        made = Post(database(SERVICE_ROLE), workspace.id, schedule, total_s=total_s, waiting_max=waiting_max, lease_s=lease_s)
        made.runner.start()
        for _ in range(delivering):
            made.deliver()
        try:
            yield made
        finally:
            await made.close()

    return opened


@pytest.fixture
def receiver() -> Any:
    with receiving() as made:
        yield made


async def test_what_failed_is_sent_again_under_the_same_id(post: Open, receiver: Receiver) -> None:
    receiver.answers.extend([500, (503, {}, b"busy")])
    async with post() as here:
        webhook_id = await here.register(receiver.url)
        await here.happen()
        await here.all_are(webhook_id, "delivered", 1)
        delivery = (await here.deliveries(webhook_id))[0]
    assert receiver.ids == [delivery.id] * 3
    assert (delivery.attempts, delivery.last_status, delivery.last_error) == (3, 200, None)


async def test_after_the_last_attempt_a_delivery_has_failed_until_somebody_retries_it(post: Open, receiver: Receiver) -> None:
    receiver.always = (500, {}, b"<h1>no</h1>")
    async with post() as here:
        webhook_id = await here.register(receiver.url)
        await here.happen()
        await here.all_are(webhook_id, "failed", 1)
        delivery = (await here.deliveries(webhook_id))[0]
        assert (delivery.attempts, delivery.last_error) == (3, "The receiver answered 500. <h1>no</h1>")
        assert (await here.get(webhook_id)).consecutive_failures == 3
        receiver.always = 204
        await here.webhooks.retry(here.workspace_id, webhook_id, delivery.id)
        await here.all_are(webhook_id, "delivered", 1)
        assert (await here.get(webhook_id)).consecutive_failures == 0


async def test_a_receiver_may_ask_for_a_longer_wait(post: Open, receiver: Receiver) -> None:
    receiver.answers.append((503, {"retry-after": "1"}, b""))
    async with post() as here:
        await here.register(receiver.url)
        await here.happen()
        await here.until(_has(receiver, 2))
    assert receiver.received[1].at_s - receiver.received[0].at_s >= 1


async def test_a_webhook_that_fails_for_long_is_parked_and_goes_on_where_it_stopped(post: Open, receiver: Receiver) -> None:
    receiver.always = 500
    async with post(Schedule(delays_s=(0.05,) * 9, jitter=0, park_after_failures=3, park_after_s=0)) as here:
        webhook_id = await here.register(receiver.url, "webhook.changed", "webhook.parked")
        await here.happen()

        async def parked() -> bool:
            return bool((await here.get(webhook_id)).status == "parked")

        await here.until(parked)
        assert (
            await here.get(webhook_id)
        ).parked_reason == "3 attempts failed running, the last with: The receiver answered 500."
        sent = len(receiver.received)
        await here.happen(2)
        await here.all_are(webhook_id, "pending", 4)
        assert all(each.next_attempt_at is None for each in await here.deliveries(webhook_id))
        assert len(receiver.received) == sent
        receiver.always = 200
        await here.webhooks.resume(here.command(), webhook_id)
        await here.all_are(webhook_id, "delivered", 4)
        assert (await here.get(webhook_id)).consecutive_failures == 0


async def test_what_finds_the_queue_full_is_counted_with_its_positions(post: Open, receiver: Receiver) -> None:
    async with post(waiting_max=3, delivering=0) as here:
        webhook_id = await here.register(receiver.url)
        await here.happen(5)
        await here.until(lambda: _skipped(here, webhook_id, 2))
        skipped, waiting = (await here.get(webhook_id)).skipped, await here.deliveries(webhook_id)
        assert skipped.first_position == waiting[0].position + 1
        assert skipped.last_position == waiting[0].position + 2


async def test_several_processes_send_each_event_once(post: Open, receiver: Receiver) -> None:
    async with post(delivering=3) as here:
        webhook_id = await here.register(receiver.url)
        await here.happen(60)
        await here.all_are(webhook_id, "delivered", 60)
        wanted = {each.id for each in await here.deliveries(webhook_id)}
    assert set(receiver.ids) == wanted
    assert len(receiver.ids) == 60


async def test_what_a_dying_process_had_taken_is_sent_by_another(post: Open, receiver: Receiver) -> None:
    async with post(delivering=0) as here:
        webhook_id = await here.register(receiver.url)
        await here.happen()
        dying = PostgresDeliveryQueue(here.database)
        queued = (await here.until(dying.queues))[0]
        taken = await dying.claim(queued, count=8, lease_s=0.3)
        assert await dying.claim(queued, count=8, lease_s=0.3) == []
        await dying.close()
        here.deliver()
        await here.all_are(webhook_id, "delivered", 1)
        assert (await here.deliveries(webhook_id))[0].attempts == 2
    assert (len(taken), len(receiver.received)) == (1, 1)


async def test_a_slow_receiver_keeps_nobody_else_waiting(post: Open, receiver: Receiver) -> None:
    with receiving() as slow:
        slow.always = lambda _: time.sleep(3)
        async with post(total_s=2.0) as here:
            await here.register(slow.url)
            quick = await here.register(receiver.url)
            began = time.monotonic()
            await here.happen(20)
            await here.all_are(quick, "delivered", 20)
            assert time.monotonic() - began < 2
            assert 0 < len(slow.received) <= 8


async def test_old_deliveries_and_those_of_removed_webhooks_are_forgotten(post: Open, database: Callable[..., str]) -> None:
    async with post(delivering=0) as here:
        kept, removed = await here.register("http://127.0.0.1:1/"), await here.register("http://127.0.0.1:1/")
        await here.happen(3)
        await here.all_are(kept, "pending", 3)
        await here.all_are(removed, "pending", 3)
        await here.webhooks.remove(here.command(), removed)
        owner = await asyncpg.connect(database())
        await owner.execute(
            "UPDATE daybook.webhook_delivery SET created_at = now() - interval '31 days' WHERE position = $1",
            (await here.deliveries(kept))[-1].position,
        )
        queue = PostgresDeliveryQueue(here.database)
        assert await queue.forget_old() == 4
        await queue.close()
        assert await here.statuses(kept) == Counter(pending=2)
        assert await owner.fetchval("SELECT count(*) FROM daybook.webhook_delivery") == 2
        await owner.close()


def _drip(head: bytes, piece: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while True:
            handler.wfile.write(piece)
            time.sleep(0.1)

    return answer


def _flood(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 500 no\r\n\r\n")
    for _ in range(1024):
        handler.wfile.write(b"flood " * 100_000)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (lambda _: time.sleep(1), None, "The receiver did not answer within 0.5 seconds."),
        (_drip(b"SSH-2.0-OpenSSH\r\n\r\n", b""), None, "The receiver does not speak HTTP, or broke off."),
        (_drip(b"HTTP/1.1 200 OK\r\nx: ", b"x"), None, "The receiver did not answer within 0.5 seconds."),
        (_drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), 200, None),
        (_drip(b"HTTP/1.1 500 no\r\n\r\n", b"x"), 500, "The receiver answered 500."),
        (_flood, 500, f"The receiver answered 500. {('flood ' * 100)[:EXCERPT_CHARACTERS_MAX]}".strip()),
        (lambda _: None, None, "The receiver does not speak HTTP, or broke off."),
        (_drip(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000, b""), None, "The receiver does not speak HTTP, or broke off."),
        ((500, {}, "\0\x1b[31m\ud7ff\n\xff".encode()), 500, "The receiver answered 500. [31m \xff"),
    ],
    ids=["silent", "no HTTP", "drips headers", "drips a body", "drips an error", "floods", "hangs up", "headers", "control"],
)
async def test_a_hostile_receiver_is_not_waited_for_and_not_listened_to_for_long(
    receiver: Receiver, answer: Any, status: int | None, error: str | None
) -> None:
    receiver.always = answer
    sender = HttpSender(private_allowed=True, total_s=0.5)
    began = time.monotonic()
    reply = await sender(receiver.url, MESSAGE, [])
    assert time.monotonic() - began < 1
    assert (reply.status, reply.error) == (status, error)
    if answer is _flood:
        eventually(lambda: receiver.broken_off)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_refusal_and_not_followed(receiver: Receiver, status: int) -> None:
    receiver.always = (status, {"location": receiver.url + "&followed"}, b"")
    reply = await HttpSender(private_allowed=True)(receiver.url, MESSAGE, [])
    assert (reply.status, reply.delivered) == (status, False)
    assert len(receiver.received) == 1


PRIVATE = [
    "https://127.0.0.1:{port}/",
    "https://[::1]:{port}/",
    "https://169.254.169.254:{port}/",
    "https://10.0.0.1:{port}/",
    "https://100.64.0.1:{port}/",
    "https://0.0.0.0:{port}/",
    "https://2130706433:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://localhost:{port}/",
    "http://127.0.0.1:{port}/",
]


@pytest.mark.parametrize("url", PRIVATE)
async def test_a_private_address_is_refused_again_when_sending(receiver: Receiver, url: str) -> None:
    reply = await HttpSender(private_allowed=False)(url.format(port=receiver.port), MESSAGE, [])
    assert (reply.delivered, reply.status) == (False, None)
    assert receiver.received == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%1"],
        ["64:ff9b::7f00:1"],
        ["10.0.0.1"],
    ],
)
async def test_a_name_with_any_private_address_is_not_connected_to(receiver: Receiver, addresses: list[str]) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    reply = await HttpSender(private_allowed=False, resolve=resolve)(f"https://innocent.example:{receiver.port}/", MESSAGE, [])
    assert reply.error == "The receiver's name leads to an address that is not on the public internet."
    assert receiver.received == []


async def test_it_connects_to_the_address_that_was_checked_and_asks_once(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look-up could answer something else; and a proxy would look for itself."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    reply = await HttpSender(private_allowed=True, resolve=resolve)(f"http://innocent.example:{receiver.port}/", MESSAGE, [])
    assert reply.delivered, reply
    assert asked == ["innocent.example"]
    assert receiver.received[0].headers["host"] == f"innocent.example:{receiver.port}"


@pytest.mark.parametrize("name", ["nowhere.invalid", "a" * 64 + ".example", "xn--.example", ".."])
async def test_a_name_that_leads_nowhere_is_an_outcome(name: str) -> None:
    reply = await HttpSender(private_allowed=False)(f"https://{name}/", MESSAGE, [])
    assert (reply.status, reply.delivered) == (None, False)


async def test_a_receiver_without_tls_where_tls_is_wanted_is_an_outcome(receiver: Receiver) -> None:
    reply = await HttpSender(private_allowed=True)(receiver.url.replace("http:", "https:"), MESSAGE, [])
    assert reply.error == "The receiver's certificate or its TLS is not acceptable."


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Of a server called hooks.example, whose certificate is trusted here."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [
        "-keyout",
        str(key),
        "-out",
        str(certificate),
        "-subj",
        "/CN=hooks.example",
        "-addext",
        "subjectAltName=DNS:hooks.example",
    ]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run([openssl, "req", "-x509", "-nodes", *curve, *made], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_the_certificate_is_that_of_the_name_although_the_address_is_connected_to(tls: ssl.SSLContext) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    with receiving(tls=tls) as receiver:
        sender = HttpSender(private_allowed=True, resolve=resolve)
        right = await sender(f"https://hooks.example:{receiver.port}/", MESSAGE, [])
        assert right.delivered, right
        wrong = await sender(f"https://other.example:{receiver.port}/", MESSAGE, [])
        assert wrong.error == "The receiver's certificate or its TLS is not acceptable."
        assert len(receiver.received) == 1


def test_kill_9_between_queueing_and_sending_loses_nothing(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--webhook-allow-private").start()
    try:
        workspace, port = service.new_workspace(), free_port()
        url = f"http://127.0.0.1:{port}/"
        body = {"url": url, "types": ["page.*"], "active": False}
        path = f"/webhooks/{workspace.client.post('/webhooks', json=body).json()['webhook']['id']}"
        workspace.create("In the queue")
        eventually(lambda: workspace.client.get(f"{path}/deliveries").json()["total"])
        workspace.create("In the log")
        service.kill()
        with receiving(port) as receiver:
            service.start()
            workspace.client.patch(path, json={"active": True})
            eventually(lambda: len(receiver.received) == 2)
            assert {each.event["data"]["title"] for each in receiver.received} == {"In the queue", "In the log"}
    finally:
        service.hang_up()
        service.kill()


def _has(receiver: Receiver, count: int) -> Callable[[], Any]:
    async def check() -> bool:
        return len(receiver.received) >= count

    return check


async def _skipped(here: Post, webhook_id: UUID, count: int) -> bool:
    skipped = (await here.get(webhook_id)).skipped
    return skipped is not None and skipped.count == count
