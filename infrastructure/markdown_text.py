"""The plain text of Markdown, section by section, as a reader sees it: without marks, addresses and markup."""

import re
from collections.abc import Iterator
from typing import Any, Final

from domain.pages.markdown import Heading, front_matter_bytes
from domain.pages.sections import sections
from domain.search.passages import Section
from infrastructure.markdown_walk import READER, read_markdown

# What ends a line of its own. A cell of a table is followed by the next on the same line.
_BLOCKS: Final = frozenset(
    {"Paragraph", "Heading", "CodeBlock", "Item", "TableRow", "TableHead", "HtmlBlock", "BlockQuote", "FootnoteDefinition"}
)
_TAGS: Final = re.compile(r"<[^<>]{0,1000}>")


def sections_of(text: bytes) -> list[Section]:
    """What stands before the first heading comes first; every heading has a section, be it empty."""
    headings = read_markdown(text).headings
    paths = [section.path for section in sections(headings, len(text))]
    below = _texts(text, headings)
    before = [Section((), "", below[0])] if below[0].strip() else []
    rest = zip(paths, headings, below[1:], strict=True)
    return [*before, *(Section(path, heading.slug, body) for path, heading, body in rest)]


def _texts(text: bytes, headings: tuple[Heading, ...]) -> list[str]:
    """The text before the first heading, and below each."""
    texts: list[str] = []
    parts: list[str] = []
    ends = iter([*(heading.at_byte for heading in headings), len(text) + 1])
    end, skip_to = next(ends), 0
    heads = iter(headings)
    for at, piece in _pieces(text):
        while at >= end:
            texts.append("".join(parts))
            parts, skip_to, end = [], next(heads).end_byte, next(ends)
        if at >= skip_to:
            parts.append(piece)
    texts.append("".join(parts))
    return texts + [""] * (len(headings) + 1 - len(texts))


def _pieces(text: bytes) -> Iterator[tuple[int, str]]:
    """Pieces of plain text with the bytes they begin at."""
    begin = front_matter_bytes(text)
    for event, place in READER.events_with_range(text[begin:].decode()):
        piece = _said(event)
        if piece:
            yield place["start"] + begin, piece


def _said(event: Any) -> str:  # noqa: ANN401 - the library's events are of any shape
    if type(event) is str:
        return "\n" if event in {"SoftBreak", "HardBreak", "Rule"} else ""
    kind, data = next(iter(event.items()))
    if kind in {"Text", "Code", "InlineMath", "DisplayMath"}:
        return str(data)
    if kind in {"Html", "InlineHtml"}:
        return _TAGS.sub(" ", data)
    if kind == "End":
        name = data if type(data) is str else next(iter(data))
        return "\n" if name in _BLOCKS else " " if name == "TableCell" else ""
    return ""
