"""A page's content: get, replace, append, prepend, find and replace, edit a section."""

from typing import Any

from litestar import Request, get, post, route
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse
from msgspec import UNSET

from api.answers import encoded, json_answer
from api.content_shapes import ContentAnswer, ContentChanged, ContentReplacements, FindReplaceBody, SectionBody, WriteContent
from api.pages import REFUSALS, AsOf, AtVersion, answers, read_page
from api.requests import guard_from, then_from
from api.services import WithServices
from application.pages.ports import Outcome

Slug = FromPath[str]
AnyRequest = Request[Any, Any, Any]


@get("/pages/{slug:str}/content", responses=answers(ContentAnswer, 200, 404), summary="Get content", tags=["content"])
async def get_content(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    version: AtVersion = None,
    as_of: AsOf = None,
) -> ASGIResponse:
    """The Markdown exactly as it was written, with the hash that guards a later write. With `version` or `asOf`, as it was."""
    read = await read_page(request, services, slug, then_from(version, as_of))
    body = ContentAnswer(read.slug, read.title, read.content.decode(), read.content_hash, read.version)
    return json_answer(encoded(body), request=request, version=read.version, variant=read.page_variant)


@route(
    "/pages/{slug:str}/content",
    http_method=["PUT", "PATCH"],
    responses=answers(ContentChanged, 200, *REFUSALS),
    status_code=200,
    summary="Replace content",
    tags=["content"],
)
async def replace_content(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[WriteContent],
    services: WithServices,
) -> ASGIResponse:
    """With `contentHash`, only if the content is still the one you read."""
    command = await services.requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    outcome, replayed = await services.once(command, lambda: services.contents.replace(command, slug, data.content, guard))
    return _changed(outcome, replayed=replayed)


@post(
    "/pages/{slug:str}/content/append",
    responses=answers(ContentChanged, 200, *REFUSALS),
    status_code=200,
    summary="Append",
    tags=["content"],
)
async def append_content(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[WriteContent],
    services: WithServices,
) -> ASGIResponse:
    """Adds text on a line of its own. Any number of clients may do so at once; nobody's text is lost."""
    command = await services.requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    outcome, replayed = await services.once(command, lambda: services.contents.append(command, slug, data.content, guard))
    return _changed(outcome, replayed=replayed)


@post(
    ["/pages/{slug:str}/content/find-replace", "/pages/{slug:str}/content/find-and-replace"],
    responses=answers(ContentReplacements, 200, *REFUSALS),
    status_code=200,
    summary="Find and replace",
    tags=["content"],
)
async def find_replace(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[FindReplaceBody],
    services: WithServices,
) -> ASGIResponse:
    """Exact text. Without `replaceAll` it has to be there exactly once. `edits` holds several, all or none."""
    command = await services.requests.command(request)
    guard, wanted = guard_from(request, data.version, data.content_hash), data.wanted()
    outcome, replayed = await services.once(command, lambda: services.contents.find_replace(command, slug, wanted, guard), wanted)
    page = outcome.page
    body = ContentReplacements(
        success=True,
        content_hash=page.content.hash,
        version=page.version,
        replacements=sum(outcome.replacements),
        edits=UNSET if data.edits is UNSET else list(outcome.replacements),
    )
    return json_answer(encoded(body), version=page.version, replayed=replayed, position=outcome.position)


@post(
    "/pages/{slug:str}/content/prepend",
    responses=answers(ContentChanged, 200, *REFUSALS),
    status_code=200,
    summary="Prepend",
    tags=["content"],
)
async def prepend_content(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[WriteContent],
    services: WithServices,
) -> ASGIResponse:
    """Adds text at the start, on lines of its own. Front matter in YAML stays in front of it."""
    command = await services.requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    outcome, replayed = await services.once(command, lambda: services.contents.prepend(command, slug, data.content, guard))
    return _changed(outcome, replayed=replayed)


@post(
    "/pages/{slug:str}/content/sections",
    responses=answers(ContentChanged, 200, *REFUSALS),
    status_code=200,
    summary="Edit a section",
    tags=["content"],
)
async def edit_section(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[SectionBody],
    services: WithServices,
) -> ASGIResponse:
    """Replace keeps the heading, append and prepend add below it, insertBefore and insertAfter around the section."""
    command = await services.requests.command(request)
    guard, wanted = guard_from(request, data.version, data.content_hash), data.wanted()
    outcome, replayed = await services.once(command, lambda: services.contents.edit_section(command, slug, wanted, guard))
    return _changed(outcome, replayed=replayed)


def _changed(outcome: Outcome, *, replayed: bool) -> ASGIResponse:
    page = outcome.page
    body = ContentChanged(success=True, content_hash=page.content.hash, version=page.version)
    return json_answer(encoded(body), version=page.version, replayed=replayed, position=outcome.position)


HANDLERS = [get_content, replace_content, append_content, prepend_content, find_replace, edit_section]
