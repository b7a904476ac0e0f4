"""Long lists are walked in pieces, each from the place where the one before ended, so that none is held at once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import asyncpg

COUNT_MAX = 2**63 - 1
P = TypeVar("P")


async def walked(
    fetch: Callable[[P, int, int], Awaitable[list[asyncpg.Record]]],
    place: Callable[[asyncpg.Record], P],
    start: P,
    *,
    limit: int | None,
    offset: int,
    at_once: int,
) -> AsyncIterator[list[asyncpg.Record]]:
    """`fetch` is given a place, how many rows to read behind it, and how many to leave out before these. The first piece may be
    empty; no other is.
    """
    left, first = COUNT_MAX if limit is None else limit, True
    while left > 0:
        wanted = min(left, at_once)
        rows = await fetch(start, wanted, offset)
        if rows or first:
            yield rows
        if len(rows) < wanted:
            return
        start, offset, left, first = place(rows[-1]), 0, left - wanted, False
