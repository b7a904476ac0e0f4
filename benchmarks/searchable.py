"""Workspaces to search in: filled through the API, and waited for until everything in them can be found."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import httpx

from benchmarks.measuring import say
from benchmarks.texts import Page

BATCH_PAGES = 500
PROGRESS_S = 10.0
MODES = ("keyword", "semantic", "hybrid")


async def fill(http: httpx.AsyncClient, pages: Iterable[Page]) -> int:
    """Answers how many there were."""
    began = told = time.perf_counter()
    made = 0
    for some in _portions(pages):
        actions = [{"action": "create", "slug": page.slug, "title": page.title, "content": page.content} for page in some]
        answer = await http.post("/pages/batch", json={"actions": actions})
        assert answer.status_code == 200, answer.text[:1000]
        made += len(actions)
        if time.perf_counter() - told > PROGRESS_S:
            told = time.perf_counter()
            say(f"made {made:,} pages in {told - began:.0f} s")
    say(f"made {made:,} pages in {time.perf_counter() - began:.1f} s")
    return made


async def until_ready(http: httpx.AsyncClient, documents: int) -> dict[str, Any]:
    """Until so many documents can be found by their words and by their meaning. Answers the state of search."""
    began = told = time.perf_counter()
    while True:
        state: dict[str, Any] = (await http.get("/search/status")).raise_for_status().json()
        if state["documents"] >= documents and state["position"] == state["head"] and state["semantic"] == "ready":
            say(f"all {documents:,} can be found {time.perf_counter() - began:.1f} s later, {state['passages']:,} passages")
            return state
        assert state["semantic"] in {"ready", "pending"}, state
        if time.perf_counter() - told > PROGRESS_S:
            told = time.perf_counter()
            progress = f"{state['documents']:,} pages indexed, {state['embedded']:,} of {state['passages']:,} passages embedded"
            say(f"{progress}, {told - began:.0f} s after the last page was made")
        await asyncio.sleep(0.2)


async def found(http: httpx.AsyncClient, question: str, mode: str, limit: int, *, strictly: bool = True) -> list[str]:
    """Slugs, the best first; `strictly` in the way that was asked for."""
    answer = await http.get("/pages/search", params={"q": question, "mode": mode, "limit": limit})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert not strictly or body["mode"] == mode, body["notice"]
    return [result["slug"] for result in body["results"]]


def _portions(pages: Iterable[Page]) -> Iterator[list[Page]]:
    left = iter(pages)
    while portion := list(islice(left, BATCH_PAGES)):
        yield portion
