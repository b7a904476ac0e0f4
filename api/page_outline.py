"""What stands in a page's text and where: its outline, its sections, and searching within."""

import asyncio
from typing import Annotated, Any

from litestar import Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer
from api.outline_shapes import (
    Match,
    MatchesAnswer,
    OutlineAnswer,
    OutlineEntry,
    SectionAnswer,
    SectionsAnswer,
    SectionSummary,
)
from api.pages import answers
from api.requests import LIMIT
from api.services import Services, WithServices
from application.content_search import search_content
from application.page_reader import PageRead
from domain.errors import InvalidValue
from domain.pages.markdown import Heading, line_numbers
from domain.pages.sections import Section, checked_headings, find_section, parse_path, sections, written_path

SOUGHT_CHARACTERS_MAX = 1000
MATCHES_MAX = 10_000
MATCHES_DEFAULT = 1000
# Longer texts are searched in a thread, so that nobody waits for it.
SEARCHED_AT_ONCE_BYTES_MAX = 256 * 1024
PATH_CHARACTERS_MAX = 10_000

Slug = FromPath[str]
Sought = Annotated[str, QueryParameter(description="The text to look for, literally.")]
CaseSensitive = Annotated[bool, QueryParameter(name="caseSensitive", description="Whether `A` and `a` are different letters.")]
MatchLimit = Annotated[int, QueryParameter(ge=1, le=MATCHES_MAX, description="How many matches to show; `total` counts all.")]
SectionPath = Annotated[
    str | None,
    QueryParameter(description="Headings from an outer to an inner one, as in `Guide/Setup`; `\\/` for a slash in one."),
]
AnyRequest = Request[Any, Any, Any]


@get("/pages/{slug:str}/outline", responses=answers(OutlineAnswer, 200, 404, 409), summary="Outline", tags=["content"])
async def get_outline(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
) -> ASGIResponse:
    """The page's headings. Those inside quotes, lists and footnotes are not the page's own."""
    caller = await services.requests.caller(request)
    read = await services.page_reader.get(caller.workspace_id, slug)
    entries = [_entry(heading) for heading in await _headings(services, read)]
    return json_answer(encoded(OutlineAnswer(entries)), request=request, version=read.version, variant=read.page_variant)


@get(
    "/pages/{slug:str}/content/search",
    responses=answers(MatchesAnswer, 200, 404),
    opt={LIMIT: "search"},
    summary="Search within a page",
    tags=["content"],
)
async def search_within(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    q: Sought = "",
    case_sensitive: CaseSensitive = False,  # noqa: FBT002 - as above
    limit: MatchLimit = MATCHES_DEFAULT,
) -> ASGIResponse:
    """Literal text, in any case unless `caseSensitive=true`. Matches do not overlap."""
    caller = await services.requests.caller(request)
    read = await services.page_reader.get(caller.workspace_id, slug)
    if not 0 < len(q) <= SOUGHT_CHARACTERS_MAX:
        raise InvalidValue(f"q is the text to look for: 1 to {SOUGHT_CHARACTERS_MAX} characters.", parameter="q")

    def search() -> bytes:
        found, total = search_content(read.content.decode(), q, case_sensitive=case_sensitive, limit=limit)
        return encoded(
            MatchesAnswer([Match(each.line, each.column, each.text, each.before, each.after) for each in found], total)
        )

    short = len(read.content) <= SEARCHED_AT_ONCE_BYTES_MAX
    body = search() if short else await asyncio.to_thread(search)
    return json_answer(body, request=request, version=read.version, variant=read.page_variant)


@get(
    "/pages/{slug:str}/content/sections",
    responses=answers(SectionsAnswer | SectionAnswer, 200, 404, 409),
    summary="Get a section, or list them",
    tags=["content"],
)
async def get_sections(
    request: AnyRequest,
    slug: Slug,
    services: WithServices,
    path: SectionPath = None,
) -> ASGIResponse:
    """With `path`, the section's text from its heading up to the next heading of its level or above. Without, all sections."""
    caller = await services.requests.caller(request)
    read = await services.page_reader.get(caller.workspace_id, slug)
    found = sections(await _headings(services, read), len(read.content))
    body = _all_sections(read, found) if path is None else _section(read, find_section(found, _parsed(path)))
    return json_answer(encoded(body), request=request, version=read.version, variant=read.page_variant)


async def _headings(services: Services, read: PageRead) -> tuple[Heading, ...]:
    return checked_headings(await services.markdown.read(read.content, read.content_hash))


def _parsed(path: str) -> tuple[str, ...]:
    if len(path) > PATH_CHARACTERS_MAX:
        raise InvalidValue(f"path has at most {PATH_CHARACTERS_MAX} characters.", parameter="path")
    return parse_path(path)


def _all_sections(read: PageRead, found: list[Section]) -> SectionsAnswer:
    last_line = _last_line(read.content, len(read.content))
    lines = {section.heading.at_byte: section.heading.line for section in found}
    summaries = [
        SectionSummary(
            written_path(section.path),
            _entry(section.heading),
            section.heading.line,
            lines.get(section.end_byte, last_line + 1) - 1,
        )
        for section in found
    ]
    return SectionsAnswer(summaries, read.content_hash, read.version)


def _section(read: PageRead, section: Section) -> SectionAnswer:
    heading, end = section.heading, section.end_byte
    return SectionAnswer(
        written_path(section.path),
        _entry(heading),
        heading.line,
        _last_line(read.content, end),
        read.content[heading.at_byte : end].decode(),
        read.content_hash,
        read.version,
    )


def _entry(heading: Heading) -> OutlineEntry:
    return OutlineEntry(heading.level, heading.text, heading.line, heading.slug)


def _last_line(whole: bytes, end: int) -> int:
    """The line of the last byte before this place."""
    return line_numbers(whole, [max(end - 1, 0)])[0]


HANDLERS = [get_outline, search_within, get_sections]
