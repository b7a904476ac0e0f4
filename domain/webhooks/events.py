"""What can happen to a webhook. Its secrets are in none of this: they follow from the server's key and the rotation's number."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.events import Change, Event


class WebhookRegistered(Event, frozen=True, kw_only=True, tag="webhook.registered"):
    """An address was registered to hear of events whose types match one of `types`, from here on."""

    url: str
    types: tuple[str, ...]
    description: str = ""
    active: bool = True


class WebhookChanged(Event, frozen=True, kw_only=True, tag="webhook.changed"):
    """Something about the webhook changed. Another `rotation` is another secret."""

    url: Change[str] | UnsetType = UNSET
    types: Change[tuple[str, ...]] | UnsetType = UNSET
    description: Change[str] | UnsetType = UNSET
    active: Change[bool] | UnsetType = UNSET
    rotation: Change[int] | UnsetType = UNSET


class WebhookRemoved(Event, frozen=True, tag="webhook.removed"):
    """The webhook hears nothing any more, and is gone."""


class WebhookParked(Event, frozen=True, tag="webhook.parked"):
    """Daybook gave up sending for the time being; `reason` is a sentence."""

    reason: str


class WebhookResumed(Event, frozen=True, tag="webhook.resumed"):
    """A parked webhook is sent to again, from where it stopped."""


WebhookEvent = WebhookRegistered | WebhookChanged | WebhookRemoved | WebhookParked | WebhookResumed


class WebhookChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to change: only set fields do."""

    url: str | UnsetType = UNSET
    types: tuple[str, ...] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
