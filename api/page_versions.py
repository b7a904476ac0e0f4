"""The versions of a page: list, compare, go back to one, name one."""

import asyncio
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, text_or_json_answer
from api.media_types import TextOrJson
from api.page_shapes import PageAnswer, RevertPage, VersionAnswer, VersionLabel
from api.pages import OFFSET_MAX, REFUSALS, VERSION_MAX, AnyRequest, Slug, answers, page_answer
from api.requests import guard_from, then_from
from api.services import Services, WithServices
from application.differences import Difference, difference, unified
from application.page_past import Then
from application.page_versions import VersionsRead
from domain.pages.state import Page

VERSIONS_MAX = 1000

Limit = Annotated[int, QueryParameter(ge=1, le=VERSIONS_MAX, description="How many at most.")]
Offset = Annotated[int, QueryParameter(ge=0, le=OFFSET_MAX, description="How many of the newest to leave out.")]
From = Annotated[
    int | None,
    QueryParameter(name="from", ge=0, le=VERSION_MAX, description="The older version; without it, the one before `to`."),
]
To = Annotated[
    int | None, QueryParameter(name="to", ge=0, le=VERSION_MAX, description="The newer version; without it, the newest.")
]
FromAsOf = Annotated[str | None, QueryParameter(name="fromAsOf", description="The older version by an ISO 8601 time.")]
ToAsOf = Annotated[str | None, QueryParameter(name="toAsOf", description="The newer version by an ISO 8601 time.")]


@get("/pages/{slug:str}/versions", responses=answers(VersionsRead, 200, 404), summary="List versions", tags=["versions"])
async def list_versions(
    request: AnyRequest, slug: Slug, services: WithServices, limit: Limit = 100, offset: Offset = 0
) -> ASGIResponse:
    """Newest first: what led to each, who did it, and how large the text was then. Pages in the trash have versions too."""
    caller = await services.requests.caller(request)
    read = await services.past.versions(caller.workspace_id, slug, limit=limit, offset=offset)
    return json_answer(encoded(read), request=request)


@get(
    "/pages/{slug:str}/diff",
    responses=answers(Difference, 200, 404, 413),
    operation_class=TextOrJson,
    summary="Compare versions",
    tags=["versions"],
)
async def diff(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    from_version: From = None,
    to_version: To = None,
    from_as_of: FromAsOf = None,
    to_as_of: ToAsOf = None,
) -> ASGIResponse:
    """A unified diff of the text, which `patch` and `git apply` take, with changed metadata as comments in front. JSON for who
    asks for `application/json`. Without `from` and `to`, the last change; version 0 is what was before the first.
    """
    older = then_from(from_version, from_as_of, ("from", "fromAsOf"))
    newer = then_from(to_version, to_as_of, ("to", "toAsOf")) or Then()
    before, after = await _sides(services, request, slug, older, newer)
    found = await asyncio.to_thread(difference, before, after)
    text = await asyncio.to_thread(unified, found, before, after)
    return text_or_json_answer(text, lambda: encoded(found), request=request)


async def _sides(services: Services, request: AnyRequest, slug: str, older: Then | None, newer: Then) -> tuple[Page | None, Page]:
    workspace_id = (await services.requests.caller(request)).workspace_id
    after = (await services.past.page(workspace_id, slug, newer)).page
    older = older or Then(after.version - 1)
    if older.version == 0:
        return None, after
    # By id, so that both are of one page whatever becomes of its slug meanwhile.
    return (await services.past.page(workspace_id, str(after.details.id), older)).page, after


@post(
    "/pages/{slug:str}/revert",
    responses=answers(PageAnswer, 200, *REFUSALS),
    status_code=200,
    summary="Go back to a version",
    tags=["versions"],
)
async def revert_page(request: AnyRequest, slug: Slug, data: JSONBody[RevertPage], services: WithServices) -> ASGIResponse:
    """Metadata and text become again what they were at `version`, as one more change. Slug, parent and order stay."""
    command = await services.requests.command(request)
    guard = guard_from(request, content_hash=data.content_hash)
    outcome, replayed = await services.once(command, lambda: services.versions.revert(command, slug, data.version, guard))
    return await page_answer(services.pages, outcome, command.workspace_id, replayed=replayed)


_LABEL = "/pages/{slug:str}/versions/{version:int}/label"


@post(_LABEL, responses=answers(VersionAnswer, 200, *REFUSALS), status_code=200, summary="Name a version", tags=["versions"])
async def label_version(
    request: AnyRequest, slug: Slug, version: FromPath[int], data: JSONBody[VersionLabel], services: WithServices
) -> ASGIResponse:
    """The name is no other version's of the page; null takes it away. Naming is a change of the page like any other."""
    return await _label(request, services, slug, version, data.label)


@delete(_LABEL, responses=answers(VersionAnswer, 200, *REFUSALS), status_code=200, summary="Unname a version", tags=["versions"])
async def unlabel_version(request: AnyRequest, slug: Slug, version: FromPath[int], services: WithServices) -> ASGIResponse:
    """Takes a version's name away; without one, nothing changes."""
    return await _label(request, services, slug, version, None)


async def _label(request: AnyRequest, services: Services, slug: str, version: int, label: str | None) -> ASGIResponse:
    command, guard = await services.requests.command(request), guard_from(request)
    outcome, replayed = await services.once(command, lambda: services.versions.label(command, slug, version, label, guard))
    details = outcome.page.details
    entry = await services.past.version(command.workspace_id, details.id, version)
    # As it was named by this command, should another have come meanwhile.
    entry = msgspec.structs.replace(entry, label=details.labels.get(version))
    body = encoded(VersionAnswer(entry))
    return json_answer(body, version=outcome.page.version, replayed=replayed, position=outcome.position)


HANDLERS = [list_versions, diff, revert_page, label_version, unlabel_version]
