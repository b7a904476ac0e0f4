"""Sign-in by e-mail: a code is sent to an address, and whoever brings it back gets a session's tokens.

Known and unknown addresses are the same to whoever asks: the same work is done for both before the answer, and whether there is
anybody to send a mail to is found out after it.
"""

import asyncio
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from application.credentials import (
    address_hash,
    code_hash,
    is_refresh_token,
    new_code,
    new_refresh_token,
    refresh_token_hash,
)
from application.event_store import Append, Command, EventStore, StreamChange
from application.mail import Mail, sign_in_mail
from application.members import Members
from application.people import Codes, Membership, People, Session, Sessions
from application.post import Post
from application.tokens import LIFETIME, AccessTokens, Claims
from domain.access import AccessEvent, Ending, SignedIn, SignedOut
from domain.errors import DomainError
from domain.events import Actor
from domain.members import Member, person_id

CODE_MINUTES = 10
CODE_TRIES_MAX = 5
SESSION_DAYS = 30
AGENT_CHARACTERS_MAX = 200


class CodeRefused(DomainError):
    """The code is wrong, was used, or is too old; or it was tried too often. Ask for a new one."""

    code = "code_refused"


class RefreshRefused(DomainError):
    """The refresh token is unknown, was used before, or its session is over. Sign in again."""

    code = "refresh_refused"


class SignInOff(DomainError):
    """This service sends no mail, so nobody can sign in by it. Use an API key, or ask the operator to set DAYBOOK_SMTP_URL."""

    code = "sign_in_off"


class SignedInAs(msgspec.Struct, frozen=True):
    """A session's tokens. `expires_at` is when the access token does."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    member: Member


class Visit(msgspec.Struct, frozen=True):
    """From where, with which program and when somebody comes; `request` names the request."""

    at: datetime
    client: str
    agent: str
    request: str | None


class SignIn:
    """The use cases."""

    def __init__(  # noqa: PLR0913 - one for each port
        self,
        store: EventStore,
        people: People,
        codes: Codes,
        sessions: Sessions,
        members: Members,
        tokens: AccessTokens,
        post: Post,
        *,
        server_key: bytes,
        new_id: Callable[[], UUID],
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called after a session began or ended."""
        self._store = store
        self._people = people
        self._codes = codes
        self._sessions = sessions
        self._members = members
        self._tokens = tokens
        self._post = post
        self._server_key = server_key
        self._new_id = new_id
        self._changed = changed

    async def request_code(self, email: str, visit: Visit) -> None:
        """The address is in its normal form. Raises `SignInOff`."""
        if not self._post.goes_out:
            raise SignInOff
        person, code = person_id(email), new_code()
        hashed = code_hash(self._server_key, person, code)
        await self._codes.put(address_hash(self._server_key, person), hashed, visit.at + timedelta(minutes=CODE_MINUTES))

        async def write() -> Mail | None:
            known = await self._people.memberships(person)
            return sign_in_mail(email, code, CODE_MINUTES) if known else None

        self._post.send(write)

    async def verify(self, email: str, code: str, visit: Visit) -> SignedInAs:
        """Raises `CodeRefused`."""
        person = person_id(email)
        address, shown = address_hash(self._server_key, person), code_hash(self._server_key, person, code)
        expected = await self._codes.count_try(address, visit.at, CODE_TRIES_MAX)
        memberships = await self._people.memberships(person)
        right = hmac.compare_digest(shown, expected or bytes(32))
        if expected is None or not right or not memberships or not await self._codes.spend(address, shown):
            raise CodeRefused
        return await self._begin(person, email, memberships, visit)

    async def refresh(self, token: str, visit: Visit) -> SignedInAs:
        """A new pair; the old refresh token is spent. Raises `RefreshRefused`."""
        following = new_refresh_token()
        spent = (
            await self._sessions.spend(self._hash(token), self._hash(following), visit.at) if is_refresh_token(token) else None
        )
        if spent is None:
            raise RefreshRefused
        if spent.reused:
            await self._tell_end(spent.session, "token_reused", visit)
            raise RefreshRefused
        active = [each for each in await self._people.memberships(spent.session.person) if each.active]
        if not active:
            raise RefreshRefused
        return await self._signed_in(spent.session, following, active[0].member, visit)

    async def sign_out(self, visit: Visit, *, session: UUID | None = None, token: str | None = None) -> None:
        """By the session itself or by its refresh token. What is over already stays so."""
        if session is None and token is not None and is_refresh_token(token):
            session = await self._sessions.of_token(self._hash(token))
        ended = None if session is None else await self._sessions.end(session, visit.at)
        if ended is not None:
            await self._tell_end(ended, "signed_out", visit)

    async def _begin(self, person: UUID, email: str, memberships: list[Membership], visit: Visit) -> SignedInAs:
        told = tuple(each.workspace_id for each in memberships)
        session = Session(self._new_id(), person, email, told, visit.at + timedelta(days=SESSION_DAYS))
        token = new_refresh_token()
        for each in memberships:
            if not each.active:
                await self._members.join(self._command(each.workspace_id, each.actor, visit), person)
        event = SignedIn(session.id, email, visit.agent[:AGENT_CHARACTERS_MAX])
        await self._tell(session, event, 0, visit)
        await self._sessions.start(session, self._hash(token), visit.at)
        self._changed()
        return await self._signed_in(session, token, memberships[0].member, visit)

    async def _signed_in(self, session: Session, refresh_token: str, member: Member, visit: Visit) -> SignedInAs:
        claims = Claims(session.person, session.id, visit.at + LIFETIME)
        return SignedInAs(await self._tokens.sign(claims), refresh_token, claims.expires_at, member)

    async def _tell_end(self, session: Session, reason: Ending, visit: Visit) -> None:
        self._changed()
        await self._tell(session, SignedOut(session.id, session.email, reason), 1, visit)

    async def _tell(self, session: Session, event: AccessEvent, version: int, visit: Visit) -> None:
        """Every workspace the person is in is told in its own log, where a session's stream has a beginning and an end. The
        person goes by their address, because a name is of one workspace.
        """
        actor = Actor("user", str(session.person), session.email)
        changes = [StreamChange(session.id, version, [event], None, None)]
        appends = [self._store.append(Append(self._command(each, actor, visit), changes)) for each in session.told]
        await asyncio.gather(*map(asyncio.shield, appends))

    def _command(self, workspace_id: UUID, actor: Actor, visit: Visit) -> Command:
        return Command(workspace_id, self._new_id(), visit.at, actor, request=visit.request, client=visit.client)

    def _hash(self, token: str) -> bytes:
        return refresh_token_hash(self._server_key, token)
