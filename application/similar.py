"""Pages that are about what a page is about."""

from typing import Protocol
from uuid import UUID

import msgspec

from application.embeddings import Embedder, EmbeddingsUnavailable
from application.search_state import Embedded, Semantic, standing


class Likeness(msgspec.Struct, frozen=True, rename="camel"):
    """A passage of the similar page, and the passage of the asked one that it is nearest to."""

    heading: str
    anchor: str
    text: str
    similarity: float
    own_heading: str
    own_anchor: str
    own_text: str


class SimilarPage(msgspec.Struct, frozen=True):
    """A page as lists show it (JSON), how near it is, and what makes it so."""

    json: bytes
    similarity: float
    passages: list[Likeness]


class SimilarRead(msgspec.Struct, frozen=True):
    """Nearest first."""

    pages: list[SimilarPage]
    embedded: Embedded


class Similar(msgspec.Struct, frozen=True):
    """Nearest first; and how finding by meaning stands."""

    pages: list[SimilarPage]
    semantic: Semantic
    notice: str | None


class SimilarReader(Protocol):
    """Raises `PageNotFound`, `EmbeddingsUnavailable` where vectors do not compare, `QueryTooBroad` and `StoreUnavailable`."""

    async def similar(self, workspace_id: UUID, slug: str, model: str | None, limit: int) -> SimilarRead:
        """By the vectors of a model; none, where that is None."""
        ...


class SimilarPages:
    """The use case."""

    def __init__(self, reader: SimilarReader, embedder: Embedder | None) -> None:
        self._reader = reader
        self._embedder = embedder

    async def find(self, workspace_id: UUID, slug: str, limit: int) -> Similar:
        try:
            read = await self._reader.similar(workspace_id, slug, self._embedder.model if self._embedder else None, limit)
        except EmbeddingsUnavailable as error:
            return Similar([], "unavailable", str(error))
        how = standing(self._embedder, read.embedded)
        return Similar(read.pages, how.semantic, how.notice)
