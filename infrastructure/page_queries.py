"""Finding pages: a statement of fixed pieces, each of them a run along an index of its own, put together by set operations.

So nothing depends on what the planner guesses about joins, and a filter costs as many index entries as it matches.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from application.page_queries import ListedPage, ListedPages, QueryTooBroad
from application.page_reader import LISTED_AT_ONCE_MAX, ListRead
from application.page_views import resource
from domain.pages.errors import PageNotFound
from domain.pages.facets import PROPERTY, VALUE_CHARACTERS_MAX
from domain.pages.queries import NONE, PROPERTY_SORT, ROOT, STATUSES, TYPES, Condition, Query, Sort
from domain.pages.slugs import as_id
from infrastructure.database import Connection, Database
from infrastructure.page_texts import FoundText, find_text
from infrastructure.pages import NUL
from infrastructure.sql import sql

QUERY_S = 5.0
POSITION_MAX = 2**63 - 1
_PARAMETER = re.compile(r"(?<!:):([a-z]+)")
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)
# What stands in a page's row ready to be sorted by. The time is the sixth of what quotation marks part a stamp into.
_OF_PAGE = {
    "title": 'lower(p.title) COLLATE "C"',
    "updatedAt": """split_part(convert_from(p.stamp, 'UTF8'), '"', 6) COLLATE "C" """,
    "order": "p.place",
}


class Statement:
    """SQL with its arguments as they gather."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.arguments: list[Any] = [workspace_id]

    def piece(self, name: str, splices: Mapping[str, str] | None = None, **values: Any) -> str:  # noqa: ANN401 - any argument
        """The piece with its `:names` numbered and its `{splices}`, which are words of ours, put in."""
        text = _COMMENT.sub("", sql(name))
        numbers = {"workspace": 1}
        for parameter, value in values.items():
            self.arguments.append(value)
            numbers[parameter] = len(self.arguments)
        text = _PARAMETER.sub(lambda found: f"${numbers[found[1]]}", text)
        return _spliced(text, splices or {})


class PostgresPageQueries:
    """Answers queries, and says what lies in the trash."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(self, workspace_id: UUID, query: Query, *, limit: int, offset: int) -> ListRead:
        total, rows = await self._rows(workspace_id, query, limit, offset)
        return ListRead(b",".join([resource(row["doc"], row["stamp"], row["parent_slug"]) for row in rows]), total)

    async def listed(self, workspace_id: UUID, query: Query, *, limit: int, offset: int) -> ListedPages:
        total, rows = await self._rows(workspace_id, query, limit, offset)
        return ListedPages([ListedPage(row["doc"], row["parent_slug"], row["place"]) for row in rows], total)

    async def long_found(self, workspace_id: UUID, query: Query, *, limit: int | None, offset: int) -> AsyncIterator[ListRead]:
        async with self._database.reading(workspace_id) as connection:
            found = await self._answered(connection, workspace_id, query, "query_ids", limit, offset)
        total, ids = found[0]["total"], found[0]["ids"]
        for first in range(0, len(ids), LISTED_AT_ONCE_MAX):
            async with self._database.reading(workspace_id) as connection:
                rows = await connection.fetch(sql("page_rows"), workspace_id, ids[first : first + LISTED_AT_ONCE_MAX])
            if rows:
                yield ListRead(b",".join([resource(row["doc"], row["stamp"], row["parent_slug"]) for row in rows]), total)

    async def trash(self, workspace_id: UUID, *, limit: int | None, offset: int) -> ListRead:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("page_trash"), workspace_id, limit or POSITION_MAX, offset)
        pages = [_trashed(row) for row in rows if row["doc"] is not None]
        return ListRead(b",".join(pages), rows[0]["total"])

    async def _rows(self, workspace_id: UUID, query: Query, limit: int, offset: int) -> tuple[int, list[asyncpg.Record]]:
        async with self._database.reading(workspace_id) as connection:
            rows = await self._answered(connection, workspace_id, query, "query_rows", limit, offset)
        return rows[0]["total"], [row for row in rows if row["page_id"] is not None]

    async def _answered(
        self, connection: Connection, workspace_id: UUID, query: Query, ending: str, limit: int | None, offset: int
    ) -> list[asyncpg.Record]:
        """One statement; for a text several, on one snapshot of the database."""
        if query.text is None:
            return await fetch(connection, *await asked(connection, workspace_id, query, ending, limit, offset))
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await find_text(connection, workspace_id, query.text)
            return await fetch(connection, *await asked(connection, workspace_id, query, ending, limit, offset, found))


class NamedPages:
    """The pages that a query names, looked up."""

    def __init__(self, ids: dict[str, UUID], blockers: Sequence[str]) -> None:
        self.all_ids = ids
        self.blockers = blockers

    @classmethod
    async def read(cls, connection: Connection, workspace_id: UUID, query: Query) -> "NamedPages":
        references = [name for name in (*query.parent, *query.under, *query.blocked_by) if name != ROOT and NUL not in name]
        if not references:
            return cls({}, ())
        rows = await fetch(connection, sql("page_named"), [workspace_id, references, [as_id(name) for name in references]])
        ids = {row["reference"]: row["page_id"] for row in rows}
        blocking = [ids[name] for name in query.blocked_by if name in ids]
        found = await connection.fetch(sql("page_slugs"), workspace_id, blocking) if blocking else []
        # What leads nowhere may still be named by pages.
        return cls(ids, sorted({row["slug"] for row in found} | set(query.blocked_by)))

    def ids(self, references: Sequence[str], parameter: str) -> list[UUID]:
        """Raises `PageNotFound`: a page that is not there is a mistake, and not one that has nothing below it."""
        for reference in references:
            if reference not in self.all_ids:
                raise PageNotFound(f"{parameter} names no page of this workspace: {reference[:60]!r}.", parameter=parameter)
        return [self.all_ids[reference] for reference in references]


async def asked(  # the whole of a question, and where it is asked
    connection: Connection,
    workspace_id: UUID,
    query: Query,
    ending: str,
    limit: int | None,
    offset: int,
    text: FoundText | None = None,
) -> tuple[str, list[Any]]:
    """The statement with its arguments; `ending` says whether it answers rows (`query_rows`) or ids (`query_ids`)."""
    named = await NamedPages.read(connection, workspace_id, query)
    statement = Statement(workspace_id)
    splices = {
        "matched": matching(statement, query, named, text),
        "keyed": _keyed(statement, query.order),
        "order": _order(query.order),
    }
    whole = statement.piece(ending, splices, limit=POSITION_MAX if limit is None else limit, offset=offset)
    return whole, statement.arguments


def matching(statement: Statement, query: Query, named: NamedPages, text: FoundText | None) -> str:
    """The pages that every wanted piece holds, and none of the unwanted ones."""
    wanted: list[str] = []
    unwanted: list[str] = []
    if text is not None:
        piece = statement.piece("query_text", pattern=text.pattern, changed=text.changed, matching=text.matching)
        wanted.append(f"({piece})")
    for piece, is_wanted in _pieces(statement, query, named):
        (wanted if is_wanted else unwanted).append(f"({piece})")
    all_wanted = " INTERSECT ".join(wanted or [statement.piece("query_any")])
    return " EXCEPT ".join([all_wanted, *unwanted])


def _pieces(statement: Statement, query: Query, named: NamedPages) -> Iterator[tuple[str, bool]]:
    """Pieces, each with whether its pages are wanted or those that it does not hold."""
    yield from _one_of(statement, "status", query.status, NONE)
    yield from _one_of(statement, "owner", query.owner, NONE)
    # Nearly every page is just a page, so the index has only what is another type.
    yield from _one_of(statement, "type", query.type, TYPES[0])
    if query.blocked_by:
        yield statement.piece("query_facet", facet="blockedBy", values=named.blockers), True
    yield from _places(statement, query, named)
    for operator, day in (("<", query.due_before), (">", query.due_after)):
        if day is not None:
            piece = statement.piece("query_text_value", {"operator": operator}, facet="dueDate", value=day.isoformat())
            yield piece, True
    if query.updated_since is not None:
        yield statement.piece("query_since", moment=query.updated_since), True
    for condition in query.where:
        yield _tested(statement, condition), condition.operator != "!="


def _one_of(statement: Statement, facet: str, values: Sequence[str], absent: str) -> Iterator[tuple[str, bool]]:
    """`absent` is how pages without the facet are asked for: they are those without any other value of it."""
    if absent in values:
        yield statement.piece("query_facet_other", facet=facet, values=[value for value in values if value != absent]), False
    elif values:
        yield statement.piece("query_facet", facet=facet, values=list(values)), True


def _places(statement: Statement, query: Query, named: NamedPages) -> Iterator[tuple[str, bool]]:
    if query.parent:
        parents = [name for name in query.parent if name != ROOT]
        pieces = [statement.piece("query_top")] if ROOT in query.parent else []
        if parents:
            pieces.append(statement.piece("query_children", parents=named.ids(parents, "parent")))
        yield " UNION ALL ".join(pieces), True
    if query.under:
        yield statement.piece("query_under", parents=named.ids(query.under, "under")), True


def _tested(statement: Statement, condition: Condition) -> str:
    facet = PROPERTY + condition.name
    if condition.operator == "~":
        return statement.piece(
            "query_contains", facet=facet, value=condition.value, property=condition.name, characters=VALUE_CHARACTERS_MAX
        )
    equal = condition.operator in ("=", "!=")
    operator = {"operator": "=" if equal else condition.operator}
    pieces = []
    if condition.number is not None:
        pieces.append(statement.piece("query_number_value", operator, facet=facet, number=condition.number))
    if condition.number is None or equal:
        pieces.append(statement.piece("query_text_value", operator, facet=facet, value=condition.value))
    return " UNION ALL ".join(pieces)


def _keyed(statement: Statement, sort: Sort) -> str:
    if sort.field == "createdAt":
        return statement.piece("query_order_id")
    if sort.field in _OF_PAGE:
        return statement.piece("query_order_page", {"value": _OF_PAGE[sort.field]})
    ranks = list(STATUSES) if sort.field == "status" else None
    is_property = sort.field.startswith(PROPERTY_SORT)
    facet = PROPERTY + sort.field.removeprefix(PROPERTY_SORT) if is_property else sort.field
    return statement.piece("query_order_facet", facet=facet, ranks=ranks)


def _order(sort: Sort) -> str:
    """What has no value comes last, whichever way; numbers before texts; ties by id."""
    way = "DESC" if sort.descending else "ASC"
    if sort.field == "createdAt":
        return f"k.page_id {way}"
    return f"(k.number IS NULL AND k.value IS NULL), k.number {way} NULLS LAST, k.value {way}, k.page_id"


def _spliced(text: str, splices: Mapping[str, str]) -> str:
    for name, value in splices.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _trashed(row: asyncpg.Record) -> bytes:
    return b'%b,"pagesBelow":%d}' % (resource(row["doc"], row["stamp"], row["parent_slug"])[:-1], row["below"])


async def fetch(connection: Connection, text: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
    """Raises `QueryTooBroad` when it takes too long."""
    try:
        return await connection.fetch(text, *arguments, timeout=QUERY_S)
    except TimeoutError:
        raise QueryTooBroad from None
