"""Who is calling: from what they show, a key or an access token, to a workspace, an actor and what it may do there."""

import hmac
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from application.credentials import KeyText, secret_hash
from application.people import Membership, People
from application.tokens import AccessTokens
from domain.access import Refusal
from domain.errors import DomainError
from domain.events import Actor
from domain.scopes import expanded, of_role

# A change is told to every service at once; this bounds the harm should the telling fail.
CACHE_S = 10.0
# While nobody can be told, because the line to the database is down.
CACHE_WITHOUT_NEWS_S = 0.5
CACHED_MAX = 10_000
RIGHT_LATELY_S = 3600.0
V = TypeVar("V")


class NotSignedIn(DomainError):
    """The API key or access token is missing, malformed, unknown, expired or revoked. Send it as `Authorization: Bearer …`."""

    code = "unauthorized"


class NotAMember(DomainError):
    """You are not in the workspace that X-Workspace-Id names, or in none at all. A key is for its own workspace alone and names
    none; a person who is in one finds theirs at GET /v1/me, and others ask an owner to be invited.
    """

    code = "not_a_member"


class Caller(msgspec.Struct, frozen=True):
    """Whose request it is, for which workspace, and what it may do. `session` is that of a person who signed in."""

    workspace_id: UUID
    actor: Actor
    scopes: frozenset[str]
    session: UUID | None = None
    # When what was shown is good no more, if that is known.
    until: datetime | None = None

    @property
    def name(self) -> str:
        """The one by which requests are counted: a person is one in all workspaces."""
        return self.actor.identity


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the look-up gives it."""

    workspace_id: UUID
    name: str
    environment: str
    secret_hash: bytes
    scopes: tuple[str, ...] = ("*",)
    expires_at: datetime | None = None
    revoked: bool


class KeyLookup(Protocol):
    async def __call__(self, number: int) -> KeyRecord | None: ...


class KeyWatch(Protocol):
    """Hears of what becomes of keys. It only takes note: whoever asks is waiting."""

    def used(self, workspace_id: UUID, number: int, at: datetime) -> None: ...

    def refused(self, record: KeyRecord, number: int, reason: Refusal, client: str) -> None: ...


class Shown(msgspec.Struct, frozen=True):
    """What a request shows of who it is. `workspace` is the one it names; only people in several have to."""

    credential: str
    workspace: str | None = None


class Access:
    """Checks what callers show, remembering for a short while what was right."""

    def __init__(  # noqa: PLR0913 - one for each port
        self,
        lookup: KeyLookup,
        watch: KeyWatch,
        tokens: AccessTokens,
        people: People,
        *,
        server_key: bytes,
        environment: str,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keys of another environment than `environment` open nothing here."""
        self._lookup = lookup
        self._watch = watch
        self._tokens = tokens
        self._people = people
        self._environment = environment
        self._server_key = server_key
        self._now = now
        self._clock = clock
        self._cache_s = CACHE_S
        self._known: dict[Shown, tuple[float, Caller]] = {}
        self._right: dict[Shown, float] = {}
        self._changes = 0

    def remembered(self, shown: Shown) -> Caller | None:
        """Who that is, if it was right a moment ago: all that most requests need."""
        known = self._known.get(shown)
        return known[1] if known is not None and known[0] > self._clock() else None

    def was_right(self, shown: Shown) -> bool:
        """Whether it was lately, so that it is worth a look even where somebody else from there is refused all the time."""
        return self._clock() - self._right.get(shown, -RIGHT_LATELY_S) < RIGHT_LATELY_S

    async def caller(self, shown: Shown, client: str) -> Caller:
        """`client` is where it comes from. Raises `NotSignedIn`, for whatever reason in the same words, and `NotAMember`."""
        changes = self._changes
        key = KeyText.parse(shown.credential)
        try:
            good_for_s, caller = await (self._of_token(shown) if key is None else self._of_key(shown, key, client))
        except (NotSignedIn, NotAMember):
            self._right.pop(shown, None)
            raise
        _remember(self._right, shown, self._clock())
        if changes != self._changes:
            # Something was revoked while this was looked up: it may be this, so the answer serves this request alone.
            return caller
        _remember(self._known, shown, (self._clock() + min(good_for_s, self._cache_s), caller))
        return caller

    async def may_still(self, caller: Caller, scope: str) -> bool:
        """Whether somebody who was let in would be now, and may do this. It is looked up each time, for what goes on long after
        their request began.
        """
        if caller.actor.kind == "key":
            record = await self._lookup(int(caller.actor.id))
            return record is not None and self._good(record) and scope in expanded(record.scopes)
        began = None if caller.session is None else await self._people.session_began(caller.session, self._now())
        if began is None:
            return False
        memberships = await self._people.memberships(UUID(caller.actor.id))
        here = [each for each in memberships if each.workspace_id == caller.workspace_id and each.open_to(began)]
        return any(scope in of_role(each.role) for each in here)

    def forget_all(self) -> None:
        """After a key, a member or a session changed anywhere."""
        self._known.clear()
        self._changes += 1

    def line(self, *, up: bool) -> None:
        """Whether news of other processes arrive at present; some may have been missed at either turn."""
        self._cache_s = CACHE_S if up else CACHE_WITHOUT_NEWS_S
        self.forget_all()

    async def _of_key(self, shown: Shown, text: KeyText, client: str) -> tuple[float, Caller]:
        """The caller, and for how long that is so."""
        record = await self._lookup(text.number)
        # The comparison runs for unknown keys too, and takes as long wherever the difference is.
        expected = record.secret_hash if record else bytes(32)
        right = hmac.compare_digest(secret_hash(self._server_key, text.secret), expected)
        if record is None:
            raise NotSignedIn
        now = self._now()
        reason = self._refusal(record, text, now, right=right)
        if reason is not None:
            self._watch.refused(record, text.number, reason, client)
            raise NotSignedIn
        if not _names(shown.workspace, record.workspace_id):
            # Better refused than written where somebody did not mean it.
            raise NotAMember
        self._watch.used(record.workspace_id, text.number, now)
        actor = Actor("key", str(text.number), record.name)
        left_s = CACHE_S if record.expires_at is None else (record.expires_at - now).total_seconds()
        return left_s, Caller(record.workspace_id, actor, expanded(record.scopes), until=record.expires_at)

    def _good(self, record: KeyRecord) -> bool:
        return not record.revoked and (record.expires_at is None or record.expires_at > self._now())

    def _refusal(self, record: KeyRecord, text: KeyText, now: datetime, *, right: bool) -> Refusal | None:
        if not right:
            return "wrong_secret"
        if record.revoked:
            return "revoked"
        if record.expires_at is not None and record.expires_at <= now:
            return "expired"
        return None if record.environment == text.environment == self._environment else "wrong_environment"

    async def _of_token(self, shown: Shown) -> tuple[float, Caller]:
        claims = await self._tokens.read(shown.credential)
        now = self._now()
        began = None if claims is None else await self._people.session_began(claims.session, now)
        if claims is None or claims.expires_at <= now or began is None:
            raise NotSignedIn
        memberships = await self._people.memberships(claims.person)
        here = _chosen([each for each in memberships if each.open_to(began)], shown.workspace)
        caller = Caller(here.workspace_id, here.actor, of_role(here.role), claims.session)
        return (claims.expires_at - now).total_seconds(), caller


def _remember(remembered: dict[Shown, V], shown: Shown, value: V) -> None:
    """Within bounds."""
    if len(remembered) >= CACHED_MAX:
        remembered.clear()
    remembered[shown] = value


def _chosen(memberships: list[Membership], named: str | None) -> Membership:
    """The workspace that the request names, or the person's first."""
    for each in memberships:
        if _names(named, each.workspace_id):
            return each
    raise NotAMember


def _names(named: str | None, workspace_id: UUID) -> bool:
    """Whether a request that names this workspace, or none, means it."""
    return named is None or named.strip().lower() == str(workspace_id)
