"""How soon a page is found after its write was acknowledged."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx

from benchmarks.searchable import MODES, found
from benchmarks.texts import SEED, made_pages

LIMIT = 20
WANTED_WORDS = 120
FOUND_S_MAX = 30
# Between isolated writes, so that whatever the last one set off has ended.
PAUSE_S = (0.15, 0.4)
ISOLATED, PACED, STEADY = "alone", "beside 20 writes/s", "beside one client writing on and on"
# What another client waits between its writes; none where it does not write.
OTHERS = {ISOLATED: None, PACED: 0.05, STEADY: 0.0}
_numbers = itertools.count()


class Freshness(NamedTuple):
    """Of several writes. `searches` is how many it took on average until one found the page."""

    p50_ms: float
    p99_ms: float
    searches: float


async def freshness(http: httpx.AsyncClient, others: str, tries: int) -> dict[str, Freshness]:
    """For each mode, in turns. By its vector alone only where nobody else writes: otherwise many passages may wait for theirs."""
    chance = random.Random(SEED)  # noqa: S311 - nobody has to be kept from guessing it
    modes = [mode for mode in MODES if mode != "semantic" or others == ISOLATED]
    times: dict[str, list[float]] = {mode: [] for mode in modes}
    searches = dict.fromkeys(modes, 0)
    async with _writing(http, OTHERS[others]):
        for _, mode in itertools.product(range(tries), modes):
            await asyncio.sleep(chance.uniform(*PAUSE_S))
            passed, count = await _until_found(http, mode)
            times[mode].append(passed * 1000)
            searches[mode] += count
    return {mode: _figures(times[mode], searches[mode]) for mode in modes}


async def _until_found(http: httpx.AsyncClient, mode: str) -> tuple[float, int]:
    """A page with a word of its own in it, which is then looked for; by its meaning, how the page begins."""
    number = next(_numbers)
    [page] = made_pages(10_000_000 + number, 1)
    word = "zq" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:06d}")
    wanted = " ".join(page.content.split()[:WANTED_WORDS]) if mode == "semantic" else word
    answer = await http.post("/pages", json={"slug": page.slug, "title": f"{page.title} {word}", "content": page.content})
    assert answer.status_code == 201, answer.text
    began = time.perf_counter()
    for count in itertools.count(1):
        if page.slug in await found(http, wanted, mode, LIMIT, strictly=mode == "semantic"):
            return time.perf_counter() - began, count
        assert time.perf_counter() - began < FOUND_S_MAX, f"{page.slug} is not found ({mode})"
    raise AssertionError


@contextlib.asynccontextmanager
async def _writing(http: httpx.AsyncClient, pause_s: float | None) -> AsyncIterator[None]:
    """Meanwhile, another client makes pages."""
    writer = None if pause_s is None else asyncio.create_task(_write(http, pause_s))
    try:
        yield
    finally:
        if writer is not None:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer


async def _write(http: httpx.AsyncClient, pause_s: float) -> None:
    for number in _numbers:
        [page] = made_pages(20_000_000 + number, 1)
        body = {"slug": page.slug, "title": page.title, "content": page.content}
        answer = await http.post("/pages", json=body)
        assert answer.status_code == 201, answer.text
        await asyncio.sleep(pause_s)


def _figures(times: list[float], searches: int) -> Freshness:
    ordered = sorted(times)
    return Freshness(ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], searches / len(ordered))
