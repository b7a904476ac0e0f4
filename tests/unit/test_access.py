"""What callers show is remembered for a short while, and never beyond a change of what it opens."""

import contextlib
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from application.access import CACHE_S, CACHE_WITHOUT_NEWS_S, Access, KeyRecord, NotAMember, NotSignedIn, Shown
from application.credentials import KeyText, secret_hash
from application.people import Membership
from application.tokens import Claims
from domain.events import Actor
from domain.members import Member
from domain.scopes import of_role

SERVER_KEY = b"server"
SECRET = "s" * 32
KEY = Shown(str(KeyText("local", 7, SECRET)))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = KeyRecord(
    workspace_id=UUID(int=1), name="name", environment="local", secret_hash=secret_hash(SERVER_KEY, SECRET), revoked=False
)
PERSON, SESSION = UUID(int=8), UUID(int=9)
TOKEN = "a token"
CLAIMS = Claims(PERSON, SESSION, NOW + timedelta(minutes=15))
HERE = "127.0.0.1"


def membership(workspace: int, role: Any, status: Any = "active", joined_at: datetime = NOW) -> Membership:
    member = Member(
        id=PERSON,
        email="ana@acme.io",
        name="",
        role=role,
        status=status,
        version=1,
        invited_at=NOW,
        joined_at=joined_at,
        updated_at=NOW,
        created_by=Actor("key", "1", ""),
        updated_by=Actor("key", "1", ""),
    )
    return Membership(UUID(int=workspace), f"workspace {workspace}", member)


class World:
    """What access asks, in memory; it counts, and something may happen while it is asked."""

    def __init__(self) -> None:
        self.record: KeyRecord = RECORD
        self.memberships_: list[Membership] = []
        self.live = True
        self.looked = 0
        self.meanwhile = lambda: None
        self.noted: list[Any] = []
        self.moment = 0.0
        self.now = NOW

    def access(self) -> Access:
        return Access(
            self, self, self, self, server_key=SERVER_KEY, environment="local", now=lambda: self.now, clock=lambda: self.moment
        )

    async def __call__(self, number: int) -> KeyRecord | None:
        self.looked += 1
        found = self.record if number == 7 else None
        self.meanwhile()
        return found

    def used(self, workspace_id: UUID, number: int, at: datetime) -> None:
        self.noted.append(("used", number))

    def refused(self, record: KeyRecord, number: int, reason: Any, client: str) -> None:
        self.noted.append((reason, number, client))

    async def sign(self, claims: Claims) -> str:
        return TOKEN

    async def read(self, token: str) -> Claims | None:
        return CLAIMS if token == TOKEN else None

    async def memberships(self, person: UUID) -> list[Membership]:
        return self.memberships_ if person == PERSON else []

    async def session_began(self, session: UUID, now: datetime) -> datetime | None:
        return NOW if self.live and session == SESSION else None

    async def workspace_name(self, workspace_id: UUID) -> str:
        return str(workspace_id)


async def test_a_right_key_is_looked_up_once_for_a_short_while() -> None:
    world = World()
    access = world.access()
    caller = await access.caller(KEY, HERE)
    assert caller.workspace_id == UUID(int=1)
    assert access.remembered(KEY) == caller
    assert world.looked == 1
    world.moment = CACHE_S + 1
    assert access.remembered(KEY) is None


async def test_without_news_of_changes_it_is_remembered_for_half_a_second() -> None:
    world = World()
    access = world.access()
    access.line(up=False)
    await access.caller(KEY, HERE)
    world.moment = CACHE_WITHOUT_NEWS_S + 0.01
    assert access.remembered(KEY) is None


async def test_a_key_revoked_while_it_is_looked_up_is_not_remembered() -> None:
    world = World()
    access = world.access()

    def revoke() -> None:
        world.record = msgspec.structs.replace(RECORD, revoked=True)
        access.forget_all()
        world.meanwhile = lambda: None

    world.meanwhile = revoke
    await access.caller(KEY, HERE)
    assert access.remembered(KEY) is None
    with pytest.raises(NotSignedIn):
        await access.caller(KEY, HERE)


@pytest.mark.parametrize(
    ("change", "text", "reason"),
    [
        ({"revoked": True}, KEY.credential, "revoked"),
        ({"expires_at": NOW}, KEY.credential, "expired"),
        ({}, KEY.credential[:-1] + "t", "wrong_secret"),
        ({"environment": "staging"}, KEY.credential, "wrong_environment"),
    ],
)
async def test_a_known_key_that_is_refused_is_noted_with_where_it_came_from(change: Any, text: str, reason: str) -> None:
    world = World()
    world.record = msgspec.structs.replace(RECORD, **change)
    with pytest.raises(NotSignedIn):
        await world.access().caller(Shown(text), HERE)
    assert world.noted == [(reason, 7, HERE)]


async def test_a_key_is_of_one_workspace_and_refused_where_another_is_named() -> None:
    access = World().access()
    assert (await access.caller(Shown(KEY.credential, str(UUID(int=1))), HERE)).workspace_id == UUID(int=1)
    with pytest.raises(NotAMember):
        await access.caller(Shown(KEY.credential, str(UUID(int=2))), HERE)


async def test_how_long_a_wrong_key_takes_does_not_tell_where_it_is_wrong() -> None:
    """Taken in turns, so that a busy machine is busy for all of them alike. Known and unknown numbers belong to it."""
    access = World().access()
    wrong = {
        "first": KEY.credential.replace(SECRET, "t" + SECRET[1:]),
        "last": KEY.credential[:-1] + "t",
        "all": KEY.credential.replace(SECRET, "t" * len(SECRET)),
        "nobody's": str(KeyText("local", 8, SECRET)),
    }
    took: dict[str, list[int]] = {name: [] for name in wrong}
    for _ in range(2000):
        for name, credential in wrong.items():
            begun = time.perf_counter_ns()
            with contextlib.suppress(NotSignedIn):
                await access.caller(Shown(credential), HERE)
            took[name].append(time.perf_counter_ns() - begun)
    medians = {name: statistics.median(each) for name, each in took.items()}
    assert max(medians.values()) < 1.3 * min(medians.values()), medians


async def test_a_key_that_nobody_knows_is_refused_without_a_note() -> None:
    world = World()
    with pytest.raises(NotSignedIn):
        await world.access().caller(Shown(str(KeyText("local", 8, SECRET))), HERE)
    assert world.noted == []


async def test_a_key_is_not_remembered_past_its_end() -> None:
    world = World()
    world.record = msgspec.structs.replace(RECORD, expires_at=NOW + timedelta(seconds=2))
    access = world.access()
    await access.caller(KEY, HERE)
    world.moment = 1.9
    assert access.remembered(KEY) is not None
    world.moment = 2.1
    assert access.remembered(KEY) is None


async def test_a_person_is_in_their_first_workspace_or_the_one_they_name() -> None:
    world = World()
    world.memberships_ = [membership(1, "reader"), membership(2, "owner"), membership(3, "owner", "invited")]
    access = world.access()
    first, second = [await access.caller(Shown(TOKEN, named), HERE) for named in (None, str(UUID(int=2)))]
    assert (first.workspace_id, first.scopes) == (UUID(int=1), of_role("reader"))
    assert (second.workspace_id, second.scopes) == (UUID(int=2), of_role("owner"))
    for unknown in (str(UUID(int=3)), str(UUID(int=4)), "nonsense", ""):
        with pytest.raises(NotAMember):
            await access.caller(Shown(TOKEN, unknown), HERE)


async def test_a_token_opens_nothing_once_its_session_or_its_time_is_over() -> None:
    world = World()
    world.memberships_ = [membership(1, "owner")]
    access = world.access()
    await access.caller(Shown(TOKEN), HERE)
    world.live = False
    with pytest.raises(NotSignedIn):
        await access.caller(Shown(TOKEN), HERE)
    world.live, world.now = True, CLAIMS.expires_at
    with pytest.raises(NotSignedIn):
        await access.caller(Shown(TOKEN), HERE)


async def test_a_session_from_before_somebody_came_back_opens_nothing() -> None:
    """They were removed in between, and whoever has the old session may not be them."""
    world = World()
    world.memberships_ = [membership(1, "owner", joined_at=NOW + timedelta(seconds=1))]
    with pytest.raises(NotAMember):
        await world.access().caller(Shown(TOKEN), HERE)


async def test_what_was_right_lately_is_known_until_it_is_refused() -> None:
    world = World()
    access = world.access()
    assert not access.was_right(KEY)
    await access.caller(KEY, HERE)
    access.forget_all()
    assert access.was_right(KEY)
    world.record = msgspec.structs.replace(RECORD, revoked=True)
    with pytest.raises(NotSignedIn):
        await access.caller(KEY, HERE)
    assert not access.was_right(KEY)


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ({}, True),
        ({"scopes": ("pages:*",)}, True),
        ({"scopes": ("pages:read",)}, False),
        ({"revoked": True}, False),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + timedelta(seconds=1)}, True),
    ],
)
async def test_whoever_was_let_in_with_a_key_may_go_on_for_as_long_as_it_is_good(change: Any, *, may: bool) -> None:
    world = World()
    access = world.access()
    caller = await access.caller(KEY, HERE)
    world.record = msgspec.structs.replace(RECORD, **change)
    assert await access.may_still(caller, "pages:write") is may


async def test_a_person_may_go_on_for_as_long_as_their_session_and_their_role_allow() -> None:
    world = World()
    world.memberships_ = [membership(1, "editor"), membership(2, "owner")]
    access = world.access()
    caller = await access.caller(Shown(TOKEN), HERE)
    assert await access.may_still(caller, "pages:write")
    for changed in ([membership(1, "reader"), membership(2, "owner")], [membership(2, "owner")]):
        world.memberships_ = changed
        assert not await access.may_still(caller, "pages:write")
    world.memberships_, world.live = [membership(1, "editor")], False
    assert not await access.may_still(caller, "pages:write")
