"""Which web pages may call the API: a browser asks, and shows a page no answer that does not name the page's origin.

The framework's configuration decides; its middleware is left out, because it replaces `Vary`. An answer that varies by
`Authorization` would then be kept for another key of the same browser, whose tag may well be the same.
"""

from collections.abc import Sequence

from litestar.config.cors import CORSConfig
from litestar.types import HTTPScope

Headers = list[tuple[bytes, bytes]]
ALLOWED_HEADERS = [
    *("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Daybook-Message"),
    *("Daybook-Effective-At", "Daybook-Wait-For", "X-Workspace-Id", "Last-Event-ID"),
]
EXPOSED_HEADERS = [
    *("ETag", "Location", "Retry-After", "Daybook-Position", "Idempotent-Replay", "X-Request-Id", "WWW-Authenticate"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "RateLimit-Policy"),
]
ASKED_AGAIN_AFTER_S = 600
_VARY = (b"vary", b"Origin")


class Cors:
    """Keys travel in `Authorization`, which a page has to send itself, so cookies and the like are never let through."""

    def __init__(self, origins: Sequence[str]) -> None:
        """`*` stands for every origin."""
        self._config = CORSConfig(
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=ASKED_AGAIN_AFTER_S,
        )
        self._any = self._config.is_allow_all_origins
        self._of_answers = _encoded(self._config.simple_headers)
        asked = _encoded(self._config.preflight_headers)
        # The others go with every answer.
        self._of_preflights = [each for each in asked if each[0] not in {b"access-control-allow-origin", b"vary"}]

    def on_answer(self, scope: HTTPScope) -> Headers:
        """What an answer says to browsers. Whoever is no page, or none of those, hears that it varies and nothing else."""
        if self._any:
            return self._of_answers
        origin = _header(scope, b"origin")
        if origin is None or not self._config.is_origin_allowed(origin.decode("latin-1")):
            return [_VARY]
        return [(b"access-control-allow-origin", origin), *self._of_answers, _VARY]

    def on_preflight(self, scope: HTTPScope) -> Headers | None:
        """What more the answer to "may this page?" says; None if that is not what is asked, or it may not."""
        origin = _header(scope, b"origin")
        if origin is None or _header(scope, b"access-control-request-method") is None:
            return None
        return self._of_preflights if self._config.is_origin_allowed(origin.decode("latin-1")) else None


def _encoded(headers: dict[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _header(scope: HTTPScope, wanted: bytes) -> bytes | None:
    return next((value for name, value in scope["headers"] if name == wanted), None)
