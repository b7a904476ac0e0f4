"""What is sent to a webhook, and how it is signed: the scheme of Standard Webhooks, so that receivers need no code of ours."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from domain.webhooks.state import Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105 - what stands before every secret
# For so long after a rotation the secret before it signs as well, so that receivers can change over without a gap.
OLD_SECRET_LIVES = timedelta(hours=24)
_ID = re.compile(r"msg_[0-9a-f]{32}_(?P<position>[1-9][0-9]{0,17})")


class Message(msgspec.Struct, frozen=True):
    """One request to a receiver. The id stays the same however often the message is sent."""

    id: str
    body: bytes


class Reply(msgspec.Struct, frozen=True):
    """What came back. `status` is None if nothing did; `error` is a sentence unless the message was delivered."""

    status: int | None
    error: str | None
    duration_ms: int
    retry_after_s: float | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None


class Sender(Protocol):
    async def __call__(self, url: str, message: Message, headers: Sequence[tuple[str, str]]) -> Reply:
        """Never raises for what the receiver does."""
        ...


class Secrets:
    """The secrets of all webhooks. None is stored: each follows from the server's key, so it changes if that does."""

    def __init__(self, server_key: bytes) -> None:
        self._server_key = server_key

    def text(self, webhook: Webhook) -> str:
        """As its owner is shown it."""
        return SECRET_PREFIX + base64.b64encode(self._key(webhook.id, webhook.rotation)).decode()

    def headers(self, webhook: Webhook, message: Message, at: datetime) -> list[tuple[str, str]]:
        """The message's id, the time and the signatures, one for each secret that is good at that time."""
        seconds = int(at.timestamp())
        signed = b"%b.%d.%b" % (message.id.encode(), seconds, message.body)
        signatures = [
            "v1," + base64.b64encode(hmac.digest(self._key(webhook.id, rotation), signed, hashlib.sha256)).decode()
            for rotation in _rotations(webhook, at)
        ]
        return [
            ("webhook-id", message.id),
            ("webhook-timestamp", str(seconds)),
            ("webhook-signature", " ".join(signatures)),
        ]

    def _key(self, webhook_id: UUID, rotation: int) -> bytes:
        return hmac.digest(self._server_key, b"webhook" + webhook_id.bytes + rotation.to_bytes(8, "big"), hashlib.sha256)


def _rotations(webhook: Webhook, at: datetime) -> tuple[int, ...]:
    changing_over = webhook.rotated_at is not None and at - webhook.rotated_at < OLD_SECRET_LIVES
    return (webhook.rotation, webhook.rotation - 1) if changing_over else (webhook.rotation,)


def message_id(webhook_id: UUID, position: int) -> str:
    """What names one event's delivery to one webhook."""
    return f"msg_{webhook_id.hex}_{position}"


def position_of(webhook_id: UUID, delivery_id: str) -> int | None:
    """The position in a message's id; None if it is no id of this webhook's."""
    found = _ID.fullmatch(delivery_id)
    if found is None:
        return None
    position = int(found["position"])
    return position if message_id(webhook_id, position) == delivery_id else None
