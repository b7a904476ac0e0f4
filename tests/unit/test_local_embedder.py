"""The model that comes along: what it reads of a text, and how it is loaded."""

import asyncio
import os
import sys
import threading

import pytest

from application.embeddings import TEXT_CHARACTERS_MAX, EmbeddingsUnavailable
from infrastructure.embeddings import local, minilm
from infrastructure.embeddings.local import ASIDE_NICENESS, MODEL, LocalEmbedder
from infrastructure.embeddings.minilm import TOKENS_MAX

# Two of its tokens mark begin and end.
WORDS_MAX = TOKENS_MAX - 2
BEGINNING = [-0.031549, 0.144614, 0.020996, 0.019277]


async def test_the_last_word_that_fits_counts_and_the_one_after_it_does_not() -> None:
    words = ["wing"] * WORDS_MAX
    full, other_end, one_more = await LocalEmbedder().embed(
        [" ".join(words), " ".join([*words[:-1], "banana"]), " ".join([*words, "banana"])]
    )
    assert full == one_more
    assert full != other_end


async def test_the_last_character_that_is_looked_at_counts_and_the_one_after_it_does_not() -> None:
    spaces = " " * (TEXT_CHARACTERS_MAX - 1)
    blank, letter, letter_after = await LocalEmbedder().embed(["", spaces + "x", spaces + " x"])
    assert letter != blank
    assert letter_after == blank


async def test_vectors_are_what_they_were_when_the_model_got_its_name() -> None:
    """If this fails after an update, vectors have changed: then `MODEL` needs a new number, and this test the new ones."""
    (vector,) = await LocalEmbedder().embed(["A car stood before the house."])
    assert (MODEL, vector[:4]) == ("all-MiniLM-L6-v2-onnx-int8/8199be6f/1", pytest.approx(BEGINNING, abs=1e-4))


async def test_the_model_is_loaded_once_and_only_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    class Counted:
        def __init__(self) -> None:
            loaded.append(threading.current_thread().name)

        def __call__(self, text: str) -> list[float]:
            return [1.0]

    monkeypatch.setattr(minilm, "MiniLm", Counted)
    embedder = LocalEmbedder(threads=4)
    assert not loaded
    await asyncio.gather(*(embedder.embed(["text"]) for _ in range(8)))
    await embedder.aside().embed(["text"])
    assert len(loaded) == 1
    assert loaded != [threading.current_thread().name]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities of their own")
async def test_who_fills_an_index_steps_back_and_who_searches_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def priority_of_thread(_text: str) -> list[float]:
        return [float(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))]

    monkeypatch.setattr(local, "_load", lambda: priority_of_thread)
    embedder = LocalEmbedder()
    ours = float(os.getpriority(os.PRIO_PROCESS, 0))
    assert await embedder.aside().embed(["text"]) == [[float(ASIDE_NICENESS)]]
    assert await embedder.embed(["text"]) == [[ours]]


async def test_a_model_that_cannot_be_loaded_is_unavailable_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = LocalEmbedder()
    with monkeypatch.context() as broken:
        broken.setattr(minilm, "model_path", lambda: "no such file")
        with pytest.raises(EmbeddingsUnavailable, match="DAYBOOK_EMBEDDINGS_URL"):
            await embedder.embed(["text"])
    assert len(await embedder.embed(["text"])) == 1


async def test_one_call_keeps_one_thread_busy_however_many_texts_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    held, free = threading.Event(), threading.Event()

    def vector_of(text: str) -> list[float]:
        if text == "slow":
            held.set()
            free.wait(10)
        return [1.0]

    monkeypatch.setattr(local, "_load", lambda: vector_of)
    embedder = LocalEmbedder(threads=2)
    many = asyncio.create_task(embedder.embed(["slow"] * 5))
    await asyncio.to_thread(held.wait, 10)
    assert await asyncio.wait_for(embedder.embed(["quick"]), 5) == [[1.0]]
    assert not many.done()
    free.set()
    assert len(await many) == 5
