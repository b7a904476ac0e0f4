"""Databases from the read model: schemas, and the rows that do not fit them."""

from uuid import UUID

import msgspec

from application.databases import Misfits, SchemaRead
from application.page_reader import LISTED_AT_ONCE_MAX
from application.page_views import PageAside, page_variant
from domain.pages.databases import PropertyInvalid, check_row
from domain.pages.errors import NotADatabase, PageNotFound
from domain.pages.events import PropertyValue, Schema
from domain.pages.ordering import BEFORE_ALL
from domain.pages.slugs import as_id
from infrastructure.database import Database
from infrastructure.pages import NUL
from infrastructure.sql import sql

SLUGS_SHOWN_MAX = 20


class _Row(msgspec.Struct):
    """What is looked at of a page's stored members."""

    slug: str
    properties: dict[str, PropertyValue]


class PostgresDatabases:
    """One statement a call, or one for each piece of a long list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def schema(self, workspace_id: UUID, reference: str) -> SchemaRead:
        if NUL in reference:
            raise PageNotFound
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("page_schema"), workspace_id, as_id(reference), reference)
        if row is None:
            raise PageNotFound
        if row["page_type"] != "database":
            raise NotADatabase
        aside = msgspec.json.decode(row["aside"], type=PageAside) if row["aside"] else PageAside()
        variant = page_variant(row["page_id"], contested=row["contested"])
        return SchemaRead(row["page_id"], aside.schema, row["version"], variant)

    async def misfits(self, workspace_id: UUID, page_id: UUID, schema: Schema) -> Misfits:
        count, slugs, last = 0, [], BEFORE_ALL
        while True:
            async with self._database.reading(workspace_id) as connection:
                rows = await connection.fetch(sql("database_rows"), workspace_id, page_id, *last, LISTED_AT_ONCE_MAX)
            for row in rows:
                found = msgspec.json.decode(b"{%b}" % row["doc"], type=_Row)
                if not _fits(schema, found):
                    count += 1
                    slugs += [found.slug] if count <= SLUGS_SHOWN_MAX else []
            if len(rows) < LISTED_AT_ONCE_MAX:
                return Misfits(count, slugs)
            last = type(last)(rows[-1]["place"], rows[-1]["page_id"])


def _fits(schema: Schema, row: _Row) -> bool:
    try:
        check_row(schema, row.properties)
    except PropertyInvalid:
        return False
    return True
