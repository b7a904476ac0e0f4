"""What every embedder promises, whoever makes its vectors. The provider answers those of the local model, three times as long."""

import asyncio
import math
import time
from collections.abc import Iterator
from itertools import starmap
from operator import mul

import pytest
from providers import providing

from application.embeddings import Embedder
from infrastructure.embeddings.local import LocalEmbedder
from infrastructure.embeddings.minilm import MiniLm
from infrastructure.embeddings.openai_compatible import TEXTS_MAX, OpenAiCompatibleEmbedder

TEXTS = [
    "A car stood before the house.",
    "Bananas are berries.",
    "ein Satz auf Deutsch",
    "漢字",
    "🌧️",
    "x" * 500,
    "1 + 1 = 2\n" * 50,
]


@pytest.fixture(scope="module", params=["local", "remote"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    if request.param == "local":
        yield LocalEmbedder()
        return
    minilm = MiniLm()
    with providing(lambda text: [3 * number for number in minilm(text)]) as provider:
        yield OpenAiCompatibleEmbedder(provider.url, "minilm", api_key="sk-test")


def cosine(one: list[float], other: list[float]) -> float:
    return sum(starmap(mul, zip(one, other, strict=True)))


async def test_each_text_has_a_vector_of_length_1_and_all_have_as_many_numbers(embedder: Embedder) -> None:
    vectors = await embedder.embed(TEXTS)
    assert len(vectors) == len(TEXTS)
    assert {len(vector) for vector in vectors} == {384}
    assert all(math.hypot(*vector) == pytest.approx(1, abs=1e-6) for vector in vectors)


async def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert await embedder.embed([]) == []


async def test_a_text_has_the_same_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    alone = [(await embedder.embed([text]))[0] for text in TEXTS]
    assert await embedder.embed(TEXTS) == alone
    assert await embedder.embed(TEXTS[::-1]) == alone[::-1]


async def test_many_texts_come_back_in_their_order(embedder: Embedder) -> None:
    texts = [f"number {number}" for number in range(TEXTS_MAX + 1)]
    vectors = await embedder.embed(texts)
    assert vectors[-1:] == await embedder.embed(texts[-1:])
    assert vectors[:1] == await embedder.embed(texts[:1])
    assert len({tuple(vector) for vector in vectors}) == len(texts)


async def test_calls_at_the_same_time_do_not_disturb_each_other(embedder: Embedder) -> None:
    together = await asyncio.gather(*(embedder.embed([text]) for text in TEXTS))
    assert [vector for (vector,) in together] == await embedder.embed(TEXTS)


async def test_what_means_the_same_is_closer_than_what_does_not(embedder: Embedder) -> None:
    car, automobile, banana = await embedder.embed(["car", "automobile", "banana"])
    assert cosine(car, automobile) > cosine(car, banana) + 0.2
    assert cosine(car, automobile) > cosine(automobile, banana) + 0.2


@pytest.mark.parametrize("blank", ["", " ", "\n\n\t", "\u200b"])
async def test_a_blank_text_has_a_vector_too(embedder: Embedder, blank: str) -> None:
    (vector,) = await embedder.embed([blank])
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)


async def test_a_long_text_costs_no_more_than_its_beginning(embedder: Embedder) -> None:
    await embedder.embed(["the model is loaded"])
    beginning = "lift and drag of a wing " * 400
    began = time.monotonic()
    vectors = await embedder.embed([beginning, beginning * 11, "w" * 100_000, "漢" * 100_000])
    assert time.monotonic() - began < 5
    assert vectors[0] == vectors[1]


def test_its_model_has_a_name(embedder: Embedder) -> None:
    assert embedder.model.isprintable()
    assert embedder.model
