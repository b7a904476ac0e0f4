"""How requests get into the process and answers out of it: with as few system calls as can be, and with a bound on everything
that a client can make large, many or slow. The parser below bounds nothing.
"""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.arriving import LATE, HeadersTooLarge, NotHttp, TooManyConnections
from domain.errors import DomainError

# From the first byte of a request, or from the connection's beginning, to the end of its headers.
HEAD_S = 10.0
HEAD_BYTES_MAX = 64 * 1024
# From there to the end of its body. What comes of it after its answer is thrown away, so that who sends first and reads later
# hears why; but no longer than this.
BODY_S = 30.0
# An answer of which a client takes nothing for so long is given up.
STALLED_S = 60.0
# In one process.
CONNECTIONS_MAX = 4096
# Who looks among all of them for one that does nothing takes more time than it wins.
IDLE_SOUGHT_AMONG = 64
# For the last words of a connection to arrive before it is closed: closing takes them back where something is still coming in.
LAST_WORDS_S = 1.0

Refusal = Callable[[DomainError, list[tuple[bytes, bytes]]], bytes]


class OneWriteProtocol(HttpToolsProtocol):
    """Sends head and body of an answer together: two writes were two system calls and two packets, half of a read's time.

    What is incomplete is looked at by one timer for each connection, which costs a request nothing.
    """

    head_s = HEAD_S
    body_s = BODY_S
    stalled_s = STALLED_S
    connections_max = CONNECTIONS_MAX
    transport: "_Gathering"  # type: ignore[assignment]  # it is a transport by its methods

    # What came in and is neither a body nor, yet, a whole head.
    _loose_bytes = 0
    _head_too_large = False
    _refused = False
    # When a head has to be there that is not, or a body.
    _due = 0.0
    _looking: asyncio.TimerHandle | None = None
    # What was waiting to be sent at the last look, and since when it has been as much.
    _stalled = (0, 0.0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
        super().connection_made(_Gathering(transport, self.loop))  # type: ignore[arg-type]  # as above
        if len(self.connections) > self.connections_max and not self._make_room():
            self._say(TooManyConnections())
            self._refused = True
            self.transport.close()
            return
        self._due = self.loop.time() + self.head_s
        self._looking = self.loop.call_later(self.head_s, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends when its last answer does, so answers without an end are ended first."""
        self.app_state.get("stop_streams", _nothing)()
        super().shutdown()

    # What the parser reports

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        before = self._loose_bytes
        self._loose_bytes = before + len(data)
        super().data_received(data)
        # The parser may have given up on it meanwhile, and then all is said.
        if self._loose_bytes and not self._refused:
            self._check_loose(begins=not before)

    def on_headers_complete(self) -> None:
        if self._loose_bytes > HEAD_BYTES_MAX and self._head_bytes() > HEAD_BYTES_MAX:
            self._head_too_large = True
            raise ValueError("the head is too large")
        self._loose_bytes = 0
        self._due = self.loop.time() + self.body_s
        super().on_headers_complete()
        # What the parser reports from here on are trailers. Anybody can append those, and they must not be taken for headers.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._loose_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._loose_bytes = 0
        if self.cycle.response_complete:
            # That was the rest of a body. The server's timer was stopped by it, and is not set again before the next answer.
            self.cycle.more_body = False
            self._due = self.loop.time() + self.timeout_keep_alive

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own signature
        """Called when the parser gives up."""
        self._refuse(HeadersTooLarge() if self._head_too_large else NotHttp())

    def _unsupported_upgrade_warning(self) -> None:
        """A request for another protocol is answered in this one, as the standard wants it. Nobody has to hear of it."""

    # What is judged of it

    def _under_way(self) -> bool:
        """Whether a request waits for its answer, or for the rest of it."""
        return self.cycle is not None and not self.cycle.response_complete

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    def _check_loose(self, *, begins: bool) -> None:
        """A head that is not whole, or what hides between the parts of a body and behind them."""
        is_head = self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body)
        if is_head and begins:
            self._due = self.loop.time() + self.head_s
        if self._loose_bytes > HEAD_BYTES_MAX:
            if is_head:
                self._refuse(HeadersTooLarge())
            else:
                self.transport.close()

    def _look(self) -> None:
        """Ends what takes too long, or comes again."""
        now = self.loop.time()
        wait_s = self._wait_s(now)
        if wait_s is not None:
            self._looking = self.loop.call_later(wait_s, self._look)

    def _wait_s(self, now: float) -> float | None:
        if self._has_stalled(now):
            self.transport.abort()
            return None
        if not self._under_way():
            # An idle connection has the server's own timer; without it, something began and is not there yet.
            if self.timeout_keep_alive_task is None and now >= self._due:
                self.transport.close()
        elif self.cycle.more_body and not self.flow.read_paused and now >= self._due:
            # Whoever waits for the body is told with the next piece of it, even if that is empty.
            self.cycle.scope["state"][LATE] = True
            self.cycle.message_event.set()
        return min(self._due - now, self.head_s) if self._due > now else self.head_s

    def _has_stalled(self, now: float) -> bool:
        waiting_bytes = self.transport.get_write_buffer_size()
        if not waiting_bytes or waiting_bytes != self._stalled[0]:
            self._stalled = (waiting_bytes, now)
        return now - self._stalled[1] >= self.stalled_s

    def _make_room(self) -> bool:
        """Ends a connection that waits for its next request: whoever that is can come again, and may be there to take up room."""
        for other in islice(self.connections, IDLE_SOUGHT_AMONG):
            if isinstance(other, OneWriteProtocol) and other.timeout_keep_alive_task and not other.transport.is_closing():
                other.transport.close()
                return True
        return False

    def _refuse(self, error: DomainError) -> None:
        """The last words of a connection."""
        self._refused = True
        if self._under_way():
            if not self.cycle.more_body:
                # A whole request, and junk behind it.
                self.cycle.keep_alive = False
                return
            if self.cycle.response_started or self.pipeline:
                self.transport.close()
                return
            # The application hears that nobody is there any more, and says nothing.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._say(error)
        self.transport.write_eof()
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self.loop.call_later(LAST_WORDS_S, self.transport.close)

    def _say(self, error: DomainError) -> None:
        refusal: Refusal | None = self.app_state.get("refusal")
        if refusal is not None:
            self.transport.write(refusal(error, self.server_state.default_headers))


def _nothing() -> None:
    pass


class _Gathering:
    """A transport that sends what one turn of the loop wrote in one go."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pending: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._pending:
            self._loop.call_soon(self._send)
        self._pending.append(data)

    def write_eof(self) -> None:
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, []
            self._transport.write(b"".join(pending))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the transport has
        return getattr(self._transport, name)
