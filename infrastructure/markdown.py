"""Markdown read by pulldown-cmark: headings and the links between pages, with their places in the text."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from application.markdown import ReadingTakesLong
from domain.pages.markdown import Markdown
from infrastructure.markdown_walk import read_markdown

# Up to here reading takes less than some five milliseconds, and a thread would cost as much as it saves.
AT_ONCE_BYTES_MAX = 16 * 1024
# What is remembered: texts, and headings and links in all of them.
REMEMBERED_TEXTS_MAX = 1000
REMEMBERED_PARTS_MAX = 200_000


class PyromarkReader:
    """Long texts are read in one thread, one after the other: several would leave the event loop little of the interpreter."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="markdown")
        self._remembered: OrderedDict[str, Markdown] = OrderedDict()
        self._parts = 0
        self._being_read: dict[str, asyncio.Future[Markdown]] = {}

    async def read(self, text: bytes, content_hash: str) -> Markdown:
        if len(text) <= AT_ONCE_BYTES_MAX or content_hash in self._remembered:
            return self._recalled(content_hash, lambda: read_markdown(text))
        reading = self._being_read.get(content_hash)
        if reading is None:
            reading = asyncio.get_running_loop().run_in_executor(self._thread, read_markdown, text)
            self._being_read[content_hash] = reading
            reading.add_done_callback(lambda _: self._being_read.pop(content_hash, None))
        # Whoever goes away leaves the others their answer.
        found = await asyncio.shield(reading)
        return self._recalled(content_hash, lambda: found)

    def read_now(self, text: bytes, content_hash: str, *, however_long: bool) -> Markdown:
        if len(text) > AT_ONCE_BYTES_MAX and not however_long and content_hash not in self._remembered:
            raise ReadingTakesLong(text, content_hash)
        return self._recalled(content_hash, lambda: read_markdown(text))

    def _recalled(self, content_hash: str, read: Callable[[], Markdown]) -> Markdown:
        found = self._remembered.get(content_hash)
        if found is not None:
            self._remembered.move_to_end(content_hash)
            return found
        found = self._remembered[content_hash] = read()
        self._parts += _parts(found)
        # The newest stays, be it above the bound by itself: whoever had it read is about to use it.
        while len(self._remembered) > 1 and (len(self._remembered) > REMEMBERED_TEXTS_MAX or self._parts > REMEMBERED_PARTS_MAX):
            self._parts -= _parts(self._remembered.popitem(last=False)[1])
        return found


def _parts(markdown: Markdown) -> int:
    return len(markdown.headings) + len(markdown.links)
