"""API keys: list, make, get, rename, revoke."""

from datetime import datetime
from typing import Any

from litestar import Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.key_shapes import IssueKey, KeyAnswer, KeysAnswer, KeyWithSecret, RenameKey
from api.page_shapes import Success
from api.pages import REFUSALS_SEEN, Limit, Offset, answers
from api.requests import versions_from
from api.services import Services, WithServices
from application.event_store import Command
from application.key_views import key_view
from domain.keys import KeyNotFound

AnyRequest = Request[Any, Any, Any]
KeyId = FromPath[str]
KEY_DIGITS_MAX = 18
_SUCCESS = b'{"success":true}'


@get("/keys", responses=answers(KeysAnswer), summary="List keys", tags=["keys"])
async def list_keys(request: AnyRequest, services: WithServices, limit: Limit = None, offset: Offset = 0) -> ASGIResponse:
    """In the order of their issue, those that were revoked included; never a secret."""
    caller, now = await services.requests.caller(request), services.requests.now()
    found = await services.keys.all(caller.workspace_id, now, limit=limit, offset=offset)
    total = (await services.keys.count(caller.workspace_id, now)).total
    return json_answer(encoded(KeysAnswer(found, total)), request=request)


@post("/keys", responses=answers(KeyWithSecret, 201, 409, 422), status_code=201, summary="Make a key", tags=["keys"])
async def issue_key(request: AnyRequest, data: JSONBody[IssueKey], services: WithServices) -> ASGIResponse:
    """`secret` is the whole key, as it is sent; it is shown in this answer only, or once more for the same Idempotency-Key.
    Without `scopes` it may do everything, and without `expiresAt` it is good until it is revoked. Nobody makes a key that may do
    more than they may, or longer.
    """
    command = await services.requests.access_command(request)
    caller = await services.requests.caller(request)
    # Whoever repeats a request knows its key, and nobody else does: it is kept in no form that leads back to it.
    seed = request.headers.get("idempotency-key")
    seeded = None if seed is None else b"%b\n%b" % (command.command_id.bytes, seed.encode())
    issued, replayed = await services.idempotency.once(
        command,
        lambda: services.keys.issue(command, data.wish(), held=caller.scopes, until=caller.until, seed=seeded),
        lambda known: services.keys.issued_again(command, known, seeded or b""),
    )
    body = encoded(KeyWithSecret(key_view(issued.key, None, command.at), issued.text))
    return json_answer(body, status=201, version=issued.key.version, replayed=replayed, position=issued.position)


@get("/keys/{key_id:str}", responses=answers(KeyAnswer, 200, 404), summary="Get a key", tags=["keys"])
async def get_key(request: AnyRequest, key_id: KeyId, services: WithServices) -> ASGIResponse:
    """Without its secret."""
    caller = await services.requests.caller(request)
    view = await services.keys.get(caller.workspace_id, _number(key_id), services.requests.now())
    body = encoded(KeyAnswer(view))
    return json_answer(body, request=request, version=view.version, variant=short_hash(body))


@patch("/keys/{key_id:str}", responses=answers(KeyAnswer, 200, *REFUSALS_SEEN), summary="Rename a key", tags=["keys"])
async def rename_key(request: AnyRequest, key_id: KeyId, data: JSONBody[RenameKey], services: WithServices) -> ASGIResponse:
    """What a key may do cannot be changed: make another."""
    command = await services.requests.access_command(request)
    versions, number = versions_from(request, data.version), _number(key_id)
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.keys.rename(command, number, data.name, versions=versions),
        lambda known: services.keys.again(command, known),
    )
    view = key_view(done.state, await _last_used(services, command, number), command.at)
    return json_answer(encoded(KeyAnswer(view)), version=view.version, replayed=replayed, position=done.position)


@delete(
    "/keys/{key_id:str}", responses=answers(Success, 200, *REFUSALS_SEEN), status_code=200, summary="Revoke a key", tags=["keys"]
)
async def revoke_key(request: AnyRequest, key_id: KeyId, services: WithServices) -> ASGIResponse:
    """It opens nothing from now on, in any process of the service. Revoking twice changes nothing."""
    command = await services.requests.access_command(request)
    versions, number = versions_from(request), _number(key_id)
    done, replayed = await services.idempotency.once(
        command,
        lambda: services.keys.revoke(command, number, versions=versions),
        lambda known: services.keys.again(command, known),
    )
    return json_answer(_SUCCESS, replayed=replayed, position=done.position)


async def _last_used(services: Services, command: Command, number: int) -> datetime | None:
    return (await services.keys.get(command.workspace_id, number, command.at)).last_used_at


def _number(text: str) -> int:
    """Whatever is no number is the number of no key."""
    if not (text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS_MAX):
        raise KeyNotFound
    return int(text)


HANDLERS = [list_keys, issue_key, get_key, rename_key, revoke_key]
