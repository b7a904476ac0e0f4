"""A page's content: get, replace, append, find and replace."""

from typing import Any

from litestar import Request, get, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.page_shapes import ContentAnswer, ContentChanged, ContentReplacements, FindReplaceBody, WriteContent
from api.pages import answers
from api.requests import Requests, guard_from
from application.idempotency import Idempotency
from application.page_reader import PageReader
from application.pages import Outcome, Pages

Slug = FromPath[str]
AnyRequest = Request[Any, Any, Any]


@get("/pages/{slug:str}/content", responses=answers(ContentAnswer), summary="Get content", tags=["content"])
async def get_content(
    request: AnyRequest,
    slug: Slug,
    requests: NamedDependency[SkipValidation[Requests]],
    page_reader: NamedDependency[SkipValidation[PageReader]],
) -> ASGIResponse:
    """The Markdown exactly as it was written, with the hash that guards a later write."""
    caller = await requests.caller(request)
    read = await page_reader.get(caller.workspace_id, slug)
    body = ContentAnswer(read.slug, read.title, read.content.decode(), read.content_hash, read.version)
    return json_answer(encoded(body), version=read.version)


@route(
    "/pages/{slug:str}/content",
    http_method=["PUT", "PATCH"],
    responses=answers(ContentChanged),
    status_code=200,
    summary="Replace content",
    tags=["content"],
)
async def replace_content(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[WriteContent],
    requests: NamedDependency[SkipValidation[Requests]],
    pages: NamedDependency[SkipValidation[Pages]],
    idempotency: NamedDependency[SkipValidation[Idempotency]],
) -> ASGIResponse:
    """With `contentHash`, only if the content is still the one you read."""
    command = await requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    outcome, replayed = await idempotency.once(
        command,
        lambda: pages.replace(command, slug, data.content, guard),
        lambda known: pages.again(command, known),
    )
    return _changed(outcome, replayed=replayed)


@post("/pages/{slug:str}/content/append", responses=answers(ContentChanged), status_code=200, summary="Append", tags=["content"])
async def append_content(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[WriteContent],
    requests: NamedDependency[SkipValidation[Requests]],
    pages: NamedDependency[SkipValidation[Pages]],
    idempotency: NamedDependency[SkipValidation[Idempotency]],
) -> ASGIResponse:
    """Adds text on a line of its own. Any number of clients may do so at once; nobody's text is lost."""
    command = await requests.command(request)
    guard = guard_from(request, data.version, data.content_hash)
    outcome, replayed = await idempotency.once(
        command,
        lambda: pages.append(command, slug, data.content, guard),
        lambda known: pages.again(command, known),
    )
    return _changed(outcome, replayed=replayed)


@post(
    ["/pages/{slug:str}/content/find-replace", "/pages/{slug:str}/content/find-and-replace"],
    responses=answers(ContentReplacements),
    status_code=200,
    summary="Find and replace",
    tags=["content"],
)
async def find_replace(
    request: AnyRequest,
    slug: Slug,
    data: JSONBody[FindReplaceBody],
    requests: NamedDependency[SkipValidation[Requests]],
    pages: NamedDependency[SkipValidation[Pages]],
    idempotency: NamedDependency[SkipValidation[Idempotency]],
) -> ASGIResponse:
    """Exact text. Without `replaceAll` it has to be there exactly once."""
    command = await requests.command(request)
    guard, wanted = guard_from(request, data.version, data.content_hash), data.wanted()
    outcome, replayed = await idempotency.once(
        command,
        lambda: pages.find_replace(command, slug, wanted, guard),
        lambda known: pages.again(command, known, wanted),
    )
    page = outcome.page
    body = ContentReplacements(
        success=True, content_hash=page.content.hash, version=page.version, replacements=outcome.replacements
    )
    return json_answer(encoded(body), version=page.version, replayed=replayed)


def _changed(outcome: Outcome, *, replayed: bool) -> ASGIResponse:
    page = outcome.page
    body = ContentChanged(success=True, content_hash=page.content.hash, version=page.version)
    return json_answer(encoded(body), version=page.version, replayed=replayed)


HANDLERS = [get_content, replace_content, append_content, find_replace]
