"""What may happen to a webhook. Each decision answers the events that follow, none if nothing would change, or raises."""

from collections.abc import Sequence

from msgspec import UNSET

from domain.errors import InvalidValue
from domain.events import Change
from domain.pages.rules import check_line
from domain.threads.rules import PRIVATE
from domain.versions import check_version
from domain.webhooks.errors import TooManyWebhooks, WebhookNotFound
from domain.webhooks.events import (
    WebhookChanged,
    WebhookChanges,
    WebhookEvent,
    WebhookParked,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
)
from domain.webhooks.state import Webhook
from domain.webhooks.targets import check_url

WEBHOOKS_MAX = 50
TYPES_MAX = 50
TYPE_CHARACTERS_MAX = 200
DESCRIPTION_CHARACTERS_MAX = 500


def register(wanted: WebhookRegistered, *, others: int, private_allowed: bool) -> list[WebhookEvent]:
    """`others` is how many webhooks the workspace has already."""
    _check(wanted.url, wanted.types, wanted.description, private_allowed=private_allowed)
    if others >= WEBHOOKS_MAX:
        raise TooManyWebhooks
    return [wanted]


def change(webhook: Webhook, changes: WebhookChanges, *, private_allowed: bool) -> list[WebhookEvent]:
    """Only what differs is recorded."""
    url = UNSET if changes.url is UNSET or changes.url == webhook.url else Change(webhook.url, changes.url)
    types = UNSET if changes.types is UNSET or changes.types == webhook.types else Change(webhook.types, changes.types)
    active = UNSET if changes.active is UNSET or changes.active == webhook.active else Change(webhook.active, changes.active)
    described = changes.description is not UNSET and changes.description != webhook.description
    description = Change(webhook.description, str(changes.description)) if described else UNSET
    changed = WebhookChanged(url=url, types=types, description=description, active=active)
    if changed == WebhookChanged():
        return []
    _check(
        webhook.url if url is UNSET else url.after,
        webhook.types if types is UNSET else types.after,
        webhook.description if description is UNSET else description.after,
        private_allowed=private_allowed,
    )
    return [changed]


def rotate(webhook: Webhook) -> list[WebhookEvent]:
    return [WebhookChanged(rotation=Change(webhook.rotation, webhook.rotation + 1))]


def remove(_: Webhook) -> list[WebhookEvent]:
    return [WebhookRemoved()]


def park(webhook: Webhook, reason: str) -> list[WebhookEvent]:
    """Parking twice changes nothing; what is paused is not sent to and need not be parked."""
    return [WebhookParked(reason)] if webhook.sends else []


def resume(webhook: Webhook) -> list[WebhookEvent]:
    """Resuming what is not parked changes nothing."""
    return [] if webhook.parked_reason is None else [WebhookResumed()]


def check_here(webhook: Webhook | None, versions: Sequence[int] = ()) -> Webhook:
    """Raises `WebhookNotFound`, or `VersionStale` if the caller names versions and it has none of them."""
    if webhook is None or webhook.removed:
        raise WebhookNotFound
    return check_version(webhook, versions)


def matches(types: tuple[str, ...], event_type: str) -> bool:
    """`*` is every type, `page.*` every type of pages. What happens in threads leaves the workspace by no webhook."""
    if event_type.startswith(PRIVATE):
        return False
    return any(each in ("*", event_type) or (each.endswith(".*") and event_type.startswith(each[:-1])) for each in types)


def _is_type(text: str) -> bool:
    """As the change feed takes them. A type that does not exist is no error: it matches nothing."""
    plain = text.removesuffix(".*")
    named = bool(plain) and plain.isprintable() and not any(c in plain for c in "*, ")
    return text == "*" or (named and len(text) <= TYPE_CHARACTERS_MAX)


def _check(url: str, types: tuple[str, ...], description: str, *, private_allowed: bool) -> None:
    check_url(url, private_allowed=private_allowed)
    if not 1 <= len(types) <= TYPES_MAX:
        raise InvalidValue(f'types names 1 to {TYPES_MAX} types of events; ["*"] is all of them.', parameter="types")
    for each in types:
        if not _is_type(each):
            raise InvalidValue("A type is written as page.created, page.* or *.", parameter="types")
    check_line(description, "description", DESCRIPTION_CHARACTERS_MAX)
