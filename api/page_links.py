"""What a page links to, and what links to it."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.pages import LIMIT_MAX, Offset, answers
from api.services import WithServices
from application.page_links import LINKS, LinkedPage
from domain.pages.markdown import LinkKind

LIMIT_DEFAULT = 1000
Slug = FromPath[str]
Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX, description="How many at most.")]
AnyRequest = Request[Any, Any, Any]


class LinkEnd(msgspec.Struct):
    """A page at the other end of a link."""

    id: UUID
    slug: str
    title: str


class LinkEntry(msgspec.Struct):
    """A link as it stands in the text. `page` is null where it leads nowhere; then it is dangling."""

    kind: LinkKind
    target: str
    fragment: str | None
    title: str
    line: int
    page: LinkEnd | None


class LinksAnswer(msgspec.Struct):
    """Links in the order of the text, and how many there are in all."""

    links: list[LinkEntry]
    total: int


class BacklinkEntry(msgspec.Struct):
    """A link of another page, or of the page itself. `text` is the line it stands in, cut where it is long."""

    page: LinkEnd
    kind: LinkKind
    target: str
    line: int
    text: str


class BacklinksAnswer(msgspec.Struct):
    """Links to a page, those of older pages first, and how many there are in all."""

    backlinks: list[BacklinkEntry]
    total: int


@get("/pages/{slug:str}/links", responses=answers(LinksAnswer, 200, 404), summary="Links of a page", tags=["links"])
async def get_links(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    limit: Limit = LIMIT_DEFAULT,
    offset: Offset = 0,
) -> ASGIResponse:
    """`@{Title|slug}`, `[[slug]]` and relative links, each with the page that its slug, present or former, or its id leads to."""
    caller = await services.caught_up(request, LINKS)
    found, total = await services.page_links.links(caller.workspace_id, slug, limit=limit, offset=offset)
    entries = [
        LinkEntry(link.kind, link.target, link.fragment, link.title, link.line, None if link.page is None else _end(link.page))
        for link in found
    ]
    return json_answer(encoded(LinksAnswer(entries, total)), request=request)


@get("/pages/{slug:str}/backlinks", responses=answers(BacklinksAnswer, 200, 404), summary="Links to a page", tags=["links"])
async def get_backlinks(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    limit: Limit = LIMIT_DEFAULT,
    offset: Offset = 0,
) -> ASGIResponse:
    """From live pages, by any slug the page has or had, or by its id."""
    caller = await services.caught_up(request, LINKS)
    found, total = await services.page_links.backlinks(caller.workspace_id, slug, limit=limit, offset=offset)
    entries = [BacklinkEntry(_end(link.page), link.kind, link.target, link.line, link.text) for link in found]
    return json_answer(encoded(BacklinksAnswer(entries, total)), request=request)


def _end(page: LinkedPage) -> LinkEnd:
    return LinkEnd(page.id, page.slug, page.title)


HANDLERS = [get_links, get_backlinks]
