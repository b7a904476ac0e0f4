"""Keys are remembered for a short while, and never beyond a revocation."""

from uuid import UUID

import pytest

from application.access import CACHE_S, Access, KeyRecord, NotSignedIn
from application.keys import KeyText, secret_hash

SERVER_KEY = b"server"
SECRET = "s" * 32
KEY = str(KeyText("local", 7, SECRET))
RECORD = KeyRecord(UUID(int=1), "name", "local", secret_hash(SERVER_KEY, SECRET), revoked=False)
REVOKED = KeyRecord(UUID(int=1), "name", "local", secret_hash(SERVER_KEY, SECRET), revoked=True)


class Book:
    """A look-up that counts, and during which something may happen."""

    def __init__(self) -> None:
        self.record = RECORD
        self.looked = 0
        self.meanwhile = lambda: None

    async def __call__(self, number: int) -> KeyRecord | None:
        self.looked += 1
        found = self.record if number == 7 else None
        self.meanwhile()
        return found


async def test_a_right_key_is_looked_up_once_for_a_short_while() -> None:
    book, moment = Book(), [0.0]
    access = Access(book, SERVER_KEY, "local", lambda: moment[0])
    assert (await access.caller(KEY)).workspace_id == UUID(int=1)
    await access.caller(KEY)
    assert book.looked == 1
    moment[0] = CACHE_S + 1
    await access.caller(KEY)
    assert book.looked == 2


async def test_a_key_revoked_while_it_is_looked_up_is_not_remembered() -> None:
    book = Book()
    access = Access(book, SERVER_KEY, "local")

    def revoke() -> None:
        book.record = REVOKED
        access.forget_all()
        book.meanwhile = lambda: None

    book.meanwhile = revoke
    await access.caller(KEY)
    with pytest.raises(NotSignedIn):
        await access.caller(KEY)
