"""Searching by meaning: with the model that comes along, with a provider, and while passages have yet to be embedded."""

import hashlib
import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import CAUGHT_UP_S, Service, Workspace, as_owner, caught_up
from providers import Provider, providing

from infrastructure.database import Connection

DIMENSIONS = 64
WITH_PROVIDER = ("--embeddings", "local", "--embeddings-url")
TOPICS = {
    "cars": "The automobile needs new tyres, and its engine has to be looked at in the garage.",
    "cooking": "Chop the onions, fry them in butter, and let the soup simmer for an hour.",
    "music": "The orchestra rehearses the symphony; violins and cellos tune before the concert.",
    "weather": "Heavy rain and thunderstorms are expected in the north, with wind from the sea.",
}


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the model that comes along."""
    service = Service(tmp_path_factory.mktemp("embedding") / "data", "--embeddings", "local").start()
    yield service
    service.hang_up()
    service.stop()


def embedded(workspace: Workspace) -> dict[str, Any]:
    """The state of search, once nothing waits."""
    caught_up(workspace)
    give_up = time.monotonic() + CAUGHT_UP_S
    while True:
        state: dict[str, Any] = workspace.client.get("/search/status").json()
        if state["semantic"] == "ready":
            return state
        assert time.monotonic() < give_up, state
        time.sleep(0.05)


def search(workspace: Workspace, q: str, **parameters: Any) -> dict[str, Any]:
    response = workspace.client.get("/search", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def slugs(workspace: Workspace, q: str, **parameters: Any) -> list[str]:
    return [result["slug"] for result in search(workspace, q, **parameters)["results"]]


@pytest.fixture
def library(embedding: Service) -> Workspace:
    workspace = embedding.new_workspace()
    for slug, content in TOPICS.items():
        workspace.create(slug.title(), slug=slug, content=content)
    embedded(workspace)
    return workspace


def test_things_are_found_by_what_they_mean(library: Workspace) -> None:
    for words, slug in (("vehicle repair", "cars"), ("recipe for dinner", "cooking"), ("classical concerts", "music")):
        answer = search(library, words, mode="semantic")
        assert (answer["mode"], answer["semantic"], answer["notice"]) == ("semantic", "ready", None)
        assert answer["results"][0]["slug"] == slug, words
        assert slugs(library, words)[0] == slug, words


def test_a_hybrid_score_says_where_it_comes_from(library: Workspace) -> None:
    answer = search(library, "storm and rain", explain=True)
    first = answer["results"][0]
    assert answer["mode"] == "hybrid"
    assert (first["slug"], first["score"]) == ("weather", 1)
    assert (first["explain"]["keyword"]["rank"], first["explain"]["semantic"]["rank"]) == (1, 1)
    assert 0 < first["explain"]["semantic"]["similarity"] <= 1
    for result in answer["results"]:
        ranks = [reason["rank"] for reason in result["explain"].values() if reason is not None]
        assert result["score"] == pytest.approx(sum(61 / 2 / (60 + rank) for rank in ranks), abs=1e-5)


def test_phrases_exclusions_types_and_filters_hold_for_meaning_too(library: Workspace) -> None:
    assert slugs(library, 'dinner "let the soup"', mode="semantic") == ["cooking"]
    assert "cooking" not in slugs(library, "dinner -onions", mode="semantic")
    library.create("Inside", slug="inside", parentSlug="music", content="A vehicle in a museum.")
    library.client.post("/updates", json={"page": "music", "content": "The vehicle has arrived."})
    embedded(library)
    assert slugs(library, "automobile", mode="semantic", under="music") == ["inside"]
    [update] = search(library, "automobile", mode="semantic", type="update")["results"]
    assert (update["type"], update["title"]) == ("update", "The vehicle has arrived.")


def test_what_is_deleted_is_not_found_by_meaning_either(library: Workspace) -> None:
    library.client.delete("/pages/cars")
    assert "cars" not in slugs(library, "vehicle repair", mode="semantic")
    assert "cars" not in [page["slug"] for page in library.client.get("/pages/music/similar").json()["pages"]]
    library.client.post("/pages/cars/restore")
    embedded(library)
    assert slugs(library, "vehicle repair", mode="semantic")[0] == "cars"


def test_signs_alone_mean_nothing(library: Workspace) -> None:
    assert search(library, "!?", mode="semantic")["results"] == []
    assert search(library, "-cars")["results"] == []


def test_similar_pages_are_the_nearest_with_the_passages_that_make_them_so(library: Workspace) -> None:
    garage = "# Garage\n\nAutomobiles of all kinds are repaired: engines, tyres and brakes.\n\n# Tea\n\nWe serve tea as well."
    library.create("Garage", slug="garage", content=garage)
    embedded(library)
    answer = library.client.get("/pages/garage/similar").json()
    assert (answer["semantic"], answer["notice"]) == ("ready", None)
    first = answer["pages"][0]
    assert first["slug"] == "cars"
    assert "garage" not in [page["slug"] for page in answer["pages"]]
    [best] = first["passages"][:1]
    assert (best["text"], best["ownHeading"], best["ownAnchor"]) == (TOPICS["cars"], "Garage", "garage")
    similarities = [page["similarity"] for page in answer["pages"]]
    assert similarities == sorted(similarities, reverse=True)
    listed = {page["slug"]: page for page in library.client.get("/pages").json()["pages"]}
    assert {key: value for key, value in first.items() if key not in {"similarity", "passages"}} == listed["cars"]
    assert len(library.client.get("/pages/garage/similar", params={"limit": 1}).json()["pages"]) == 1
    assert library.client.get("/pages/nowhere/similar").status_code == 404


def test_vectors_of_one_workspace_are_nothing_to_another(library: Workspace, embedding: Service) -> None:
    other = embedding.new_workspace()
    other.create("Mine", slug="mine", content=TOPICS["cars"])
    embedded(other)
    assert slugs(other, "vehicle repair", mode="semantic") == ["mine"]
    assert other.client.get("/pages/mine/similar").json()["pages"] == []
    assert "mine" not in slugs(library, "vehicle repair", mode="semantic")


# With a provider of our own, whose vectors follow from the words of a text.


def vector_of(text: str) -> list[float]:
    """Texts with words in common are near each other."""
    sums = [0.0] * DIMENSIONS
    for word in text.lower().split():
        chance = random.Random(hashlib.sha256(word.encode()).digest())  # noqa: S311 - the same for the same word
        sums = [total + chance.gauss(0, 1) for total in sums]
    length = math.hypot(*sums) or 1.0
    return [number / length for number in sums]


@pytest.fixture(scope="module")
def only_provider() -> Iterator[Provider]:
    with providing(vector_of) as found:
        yield found


@pytest.fixture
def provider(only_provider: Provider) -> Iterator[Provider]:
    """However it was told to answer in a test, afterwards it answers as usual."""
    usual = only_provider.receiver.always
    yield only_provider
    only_provider.receiver.always = usual


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory, only_provider: Provider) -> Iterator[Service]:
    """A service that asks it."""
    service = Service(tmp_path_factory.mktemp("provided") / "data", *WITH_PROVIDER, only_provider.url).start()
    yield service
    service.hang_up()
    service.stop()


def texts_asked(provider: Provider, before: int) -> list[str]:
    """But for what was asked before."""
    return [text for texts in provider.asked[before:] for text in texts]


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + CAUGHT_UP_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def vectors(workspace: Workspace) -> set[tuple[str, bytes]]:
    async def read(connection: Connection) -> set[tuple[str, bytes]]:
        rows = await connection.fetch("SELECT model, digest FROM search.vector WHERE workspace_id = $1", workspace.id)
        return {(row["model"], row["digest"]) for row in rows}

    return as_owner(workspace, read)


def test_only_passages_whose_text_changed_are_embedded_and_none_is_kept_that_is_gone(
    provided: Service, provider: Provider
) -> None:
    workspace, before = provided.new_workspace(), len(provider.asked)
    sections = "\n\n".join(f"# Part {number}\n\nText number {number}." for number in range(30))
    workspace.create("Long", slug="long", content=sections)
    state = embedded(workspace)
    assert (state["passages"], state["embedded"]) == (30, 30)
    assert sorted(texts_asked(provider, before)) == sorted(f"Long\nPart {number}\nText number {number}." for number in range(30))
    before = len(provider.asked)
    workspace.client.post("/pages/long/content/find-replace", json={"find": "Text number 7.", "replace": "Another text."})
    workspace.client.patch("/pages/long", json={"status": "idea"})
    embedded(workspace)
    assert texts_asked(provider, before) == ["Long\nPart 7\nAnother text."]
    until(lambda: len(vectors(workspace)) == 30)
    # What stands in another page as well stays.
    workspace.create("Long", slug="copy", content="# Part 1\n\nText number 1.")
    embedded(workspace)
    workspace.client.delete("/pages/long")
    caught_up(workspace)
    until(lambda: len(vectors(workspace)) == 1)
    assert slugs(workspace, "text number", mode="semantic") == ["copy"]


def test_before_passages_are_embedded_words_are_looked_for_and_the_answer_says_so(provided: Service, provider: Provider) -> None:
    workspace = provided.new_workspace()
    held = provider.receiver.always

    def refuse(handler: Any) -> None:
        provider.receiver.answer(handler, (500, {}, b"{}"))

    provider.receiver.always = refuse
    workspace.create("Soil", slug="soil", content="soil and water")
    caught_up(workspace)
    for mode in ("hybrid", "semantic"):
        answer = search(workspace, "soil", mode=mode)
        assert (answer["mode"], answer["semantic"]) == ("keyword", "pending")
        assert "1 of 1 passages" in answer["notice"]
        assert [result["slug"] for result in answer["results"]] == ["soil"]
    assert workspace.client.get("/search/status").json()["embedded"] == 0
    assert workspace.client.get("/pages/soil/similar").json()["semantic"] == "pending"
    provider.receiver.always = held
    embedded(workspace)
    assert search(workspace, "soil")["mode"] == "hybrid"


def test_a_provider_that_is_away_takes_nothing_but_the_meaning_away(provided: Service, provider: Provider) -> None:
    workspace = provided.new_workspace()
    workspace.create("Soil", slug="soil", content="soil and water")
    embedded(workspace)
    provider.receiver.always = lambda handler: provider.receiver.answer(handler, (500, {}, b"{}"))
    answer = search(workspace, "soil")
    assert (answer["mode"], answer["semantic"]) == ("keyword", "unavailable")
    assert answer["notice"]
    assert [result["slug"] for result in answer["results"]] == ["soil"]


def test_another_model_embeds_everything_anew_and_the_old_vectors_go(
    new_service: Callable[..., Service], provider: Provider
) -> None:
    service = new_service(*WITH_PROVIDER, provider.url, "--embeddings-model", "first")
    workspace = service.new_workspace()
    for slug, content in TOPICS.items():
        workspace.create(slug, content=content)
    embedded(workspace)
    before = vectors(workspace)
    service.stop()
    service.flags = (*WITH_PROVIDER, provider.url, "--embeddings-model", "second")
    service.start()
    until(lambda: len(vectors(workspace) - before) == len(TOPICS) and not vectors(workspace) & before)
    assert slugs(workspace, "let the soup simmer for an hour", mode="semantic")[0] == "cooking"


def test_very_many_passages_get_an_index_that_finds_the_same(provided: Service) -> None:
    """Beyond what is looked through one by one, of which a test has to make little."""
    workspace = provided.new_workspace()
    chance = random.Random(3)  # noqa: S311 - always the same texts
    words = ("soil", "water", "sun", "wind", "leaf", "root", "seed", "tree", "fruit", "bloom")
    actions = [{"action": "create", "title": f"N{n}", "content": " ".join(chance.choices(words, k=9))} for n in range(300)]
    assert workspace.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    embedded(workspace)
    [model] = {model for model, _ in vectors(workspace)}
    queries = ("soil water", "leaf root seed", "bloom wind")
    exact = [slugs(workspace, query, mode="semantic", limit=5) for query in queries]

    async def index(connection: Connection) -> list[str]:
        await connection.execute("SELECT set_config('daybook.workspaces', $1::uuid[]::text, false)", [workspace.id])
        assert not await connection.fetchval("SELECT search.index_vectors($1, $2, 301)", workspace.id, model)
        assert await connection.fetchval("SELECT search.index_vectors($1, $2, 300)", workspace.id, model)
        assert not await connection.fetchval("SELECT search.index_vectors($1, $2, 300)", workspace.id, model)
        rows = await connection.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'search' AND indexdef LIKE '%hnsw%'")
        return [row["indexdef"] for row in rows]

    [definition] = as_owner(workspace, index)
    assert str(workspace.id) in definition
    assert "vector_near_" in as_owner(workspace, plan_of_nearest(workspace, model))
    found = [slugs(workspace, query, mode="semantic", limit=5) for query in queries]
    near = sum(len(set(one) & set(other)) for one, other in zip(exact, found, strict=True))
    assert near >= 0.9 * 5 * len(queries)


def plan_of_nearest(workspace: Workspace, model: str) -> Callable[[Connection], Any]:
    """How the statement inside `search.nearest` is carried out, where the planner has no choice but by price."""
    query = "[" + ",".join(["0.1"] * DIMENSIONS) + "]"

    async def explain(connection: Connection) -> str:
        async with connection.transaction():
            await connection.execute("SET LOCAL enable_sort = off")
            rows = await connection.fetch(  # the statement has its values in it, so that the index is found
                f"EXPLAIN SELECT v.digest FROM search.vector v WHERE v.workspace_id = '{workspace.id}' AND v.model = '{model}' "  # noqa: S608 - of our own
                f"ORDER BY v.embedding::halfvec({DIMENSIONS}) <#> '{query}'::halfvec({DIMENSIONS}) LIMIT 5"
            )
        return "\n".join(row[0] for row in rows)

    return explain


def test_a_text_that_the_provider_refuses_keeps_no_other_from_its_vector(provided: Service, provider: Provider) -> None:
    workspace = provided.new_workspace()
    usual = provider.receiver.always
    assert usual is not None

    def picky(handler: Any) -> None:
        if any("poison" in text for text in provider.asked[-1]):
            provider.receiver.answer(handler, (400, {}, b"{}"))
        else:
            usual(handler)

    provider.receiver.always = picky
    actions = [{"action": "create", "title": f"N{n}", "content": "poison" if n == 5 else f"text {n}"} for n in range(20)]
    assert workspace.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    caught_up(workspace)
    until(lambda: workspace.client.get("/search/status").json()["embedded"] == 19)
    answer = search(workspace, "text 7")
    assert (answer["mode"], answer["semantic"]) == ("hybrid", "pending")


def test_of_two_processes_with_different_models_the_later_one_embeds_and_the_other_says_so(
    provided: Service, provider: Provider
) -> None:
    workspace = provided.new_workspace()
    workspace.create("Soup", slug="soup", content=TOPICS["cooking"])
    embedded(workspace)

    async def another_model(connection: Connection) -> None:
        await connection.execute("UPDATE search.totals SET model = 'another' WHERE workspace_id = $1", workspace.id)

    as_owner(workspace, another_model)
    answer = search(workspace, "soup")
    assert (answer["mode"], answer["semantic"]) == ("keyword", "pending")
    assert "another model" in answer["notice"]
    workspace.create("Late", content="soup")
    caught_up(workspace)
    before = len(provider.asked)
    time.sleep(1.5)
    assert len(provider.asked) == before, "it embeds what it may not"


def test_vectors_of_another_length_are_told_and_never_an_error(provided: Service) -> None:
    """A provider has another model behind the same name since the last start."""
    workspace = provided.new_workspace()
    workspace.create("Soup", slug="soup", content=TOPICS["cooking"])
    embedded(workspace)

    async def shorten(connection: Connection) -> None:
        await connection.execute("UPDATE search.vector SET embedding = '[1,0,0]' WHERE workspace_id = $1", workspace.id)

    as_owner(workspace, shorten)
    answer = search(workspace, "soup")
    assert (answer["mode"], answer["semantic"], [each["slug"] for each in answer["results"]]) == (
        "keyword",
        "unavailable",
        ["soup"],
    )
    assert "DAYBOOK_EMBEDDINGS_MODEL" in answer["notice"]
    workspace.create("More", content=TOPICS["music"])
    embedded(workspace)
    for path in ("/pages/soup/similar", "/pages/more/similar"):
        similar = workspace.client.get(path)
        assert (similar.status_code, similar.json()["semantic"]) == (200, "unavailable")


def test_what_is_rarely_nearest_is_found_by_its_type(library: Workspace) -> None:
    actions = [{"action": "create", "title": f"Soup {n}", "content": f"Onion soup, number {n}."} for n in range(450)]
    assert library.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    library.client.post("/principles", json={"title": "We eat at noon"})
    embedded(library)
    assert [each["title"] for each in search(library, "onion soup", mode="semantic", type="principle")["results"]] == [
        "We eat at noon"
    ]


def test_without_pgvector_words_are_found_and_the_answer_says_what_is_missing(new_service: Callable[..., Service]) -> None:
    """As on a PostgreSQL of somebody else's that lacks it; when it comes, the next start uses it."""
    service = new_service("--embeddings", "local")
    workspace = service.new_workspace()

    async def take_away(connection: Connection) -> None:
        await connection.execute("DROP EXTENSION vector CASCADE")
        await connection.execute("DROP TABLE IF EXISTS search.vector CASCADE")

    as_owner(workspace, take_away)
    workspace.create("Soil", slug="soil", content="soil and water")
    caught_up(workspace)
    answer = search(workspace, "soil")
    assert (answer["mode"], answer["semantic"]) == ("keyword", "off")
    assert "pgvector" in answer["notice"]
    assert [result["slug"] for result in answer["results"]] == ["soil"]
    similar = workspace.client.get("/pages/soil/similar").json()
    assert (similar["pages"], similar["semantic"]) == ([], "off")
    service.stop()
    service.start()
    embedded(workspace)
    assert search(workspace, "earth", mode="semantic")["results"][0]["slug"] == "soil"
