"""The audit trail in PostgreSQL: a part of the log, along an index of its own."""

from uuid import UUID

import msgspec

from application.audit_trail import AuditEntry, AuditFilter
from infrastructure.database import Database
from infrastructure.feed import spliced
from infrastructure.sql import sql


class _Origin(msgspec.Struct):
    """Where an event came from, as it is stored."""

    client: msgspec.Raw = msgspec.Raw(b"null")


_origin = msgspec.json.Decoder(_Origin).decode


class PostgresAuditTrail:
    """Each entry is the event as the change feed shows it, with the address that it came from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, workspace_id: UUID, wanted: AuditFilter, *, before: int, limit: int) -> list[AuditEntry]:
        names, prefixes = (wanted.types.names, wanted.types.prefixes) if wanted.types else (None, None)
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(
                sql("audit_trail"), workspace_id, before, names, prefixes, wanted.actor, wanted.since, wanted.until, limit
            )
        return [
            AuditEntry(event.position, b'{"client":%b,%b' % (_origin(row["meta"]).client, event.json[1:]))
            for row, event in zip(rows, spliced([(None, *row) for row in rows]), strict=True)
        ]
