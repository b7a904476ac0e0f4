"""The rows of a page's links: what they are follows from its text alone, so that replaying gives the same."""

import re
from typing import Any, Final
from uuid import UUID

from domain.pages.markdown import Link
from infrastructure.markdown_walk import read_markdown

PROJECTION: Final = "links"
COLUMNS: Final = ("workspace_id", "page_id", "ordinal", "kind", "target", "fragment", "title", "line", "context")
CONTEXT_BYTES_MAX: Final = 300
LinkRow = tuple[UUID, UUID, int, str, str, str | None, str, int, str]

_LINE_END: Final = re.compile(rb"[\r\n]")


# Every link has one of these: an inline one, a wiki link, a mention, the definition of a reference.
_MARKS: Final = (b"](", b"[[", b"@{", b"]:")


def link_rows(workspace_id: UUID, page_id: UUID, text: bytes) -> list[LinkRow]:
    # A text without any need not be read; looking for them is a hundred times quicker.
    if not any(mark in text for mark in _MARKS):
        return []
    return [
        (workspace_id, page_id, ordinal, link.kind, _target(link), link.fragment, link.title, link.line, _context(text, link))
        for ordinal, link in enumerate(read_markdown(text).links)
    ]


def _target(link: Link) -> str:
    """Ids in one form, so that they can be compared."""
    try:
        return str(UUID(link.target))
    except ValueError:
        return link.target


def _context(text: bytes, link: Link) -> str:
    """The line the link begins in; of a long one, the piece around the link."""
    begin = max(0, link.at_byte - CONTEXT_BYTES_MAX // 2)
    piece = text[begin : begin + CONTEXT_BYTES_MAX]
    at = link.at_byte - begin
    before = _LINE_END.split(piece[:at])[-1]
    after = _LINE_END.split(piece[at:], maxsplit=1)[0]
    return (before + after).decode(errors="ignore").strip()


def as_columns(rows: list[LinkRow]) -> list[list[Any]]:
    """For a statement that takes columns."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in COLUMNS]
