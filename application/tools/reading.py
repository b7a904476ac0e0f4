"""Tools that read: search, a page, its outline, what changed."""

import asyncio
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from uuid import UUID

import msgspec

from application.assistant_texts import blacked_out, tells_key
from application.history import Entry, summary
from application.markdown import MarkdownReader
from application.page_reader import PageRead, PageReader
from application.search import FoundDocument, Search, SearchWish
from application.tools.told import QUOTE_CHARACTERS_MAX, Told, Tool, line, quoted, shown, without_keys
from application.tools.wishes import History, Outline, ReadPage, SearchFor
from domain.errors import InvalidValue
from domain.pages.errors import PageNotFound, SectionNotFound
from domain.pages.markdown import Heading
from domain.pages.sections import ANCHOR_SIGN, Section, checked_headings, find_section, parse_path, sections
from domain.search.passages import shown_heading
from domain.search.queries import SearchQuery, search_query
from domain.threads.events import Citation

PIECE_CHARACTERS_MAX = 8000
HEADINGS_MAX = 100
SECTIONS_NAMED_MAX = 50
# Longer texts are looked through in a thread, so that nobody waits for it.
AT_ONCE_BYTES_MAX = 256 * 1024
_ADDRESS = re.compile(r"[^\s@<>()\[\]\"']+@[^\s@<>()\[\]\"']+\.[^\s@<>()\[\]\"']+")
# Who it was by name is nobody's business out there.
_WHO = {"user": "a person", "key": "a program", "assistant": "the assistant"}


class _Resource(msgspec.Struct, rename="camel"):
    """What is looked at of a page's JSON."""

    id: UUID
    updated_at: str


class Reading:
    """For one workspace."""

    def __init__(self, workspace_id: UUID, search: Search, reader: PageReader, markdown: MarkdownReader) -> None:
        self._workspace_id = workspace_id
        self._search = search
        self._reader = reader
        self._markdown = markdown

    def tools(self) -> list[Tool]:
        return [
            Tool(
                "search",
                "Finds passages in the pages, by words and by meaning. Look here first.",
                SearchFor,
                self.search,
            ),
            Tool(
                "read_page",
                "A page's text as Markdown, or one section of it, in pieces; `next` is where the next one begins, if any.",
                ReadPage,
                self.read_page,
            ),
            Tool("outline", "A page's headings with their anchors, in order.", Outline, self.outline),
            Tool("history", "What changed last, newest first, in all pages or in one.", History, self.history),
        ]

    async def search(self, wish: SearchFor, _: int) -> Told:
        looked_for = SearchWish(_query(wish.query), ("page",), "hybrid", wish.limit)
        found = [result.document for result in (await self._search.find(self._workspace_id, looked_for)).results]
        passages = [_passage(document) for document in found]
        told = [
            shown(passage) | {"updatedAt": document.updated_at, "text": blacked_out(document.passage)}
            for passage, document in zip(passages, found, strict=True)
        ]
        return Told({"passages": told} if told else {"passages": [], "note": "Nothing was found."}, passages)

    async def read_page(self, wish: ReadPage, _: int) -> Told:
        read = await self._reader.get(self._workspace_id, wish.page)
        resource = msgspec.json.decode(read.json, type=_Resource)
        whole = await self._sections(read)
        section = None if wish.section is None else _named(whole, wish.section)
        long = len(read.content) > AT_ONCE_BYTES_MAX
        wanted = (read.content, whole, section)
        text, begins = await asyncio.to_thread(_cut_out, *wanted) if long else _cut_out(*wanted)
        piece = text[wish.offset : wish.offset + PIECE_CHARACTERS_MAX]
        end = wish.offset + len(piece)
        page = without_keys(Citation(resource.id, read.slug, read.title, quote=quoted(piece)))
        within = [each for begin, each in begins if wish.offset <= begin < end and each != section]
        passages = [page] if section is None else [_citation(page, section, read.content)]
        passages += [_citation(page, each, read.content) for each in within[:SECTIONS_NAMED_MAX]]
        told = shown(passages[0]) | {"updatedAt": resource.updated_at, "text": piece, "next": end if end < len(text) else None}
        told["sections"] = [shown(passage) for passage in passages[1:]]
        return Told(told, passages)

    async def outline(self, wish: Outline, _: int) -> Told:
        read = await self._reader.get(self._workspace_id, wish.page)
        whole = [section.heading for section in await self._sections(read)]
        end = wish.offset + HEADINGS_MAX
        headings = [
            {"level": heading.level, "text": line(heading.text), "anchor": _anchor(heading)}
            for heading in whole[wish.offset : end]
        ]
        return Told({"title": line(read.title), "headings": headings, "next": end if end < len(whole) else None})

    async def history(self, wish: History, _: int) -> Told:
        page_id = None
        if wish.page is not None:
            page_id = await self._reader.find(self._workspace_id, wish.page)
            if page_id is None:
                raise PageNotFound
        told = []
        pieces = self._reader.history(self._workspace_id, since=1, page_id=page_id, limit=wish.limit, offset=0)
        async for entries in pieces:
            told += [_change(entry) for entry in entries]
        if not told and wish.page is not None:
            # An id is taken at its word; but every page that there is has begun.
            raise PageNotFound
        return Told({"changes": told})

    async def _sections(self, read: PageRead) -> list[Section]:
        found = await self._markdown.read(read.content, read.content_hash)
        return sections(checked_headings(found), len(read.content))


def _query(text: str) -> SearchQuery:
    """Raises `InvalidValue`, which calls it as the tool does."""
    try:
        return search_query(text)
    except InvalidValue as error:
        # What the search calls `q` begins each of its sentences.
        raise InvalidValue(f"query{error.detail.removeprefix('q')}", parameter="query") from None


def _cut_out(content: bytes, whole: Sequence[Section], section: Section | None) -> tuple[str, list[tuple[int, Section]]]:
    """The page's text or that of a section, with the places where sections in it begin. Keys are blacked out before anything is
    cut, because what comes in two pieces opens as much when it is put together; and none goes on behind a heading.
    """
    first, last = (0, len(content)) if section is None else (section.heading.at_byte, section.end_byte)
    inside = [each for each in whole if first <= each.heading.at_byte < last]
    bounds = [first, *(each.heading.at_byte for each in inside), last]
    parts = [blacked_out(content[begin:end].decode()) for begin, end in pairwise(bounds)]
    return "".join(parts), list(zip(accumulate(map(len, parts)), inside, strict=False))


def _passage(document: FoundDocument) -> Citation:
    """Only pages are searched, and each has a slug."""
    slug, quote = document.page_slug or "", quoted(document.passage)
    return without_keys(Citation(document.id, slug, document.title, document.heading, document.anchor, quote))


def _citation(page: Citation, section: Section, whole: bytes) -> Citation:
    # Four bytes are as many as a character can have.
    text = whole[section.heading.end_byte : section.end_byte][: 16 * QUOTE_CHARACTERS_MAX].decode(errors="ignore")
    # What is cut must not begin in the middle of a key.
    heading = shown_heading([blacked_out(each) for each in section.path])
    return without_keys(Citation(page.page_id, page.slug, page.title, heading, section.heading.slug, quoted(text)))


def _anchor(heading: Heading) -> str:
    return "" if tells_key(heading.text, heading.slug) else heading.slug


def _named(whole: Sequence[Section], name: str) -> Section:
    """By its heading, or by its anchor with or without its sign. Raises `SectionNotFound` and `SectionAmbiguous`."""
    try:
        return find_section(whole, parse_path(name))
    except SectionNotFound:
        if name.startswith(ANCHOR_SIGN):
            raise
        for section in whole:
            if section.heading.slug == name:
                return section
        raise


def _change(entry: Entry) -> dict[str, str]:
    what = line(_ADDRESS.sub("[address]", entry.message or summary(entry.event)))
    who = _WHO.get(entry.actor.kind, "the service")
    page = {
        "page": without_keys(Citation(entry.page_id, entry.page_slug, entry.page_title)).slug,
        "title": line(entry.page_title),
    }
    return {"at": entry.at.isoformat(timespec="seconds"), "who": who, **page, "what": what}
