"""What may happen to a webhook, where it may lead, and how its messages are signed."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from application.event_store import Command, recorded
from application.webhook_messages import OLD_SECRET_LIVES, Message, Reply, Secrets, message_id, position_of
from application.webhook_schedule import RETRY_AFTER_S_MAX, Schedule
from domain.errors import InvalidValue, VersionStale
from domain.events import Actor, Change
from domain.webhooks import decisions
from domain.webhooks.decisions import DESCRIPTION_CHARACTERS_MAX, TYPES_MAX, WEBHOOKS_MAX
from domain.webhooks.errors import TargetForbidden, TooManyWebhooks, WebhookNotFound
from domain.webhooks.events import (
    WebhookChanged,
    WebhookChanges,
    WebhookEvent,
    WebhookParked,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
)
from domain.webhooks.state import Webhook, evolve
from domain.webhooks.targets import URL_CHARACTERS_MAX, check_url, is_public

ID = UUID(int=7)
AT = datetime.now(UTC).replace(microsecond=0)
REGISTERED = WebhookRegistered(url="https://example.org/hooks", types=("page.*",))


def given(*events: WebhookEvent, at: datetime = AT) -> Webhook:
    command = Command(UUID(int=1), UUID(int=2), at, Actor("key", "1", "key"))
    webhook = None
    for fact in recorded(events, command, 0):
        webhook = evolve(webhook, fact, ID)
    assert webhook is not None
    return webhook


def test_registering_records_what_was_wanted() -> None:
    assert decisions.register(REGISTERED, others=WEBHOOKS_MAX - 1, private_allowed=False) == [REGISTERED]
    webhook = given(REGISTERED)
    assert (webhook.url, webhook.types, webhook.rotation, webhook.sends) == (REGISTERED.url, ("page.*",), 1, True)


def test_a_workspace_has_so_many_webhooks_and_no_more() -> None:
    with pytest.raises(TooManyWebhooks):
        decisions.register(REGISTERED, others=WEBHOOKS_MAX, private_allowed=False)


@pytest.mark.parametrize(
    "types",
    [(), ("",), (".*",), ("*.created",), ("page.**",), ("a,b",), ("a b",), ("page.created\n",), ("\ud800",), ("a" * 201,)],
)
def test_what_is_no_type_is_refused(types: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValue):
        decisions.register(WebhookRegistered(url=REGISTERED.url, types=types), others=0, private_allowed=False)


def test_types_and_description_have_limits() -> None:
    def register(types: int, description: int) -> None:
        wanted = WebhookRegistered(url=REGISTERED.url, types=("page.*",) * types, description="x" * description)
        decisions.register(wanted, others=0, private_allowed=False)

    register(TYPES_MAX, DESCRIPTION_CHARACTERS_MAX)
    with pytest.raises(InvalidValue):
        register(TYPES_MAX + 1, 0)
    with pytest.raises(InvalidValue):
        register(1, DESCRIPTION_CHARACTERS_MAX + 1)


def test_only_what_differs_is_recorded() -> None:
    webhook = given(REGISTERED)
    assert (
        decisions.change(webhook, WebhookChanges(url=REGISTERED.url, types=("page.*",), active=True), private_allowed=False) == []
    )
    changes = WebhookChanges(types=("*",), active=False, description="d")
    assert decisions.change(webhook, changes, private_allowed=False) == [
        WebhookChanged(types=Change(("page.*",), ("*",)), active=Change(before=True, after=False), description=Change("", "d"))
    ]


def test_a_change_is_checked_like_a_registration() -> None:
    with pytest.raises(TargetForbidden):
        decisions.change(given(REGISTERED), WebhookChanges(url="https://127.0.0.1/"), private_allowed=False)


def test_a_parked_webhook_does_not_send_until_it_is_resumed() -> None:
    parked = given(REGISTERED, WebhookParked("why"))
    assert (parked.sends, parked.parked_reason) == (False, "why")
    assert decisions.park(parked, "again") == []
    assert decisions.resume(parked) == [WebhookResumed()]
    resumed = given(REGISTERED, WebhookParked("why"), WebhookResumed())
    assert resumed.sends
    assert decisions.resume(resumed) == []


def test_a_paused_webhook_is_not_parked() -> None:
    paused = given(REGISTERED, WebhookChanged(active=Change(before=True, after=False)))
    assert not paused.sends
    assert decisions.park(paused, "why") == []


def test_a_removed_webhook_is_not_there() -> None:
    with pytest.raises(WebhookNotFound):
        decisions.check_here(given(REGISTERED, WebhookRemoved()))
    with pytest.raises(WebhookNotFound):
        decisions.check_here(None)


def test_a_stale_version_is_refused_with_what_is_there() -> None:
    webhook = given(REGISTERED)
    assert decisions.check_here(webhook, (5, 1)) == webhook
    with pytest.raises(VersionStale) as refusal:
        decisions.check_here(webhook, (2,))
    assert refusal.value.facts["current"] == webhook


@pytest.mark.parametrize(
    ("types", "event_type", "heard"),
    [
        (("*",), "page.created", True),
        (("page.*",), "page.created", True),
        (("page.*",), "pages.created", False),
        (("page.created",), "page.created", True),
        (("page.created",), "page.created_again", False),
        (("key.issued", "page.moved"), "page.moved", True),
    ],
)
def test_types_match_whole_or_by_their_slice(types: tuple[str, ...], event_type: str, heard: bool) -> None:  # noqa: FBT001 - a table's column
    assert decisions.matches(types, event_type) is heard


FORBIDDEN = [
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[ff02::1]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "http://example.org/",
]
NEVER = [
    "https://user:password@example.org/",
    "https://user@example.org/",
    "https://example.org/#fragment",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "example.org",
    "",
    "https://",
    "https:///path",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org:port/",
    "https://[::1",
    "https://exa mple.org/",
    "https://example.org/\r\nX-Injected: 1",
    "https://example.org/\t",
    "https://example.org\\@127.0.0.1/",
    "https://bücher.example/",
    "https://example.org/\0",
    "https://example.org/\ud800",
]


@pytest.mark.parametrize("url", [*FORBIDDEN, *NEVER])
def test_a_url_that_leads_elsewhere_than_to_the_public_internet_is_refused(url: str) -> None:
    with pytest.raises(TargetForbidden):
        check_url(url, private_allowed=False)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_for_development_any_network_will_do(url: str) -> None:
    assert check_url(url, private_allowed=True) == url


@pytest.mark.parametrize("url", NEVER)
def test_what_is_no_url_is_refused_in_development_too(url: str) -> None:
    with pytest.raises(TargetForbidden):
        check_url(url, private_allowed=True)


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/a?b=c", "https://93.184.215.14/", "https://[2606:2800:21f::1]/"]
)
def test_a_public_url_is_taken(url: str) -> None:
    assert check_url(url, private_allowed=False) == url


def test_a_url_has_a_limit() -> None:
    start = "https://example.org/"
    check_url(start + "x" * (URL_CHARACTERS_MAX - len(start)), private_allowed=False)
    with pytest.raises(TargetForbidden):
        check_url(start + "x" * (URL_CHARACTERS_MAX - len(start) + 1), private_allowed=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"])
def test_public_addresses_are_known_also_when_wrapped(address: str) -> None:
    assert is_public(address)


def _signed(webhook: Webhook, at: datetime) -> tuple[Message, dict[str, str]]:
    message = Message(message_id(webhook.id, 12), json.dumps({"type": "page.created"}).encode())
    return message, dict(Secrets(b"server key").headers(webhook, message, at))


def test_a_message_is_verified_by_the_standard_library_of_receivers() -> None:
    webhook = given(REGISTERED)
    # Receivers refuse what is older than five minutes, and these tests may have been collected longer ago.
    message, headers = _signed(webhook, datetime.now(UTC))
    receiver = Receiver(Secrets(b"server key").text(webhook))
    assert receiver.verify(message.body, headers) == {"type": "page.created"}
    with pytest.raises(WebhookVerificationError):
        receiver.verify(message.body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Receiver(Secrets(b"another key").text(webhook)).verify(message.body, headers)


def test_after_a_rotation_both_secrets_verify_for_a_day() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    rotated_at = now - OLD_SECRET_LIVES
    before, secrets = given(REGISTERED), Secrets(b"server key")
    after = given(REGISTERED, WebhookChanged(rotation=Change(1, 2)), at=rotated_at)
    assert secrets.text(before) != secrets.text(after)
    message, during = _signed(after, rotated_at + OLD_SECRET_LIVES - timedelta(seconds=1))
    for webhook in (before, after):
        assert Receiver(secrets.text(webhook)).verify(message.body, during)
    message, later = _signed(after, now)
    assert Receiver(secrets.text(after)).verify(message.body, later)
    with pytest.raises(WebhookVerificationError):
        Receiver(secrets.text(before)).verify(message.body, later)


def test_secrets_differ_between_webhooks_and_are_long() -> None:
    text = Secrets(b"server key").text(given(REGISTERED))
    assert text.startswith("whsec_")
    assert len(base64.b64decode(text.removeprefix("whsec_"))) == 32


def test_a_delivery_id_names_its_webhook_and_position() -> None:
    assert position_of(ID, message_id(ID, 12)) == 12
    for other in (message_id(UUID(int=8), 12), "msg_", "12", message_id(ID, 12) + "0" * 30, message_id(ID, 12) + "\n", "\ud800"):
        assert position_of(ID, other) is None


def test_waits_grow_and_end_and_a_receiver_may_ask_for_longer() -> None:
    schedule = Schedule(delays_s=(10, 100), jitter=0.2)
    failed = Reply(500, "error", 1)
    assert [schedule.delay_s(attempts, failed, 0.5) for attempts in (1, 2, 3)] == [10, 100, None]
    assert [schedule.delay_s(1, failed, chance) for chance in (0.0, 1.0)] == [8, 12]
    assert schedule.delay_s(1, Reply(503, "error", 1, retry_after_s=60), 0.5) == 60
    assert schedule.delay_s(1, Reply(503, "error", 1, retry_after_s=1), 0.5) == 10
    assert schedule.delay_s(1, Reply(503, "error", 1, retry_after_s=1e9), 0.5) == RETRY_AFTER_S_MAX
