"""One walk along the events of pulldown-cmark. It never fails: whatever the text, it is Markdown of some kind."""

import re
import unicodedata
from typing import Any, Final

import msgspec
import pyromark
from pyromark import Options

from domain.pages.markdown import HEADINGS_MAX, LINKS_MAX, Heading, Link, Markdown, front_matter_bytes, line_numbers
from infrastructure.markdown_links import Definitions, Mention, mentions, relative_link, wiki_link

# As GitHub has it, and wiki links. The library's own front matter is left out: it finds one between any two `---`.
READER: Final = pyromark.Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_GFM
    | Options.ENABLE_WIKILINKS
)
TITLE_CHARACTERS_MAX: Final = 500
# Blocks whose headings are not the document's own.
_ENCLOSING: Final = frozenset({"BlockQuote", "List", "FootnoteDefinition"})
_SPACE: Final = ord(" ")
_BREAKS: Final = frozenset({"SoftBreak", "HardBreak"})


def read_markdown(text: bytes) -> Markdown:
    """Headings and links, with places in `text`."""
    begin = front_matter_bytes(text)
    walk = _Walk(text, begin)
    for event, place in READER.events_with_range(text[begin:].decode()):
        walk.take(event, place["start"] + begin, place["end"] + begin)
    return walk.found()


class _Open(msgspec.Struct, gc=False):
    """A link or image whose end has not come yet; its words begin at this place among the words."""

    data: Any
    image: bool
    at: int
    first_word: int


class _Walk:
    def __init__(self, text: bytes, begin: int) -> None:
        self._text = text
        self._begin = begin
        self._headings: list[Heading] = []
        self._headings_cut = False
        self._links: list[Link] = []
        self._links_cut = False
        self._anchors: dict[str, int] = {}
        self._definitions = Definitions(text, begin, READER)
        self._mentions = mentions(text, begin)
        self._mention: Mention | None = next(self._mentions, None)
        self._mention_begun = False
        self._enclosed = 0
        self._open: list[_Open] = []
        self._in_heading = False
        self._in_code = False
        self._words: list[str] = []
        self._last_end = begin

    def take(self, event: Any, at: int, end: int) -> None:  # noqa: ANN401 - the library's events are dicts of any shape
        """Only what bears on headings and links is looked at; the rest passes by."""
        if type(event) is str:
            if event in _BREAKS:
                self._hear(" ")
        elif "Text" in event:
            self._hear(event["Text"])
            if self._mention is not None and not self._in_code:
                self._meet_mention(at, end)
        elif "Start" in event:
            self._start(event["Start"], at)
        elif "End" in event:
            self._end(event["End"], at, end)
        elif "Code" in event:
            self._hear(event["Code"])
        self._last_end = end

    def found(self) -> Markdown:
        links = sorted(self._links, key=lambda link: link.at_byte)
        heading_lines = line_numbers(self._text, (heading.at_byte for heading in self._headings))
        link_lines = line_numbers(self._text, (link.at_byte for link in links))
        return Markdown(
            tuple(msgspec.structs.replace(each, line=line) for each, line in zip(self._headings, heading_lines, strict=True)),
            tuple(msgspec.structs.replace(each, line=line) for each, line in zip(links, link_lines, strict=True)),
            self._headings_cut,
            self._links_cut,
        )

    def _hear(self, words: str) -> None:
        if self._in_heading or self._open:
            self._words.append(words)

    def _start(self, tag: Any, at: int) -> None:  # noqa: ANN401 - as above
        if type(tag) is not dict:
            return
        name, data = next(iter(tag.items()))
        if name in _ENCLOSING:
            self._enclosed += 1
        elif name == "Heading":
            self._in_heading = True
            self._words.clear()
        elif name == "CodeBlock":
            self._in_code = True
        elif name in {"Link", "Image"}:
            self._open.append(_Open(data, name == "Image", at, len(self._words)))

    def _end(self, tag: Any, at: int, end: int) -> None:  # noqa: ANN401 - as above
        name = tag if type(tag) is str else next(iter(tag))
        if name in {"Link", "Image"}:
            self._end_link(self._open.pop(), at, end)
        elif name == "Heading":
            self._end_heading(int(tag["Heading"][1]), at, end)
        elif name == "CodeBlock":
            self._in_code = False
        elif name in _ENCLOSING:
            self._enclosed -= 1
        elif name == "TableCell":
            # A bar that is not escaped ends the cell, and with it what looked like a mention.
            self._mention_begun = False

    def _end_heading(self, level: int, at: int, end: int) -> None:
        text = "".join(self._words).strip()
        self._in_heading = False
        self._words.clear()
        if len(self._headings) == HEADINGS_MAX:
            self._headings_cut = True
            return
        # Those inside other blocks count as well.
        anchor = self._anchor(text)
        if not self._enclosed:
            while at > self._begin and self._text[at - 1] == _SPACE:
                at -= 1
            self._headings.append(Heading(level, text, 0, anchor, at, end))

    def _anchor(self, text: str) -> str:
        """GitHub's: lower case, only letters, digits, hyphens and underscores, `-1`, `-2` … for those that come again."""
        base = anchor = _anchor_base(text)
        while anchor in self._anchors:
            self._anchors[base] += 1
            anchor = f"{base}-{self._anchors[base]}"
        self._anchors[anchor] = 0
        return anchor

    def _end_link(self, opened: _Open, at: int, end: int) -> None:
        shown = _joined(self._words, opened.first_word)
        if not self._in_heading and not self._open:
            self._words.clear()
        if len(self._links) == LINKS_MAX:
            self._links_cut = True
            return
        if type(opened.data["link_type"]) is dict:
            link = wiki_link(self._text, opened.data, at, end, shown, image=opened.image)
        elif opened.image:
            return
        else:
            text_end = self._last_end if self._last_end < end else at + 1
            link = relative_link(self._text, opened.data, (at, text_end, end), shown, self._definitions)
        self._keep(link)

    def _meet_mention(self, at: int, end: int) -> None:
        """A mention counts if it begins and ends in plain text, and not in code or markup between."""
        while self._mention is not None and self._mention.at_byte < end:
            if at <= self._mention.at_byte:
                self._mention_begun = True
            if self._mention.end_byte > end:
                return
            if self._mention_begun and at < self._mention.end_byte:
                self._keep(self._mention.link)
            self._mention = next(self._mentions, None)
            self._mention_begun = False

    def _keep(self, link: Link | None) -> None:
        if len(self._links) == LINKS_MAX:
            self._links_cut = True
        elif link is not None:
            self._links.append(link)


def _anchor_base(text: str) -> str:
    lower = text.lower()
    if lower.isascii():
        return re.sub(r"[^\w\- ]", "", lower).replace(" ", "-")
    kept = (c for c in lower if c in "-_ " or unicodedata.category(c)[0] in {"L", "M", "N"})
    return "".join(kept).replace(" ", "-")


def _joined(words: list[str], first: int) -> str:
    """As much of the words as a title may have; a link around a book is still one link."""
    length, last = 0, first
    while last < len(words) and length < TITLE_CHARACTERS_MAX:
        length += len(words[last])
        last += 1
    return "".join(words[first:last])[:TITLE_CHARACTERS_MAX]
