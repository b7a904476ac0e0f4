"""The port of what is asked of databases: their schemas, and which of their rows do not fit."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from domain.pages.events import Schema


class SchemaRead(msgspec.Struct, frozen=True):
    """A database's schema; None if its rows may have any properties. The variant is that of a page's tag."""

    page_id: UUID
    schema: Schema | None
    version: int
    page_variant: str


class Misfits(msgspec.Struct, frozen=True):
    """How many rows do not fit the schema, and the first of them in their order."""

    count: int
    slugs: Sequence[str]


class Databases(Protocol):
    """Reads one workspace. Raises `PageNotFound`, `NotADatabase` and `StoreUnavailable`."""

    async def schema(self, workspace_id: UUID, reference: str) -> SchemaRead: ...

    async def misfits(self, workspace_id: UUID, page_id: UUID, schema: Schema) -> Misfits: ...
