"""Sign-in by e-mail: a code is sent to an address, and whoever brings it back gets a session's tokens.

Known and unknown addresses are the same to whoever asks: the same work is done for both before the answer, and whether there is
anybody to send a mail to is found out after it.
"""

import asyncio
import hmac
from collections.abc import Callable, Collection
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
from domain.members import Member, MemberNotFound, person_id

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
        """`changed` is called after a session ended, so that this process forgets what it knew of it."""
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
        if not is_refresh_token(token):
            raise RefreshRefused
        hashed, following = self._hash(token), new_refresh_token()
        session = await self._sessions.of_token(hashed, visit.at)
        memberships = [] if session is None else await self._people.memberships(session.person)
        here = [each for each in memberships if session is not None and each.open_to(session.began_at)]
        if session is None or not here:
            raise RefreshRefused
        signed_in = await self._signed_in(session, following, here[0].member, visit)
        # Spent last: whoever is told that this failed for a while may send the same token again.
        spent = await self._sessions.spend(hashed, self._hash(following), visit.at)
        if spent is None:
            raise RefreshRefused
        if spent.reused:
            await self._tell_end(spent.session, "token_reused", visit)
            raise RefreshRefused
        return signed_in

    async def sign_out(self, token: str, visit: Visit) -> None:
        """Ends the session that a refresh token is of. What is over already stays so."""
        found = await self._sessions.of_token(self._hash(token), visit.at) if is_refresh_token(token) else None
        ended = None if found is None else await self._sessions.end(found.id, visit.at)
        if ended is not None:
            await self._tell_end(ended, "signed_out", visit)

    async def _begin(self, person: UUID, email: str, memberships: list[Membership], visit: Visit) -> SignedInAs:
        joined = [each for each in memberships if each.active or await self._came_in(each, person, visit)]
        if not joined:
            raise CodeRefused
        told = tuple(each.workspace_id for each in joined)
        session = Session(self._new_id(), person, email, told, visit.at, visit.at + timedelta(days=SESSION_DAYS))
        token = new_refresh_token()
        # Who comes for the sake of others did not ask to tell a workspace that only invited them where they are and with what.
        comes_for_others = any(each.active for each in joined)
        silent = {each.workspace_id for each in joined if comes_for_others and not each.active}
        event, less = SignedIn(session.id, email, visit.agent[:AGENT_CHARACTERS_MAX]), SignedIn(session.id, email)
        unseen = msgspec.structs.replace(visit, client="")
        await self._tell(session, [each for each in told if each not in silent], event, 0, visit)
        await self._tell(session, silent, less, 0, unseen)
        await self._sessions.start(session, self._hash(token))
        return await self._signed_in(session, token, joined[0].member, visit)

    async def _came_in(self, invitation: Membership, person: UUID, visit: Visit) -> bool:
        """False if the invitation was taken back at this moment."""
        try:
            await self._members.join(self._command(invitation.workspace_id, invitation.actor, visit, client=None), person)
        except MemberNotFound:
            return False
        return True

    async def _signed_in(self, session: Session, refresh_token: str, member: Member, visit: Visit) -> SignedInAs:
        claims = Claims(session.person, session.id, visit.at + LIFETIME)
        return SignedInAs(await self._tokens.sign(claims), refresh_token, claims.expires_at, member)

    async def _tell_end(self, session: Session, reason: Ending, visit: Visit) -> None:
        """Workspaces that the person has left meanwhile hear nothing more."""
        self._changed()
        here = {each.workspace_id for each in await self._people.memberships(session.person) if each.active}
        event = SignedOut(session.id, session.email, reason)
        await self._tell(session, [each for each in session.told if each in here], event, 1, visit)

    async def _tell(self, session: Session, workspaces: Collection[UUID], event: AccessEvent, version: int, visit: Visit) -> None:
        """Each workspace in its own log, where a session's stream has a beginning and an end. The person goes by their address,
        because a name is of one workspace.
        """
        actor = Actor("user", str(session.person), session.email)
        changes = [StreamChange(session.id, version, [event], None, None)]
        client = visit.client or None
        appends = [self._store.append(Append(self._command(each, actor, visit, client=client), changes)) for each in workspaces]
        await asyncio.gather(*map(asyncio.shield, appends))

    def _command(self, workspace_id: UUID, actor: Actor, visit: Visit, *, client: str | None) -> Command:
        return Command(workspace_id, self._new_id(), visit.at, actor, request=visit.request, client=client)

    def _hash(self, token: str) -> bytes:
        return refresh_token_hash(self._server_key, token)
