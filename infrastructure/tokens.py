"""Access tokens as JWTs (RFC 7519), signed with HMAC-SHA-256 under keys that are rotated."""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import jwt
from jwt.types import Options

from application.credentials import signing_secret
from application.event_store import StoreUnavailable
from application.signing_keys import SigningKeyBook
from application.tokens import Claims
from domain.signing_keys import SigningKey

ALGORITHM = "HS256"
ISSUER = "daybook"
# A rotation is told to every service at once; this bounds the harm should the telling fail.
KEYS_CACHE_S = 10.0
KEYS_WITHOUT_NEWS_S = 0.5
KEYS_SOUGHT_EVERY_S = 1.0
_REQUIRED: Options = {"require": ["exp", "sub", "sid", "iss", "aud"]}


class JwtTokens:
    """Tokens of one environment. Their keys are read when they are first needed, and again when one is not known."""

    def __init__(
        self, book: SigningKeyBook, server_key: bytes, environment: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`environment` is the audience: a token of another opens nothing here."""
        self._book = book
        self._server_key = server_key
        self._audience = environment
        self._clock = clock
        self._keys: list[SigningKey] = []
        self._cache_s = KEYS_CACHE_S
        self._read_at = self._read_until = 0.0
        self._reading = asyncio.Lock()

    async def sign(self, claims: Claims) -> str:
        """Raises `StoreUnavailable` if no key was ever made, which starting the service does."""
        keys = await self._good_keys()
        if not keys:
            raise StoreUnavailable
        said = {
            "iss": ISSUER,
            "aud": self._audience,
            "sub": str(claims.person),
            "sid": str(claims.session),
            "exp": int(claims.expires_at.timestamp()),
            # So that two tokens of one second are two.
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(said, self._secret(keys[-1]), ALGORITHM, headers={"kid": str(keys[-1].number)})

    async def read(self, token: str) -> Claims | None:
        try:
            named = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError:
            return None
        key = await self._good_key(named)
        if key is None:
            return None
        try:
            said = jwt.decode(token, self._secret(key), [ALGORITHM], audience=self._audience, issuer=ISSUER, options=_REQUIRED)
            return Claims(UUID(said["sub"]), UUID(said["sid"]), datetime.fromtimestamp(said["exp"], UTC))
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None

    def forget(self) -> None:
        """After a key was made or retired anywhere."""
        self._read_until = 0.0

    def line(self, *, up: bool) -> None:
        """Whether news of other processes arrive at present; some may have been missed at either turn."""
        self._cache_s = KEYS_CACHE_S if up else KEYS_WITHOUT_NEWS_S
        self.forget()

    async def _good_key(self, number: str | None) -> SigningKey | None:
        """One that is not known may have been made a moment ago; but nobody has them read again and again by naming others."""
        for _ in range(2):
            found = next((each for each in await self._good_keys() if str(each.number) == number), None)
            if found is not None or self._clock() - self._read_at < KEYS_SOUGHT_EVERY_S:
                return found
            self.forget()
        return None

    async def _good_keys(self) -> list[SigningKey]:
        async with self._reading:
            if self._clock() >= self._read_until:
                # Set first, so that what is heard while they are read lets them be read once more.
                self._read_at = self._clock()
                self._read_until = self._read_at + self._cache_s
                try:
                    self._keys = [key for key in await self._book.all() if key.retired_at is None]
                except BaseException:
                    self.forget()
                    raise
        return self._keys

    def _secret(self, key: SigningKey) -> bytes:
        return signing_secret(self._server_key, key.salt)
