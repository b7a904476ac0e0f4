"""Keys, what they may do, and the keys that tokens are signed with: decisions, and what is noted of refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.access import KeyRecord
from application.credentials import KeyText, code_hash, new_code, new_key_secret, signing_secret
from application.key_notes import REFUSALS_TOLD_EVERY_S, KeyNotes
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


def test_there_is_a_bound_on_good_keys() -> None:
    assert issued(KeyWish("ci"), good=KEYS_MAX - 1)
    with pytest.raises(TooManyKeys):
        issued(KeyWish("ci"), good=KEYS_MAX)


def test_a_key_is_renamed_and_revoked_once() -> None:
    assert keys.rename(KEY, "other") == [KeyRenamed(Change("ci", "other"))]
    assert keys.rename(KEY, "ci") == []
    assert keys.revoke(KEY) == [KeyRevoked(7)]
    revoked = given(KEY.issued, KeyRenamed(Change("ci", "other")), KeyRevoked(7))
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
    """Keeps what is appended."""

    def __init__(self) -> None:
        self.appended: list[Any] = []

    async def append(self, request: Any) -> int:
        self.appended.append(request)
        return len(self.appended)


async def test_refusals_of_a_key_are_told_once_and_then_once_a_minute_with_their_count() -> None:
    store, moment, written = Store(), [NOW], []

    async def write(uses: Any) -> None:
        written.append(uses)

    notes = KeyNotes(store, write, lambda: UUID(int=5), lambda: moment[0])  # type: ignore[arg-type] # all that is used of it
    record = KeyRecord(workspace_id=UUID(int=1), name="ci", environment="local", secret_hash=b"", revoked=True)
    for _ in range(3):
        notes.refused(record, 7, "revoked", "192.0.2.1")
    await notes.write()
    notes.refused(record, 7, "revoked", "192.0.2.2")
    notes.refused(record, 7, "wrong_secret", "192.0.2.3")
    await notes.write()
    moment[0] += timedelta(seconds=REFUSALS_TOLD_EVERY_S)
    await notes.write()
    await notes.write()
    told = [(each.changes[0].events[0], each.command.client) for each in store.appended]
    assert told == [
        (KeyRefused(7, "ci", "revoked", 3), "192.0.2.1"),
        (KeyRefused(7, "ci", "wrong_secret", 1), "192.0.2.3"),
        (KeyRefused(7, "ci", "revoked", 1), "192.0.2.2"),
    ]
    notes.used(UUID(int=1), 7, NOW)
    await notes.write()
    await notes.write()
    assert written == [{(UUID(int=1), 7): NOW}]
