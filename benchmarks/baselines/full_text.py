"""Searching as people do it with PostgreSQL alone: a `tsvector` column, a GIN index over it, and `ts_rank_cd`."""

import asyncio
import itertools
import time
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from benchmarks.measuring import Numbers
from benchmarks.texts import Page

LIMIT = 20
WARM_UP_S = 0.7
_TABLE = """
CREATE TABLE page (
  slug text PRIMARY KEY, title text NOT NULL, content text NOT NULL,
  words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', content), 'D')
  ) STORED
);
CREATE INDEX page_words ON page USING gin (words);
"""
_SEARCH = """
SELECT p.slug, p.title, ts_rank_cd(p.words, q) AS rank
  FROM page p, websearch_to_tsquery('english', $1) q WHERE p.words @@ q ORDER BY rank DESC LIMIT $2
"""


class FullText:
    """The same pages in the same server, searched over plain connections."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def fill(self, pages: Iterable[Page]) -> None:
        connection = await asyncpg.connect(self._dsn)
        await connection.execute(_TABLE)
        rows = ((page.slug, page.title, page.content) for page in pages)
        await connection.copy_records_to_table("page", records=rows, columns=["slug", "title", "content"])
        await connection.close()

    async def round(self, questions: Sequence[str], connections: int, seconds: float) -> Numbers:
        """Any of a question's words, and the best first."""
        asked = itertools.cycle([" or ".join(question.split()) for question in questions])
        clients = [await asyncpg.connect(self._dsn) for _ in range(connections)]
        await asyncio.gather(*(_search(client, asked, WARM_UP_S) for client in clients))
        began = time.perf_counter()
        found = await asyncio.gather(*(_search(client, asked, seconds) for client in clients))
        passed = time.perf_counter() - began
        for client in clients:
            await client.close()
        times = sorted(itertools.chain.from_iterable(found))
        return {
            "rate": len(times) / passed,
            "p50_ms": times[len(times) // 2] * 1000,
            "p99_ms": times[len(times) * 99 // 100] * 1000,
        }


async def _search(client: "asyncpg.Connection[Any]", asked: Iterable[str], seconds: float) -> list[float]:
    times: list[float] = []
    began = time.perf_counter()
    for question in asked:
        if time.perf_counter() - began > seconds:
            break
        sent = time.perf_counter()
        await client.fetch(_SEARCH, question, LIMIT)
        times.append(time.perf_counter() - sent)
    return times
