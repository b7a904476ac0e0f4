"""Webhooks: register, list, get, change, delete, rotate, test, resume; what was delivered, and delivering it again."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.page_shapes import Success
from api.pages import REFUSALS_SEEN, Offset, answers
from api.requests import check_scope, id_from, versions_from
from api.services import Services, WithServices
from api.webhook_shapes import (
    ChangeWebhook,
    DeliveriesAnswer,
    DeliveryAnswer,
    RegisterWebhook,
    Tried,
    WebhookAnswer,
    WebhooksAnswer,
    WebhookWithSecret,
)
from application.event_store import Command
from application.exclusively import Done
from application.feed import PAGES
from application.webhook_views import DeliveryStatus
from domain.webhooks.errors import WebhookNotFound
from domain.webhooks.state import Webhook

DELIVERIES_LISTED_MAX = 1000
DELIVERIES_LISTED = 100

# The view that deliveries are: it follows the log.
PROJECTION = "webhooks"

AnyRequest = Request[Any, Any, Any]
WebhookId = FromPath[str]
_SUCCESS = b'{"success":true}'


@get("/webhooks", responses=answers(WebhooksAnswer), summary="List webhooks", tags=["webhooks"])
async def list_webhooks(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """In the order of their registration."""
    caller = await services.requests.caller(request)
    return json_answer(encoded(WebhooksAnswer(await services.webhooks.all(caller.workspace_id))), request=request)


@post(
    "/webhooks",
    responses=answers(WebhookWithSecret, 201, 409, 422),
    status_code=201,
    summary="Register a webhook",
    tags=["webhooks"],
)
async def register_webhook(request: AnyRequest, data: JSONBody[RegisterWebhook], services: WithServices) -> ASGIResponse:
    """It hears of what happens from now on. The secret signs every message and is shown in this answer only. Whoever sends events
    elsewhere has to be able to read pages, too.
    """
    command = await services.requests.access_command(request)
    check_scope(await services.requests.caller(request), PAGES)
    done, replayed = await _once(services, command, lambda: services.webhooks.register(command, data.wanted()))
    return await _with_secret(services, command, done, status=201, replayed=replayed)


@get("/webhooks/{webhook_id:str}", responses=answers(WebhookAnswer, 200, 404), summary="Get a webhook", tags=["webhooks"])
async def get_webhook(request: AnyRequest, webhook_id: WebhookId, services: WithServices) -> ASGIResponse:
    """With how sending to it has gone lately."""
    caller = await services.requests.caller(request)
    view = await services.webhooks.get(caller.workspace_id, id_from(webhook_id, WebhookNotFound))
    body = encoded(WebhookAnswer(view))
    return json_answer(body, request=request, version=view.version, variant=short_hash(body))


@patch(
    "/webhooks/{webhook_id:str}",
    responses=answers(WebhookAnswer, 200, *REFUSALS_SEEN),
    summary="Change a webhook",
    tags=["webhooks"],
)
async def change_webhook(
    request: AnyRequest, webhook_id: WebhookId, data: JSONBody[ChangeWebhook], services: WithServices
) -> ASGIResponse:
    """Only given fields change. A change that changes nothing keeps the version. It takes being able to read pages, too."""
    command = await services.requests.access_command(request)
    check_scope(await services.requests.caller(request), PAGES)
    versions = versions_from(request, data.version)
    named = id_from(webhook_id, WebhookNotFound)
    done, replayed = await _once(
        services, command, lambda: services.webhooks.change(command, named, data.changes(), versions=versions)
    )
    return await _alone(services, command, done, replayed=replayed)


@delete(
    "/webhooks/{webhook_id:str}",
    responses=answers(Success, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Delete a webhook",
    tags=["webhooks"],
)
async def delete_webhook(request: AnyRequest, webhook_id: WebhookId, services: WithServices) -> ASGIResponse:
    """Nothing more is sent to it, not even what waits. Its deliveries are forgotten."""
    command = await services.requests.access_command(request)
    versions, named = versions_from(request), id_from(webhook_id, WebhookNotFound)
    done, replayed = await _once(services, command, lambda: services.webhooks.remove(command, named, versions=versions))
    return json_answer(_SUCCESS, replayed=replayed, position=done.position)


@post(
    "/webhooks/{webhook_id:str}/rotate-secret",
    responses=answers(WebhookWithSecret, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Give a webhook a new secret",
    tags=["webhooks"],
)
async def rotate_secret(request: AnyRequest, webhook_id: WebhookId, services: WithServices) -> ASGIResponse:
    """For 24 hours messages are signed with the new secret and with the one before."""
    command = await services.requests.access_command(request)
    versions, named = versions_from(request), id_from(webhook_id, WebhookNotFound)
    done, replayed = await _once(services, command, lambda: services.webhooks.rotate_secret(command, named, versions=versions))
    return await _with_secret(services, command, done, status=200, replayed=replayed)


@post(
    "/webhooks/{webhook_id:str}/resume",
    responses=answers(WebhookAnswer, 200, *REFUSALS_SEEN),
    status_code=200,
    summary="Resume a parked webhook",
    tags=["webhooks"],
)
async def resume_webhook(request: AnyRequest, webhook_id: WebhookId, services: WithServices) -> ASGIResponse:
    """What waited since it was parked is sent, the oldest first."""
    command = await services.requests.access_command(request)
    versions, named = versions_from(request), id_from(webhook_id, WebhookNotFound)
    done, replayed = await _once(services, command, lambda: services.webhooks.resume(command, named, versions=versions))
    return await _alone(services, command, done, replayed=replayed)


@post(
    "/webhooks/{webhook_id:str}/test",
    responses=answers(Tried, 200, 404),
    status_code=200,
    summary="Send a webhook a test message",
    tags=["webhooks"],
)
async def test_webhook(request: AnyRequest, webhook_id: WebhookId, services: WithServices) -> ASGIResponse:
    """A signed message of type `webhook.test`, sent once and at once, also to a webhook that is paused or parked."""
    command = await services.requests.command(request)
    reply = await services.webhooks.test(command.workspace_id, id_from(webhook_id, WebhookNotFound), command.at)
    return json_answer(encoded(Tried(reply.delivered, reply.status, reply.duration_ms, reply.error)))


@get(
    "/webhooks/{webhook_id:str}/deliveries",
    responses=answers(DeliveriesAnswer, 200, 404),
    summary="List a webhook's deliveries",
    tags=["webhooks"],
)
async def list_deliveries(
    request: AnyRequest,
    webhook_id: WebhookId,
    services: WithServices,
    limit: Annotated[int, QueryParameter(ge=1, le=DELIVERIES_LISTED_MAX, description="How many at most.")] = DELIVERIES_LISTED,
    offset: Offset = 0,
    status: Annotated[DeliveryStatus | None, QueryParameter(description="Only those with this status.")] = None,
) -> ASGIResponse:
    """Newest first. Deliveries are kept for 30 days."""
    caller = await services.caught_up(request, PROJECTION)
    found, total = await services.webhooks.deliveries(
        caller.workspace_id, id_from(webhook_id, WebhookNotFound), status=status, limit=limit, offset=offset
    )
    return json_answer(encoded(DeliveriesAnswer(list(found), total)), request=request)


@post(
    "/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/retry",
    responses=answers(DeliveryAnswer, 200, 404),
    status_code=200,
    summary="Deliver again",
    tags=["webhooks"],
)
async def retry_delivery(
    request: AnyRequest, webhook_id: WebhookId, delivery_id: FromPath[str], services: WithServices
) -> ASGIResponse:
    """At once and with all attempts before it, whatever became of it so far. The message keeps its id."""
    caller = await services.requests.caller(request)
    delivery = await services.webhooks.retry(caller.workspace_id, id_from(webhook_id, WebhookNotFound), delivery_id)
    return json_answer(encoded(DeliveryAnswer(delivery)))


async def _once(services: Services, command: Command, run: Callable[[], Awaitable[Done[Webhook]]]) -> tuple[Done[Webhook], bool]:
    return await services.idempotency.once(command, run, lambda known: services.webhooks.again(command, known))


async def _alone(services: Services, command: Command, done: Done[Webhook], *, replayed: bool) -> ASGIResponse:
    view = await services.webhooks.view(command.workspace_id, done.state)
    return json_answer(encoded(WebhookAnswer(view)), version=view.version, replayed=replayed, position=done.position)


async def _with_secret(services: Services, command: Command, done: Done[Webhook], *, status: int, replayed: bool) -> ASGIResponse:
    view = await services.webhooks.view(command.workspace_id, done.state)
    body = encoded(WebhookWithSecret(view, services.webhooks.secret(done.state)))
    return json_answer(body, status=status, version=view.version, replayed=replayed, position=done.position)


HANDLERS = [
    list_webhooks,
    register_webhook,
    get_webhook,
    change_webhook,
    delete_webhook,
    rotate_secret,
    resume_webhook,
    test_webhook,
    list_deliveries,
    retry_delivery,
]
