"""Keys, what they may do, and the keys that tokens are signed with: decisions, and what is noted of refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.access import KeyRecord
from application.credentials import KeyText, code_hash, new_code, new_key_secret, signing_secret
from application.event_store import StoreUnavailable
from application.key_notes import TOLD_EVERY_S, KeyNotes
from domain import keys, scopes, signing_keys
from domain.access import KeyRefused
from domain.errors import InvalidValue
from domain.events import Actor, Change, Recorded
from domain.keys import KEYS_MAX, Key, KeyRenamed, KeyRevoked, KeyWish, TooManyKeys
from domain.scopes import FULL, ScopeNotHeld
from domain.signing_keys import SigningKey, SigningKeyInUse, SigningKeyMade, SigningKeyRetired

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BY = Actor("key", "1", "a key")
HASH = "00"


def issued(wish: KeyWish, good: int = 0) -> list[Any]:
    return keys.issue(wish, number=7, environment="local", secret_hash=HASH, last_four="abcd", good=good)


def given(*events: Any) -> Key:
    key: Key | None = None
    for version, event in enumerate(events, 1):
        key = keys.evolve(key, Recorded(event, version, NOW, BY), UUID(int=1))
    assert key is not None
    return key


KEY = given(*issued(KeyWish("ci")))


def test_a_wish_is_checked_before_it_is_granted() -> None:
    wish = KeyWish("ci", ("pages:write", "pages:read", "pages:read"), NOW + timedelta(seconds=1))
    assert keys.check_wish(wish, now=NOW).scopes == ("pages:read", "pages:write")
    assert keys.check_wish(KeyWish("ci", ("pages:read", "*")), now=NOW).scopes == FULL
    for wrong in (
        KeyWish(""),
        KeyWish("x" * 101),
        KeyWish("a\nb"),
        KeyWish("x", ()),
        KeyWish("x", ("all",)),
        KeyWish("x", FULL, NOW),
    ):
        with pytest.raises(InvalidValue):
            keys.check_wish(wrong, now=NOW)


def test_nobody_gives_a_key_that_outlives_their_own() -> None:
    until = NOW + timedelta(hours=1)
    assert keys.check_wish(KeyWish("x", FULL, until), now=NOW, until=until)
    for later in (None, until + timedelta(seconds=1)):
        with pytest.raises(InvalidValue):
            keys.check_wish(KeyWish("x", FULL, later), now=NOW, until=until)


def test_there_is_a_bound_on_good_keys() -> None:
    assert issued(KeyWish("ci"), good=KEYS_MAX - 1)
    with pytest.raises(TooManyKeys):
        issued(KeyWish("ci"), good=KEYS_MAX)


def test_a_key_is_renamed_and_revoked_once() -> None:
    assert keys.rename(KEY, "other") == [KeyRenamed(Change("ci", "other"), 7)]
    assert keys.rename(KEY, "ci") == []
    assert keys.revoke(KEY) == [KeyRevoked(7)]
    revoked = given(KEY.issued, KeyRenamed(Change("ci", "other"), 7), KeyRevoked(7))
    assert keys.revoke(revoked) == []
    assert (revoked.name, revoked.version, revoked.revoked_at) == ("other", 3, NOW)


def test_a_scope_is_what_it_says_and_no_more() -> None:
    assert scopes.expanded(["pages:*"]) == {"pages:read", "pages:write"}
    assert scopes.expanded(["*"]) == scopes.ALL
    assert scopes.expanded(["admin"]) == {"admin", "members:read", "events:read"}
    assert scopes.expanded(["nonsense", ":*", "*:*"]) == set()
    scopes.check_gives(scopes.ALL, scopes.expanded(["admin"]))
    with pytest.raises(ScopeNotHeld) as refused:
        scopes.check_gives(frozenset({"pages:read"}), scopes.expanded(["pages:*"]))
    assert refused.value.facts == {"missing": ["pages:write"]}


def test_signing_keys_follow_one_another() -> None:
    first = signing_keys.evolve(None, Recorded(SigningKeyMade(1, "ab"), 1, NOW, BY), UUID(int=1))
    assert first == SigningKey(UUID(int=1), 1, "ab", NOW, 1)
    with pytest.raises(SigningKeyInUse):
        signing_keys.retire(first, newest=1)
    assert signing_keys.retire(first, newest=2) == [SigningKeyRetired(1)]
    retired = signing_keys.evolve(first, Recorded(SigningKeyRetired(1), 2, NOW, BY), UUID(int=1))
    assert signing_keys.retire(retired, newest=2) == []


def test_secrets_follow_from_what_only_their_owners_have() -> None:
    assert new_key_secret(b"k", b"seed") == new_key_secret(b"k", b"seed")
    others = {
        new_key_secret(b"k", b"other"),
        new_key_secret(b"other", b"seed"),
        new_key_secret(b"k", None),
        new_key_secret(b"k", None),
    }
    assert len(others | {new_key_secret(b"k", b"seed")}) == 5
    assert KeyText.parse(str(KeyText("local", 1, new_key_secret(b"k", b"seed")))) is not None
    assert signing_secret(b"k", "ab") != signing_secret(b"k", "ac") != signing_secret(b"l", "ac")
    assert code_hash(b"k", UUID(int=1), "123456") != code_hash(b"k", UUID(int=2), "123456")


def test_codes_are_of_six_digits_and_all_of_them_come() -> None:
    codes = [new_code() for _ in range(5000)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert {code[0] for code in codes} == set("0123456789")
    assert len(set(codes)) > 4900


class Store:
    """Keeps what is appended, unless it is away."""

    def __init__(self) -> None:
        self.appended: list[Any] = []
        self.error: Exception | None = None

    async def append(self, request: Any) -> int:
        if self.error is not None:
            raise self.error
        self.appended.append(request)
        return len(self.appended)

    @property
    def told(self) -> list[Any]:
        return [(each.changes[0].events[0], each.command.client) for each in self.appended]


class Notes:
    """Notes of a key that is revoked, at a moment that can be moved."""

    def __init__(self) -> None:
        self.store, self.now, self.written = Store(), NOW, []
        self.notes = KeyNotes(self.store, self._write, lambda: UUID(int=5), lambda: self.now)  # type: ignore[arg-type] # all that is used of it
        self.record = KeyRecord(workspace_id=UUID(int=1), name="ci", environment="local", secret_hash=b"", revoked=True)

    async def _write(self, uses: Any) -> None:
        self.written.append(uses)

    def refuse(self, number: int = 7, reason: Any = "revoked", client: str = "192.0.2.1") -> None:
        self.notes.refused(self.record, number, reason, client)

    async def write_after(self, seconds: float) -> int:
        """How many lines that made."""
        before, self.now = len(self.store.appended), self.now + timedelta(seconds=seconds)
        await self.notes.write()
        return len(self.store.appended) - before


async def test_refusals_of_a_key_are_told_once_and_then_less_and_less_with_their_count() -> None:
    notes = Notes()
    for _ in range(3):
        notes.refuse()
    assert await notes.write_after(0) == 1
    notes.refuse(client="192.0.2.2")
    assert await notes.write_after(TOLD_EVERY_S - 1) == 0
    assert await notes.write_after(1) == 1
    notes.refuse()
    assert await notes.write_after(TOLD_EVERY_S) == 0, "the second wait is twice as long"
    assert await notes.write_after(TOLD_EVERY_S) == 1
    assert [(told.times, client) for told, client in notes.store.told] == [(3, "192.0.2.1"), (1, "192.0.2.2"), (1, "192.0.2.1")]
    lines = 0
    for _ in range(24 * 60):
        notes.refuse()
        lines += await notes.write_after(60)
    assert lines < 40, "a day of trying leaves a line an hour"


async def test_trying_all_numbers_there_are_is_one_line_and_hides_no_key_that_was_right() -> None:
    notes = Notes()
    for number in range(1, 20_000):
        notes.refuse(number, "wrong_secret")
    notes.refuse(7, "revoked")
    assert await notes.write_after(0) == 2
    assert [(told.reason, told.number, told.times) for told, _ in notes.store.told] == [
        ("wrong_secret", 19_999, 19_999),
        ("revoked", 7, 1),
    ]


@pytest.mark.parametrize("error", [StoreUnavailable(), RuntimeError("no room on the disk")])
async def test_what_cannot_be_written_stays_noted(error: Exception) -> None:
    notes = Notes()
    notes.refuse()
    notes.notes.used(UUID(int=1), 7, NOW)
    notes.store.error = error
    assert await notes.write_after(0) == 0
    notes.refuse()
    notes.store.error = None
    assert await notes.write_after(0) == 1
    assert notes.store.told[0][0] == KeyRefused(7, "ci", "revoked", 2)
    assert notes.written == [{(UUID(int=1), 7): NOW}]
    notes.refuse()
    await notes.notes.write(everything=True)
    assert len(notes.store.told) == 2, "at the end everything is told"
