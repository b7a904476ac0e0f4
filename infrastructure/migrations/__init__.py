"""Numbered SQL files, each applied once, forward only, under an advisory lock. One that changed afterwards is refused."""

import hashlib
from importlib.resources import files

import asyncpg

from infrastructure.database import Connection
from infrastructure.rebuild import refill
from infrastructure.sql import sql

# Any number will do, so long as every Daybook takes the same.
_LOCK = 0x0DA1B00C


POSTGRES_VERSION_MIN = 15


class MigrationChanged(Exception):
    """A migration differs from what was applied to this database. Undo the change and add a new file instead."""


class DatabaseNewer(Exception):
    """This database was migrated by a newer release of Daybook. Run that release, or a newer one."""


class PostgresTooOld(Exception):
    """Daybook needs PostgreSQL 15 or newer."""


class DatabaseNotUtf8(Exception):
    """Daybook keeps text of all scripts. Make its database with ENCODING 'UTF8' TEMPLATE template0."""


_PRIVILEGES = (
    "Its user needs CREATE on the database and, the first time, CREATEROLE; "
    "or an administrator makes the role daybook_service and grants it to that user."
)


class DatabaseUnusable(Exception):
    """The database of the settings cannot be used."""


def available() -> list[tuple[str, str]]:
    """Names and texts, in order."""
    found = [(file.name, file.read_text(encoding="utf-8")) for file in files(__package__).iterdir() if file.name.endswith(".sql")]
    return sorted(found)


async def migrate(dsn: str) -> list[str]:
    """Brings the database up to date; answers the names applied now. The DSN's role owns everything made."""
    connection: Connection = await asyncpg.connect(dsn)
    try:
        if connection.get_server_version().major < POSTGRES_VERSION_MIN:
            raise PostgresTooOld
        if connection.get_settings().server_encoding != "UTF8":
            raise DatabaseNotUtf8
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        applied = await _apply_missing(connection)
        # Each time, because pgvector may have come since.
        await connection.execute("SELECT search.prepare_vectors()")
        wanted_by = await connection.fetchval(sql("refill_wanted"))
        if wanted_by is not None:
            await refill(dsn, wanted_by)
        return applied
    finally:
        # Ending the session gives the lock back.
        await connection.close()


async def migrate_named(dsn: str) -> None:
    """For a database that somebody names in the settings: what is wrong with it is worded for them."""
    try:
        await migrate(dsn)
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseUnusable(f"{DatabaseUnusable.__doc__} {str(error).splitlines()[0]}. {_PRIVILEGES}") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnusable(f"{DatabaseUnusable.__doc__} {error}") from error


async def _apply_missing(connection: Connection) -> list[str]:
    await connection.execute(sql("migration_table"))
    applied = {row["name"]: row["checksum"] for row in await connection.fetch(sql("migration_list"))}
    wanted = available()
    unknown = set(applied) - {name for name, _ in wanted}
    if unknown:
        raise DatabaseNewer(f"{DatabaseNewer.__doc__} It has {', '.join(sorted(unknown))}.")
    done = []
    for name, text in wanted:
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if name not in applied:
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute(sql("migration_record"), name, checksum)
            done.append(name)
        elif applied[name] != checksum:
            raise MigrationChanged(f"{name}: {MigrationChanged.__doc__}")
    return done
