"""The client of the REST API: it finds the service, repeats what is safe to repeat and words a failure in one line.

Repeating is safe because every write carries an `Idempotency-Key`: the service answers a repeated one from memory.
"""

import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from httpx_sse import EventSource, ServerSentEvent

from daybook.sessions import SessionAuth, SessionNotRenewed, SessionOver, session_for

T = TypeVar("T")

# A service that was restarted is back within these pauses; one that is not has a problem that waiting does not cure.
RETRY_DELAYS_S: Final = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
RETRY_AFTER_S_MAX: Final = 60.0
TIMEOUT_S: Final = 60.0
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
START_HINT: Final = "Start the service with `daybook serve`, or set DAYBOOK_URL and DAYBOOK_API_KEY."


class ClientError(Exception):
    """A failure worded for the person at the terminal."""


class ApiError(ClientError):
    """The service refused a request."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Address(msgspec.Struct):
    """What `client.json` holds. The service writes it into its data directory, readable by its owner alone."""

    url: str
    key: str = ""


class Problem(msgspec.Struct, rename="camel"):
    """The part of an RFC 9457 problem that a reader can use. All is optional: a proxy in between words errors its own way."""

    error: str = ""
    detail: str | None = None
    code: str = ""
    request_id: str | None = None


class Page(msgspec.Struct, rename="camel", kw_only=True):
    """A page as the API answers it; a list leaves the content out."""

    id: str
    slug: str
    title: str
    subtitle: str | None
    parent_id: str | None
    type: str
    status: str | None
    icon: dict[str, str] | None
    owner: str | None
    due_date: str | None
    properties: dict[str, str | int | float | bool | None]
    version: int
    content: str = ""


class OnePage(msgspec.Struct):
    page: Page


class ManyPages(msgspec.Struct):
    pages: list[Page]


class TrashedPage(Page, rename="camel", kw_only=True):
    """A page that was deleted, and how many were with it."""

    archived_at: str
    pages_below: int


class Trash(msgspec.Struct):
    pages: list[TrashedPage]


class Client:
    """One kept-alive connection to the service."""

    def __init__(self, address: Address, *, auth: httpx.Auth | None = None, transport: httpx.BaseTransport | None = None) -> None:
        """With the address's key, unless `auth` says who is calling."""
        self.url = address.url
        self._reached = False
        headers = {"Accept": "application/json"}
        if address.key and auth is None:
            headers["Authorization"] = f"Bearer {address.key}"
        self._http = httpx.Client(
            base_url=address.url.rstrip("/") + "/v1",
            headers=headers,
            auth=auth,
            timeout=TIMEOUT_S,
            # A proxy meant for the outside must not be asked for the service on this machine.
            trust_env=urlsplit(address.url).hostname not in LOOPBACK,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, *, params: Mapping[str, str | int] | None = None) -> httpx.Response:
        return self._send(self._http.build_request("GET", path, params=params))

    def write(self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Send one write. Without an `Idempotency-Key` among the headers it gets one, so that it can be repeated."""
        return self._send(self._write(method, path, body, headers or {}))

    def stream(self, path: str, body: object, *, silence_s: float) -> Iterator[ServerSentEvent]:
        """Send one write whose answer comes bit by bit; it is given up when nothing comes for so long."""
        request = self._write("POST", path, body, {"Accept": "text/event-stream"})
        request.extensions["timeout"]["read"] = silence_s
        response = self._send(request, stream=True)
        try:
            yield from EventSource(response).iter_sse()
        except httpx.TransportError as exc:
            raise ClientError(f"The connection to {self.url} broke. {exc}") from exc
        finally:
            response.close()

    def pages(self) -> list[Page]:
        return decoded(self.get("/pages"), ManyPages).pages

    def page(self, slug: str) -> Page:
        return decoded(self.get(page_path(slug)), OnePage).page

    def _write(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> httpx.Request:
        sent = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json", **headers}
        content = None if body is None else msgspec.json.encode(body)
        return self._http.build_request(method, path, content=content, headers=sent)

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        for delay_s in RETRY_DELAYS_S:
            try:
                response = self._http.send(request, stream=stream)
            except httpx.TransportError as exc:
                if not self._reached and isinstance(exc, httpx.ConnectError):
                    raise ClientError(f"Nothing answers at {self.url}. {START_HINT}") from exc
                time.sleep(delay_s)
                continue
            self._reached = True
            wait_s = _wait_s(response)
            if wait_s is None:
                return _accepted(response)
            response.close()
            _wait(wait_s, response.status_code)
        return self._send_last(request, stream=stream)

    def _send_last(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        try:
            return _accepted(self._http.send(request, stream=stream))
        except httpx.TransportError as exc:
            reason = str(exc) or type(exc).__name__
            raise ClientError(f"The connection to {self.url} is broken ({reason}). {START_HINT}") from exc


def page_path(slug: str, tail: str = "") -> str:
    return f"/pages/{quote(slug, safe='')}{tail}"


def decoded(response: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise ClientError(f"{response.url} does not answer as Daybook does: {exc}") from exc


def find_service(environment: Mapping[str, str]) -> Address:
    """Take the address from the environment, else from the file that a service on this machine leaves in its data directory."""
    url = environment.get("DAYBOOK_URL", "").strip()
    key = environment.get("DAYBOOK_API_KEY", "").strip()
    if not (url and key):
        found = left_by_service(Path(environment.get("DAYBOOK_DATA_DIR") or "data") / "client.json")
        # The local key is a secret between this machine's service and its owner: it goes to no other address.
        if url and url.rstrip("/") != found.url.rstrip("/"):
            raise ClientError(f"DAYBOOK_URL is {url}, but DAYBOOK_API_KEY is not set.")
        url, key = found.url, key or found.key
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise ClientError(f"DAYBOOK_URL is {url!r}; it should look like http://127.0.0.1:8000.")
    if not (key.isascii() and key.isprintable()):
        raise ClientError("DAYBOOK_API_KEY holds characters that no key has.")
    return Address(url, key)


def client_for(environment: Mapping[str, str]) -> Client:
    """By the key in the environment, else the session that somebody signed in to, else the key that a service left here."""
    found = session_for(environment)
    if found is None:
        return Client(find_service(environment))
    file, session = found
    return Client(Address(session.url), auth=SessionAuth(file, session))


@contextmanager
def connected() -> Iterator[Client]:
    """Lend a client to a command; what goes wrong meanwhile is reported."""
    with reported(), client_for(os.environ) as client:
        yield client


@contextmanager
def reported() -> Iterator[None]:
    """What goes wrong becomes one line on stderr and an exit code."""
    try:
        yield
    except (ClientError, SessionOver, SessionNotRenewed) as exc:
        sys.stderr.write(f"daybook: {str(exc) or exc.__doc__}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("daybook: interrupted; what was done stays done.\n")
        raise SystemExit(130) from None


def left_by_service(path: Path) -> Address:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Address)
    except FileNotFoundError:
        raise ClientError(f"No service has left its address in {path}. {START_HINT}") from None
    except (OSError, msgspec.DecodeError) as exc:
        raise ClientError(f"{path} cannot be used: {exc}") from exc


def _wait_s(response: httpx.Response) -> float | None:
    """How long the service asks to wait before the same request again; None if it asks nothing of the kind."""
    if response.status_code not in {429, 503} or "Retry-After" not in response.headers:
        return None
    asked = response.headers["Retry-After"]
    wait_s = float(asked) if asked.isdecimal() else 1.0
    # Nobody sits before a terminal for an hour: whoever has to wait longer is told so and may come again.
    return wait_s if wait_s <= RETRY_AFTER_S_MAX else None


def _wait(wait_s: float, status: int) -> None:
    if wait_s >= 2:
        reason = "its rate limit is reached" if status == 429 else "it is busy"
        sys.stderr.write(f"The service asks to wait {wait_s:.0f} s: {reason}.\n")
    time.sleep(wait_s)


def _accepted(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    response.read()
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = Problem(error=response.reason_phrase)
    message = " ".join((problem.detail or problem.error or response.reason_phrase).split())
    marks = [str(response.status_code), problem.code, f"request {problem.request_id}" if problem.request_id else ""]
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS and "Retry-After" in response.headers:
        marks.append(f"again in {response.headers['Retry-After']} s")
    raise ApiError(response.status_code, problem.code, f"{message} ({', '.join(filter(None, marks))})")
