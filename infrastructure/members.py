"""Members in PostgreSQL: the read model of a workspace's, and a person's workspaces."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.people import Membership
from domain.members import Member
from domain.scopes import Role
from infrastructure.database import NO_WORKSPACE, Connection, Database
from infrastructure.sql import sql

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Member).decode


class PostgresMemberBook:
    """What use cases read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, workspace_id: UUID, member_id: UUID) -> Member | None:
        async with self._database.reading(workspace_id) as connection:
            row = await connection.fetchrow(sql("member_list"), workspace_id, member_id, None, 1, 0)
        return None if row is None else _decode(row["doc"])

    async def all(
        self, workspace_id: UUID, *, role: Role | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Member]:
        async with self._database.reading(workspace_id) as connection:
            rows = await connection.fetch(sql("member_list"), workspace_id, None, role, limit, offset)
        return [_decode(row["doc"]) for row in rows]

    async def count(self, workspace_id: UUID) -> int:
        async with self._database.reading(workspace_id) as connection:
            return int(await connection.fetchval(sql("member_total"), workspace_id))


class PostgresPeople:
    """What is asked of a person before their workspace is known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def memberships(self, person: UUID) -> list[Membership]:
        async with self._database.reading(NO_WORKSPACE) as connection:
            rows = await connection.fetch(sql("memberships"), person)
        return [Membership(row["workspace_id"], row["workspace"], _decode(row["doc"])) for row in rows]

    async def session_began(self, session: UUID, now: datetime) -> datetime | None:
        async with self._database.reading(NO_WORKSPACE) as connection:
            began: datetime | None = await connection.fetchval(sql("session_began"), session, now)
        return began

    async def workspace_name(self, workspace_id: UUID) -> str:
        async with self._database.reading(workspace_id) as connection:
            return str(await connection.fetchval(sql("workspace_name"), workspace_id))


def member_row(workspace_id: UUID, member: Member) -> tuple[Any, ...]:
    """The columns of `member_write`, in its order."""
    return workspace_id, member.id, member.role, member.status, member.joined_at, member.version, _encode(member)


async def write_member(connection: Connection, workspace_id: UUID, member: Member, _position: int) -> None:
    """In the transaction that appended its events."""
    await connection.execute(sql("member_write"), *member_row(workspace_id, member))
    await connection.execute(sql("keys_notify"))
