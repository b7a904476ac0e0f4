"""One signed request to a receiver nobody vouches for: to checked addresses, for a bounded time, reading a bounded answer."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from urllib.parse import urlsplit

import httpcore

from application.webhook_messages import Message, Reply
from domain.webhooks.errors import TargetForbidden
from domain.webhooks.targets import check_url, host_and_port, is_public
from infrastructure.retry_after import retry_after_s

TOTAL_S = 10.0
# Enough to see what a receiver complains of. Of one that took the message nothing is read.
EXCERPT_BYTES_MAX = 2048
EXCERPT_CHARACTERS_MAX = 300
ADDRESSES_TRIED_MAX = 4
RESOLVERS_MAX = 32
_ANSWERED = "The receiver answered"
USER_AGENT = b"Daybook-Webhooks/1"

Resolve = Callable[[str, int], Awaitable[list[str]]]


class _Forbidden(Exception):
    """The receiver's name leads to an address that is not on the public internet."""


class _NoAddress(Exception):
    """The receiver's name leads nowhere."""


class Resolver:
    """Looks names up in threads of its own, so that slow name servers of receivers hold up nothing but webhooks."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS_MAX, thread_name_prefix="webhook-names")

    async def __call__(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return [str(address[0]) for *_, address in found]


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the very addresses it has checked, so that a name cannot lead elsewhere a moment later."""

    def __init__(self, resolve: Resolve, *, private_allowed: bool) -> None:
        self._resolve = resolve
        self._private_allowed = private_allowed
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _NoAddress from error
        if not addresses:
            raise _NoAddress
        if not self._private_allowed and not all(map(is_public, addresses)):
            raise _Forbidden
        failure: Exception = _NoAddress()
        for address in list(dict.fromkeys(addresses))[:ADDRESSES_TRIED_MAX]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class HttpSender:
    """Follows no redirect, heeds no proxy of the environment, keeps no connection."""

    def __init__(self, *, private_allowed: bool, resolve: Resolve | None = None, total_s: float = TOTAL_S) -> None:
        """`private_allowed` is for development: plain http and addresses of any network."""
        self._private_allowed = private_allowed
        self._resolve = resolve or Resolver()
        self._total_s = total_s

    async def __call__(self, url: str, message: Message, headers: Sequence[tuple[str, str]]) -> Reply:
        began = time.monotonic()
        seen: list[httpcore.Response] = []
        error: str | None
        try:
            # Over everything together: a receiver that sends a byte now and then is not waited for either.
            async with asyncio.timeout(self._total_s):
                error = await self._post(url, message, headers, seen)
        except Exception as failure:  # noqa: BLE001 - whatever a receiver can bring about is an outcome
            error = self._sentence(failure)
        response = seen[0] if seen else None
        status = response.status if response else None
        if status is not None and error is not None and not error.startswith(_ANSWERED):
            # What went wrong afterwards does not count: the receiver has said what it has to say.
            error = None if 200 <= status < 300 else f"{_ANSWERED} {status}."
        return Reply(status, error, round((time.monotonic() - began) * 1000), _asked_to_wait_s(response))

    async def _post(
        self, url: str, message: Message, headers: Sequence[tuple[str, str]], seen: list[httpcore.Response]
    ) -> str | None:
        check_url(url, private_allowed=self._private_allowed)
        async with self._pool.stream(
            "POST", _target(url), headers=_headers(url, message, headers), content=message.body
        ) as response:
            seen.append(response)
            if 200 <= response.status < 300:
                return None
            return f"{_ANSWERED} {response.status}. {await _excerpt(response)}".strip()

    @cached_property
    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=_CheckedNetwork(self._resolve, private_allowed=self._private_allowed),
        )

    def _sentence(self, failure: Exception) -> str:
        match failure:
            case _Forbidden() | _NoAddress():
                return str(type(failure).__doc__)
            case TargetForbidden():
                return failure.detail
            case TimeoutError():
                return f"The receiver did not answer within {self._total_s:g} seconds."
            case httpcore.ConnectError() if isinstance(failure.__cause__, ssl.SSLError) or "SSL" in str(failure):
                return "The receiver's certificate or its TLS is not acceptable."
            case httpcore.ConnectError():
                return "The receiver cannot be connected to."
            case httpcore.ProtocolError():
                return "The receiver does not speak HTTP, or broke off."
            case _:
                return f"The connection to the receiver broke ({type(failure).__name__})."


def _target(url: str) -> httpcore.URL:
    parts = urlsplit(url)
    host, port = host_and_port(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme.encode(), host=host.encode(), port=port, target=path.encode())


def _headers(url: str, message: Message, signed: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [
        (b"host", urlsplit(url).netloc.encode()),
        (b"user-agent", USER_AGENT),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(message.body)).encode()),
        (b"connection", b"close"),
        *((name.encode(), value.encode()) for name, value in signed),
    ]


async def _excerpt(response: httpcore.Response) -> str:
    """The beginning of what a receiver says, in one line that can be stored and shown."""
    read = b""
    try:
        async for piece in response.aiter_stream():
            read += piece
            if len(read) >= EXCERPT_BYTES_MAX:
                break
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        # The status has been heard; that is what counts.
        pass
    text = read[:EXCERPT_BYTES_MAX].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:EXCERPT_CHARACTERS_MAX]


def _asked_to_wait_s(response: httpcore.Response | None) -> float | None:
    stated = next((value for name, value in response.headers if name.lower() == b"retry-after"), None) if response else None
    return None if stated is None else retry_after_s(stated.decode("latin-1"))
