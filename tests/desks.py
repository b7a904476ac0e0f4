"""An operator's desk that stays open, because making its connections anew for each workspace took longer than most tests."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from daybook.desk import Desk, operator_desk

T = TypeVar("T")


class OpenDesk:
    """It works in an event loop of its own, so that tests that are coroutines themselves can wait for it as well."""

    def __init__(self, loop: asyncio.AbstractEventLoop, desk: Desk) -> None:
        self._loop = loop
        self._desk = desk
        # Some tests make workspaces from several threads, and the desk has one connection for that.
        self._turn = threading.Lock()

    def do(self, work: Callable[[Desk], Coroutine[Any, Any, T]]) -> T:
        with self._turn:
            return asyncio.run_coroutine_threadsafe(work(self._desk), self._loop).result()


@contextlib.contextmanager
def open_desk(owner_dsn: str, server_key: bytes) -> Iterator[OpenDesk]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    at_desk = operator_desk(owner_dsn, server_key, "local")
    try:
        yield OpenDesk(loop, asyncio.run_coroutine_threadsafe(at_desk.__aenter__(), loop).result())
    finally:
        asyncio.run_coroutine_threadsafe(at_desk.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
