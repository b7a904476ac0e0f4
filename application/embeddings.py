"""Texts as vectors that lie close together where texts mean much the same: the port, whoever works the vectors out."""

from collections.abc import Sequence
from typing import Protocol

# What comes after it is not looked at. It fills the window of the model that comes along more than twice.
TEXT_CHARACTERS_MAX = 4096


class EmbeddingsUnavailable(Exception):
    """No vectors this time. The message is a sentence for the log that says why and what to do, and holds no secret."""


class TextRefused(EmbeddingsUnavailable):
    """It is one of these texts that has no vector, and others may have theirs."""


class Embedder(Protocol):
    @property
    def model(self) -> str:
        """A name that changes whenever vectors would. Only vectors of one name compare with each other, and have one length."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector of length 1 for each text, blank ones included, whichever texts stand beside it. Their cosine is the sum of
        their products. Raises `EmbeddingsUnavailable`.
        """
        ...
