"""An answer as it comes about, for as many as listen."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from application.assistant import Called, Cited, Piece, Said
from domain.errors import DomainError
from domain.threads.conversation import Failed, Message


class Settled(msgspec.Struct, frozen=True):
    """How it ended, as the log has it: what was asked, and the assistant's message, or that there is none."""

    asked: Message
    outcome: Message | Failed
    position: int | None = None


class Reply:
    """Whoever listens hears all of it from the start, whenever they came. Ends settled, or broken off with an error."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._end: Settled | DomainError | None = None
        self._grown = asyncio.Event()

    def take(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._tell()

    def end(self, end: Settled | DomainError) -> None:
        """The first end counts."""
        if self._end is None:
            self._end = end
            self._tell()

    async def follow(self, silence_s: float) -> AsyncIterator[Piece | None]:
        """Its pieces, until it ends; None whenever nothing was said for so long."""
        told = 0
        while True:
            grown = self._grown
            while told < len(self._pieces):
                told += 1
                yield self._pieces[told - 1]
            if self._end is not None:
                return
            try:
                async with asyncio.timeout(silence_s):
                    await grown.wait()
            except TimeoutError:
                yield None

    async def settled(self) -> Settled:
        """How it ended, once it has. Raises what it was broken off with."""
        while self._end is None:
            await self._grown.wait()
        if isinstance(self._end, DomainError):
            raise self._end
        return self._end

    def _tell(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


def replayed_pieces(outcome: Message | Failed) -> list[Piece]:
    """What whoever listened at the time heard, as far as it was kept."""
    if isinstance(outcome, Failed):
        failed = outcome.event
        return [*map(Called, failed.calls), *([Said(failed.said)] if failed.said else [])]
    reply = outcome.reply
    return [] if reply is None else [*map(Called, reply.calls), Said(reply.content), *map(Cited, reply.citations)]
