"""What is searched: pages and what else has text of its own, read as they are now and cut into passages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg
import msgspec

from domain.items.kinds import Item
from domain.items.milestones import Milestone
from domain.items.principles import Principle
from domain.items.updates import Update
from domain.search.passages import Passage, passages
from domain.search.queries import Kind
from infrastructure.database import Connection
from infrastructure.items import decode_item
from infrastructure.markdown_text import sections_of
from infrastructure.projections.portions import portions
from infrastructure.sql import sql

SHOWN_CHARACTERS_MAX = 100


class Document(msgspec.Struct, frozen=True):
    """Something that can be found. `page_id` is the page it is or belongs to."""

    id: UUID
    kind: Kind
    page_id: UUID | None
    version: int
    passages: list[Passage]


class _Shown(msgspec.Struct):
    """What is looked at of a page's stored members."""

    title: str
    subtitle: str | None


async def read_documents(
    connection: Connection, workspace_id: UUID, ids: Sequence[UUID]
) -> AsyncIterator[tuple[list[UUID], list[Document]]]:
    """So many at a time that their texts may lie in memory together: which were looked for, and those of them that are there."""
    for portion in portions(await connection.fetch(sql("search_ids"), workspace_id, ids)):
        pages = await connection.fetch(sql("search_pages"), workspace_id, portion)
        items = await connection.fetch(sql("search_items"), workspace_id, portion)
        yield portion, await asyncio.to_thread(_cut, pages, items)


def shown_title(item: Item) -> str:
    """Its own, or how its text begins."""
    title, text = _title_and_text(item)
    return title or text.strip().partition("\n")[0][:SHOWN_CHARACTERS_MAX]


def _title_and_text(item: Item) -> tuple[str, str]:
    match item:
        case Milestone():
            return item.title, item.description or ""
        case Update() | Principle():
            return item.title or "", item.content
        case _:
            raise TypeError(f"an item that is not searched: {item.kind}")


def _cut(pages: Sequence[asyncpg.Record], items: Sequence[asyncpg.Record]) -> list[Document]:
    return [*map(_page, pages), *(_item(row["kind"], decode_item(row["kind"], row["doc"])) for row in items)]


def _item(kind: Kind, item: Item) -> Document:
    title, text = _title_and_text(item)
    return Document(item.id, kind, item.page_id, item.version, passages(title, "", sections_of(text.encode())))


def _page(row: asyncpg.Record) -> Document:
    shown = msgspec.json.decode(b"{%b}" % row["doc"], type=_Shown)
    cut = passages(shown.title, shown.subtitle or "", sections_of(row["content"]))
    return Document(row["page_id"], "page", row["page_id"], row["version"], cut)
