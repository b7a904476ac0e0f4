"""What clients send slowly, without end, or wrongly, each against the server's protocol with short limits in this process."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from litestar import Litestar, Request, get, post
from litestar.response import Stream
from uvicorn.server import ServerState

from api import problems
from api.bodies import StrictRequest
from api.edge import Edge, Wiring
from daybook.protocol import HEAD_BYTES_MAX, OneWriteProtocol

AnyRequest = Request[Any, Any, Any]
SHORT_S = 0.3
# A busy machine is slow; what is only to be over at some time gets this much of it.
PATIENCE_S = 10.0
GET = b"GET /headers HTTP/1.1\r\nHost: x\r\n\r\n"
UPLOAD = b"POST /size HTTP/1.1\r\nHost: x\r\n"
CHUNKED = UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n"


class Impatient(OneWriteProtocol):
    head_s = SHORT_S
    body_s = SHORT_S
    stalled_s = SHORT_S


class Small(OneWriteProtocol):
    connections_max = 2


@get("/headers")
async def headers(request: AnyRequest) -> list[list[str]]:
    return [[name.decode(), value.decode()] for name, value in request.scope["headers"]]


@post("/size", status_code=200)
async def size(request: AnyRequest) -> dict[str, Any]:
    body = await request.body()
    return {"bytes": len(body), "headers": [name.decode() for name, _ in request.scope["headers"]]}


@post("/unread", status_code=200)
async def unread() -> str:
    return "fine"


@get("/endless")
async def endless() -> Stream:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536
            await asyncio.sleep(0)

    return Stream(pieces())


class Line:
    """A connection, as the bytes that go over it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes, pause_s: float = 0.0) -> None:
        """A server that hung up takes nothing more, which is what some of these wait for."""
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
                await asyncio.sleep(pause_s)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(PATIENCE_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = head.decode().strip().split("\r\n")
            named = dict(line.lower().split(": ", 1) for line in lines)
            body = await self.reader.readexactly(int(named.get("content-length", 0)))
        return int(status.split()[1]), named, body

    async def ended(self) -> bytes:
        """What came before the server hung up."""
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
        return b""

    async def refused(self, status: int, code: str) -> None:
        found, named, body = await self.answer()
        problem = json.loads(body)
        assert (found, problem["code"], problem["status"]) == (status, code, status)
        assert named["content-type"] == "application/problem+json"
        assert named["x-request-id"] == problem["requestId"]
        assert named["x-content-type-options"] == "nosniff"
        assert named["cache-control"] == "no-store"
        assert named["connection"] == "close"
        assert await self.ended() == b""


@asynccontextmanager
async def serving(protocol: type[OneWriteProtocol]) -> AsyncIterator[Callable[[], Any]]:
    """A server of this protocol; gives what opens a line to it."""
    app = Litestar(
        [headers, size, unread, endless],
        request_class=StrictRequest,
        exception_handlers=problems.HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    wiring = Wiring(new_request_id=lambda: "0" * 32, stop_streams=lambda: None, count=lambda *_: None)
    config = uvicorn.Config(Edge(app, wiring), http=protocol, ws="none", proxy_headers=False, log_config=None)
    config.load()
    lifespan = config.lifespan_class(config)
    await lifespan.startup()
    loop, state = asyncio.get_running_loop(), ServerState()
    server = await loop.create_server(lambda: protocol(config, state, lifespan.state, loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    lines: list[Line] = []

    async def open_line() -> Line:
        lines.append(Line(*await asyncio.open_connection("127.0.0.1", port)))
        return lines[-1]

    yield open_line
    for line in lines:
        line.writer.close()
    server.close()
    for task in state.tasks:
        task.cancel()
    await lifespan.shutdown()


@pytest.fixture
async def impatient() -> AsyncIterator[Callable[[], Any]]:
    async with serving(Impatient) as open_line:
        yield open_line


@pytest.fixture
async def patient() -> AsyncIterator[Callable[[], Any]]:
    async with serving(OneWriteProtocol) as open_line:
        yield open_line


async def test_who_connects_and_says_nothing_is_hung_up_on(impatient: Any) -> None:
    began = time.monotonic()
    line = await impatient()
    assert await line.ended() == b""
    assert time.monotonic() - began >= SHORT_S


@pytest.mark.parametrize("drop", [b"G", b"\r\n", b"GET / HTTP/1.1\r\n", b"x: y\r\n"])
async def test_a_head_that_comes_in_drops_is_not_waited_for(impatient: Any, drop: bytes) -> None:
    line = await impatient()
    began = time.monotonic()
    dripping = asyncio.create_task(line.send(b"" if drop != b"x: y\r\n" else GET[:-2], *[drop] * 200, pause_s=0.05))
    assert b"200 OK" not in await line.ended()
    assert time.monotonic() - began < 200 * 0.05
    dripping.cancel()


async def test_a_second_head_that_comes_in_drops_is_not_waited_for_either(impatient: Any) -> None:
    line = await impatient()
    await line.send(GET)
    assert (await line.answer())[0] == 200
    dripping = asyncio.create_task(line.send(*[b"G"], *[b"x"] * 200, pause_s=0.05))
    await line.ended()
    dripping.cancel()


async def test_a_connection_between_two_requests_is_kept(impatient: Any) -> None:
    line = await impatient()
    for _ in range(2):
        await line.send(GET)
        assert (await line.answer())[0] == 200
        await asyncio.sleep(3 * SHORT_S)


@pytest.mark.parametrize("drops", [[], [b"x"] * 100], ids=["nothing", "drops"])
@pytest.mark.parametrize("head", [UPLOAD + b"Content-Length: 1000\r\n\r\n", CHUNKED], ids=["length", "chunked"])
async def test_a_body_that_does_not_arrive_in_time_is_answered_408(impatient: Any, head: bytes, drops: list[bytes]) -> None:
    line = await impatient()
    pieces = [b"1\r\n%b\r\n" % drop for drop in drops] if head == CHUNKED else drops
    dripping = asyncio.create_task(line.send(head, *pieces, pause_s=0.05))
    await line.refused(408, "request_timeout")
    dripping.cancel()


async def test_a_body_that_takes_a_while_is_taken(patient: Any) -> None:
    line = await patient()
    await line.send(UPLOAD + b"Content-Length: 4\r\n\r\n", b"a", b"b", b"c", b"d", pause_s=0.05)
    status, _, body = await line.answer()
    assert (status, json.loads(body)["bytes"]) == (200, 4)


async def test_who_is_answered_before_the_body_is_there_may_finish_it_and_go_on(impatient: Any) -> None:
    line = await impatient()
    await line.send(b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    assert (await line.answer())[0] == 200
    await line.send(b"x" * 100_000)
    await asyncio.sleep(3 * SHORT_S)
    await line.send(GET)
    assert (await line.answer())[0] == 200


async def test_but_not_for_ever(impatient: Any) -> None:
    line = await impatient()
    await line.send(b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    assert (await line.answer())[0] == 200
    dripping = asyncio.create_task(line.send(*[b"x"] * 200, pause_s=0.05))
    assert await line.ended() == b""
    dripping.cancel()


def head_of(length: int) -> bytes:
    """With everything that counts to it."""
    around = b"GET /headers HTTP/1.1\r\nHost: x\r\nX-Long: \r\n\r\n"
    counted = len("/headers") + len("Host: x\r\n") + len("X-Long: \r\n")
    return around.replace(b"Long: ", b"Long: " + b"x" * (length - counted))


@pytest.mark.parametrize("piece_bytes", [1_000_000, 10_000])
async def test_a_head_of_64_kib_is_taken_and_nothing_beyond(patient: Any, piece_bytes: int) -> None:
    largest = head_of(HEAD_BYTES_MAX - 100)
    line = await patient()
    await line.send(*(largest[n : n + piece_bytes] for n in range(0, len(largest), piece_bytes)), pause_s=0.01)
    assert (await line.answer())[0] == 200
    too_large = head_of(HEAD_BYTES_MAX + 1)
    line = await patient()
    await line.send(*(too_large[n : n + piece_bytes] for n in range(0, len(too_large), piece_bytes)), pause_s=0.01)
    await line.refused(431, "headers_too_large")


@pytest.mark.parametrize("filler", [b"x-a: y\r\n" * 1000, b"x" * 8000, b"\r\n" * 4000], ids=["many", "one", "blank"])
async def test_a_head_without_end_is_refused_when_it_is_too_large(patient: Any, filler: bytes) -> None:
    line = await patient()
    begin = b"" if filler.startswith(b"\r") else b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "
    pouring = asyncio.create_task(line.send(begin, *[filler] * 10_000))
    await line.refused(431, "headers_too_large")
    pouring.cancel()


async def test_what_comes_behind_the_body_is_no_header(patient: Any) -> None:
    line = await patient()
    await line.send(CHUNKED + b"2\r\nab\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\nAuthorization: Bearer x\r\n\r\n")
    status, _, body = await line.answer()
    assert (status, json.loads(body)) == (200, {"bytes": 2, "headers": ["host", "transfer-encoding"]})


@pytest.mark.parametrize("filler", [b"x-a: y\r\n" * 1000, b"x" * 8000], ids=["many", "one"])
@pytest.mark.parametrize("begin", [b"0\r\nX-Long: ", b"2;"], ids=["trailers", "chunk extension"])
async def test_what_hides_around_the_body_is_bounded_as_well(patient: Any, begin: bytes, filler: bytes) -> None:
    line = await patient()
    await asyncio.wait_for(line.send(CHUNKED + begin, *[filler] * 10_000), PATIENCE_S)
    # It is cut off, whatever was said before.
    assert b"200 OK" not in await line.ended()


async def test_an_answer_that_nobody_takes_is_given_up(impatient: Any) -> None:
    line = await impatient()
    await line.send(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    # The system holds some megabytes of it, then nothing moves any more.
    await asyncio.sleep(4 * SHORT_S + 1)
    line.reader._limit = 2**30  # type: ignore[attr-defined] # noqa: SLF001 - it would stop the transport again
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await line.reader.read(2**20):
                pass


async def test_an_answer_that_is_taken_goes_on(impatient: Any) -> None:
    line = await impatient()
    await line.send(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    until = time.monotonic() + 4 * SHORT_S
    while time.monotonic() < until:
        assert await line.reader.read(65536)


async def test_beyond_the_greatest_number_a_connection_is_refused() -> None:
    async with serving(Small) as open_line:
        busy = [await open_line() for _ in range(2)]
        for line in busy:
            await line.send(GET[:10], pause_s=0.02)
        await (await open_line()).refused(503, "too_many_connections")
        for line in busy:
            await line.send(GET[10:])
            assert (await line.answer())[0] == 200


async def test_an_idle_connection_gives_way_to_a_new_one() -> None:
    async with serving(Small) as open_line:
        for _ in range(5):
            line = await open_line()
            await line.send(GET)
            assert (await line.answer())[0] == 200


NO_HTTP = [
    b"GARBAGE\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    # Two readings of where a body ends let one client speak in another's name behind a proxy.
    UPLOAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    UPLOAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    UPLOAD + b"Content-Length: 5, 6\r\n\r\nabcdef",
    UPLOAD + b"Content-Length: +5\r\n\r\nabcde",
    UPLOAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    UPLOAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    UPLOAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b"fffffffffffffffff\r\n",
    CHUNKED + b"1\r\nab\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("sent", NO_HTTP, ids=repr)
async def test_what_is_no_http_is_refused_and_hung_up_on(patient: Any, sent: bytes) -> None:
    line = await patient()
    await line.send(sent)
    await line.refused(400, "invalid_http")


async def test_junk_that_is_large_as_well_is_refused_once(patient: Any, caplog: Any) -> None:
    """It is no HTTP and too large for a head at the same moment."""
    line = await patient()
    await line.send(b"GARBAGE \x00" * (HEAD_BYTES_MAX // 4))
    await line.refused(400, "invalid_http")
    assert "Traceback" not in caplog.text


async def test_junk_behind_a_request_does_not_take_its_answer_away(patient: Any) -> None:
    line = await patient()
    await line.send(GET + b"JUNK JUNK\r\n\r\n")
    assert (await line.answer())[0] == 200
    assert await line.ended() == b""


async def test_requests_behind_one_another_are_answered_in_order(patient: Any) -> None:
    line = await patient()
    await line.send(GET * 3 + UPLOAD + b"Content-Length: 3\r\n\r\nabc" + GET)
    answers = [await line.answer() for _ in range(5)]
    assert [status for status, _, _ in answers] == [200] * 5
    assert json.loads(answers[3][2])["bytes"] == 3


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
async def test_another_protocol_is_answered_in_this_one(patient: Any, caplog: Any, protocol: bytes) -> None:
    line = await patient()
    await line.send(GET[:-2] + b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n")
    assert (await line.answer())[0] == 200
    assert not caplog.records


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_fault_of_ours(patient: Any, caplog: Any) -> None:
    line = await patient()
    with caplog.at_level(logging.INFO):
        await line.send(UPLOAD + b"Content-Length: 1000\r\n\r\nabc", pause_s=0.05)
        line.writer.close()
        await asyncio.sleep(0.2)
    assert [record.levelname for record in caplog.records if record.levelno > logging.INFO] == []
