"""Pages that are read to be taken in, so many at a time that their texts may lie in memory together."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import asyncpg

PAGES_AT_ONCE = 200
BYTES_AT_ONCE = 4 * 1024 * 1024


def portions(rows: Sequence[asyncpg.Record]) -> Iterator[list[UUID]]:
    """Of rows with `page_id` and `content_bytes`. A page that is larger by itself is a portion of its own."""
    portion: list[UUID] = []
    size_bytes = 0
    for row in rows:
        if portion and (len(portion) == PAGES_AT_ONCE or size_bytes + row["content_bytes"] > BYTES_AT_ONCE):
            yield portion
            portion, size_bytes = [], 0
        portion.append(row["page_id"])
        size_bytes += row["content_bytes"]
    if portion:
        yield portion
