"""How far search is, and whether things can be found by their meaning."""

from typing import Literal, Protocol
from uuid import UUID

import msgspec

from application.embeddings import Embedder

# `pending`: passages have yet to be embedded. `unavailable`: whoever embeds did not answer. `off`: nobody does.
Semantic = Literal["ready", "pending", "unavailable", "off"]
# With fewer of its passages embedded, a list by meaning would say more about the state of the work than about the documents.
EMBEDDED_SHARE_MIN = 0.9
NO_EMBEDDER = "This service embeds nothing (DAYBOOK_EMBEDDINGS=off), so only words are looked for."
NO_VECTORS = (
    "The database has no pgvector 0.7 or newer (the extension vector), so only words are looked for. "
    "Install it and start the service again."
)
OTHER_MODEL = (
    "The passages are embedded by another model, of a process that started later than this one; only words are looked for here. "
    "Start all processes with the same DAYBOOK_EMBEDDINGS settings."
)
# Told to whoever searches; where the provider is, is not.
MODEL_PLACE = "@"


class Embedded(msgspec.Struct, frozen=True):
    """How many passages of a workspace are or will be embedded, how many texts of them have yet to be, whether the database can
    keep vectors, and whose it has; None where none have been made.
    """

    passages: int
    pending: int
    vectors_kept: bool
    model: str | None


class Standing(msgspec.Struct, frozen=True):
    """Whether to go by meaning, and if not, why."""

    semantic: Semantic
    usable: bool
    notice: str | None = None


def standing(embedder: Embedder | None, embedded: Embedded) -> Standing:
    if embedder is None:
        return Standing("off", usable=False, notice=NO_EMBEDDER)
    if not embedded.vectors_kept:
        return Standing("off", usable=False, notice=NO_VECTORS)
    if embedded.model not in {None, embedder.model}:
        return Standing("pending", usable=False, notice=OTHER_MODEL)
    if embedded.pending == 0:
        return Standing("ready", usable=True)
    usable = embedded.pending <= (1 - EMBEDDED_SHARE_MIN) * embedded.passages
    instead = "those are found by their words alone" if usable else "until then, only words are looked for"
    notice = f"{embedded.pending} of {embedded.passages} passages have yet to be embedded; {instead}."
    return Standing("pending", usable, notice)


class IndexState(msgspec.Struct, frozen=True):
    """Up to which position of the log the index is, of which head, and what is in it."""

    position: int
    head: int
    documents: int
    embedded: Embedded


class ReadIndexState(Protocol):
    """Raises `StoreUnavailable`."""

    async def __call__(self, workspace_id: UUID) -> IndexState: ...


class SearchState(msgspec.Struct, frozen=True):
    """The state of a workspace's search, with what embeds its passages."""

    index: IndexState
    standing: Standing
    model: str | None


class SearchStates:
    """Tells it."""

    def __init__(self, read: ReadIndexState, embedder: Embedder | None) -> None:
        self._read = read
        self._embedder = embedder

    async def __call__(self, workspace_id: UUID) -> SearchState:
        index = await self._read(workspace_id)
        model = self._embedder.model.partition(MODEL_PLACE)[0] if self._embedder else None
        return SearchState(index, standing(self._embedder, index.embedded), model)
