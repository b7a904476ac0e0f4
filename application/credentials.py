"""What callers show: the text of keys and refresh tokens, and the keyed hashes that are kept of them."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from uuid import UUID

import msgspec

SECRET_BYTES = 24
CODE_DIGITS = 6
_KEY_FORM = re.compile(r"ak_(?P<environment>[a-z]+)_(?P<number>[1-9][0-9]{0,17})\.(?P<secret>[A-Za-z0-9_-]{20,100})")
_REFRESH_FORM = re.compile(r"rt_[A-Za-z0-9_-]{43}")


class KeyText(msgspec.Struct, frozen=True):
    """A key as its holder writes it: `ak_{environment}_{number}.{secret}`."""

    environment: str
    number: int
    secret: str

    def __str__(self) -> str:
        return f"ak_{self.environment}_{self.number}.{self.secret}"

    @classmethod
    def parse(cls, text: str) -> "KeyText | None":
        found = _KEY_FORM.fullmatch(text)
        return cls(found["environment"], int(found["number"]), found["secret"]) if found else None


def secret_hash(server_key: bytes, secret: str) -> bytes:
    """HMAC-SHA-256. The secret is long and random, so a fast keyed hash is enough, and a slow one would burden every request."""
    return hmac.digest(server_key, secret.encode(), hashlib.sha256)


def new_key_secret(server_key: bytes, seed: bytes | None) -> str:
    """Random; or from a seed that only the caller has, who can so be given the same secret once more without it being kept."""
    if seed is None:
        return secrets.token_urlsafe(SECRET_BYTES)
    made = hmac.digest(server_key, b"the secret of an api key\n" + seed, hashlib.sha256)
    return urlsafe_b64encode(made[:SECRET_BYTES]).decode()


def new_refresh_token() -> str:
    return f"rt_{secrets.token_urlsafe(32)}"


def is_refresh_token(text: str) -> bool:
    return _REFRESH_FORM.fullmatch(text) is not None


def refresh_token_hash(server_key: bytes, token: str) -> bytes:
    return hmac.digest(server_key, b"refresh token\n" + token.encode(), hashlib.sha256)


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_hash(server_key: bytes, person: UUID, code: str) -> bytes:
    """Of a code for one person alone, so that equal codes of two people do not look alike."""
    return hmac.digest(server_key, b"sign-in code\n" + person.bytes + code.encode(), hashlib.sha256)


def address_hash(server_key: bytes, person: UUID) -> bytes:
    """What codes are kept under: the table of codes is no list of who tried to sign in."""
    return hmac.digest(server_key, b"sign-in address\n" + person.bytes, hashlib.sha256)


def signing_secret(server_key: bytes, salt: str) -> bytes:
    """The key that tokens are signed with: neither the server's key nor the log alone is enough to forge one."""
    return hmac.digest(server_key, b"access tokens\n" + bytes.fromhex(salt), hashlib.sha256)
