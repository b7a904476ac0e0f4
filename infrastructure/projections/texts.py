"""Keeps the texts of pages where any part of them can be found, a moment behind the log."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from domain.pages.queries import TEXT_CHARACTERS_MAX
from domain.pages.state import Page
from infrastructure.database import Connection
from infrastructure.sql import sql

NAME = "text"
PART_CHARACTERS = 4000
# Folding the case can make three characters of one, so this is as long as what is looked for can get.
OVERLAP_CHARACTERS = 3 * TEXT_CHARACTERS_MAX
# What is written with one statement, and how many pages are read ahead.
WRITTEN_CHARACTERS = 1024 * 1024
READ_AHEAD = 10


class PageTexts:
    """The projection. What it writes is a function of the page as it is then, so events may come again."""

    name = NAME

    async def apply(self, connection: Connection, workspace_id: UUID, events: Sequence[asyncpg.Record]) -> None:
        changed = list({event["stream_id"] for event in events if event["type"].startswith("page.")})
        rows: list[tuple[UUID, int, str]] = []
        counts: list[tuple[UUID, int]] = []
        size = 0
        async for page_id, texts in read_texts(connection, workspace_id, changed):
            parts = list(parts_of(texts))
            rows += [(page_id, number, part) for number, part in enumerate(parts)]
            counts.append((page_id, len(parts)))
            size += sum(map(len, parts))
            if size > WRITTEN_CHARACTERS:
                await _write(connection, workspace_id, rows, counts)
                rows, counts, size = [], [], 0
        await _write(connection, workspace_id, rows, counts)


async def read_texts(connection: Connection, workspace_id: UUID, page_ids: Sequence[UUID]) -> Any:  # noqa: ANN401 - an async iterator
    """Each page's title, subtitle and content; none of them for one in the trash. Needs an open transaction."""
    if not page_ids:
        return
    async for row in connection.cursor(sql("page_texts"), workspace_id, page_ids, prefetch=READ_AHEAD):
        if not row["live"]:
            yield row["page_id"], ()
            continue
        shown = msgspec.json.decode(b"{%b}" % row["doc"], type=_Shown)
        yield row["page_id"], (shown.title, shown.subtitle or "", row["content"].decode())


class _Shown(msgspec.Struct):
    """What is looked at of a page's stored members."""

    title: str
    subtitle: str | None


def folded(text: str) -> str:
    """Texts that differ in the case of letters alone are the same."""
    return text.casefold()


def parts_of(texts: Sequence[str]) -> Iterator[str]:
    """The folded texts; a long one in parts, so that whatever can be looked for is within one."""
    for text in texts:
        whole = folded(text)
        yield whole[: PART_CHARACTERS + OVERLAP_CHARACTERS]
        for first in range(PART_CHARACTERS, len(whole) - OVERLAP_CHARACTERS, PART_CHARACTERS):
            yield whole[first : first + PART_CHARACTERS + OVERLAP_CHARACTERS]


def text_rows(workspace_id: UUID, page: Page) -> list[tuple[UUID, UUID, int, str]]:
    """What is kept of a page, from its state."""
    if not page.live:
        return []
    texts = (page.details.title, page.details.subtitle or "", bytes(page.content).decode())
    return [(workspace_id, page.details.id, number, part) for number, part in enumerate(parts_of(texts))]


async def _write(
    connection: Connection, workspace_id: UUID, rows: Sequence[tuple[UUID, int, str]], counts: Sequence[tuple[UUID, int]]
) -> None:
    """Only what is another text than before, so that an append to a long page rewrites its end."""
    if counts:
        await connection.execute(sql("page_text_drop"), workspace_id, *map(list, zip(*counts, strict=True)))
    if rows:
        await connection.execute(sql("page_text_write"), workspace_id, *map(list, zip(*rows, strict=True)))
