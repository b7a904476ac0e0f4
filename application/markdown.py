"""The port through which use cases and routes learn what stands in a page's Markdown."""

from typing import Protocol

from domain.pages.markdown import Markdown


class ReadingTakesLong(Exception):
    """The text is so long that everybody else would wait while it is read. Await `read` first."""

    def __init__(self, text: bytes, content_hash: str) -> None:
        super().__init__(content_hash)
        self.text = text
        self.content_hash = content_hash


class MarkdownReader(Protocol):
    """Reads any text, and remembers by its hash what it found in it."""

    async def read(self, text: bytes, content_hash: str) -> Markdown:
        """Keeps nobody else waiting, however long the text is."""
        ...

    def read_now(self, text: bytes, content_hash: str, *, however_long: bool) -> Markdown:
        """For decisions, which cannot wait. Raises `ReadingTakesLong`, unless told to read it however long it is."""
        ...
