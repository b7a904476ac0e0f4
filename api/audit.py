"""The audit trail: `GET /v1/audit`."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import json_answer
from api.cursors import Cursor, cursor_for, key_from
from api.feed import FeedEntry
from api.pages import answers
from api.requests import parse_moment
from api.services import WithServices
from application.audit_trail import AuditFilter
from application.feed import types_from
from domain.patterns import whole

AnyRequest = Request[Any, Any, Any]
LISTED, LISTED_MAX = 100, 1000
POSITION_MAX = 2**63 - 1
_LIST = "audit"
Position = Annotated[int, msgspec.Meta(ge=0, le=POSITION_MAX)]


class AuditItem(FeedEntry, rename="camel"):
    """An event as the change feed shows it, with the address that the request came from; null for the operator's own."""

    client: str | None


class AuditAnswer(msgspec.Struct, rename="camel"):
    """Newest first. `nextCursor` is null at the end."""

    entries: list[AuditItem]
    next_cursor: str | None


@get("/audit", responses=answers(AuditAnswer), summary="Who came in, and who let them", tags=["audit"])
async def audit(  # noqa: PLR0913 - one for each filter
    request: AnyRequest,
    services: WithServices,
    *,
    types: Annotated[
        str | None, QueryParameter(description="Only these types: names with commas between, or beginnings such as `member.*`.")
    ] = None,
    actor: Annotated[
        str | None, QueryParameter(pattern=whole("[!-~]{1,100}"), description="Only what the key or person with this id did.")
    ] = None,
    since: Annotated[str | None, QueryParameter(description="Only what was recorded at or after this ISO 8601 time.")] = None,
    until: Annotated[str | None, QueryParameter(description="Only what was recorded before this ISO 8601 time.")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=LISTED_MAX, description="How many at most.")] = LISTED,
    cursor: Cursor = None,
) -> ASGIResponse:
    """Sign-ins, refusals of known keys, and every change of keys, members, webhooks and the workspace: who, when, from where."""
    caller = await services.requests.caller(request)
    wanted = AuditFilter(
        None if types is None else types_from(types),
        actor,
        None if since is None else parse_moment(since, "since"),
        None if until is None else parse_moment(until, "until"),
    )
    before = POSITION_MAX if cursor is None else key_from(cursor, _LIST, Position)
    entries = await services.audit_trail.read(caller.workspace_id, wanted, before=before, limit=limit + 1)
    shown = entries[:limit]
    following = cursor_for(_LIST, shown[-1].position).encode() if len(entries) > limit else None
    rest = b"null" if following is None else b'"%b"' % following
    return json_answer(b'{"entries":[%b],"nextCursor":%b}' % (b",".join([each.json for each in shown]), rest), request=request)


HANDLERS = [audit]
