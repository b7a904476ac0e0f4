"""The part of the composition that has to do with access: who may come in, how they sign in, how much they may ask for."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec

from api.gate import Gate
from application.access import Access
from application.audit_trail import AuditTrail
from application.event_store import EventStore, StoreUnavailable
from application.invitations import Invitations
from application.key_notes import KeyNotes
from application.keys import Keys
from application.members import Members
from application.people import People
from application.post import Post
from application.rate_limits import RateLimits
from application.sign_in import SignIn
from daybook.choices import Counting, Together, counters_for, limits_of, mailer_for
from daybook.settings import Settings
from daybook.world import new_id, now
from infrastructure.audit_trail import PostgresAuditTrail
from infrastructure.database import Database
from infrastructure.keys import PostgresKeyBook, PostgresKeyLookup, write_key_uses
from infrastructure.lines import Line
from infrastructure.members import PostgresMemberBook, PostgresPeople
from infrastructure.sessions import PostgresCodes, PostgresSessions, forget_old
from infrastructure.signing_keys import PostgresSigningKeyBook
from infrastructure.tokens import JwtTokens

log = logging.getLogger(__name__)

FORGET_EVERY_S = 3600.0


class AccessParts(msgspec.Struct, frozen=True):
    """What the routes need, and what has to be run and closed beside them."""

    access: Access
    tokens: JwtTokens
    gate: Gate
    sign_in: SignIn
    people: People
    members: Members
    invitations: Invitations
    post: Post
    keys: Keys
    audit_trail: AuditTrail
    notes: KeyNotes
    counters: Counting
    durable: Line
    relaxed: Line

    def forget_all(self) -> None:
        """After anything changed anywhere."""
        self.access.forget_all()
        self.tokens.forget()

    def line(self, *, up: bool) -> None:
        """Whether changes elsewhere are heard of at present."""
        self.access.line(up=up)
        self.tokens.line(up=up)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What goes on beside requests. At its end, what was promised is carried out: mail on its way, notes not yet written."""
        beside = [asyncio.create_task(self.notes.run()), asyncio.create_task(_forget_sessions(self.relaxed))]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.notes.write(everything=True)
            await self.post.close()

    async def close(self) -> None:
        for closing in (self.counters, self.durable, self.relaxed):
            await closing.close()


def access_parts(store: EventStore, database: Database, server_key: bytes, settings: Settings, together: Together) -> AccessParts:
    durable, relaxed = Line(database, relaxed=False), Line(database, relaxed=True)
    people = PostgresPeople(database)
    tokens = JwtTokens(PostgresSigningKeyBook(database), server_key, settings.environment)
    notes = KeyNotes(store, partial(write_key_uses, relaxed), new_id, now)
    access = Access(
        PostgresKeyLookup(database), notes, tokens, people, server_key=server_key, environment=settings.environment, now=now
    )
    counters, post = counters_for(settings, database, together), Post(mailer_for(settings))
    changed: Callable[[], None] = access.forget_all
    members = Members(store, PostgresMemberBook(database), changed)
    sign_in = SignIn(
        store,
        people,
        PostgresCodes(durable),
        PostgresSessions(durable),
        members,
        tokens,
        post,
        server_key=server_key,
        new_id=new_id,
        changed=changed,
    )
    return AccessParts(
        access=access,
        tokens=tokens,
        gate=Gate(RateLimits(counters), limits_of(settings)),
        sign_in=sign_in,
        people=people,
        members=members,
        invitations=Invitations(people, post),
        post=post,
        keys=Keys(store, PostgresKeyBook(database, durable), server_key, settings.environment, new_id, changed),
        audit_trail=PostgresAuditTrail(database),
        notes=notes,
        counters=counters,
        durable=durable,
        relaxed=relaxed,
    )


async def _forget_sessions(line: Line) -> None:
    """What is over, now and then."""
    while True:
        try:
            await forget_old(line, now())
        except StoreUnavailable as error:
            log.warning("old sessions are forgotten later: %s", error)
        except Exception:  # whatever it was, the next hour may be better
            log.exception("old sessions were not forgotten")
        await asyncio.sleep(FORGET_EVERY_S)
