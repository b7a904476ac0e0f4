"""What webhooks refuse."""

from domain.errors import DomainError, InvalidValue, NotFound


class WebhookNotFound(NotFound):
    """No webhook of this workspace has this id."""

    code = "webhook_not_found"


class DeliveryNotFound(NotFound):
    """This webhook has no delivery with this id. Deliveries are kept for 30 days."""

    code = "delivery_not_found"


class TooManyWebhooks(DomainError):
    """A workspace has at most 50 webhooks. Remove one first, or let one hear more types."""

    code = "too_many_webhooks"


class TargetForbidden(InvalidValue):
    """A webhook's url leads to the public internet over https, without user, password or fragment."""

    code = "target_forbidden"
