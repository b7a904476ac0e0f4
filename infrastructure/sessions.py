"""Sign-in in PostgreSQL: codes, sessions and refresh tokens, by keyed hashes. Operational, and of no workspace."""

from datetime import datetime
from uuid import UUID

import asyncpg

from application.people import Session, Spent
from domain.workspaces import SERVICE
from infrastructure.lines import Line
from infrastructure.sql import sql


class PostgresCodes:
    """On a line that waits for the disk: a try that was counted stays counted."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def put(self, address: bytes, code: bytes, expires_at: datetime) -> None:
        async with self._line.bound(SERVICE) as connection:
            await connection.execute(sql("code_put"), SERVICE, address, code, expires_at)

    async def count_try(self, address: bytes, now: datetime, tries_max: int) -> bytes | None:
        async with self._line.bound(SERVICE) as connection:
            found: bytes | None = await connection.fetchval(sql("code_try"), SERVICE, address, tries_max, now)
        return found

    async def spend(self, address: bytes, code: bytes) -> bool:
        async with self._line.bound(SERVICE) as connection:
            return bool(await connection.fetchval(sql("code_spend"), SERVICE, address, code))


class PostgresSessions:
    """On the same line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def start(self, session: Session, token: bytes) -> None:
        columns = (SERVICE, session.id, session.person, session.email, list(session.told), session.began_at, session.expires_at)
        async with self._line.bound(SERVICE) as connection, connection.transaction():
            await connection.execute(sql("session_start"), *columns)
            await connection.execute(sql("refresh_token_first"), SERVICE, token, session.id)

    async def spend(self, token: bytes, following: bytes, at: datetime) -> Spent | None:
        async with self._line.bound(SERVICE) as connection, connection.transaction():
            row = await connection.fetchrow(sql("refresh_token_spend"), SERVICE, token, following, at)
            if row is not None and row["outcome"] == "reused":
                await connection.execute(sql("keys_notify"))
        return None if row is None else Spent(_session(row), reused=row["outcome"] == "reused")

    async def end(self, session: UUID, at: datetime) -> Session | None:
        async with self._line.bound(SERVICE) as connection, connection.transaction():
            row = await connection.fetchrow(sql("session_end"), SERVICE, session, at)
            if row is not None:
                await connection.execute(sql("keys_notify"))
        return None if row is None else _session(row)

    async def of_token(self, token: bytes, now: datetime) -> Session | None:
        async with self._line.bound(SERVICE) as connection:
            row = await connection.fetchrow(sql("session_of_token"), SERVICE, token, now)
        return None if row is None else _session(row)


async def forget_old(line: Line, now: datetime) -> None:
    """Codes and sessions whose time is over."""
    async with line.bound(SERVICE) as connection:
        await connection.execute(sql("code_forget"), SERVICE, now)
        await connection.execute(sql("session_forget"), SERVICE, now)


def _session(row: asyncpg.Record) -> Session:
    return Session(row["session_id"], row["person_id"], row["email"], tuple(row["told"]), row["started_at"], row["expires_at"])
