"""Requests as they arrive: what comes too slowly, is too large, or is too much at once. Nothing here waits by itself."""

from typing import cast

from litestar.exceptions import ClientException
from litestar.types import Receive
from litestar.types.asgi_types import HTTPReceiveMessage

from domain.errors import DomainError

# What bodies may hold together, in one process, while they arrive and until they are answered. Those that came in one piece are
# small and do not count.
BODIES_BYTES_MAX = 256 * 1024 * 1024
# In a request's state: set by the server when the body ought to be here by now.
LATE = "late"
# In a request's state: what its body holds of the sum above.
_HELD = "held_bytes"


class RequestTimeout(DomainError):
    """The request's body did not arrive in time. Send it again, over a better line or in smaller requests."""

    code = "request_timeout"


class NotHttp(DomainError):
    """This is no request of HTTP/1.1 that can be read. Look at what your client, or a proxy on the way, makes of it."""

    code = "invalid_http"


class HeadersTooLarge(DomainError):
    """The request's line and headers are larger than 64 KiB. Send shorter ones; a long text belongs in the body."""

    code = "headers_too_large"


class TooManyConnections(DomainError):
    """The service has as many connections as it can serve. Wait as long as Retry-After says, and use one for many requests."""

    code = "too_many_connections"


class TooMuchAtOnce(DomainError):
    """The service is taking in as many large bodies as it can hold. Wait as long as Retry-After says, then send it again."""

    code = "too_much_at_once"


class Bodies:
    """Bodies on their way into this process."""

    def __init__(self, bytes_max: int = BODIES_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held_bytes = 0

    def watched(self, receive: Receive, state: dict[str, object]) -> Receive:
        """The same body. Raises `RequestTimeout` as soon as the server says so, and `TooMuchAtOnce`."""
        whole = False

        async def receive_in_time() -> HTTPReceiveMessage:
            nonlocal whole
            message = cast("HTTPReceiveMessage", await receive())
            if message["type"] != "http.request":
                if whole:
                    return message
                # Nobody is there to read it; but it must not count as a fault of ours.
                raise ClientException("The connection ended before the request's body did.")
            if message.get("more_body"):
                if LATE in state:
                    raise RequestTimeout
                self._hold(state, len(message["body"]))
            else:
                whole = True
            return message

        return receive_in_time

    def release(self, state: dict[str, object]) -> None:
        """When the request is over, however it ended."""
        self._held_bytes -= state.pop(_HELD, 0)  # type: ignore[operator] # nobody else writes there

    def _hold(self, state: dict[str, object], more_bytes: int) -> None:
        self._held_bytes += more_bytes
        state[_HELD] = state.get(_HELD, 0) + more_bytes  # type: ignore[operator] # as above
        if self._held_bytes > self._bytes_max:
            raise TooMuchAtOnce
