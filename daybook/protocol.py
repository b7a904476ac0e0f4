"""How answers leave the process."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OneWriteProtocol(HttpToolsProtocol):
    """Sends head and body of an answer together: two writes were two system calls and two packets, half of a read's time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
        super().connection_made(_Gathering(transport, self.loop))  # type: ignore[arg-type]  # it is a transport by its methods

    def shutdown(self) -> None:
        """The server ends when its last answer does, so answers without an end are ended first."""
        self.app_state.get("stop_streams", _nothing)()
        super().shutdown()


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

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, []
            self._transport.write(b"".join(pending))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the transport has
        return getattr(self._transport, name)
