"""Searching while whoever embeds is away: words are found soon, and the answer says what is missing."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from conftest import Service, Workspace
from providers import Provider, providing

from application.search import EMBEDDING_S
from infrastructure.search import embedding


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing(lambda text: [float(len(text)), 1.0, 0.0]) as made:
        yield made


@pytest.fixture
def embedded(new_service: Callable[..., Service], provider: Provider) -> Workspace:
    """A workspace with a page that can be found by its meaning."""
    service = new_service("--embeddings", "local", "--embeddings-url", provider.url, "--embeddings-model", "a-model")
    workspace = service.new_workspace()
    workspace.create("A boat", content="It has oars.")
    until(lambda: workspace.client.get("/search/status").json(), documents=1, semantic="ready")
    return workspace


def until(state: Callable[[], dict[str, Any]], **wanted: Any) -> None:
    give_up = time.monotonic() + 20
    while (seen := {name: state()[name] for name in wanted}) != wanted:
        assert time.monotonic() < give_up, seen
        time.sleep(0.05)


def hanging(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3 * EMBEDDING_S)


def test_words_are_found_while_the_provider_is_away(embedded: Workspace, provider: Provider) -> None:
    def found(mode: str) -> dict[str, Any]:
        answer: dict[str, Any] = embedded.client.get("/pages/search", params={"q": "oars", "mode": mode}).json()
        assert [each["slug"] for each in answer["results"]] == ["a-boat"]
        return answer

    answer = found("hybrid")
    assert (answer["mode"], answer["semantic"], answer["notice"]) == ("hybrid", "ready", None)
    for always, mode in ((hanging, "hybrid"), (500, "hybrid"), (hanging, "semantic")):
        provider.receiver.always = always
        began = time.monotonic()
        answer = found(mode)
        assert time.monotonic() - began < 2 * EMBEDDING_S
        assert (answer["mode"], answer["semantic"]) == ("keyword", "unavailable")
        assert answer["notice"].startswith("What is looked for could not be embedded within 2 seconds.")
    # Who wants words alone does not wait for it.
    began = time.monotonic()
    assert found("keyword")["notice"] is None
    assert time.monotonic() - began < EMBEDDING_S


def test_passages_that_could_not_be_embedded_are_taken_again_at_once(embedded: Workspace, provider: Provider) -> None:
    provider.answers([], 404)
    embedded.create("A ship", content="It has sails.")
    began = time.monotonic()
    until(lambda: embedded.client.get("/search/status").json(), documents=2, semantic="ready")
    assert time.monotonic() - began < embedding.LEASE_S / 10
