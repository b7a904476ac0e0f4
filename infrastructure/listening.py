"""The one connection of a process that listens for what other processes tell."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg

from infrastructure.database import LOST, Connection

RECONNECT_PAUSE_S = 0.2


async def listen(dsn: str, role: str | None, channels: Mapping[str, Callable[[str], None]], line: Callable[[bool], None]) -> None:
    """Calls a channel's function with each message, and `line` whenever the line comes up (true) or goes down (false), because
    something may have been missed. Heals by itself and never returns.
    """
    while True:
        try:
            connection = await _open(dsn, role, channels)
        except (*LOST, asyncpg.PostgresError):
            await asyncio.sleep(RECONNECT_PAUSE_S)
            continue
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _, gone=gone: gone.set())
        if connection.is_closed():
            gone.set()
        line(True)  # noqa: FBT003 - the one thing it says
        try:
            await gone.wait()
            line(False)  # noqa: FBT003 - as above
        finally:
            connection.terminate()


async def _open(dsn: str, role: str | None, channels: Mapping[str, Callable[[str], None]]) -> Connection:
    settings = {"role": role} if role else {}
    connection: Connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        for channel, heard in channels.items():
            await connection.add_listener(channel, _passing_on(heard))
    except BaseException:
        connection.terminate()
        raise
    return connection


def _passing_on(heard: Callable[[str], None]) -> Callable[..., None]:
    def call(_connection: Any, _process: int, _channel: str, message: object) -> None:  # noqa: ANN401 - the driver's own
        heard(str(message))

    return call
