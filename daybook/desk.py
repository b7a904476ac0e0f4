"""What the operator works with: the use cases of workspaces, keys and members on the owner's connection, beside the service or
without it.
"""

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec

from application.event_store import Command
from application.keys import Keys
from application.members import Members
from application.signing_keys import SigningKeys
from daybook.world import new_id, now
from domain.events import Actor
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.growth import Announcer, Hub
from infrastructure.keys import PostgresKeyBook
from infrastructure.lines import Line
from infrastructure.members import PostgresMemberBook
from infrastructure.signing_keys import PostgresSigningKeyBook
from infrastructure.workspaces import PostgresWorkspaceBook

OPERATOR = Actor("operator", "cli", "operator")


def operator_command(workspace_id: UUID) -> Command:
    """The envelope of what the operator does at the command line."""
    return Command(workspace_id=workspace_id, command_id=new_id(), at=now(), actor=OPERATOR)


class Desk(msgspec.Struct, frozen=True):
    """The use cases. Every process of the service hears of what they do."""

    workspaces: PostgresWorkspaceBook
    keys: Keys
    members: Members
    signing_keys: SigningKeys


@contextlib.asynccontextmanager
async def operator_desk(owner_dsn: str, server_key: bytes, environment: str) -> AsyncIterator[Desk]:
    """`environment` is written into new keys."""
    database = Database(owner_dsn, role=None)
    connection = await asyncpg.connect(owner_dsn)
    line, announcer = Line(database, relaxed=False), Announcer(database, Hub())
    store = PostgresEventStore(database, announcer)
    try:
        yield Desk(
            PostgresWorkspaceBook(connection),
            Keys(store, PostgresKeyBook(database, line), server_key, environment, new_id),
            Members(store, PostgresMemberBook(database)),
            SigningKeys(store, PostgresSigningKeyBook(database), new_id),
        )
    finally:
        await store.close()
        await announcer.close()
        await line.close()
        await database.close()
        await connection.close()
