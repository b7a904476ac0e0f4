"""Searching by words, over HTTP: what is found, in what order, with what shown of it."""

from typing import Any

import asyncpg
import pytest
from conftest import Service, Workspace, caught_up, run_apart


def search(workspace: Workspace, q: str, path: str = "/search", **parameters: Any) -> dict[str, Any]:
    response = workspace.client.get(path, params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def slugs(workspace: Workspace, q: str, **parameters: Any) -> list[str]:
    return [result["slug"] for result in search(workspace, q, **parameters)["results"]]


@pytest.fixture
def garden(workspace: Workspace) -> Workspace:
    workspace.create("Growing tomatoes", slug="tomatoes", content="# Soil\n\nTomatoes like warm soil.\n\n# Water\n\nEvery day.")
    workspace.create("Apple trees", slug="apples", content="Plant an apple tree in autumn; the soil must not be wet.")
    workspace.create("Compost", slug="compost", content="Turns kitchen waste into soil. Good for tomatoes, too.")
    return workspace


def test_what_has_more_of_the_words_comes_first_and_titles_weigh_more(garden: Workspace) -> None:
    assert slugs(garden, "tomatoes") == ["tomatoes", "compost"]
    assert slugs(garden, "apple soil")[0] == "apples"
    assert slugs(garden, "nothing of the kind") == []


def test_a_result_says_what_it_is_where_it_is_and_why(garden: Workspace) -> None:
    page = garden.get("tomatoes")
    [result] = search(garden, "warm soil", path="/pages/search")["results"][:1]
    assert result.pop("score") > 0
    assert result == {
        "type": "page",
        "id": page["id"],
        "pageSlug": "tomatoes",
        "slug": "tomatoes",
        "pageTitle": "Growing tomatoes",
        "title": "Growing tomatoes",
        "snippet": "Tomatoes like <mark>warm</mark> <mark>soil</mark>.",
        "heading": "Soil",
        "anchor": "soil",
        "updatedAt": page["updatedAt"],
    }


def test_both_routes_answer_under_both_prefixes(garden: Workspace) -> None:
    for path in ("search", "pages/search"):
        answer = garden.client.get(f"{garden.url}/api/v1/{path}", params={"q": "compost"})
        assert [result["slug"] for result in answer.json()["results"]] == ["compost"]


def test_phrases_have_to_be_there_and_excluded_words_must_not(garden: Workspace) -> None:
    assert slugs(garden, '"warm soil"') == ["tomatoes"]
    assert slugs(garden, '"soil warm"') == []
    assert set(slugs(garden, "soil -kitchen")) == {"tomatoes", "apples"}
    assert slugs(garden, 'soil -"warm soil" -kitchen') == ["apples"]
    assert slugs(garden, "-soil") == []


def test_words_are_found_in_other_forms_by_their_beginning_and_misspelt(garden: Workspace) -> None:
    assert slugs(garden, "planting trees") == ["apples"]
    assert slugs(garden, "tomat")[0] == "tomatoes"
    assert slugs(garden, "kitcehn") == ["compost"]
    assert slugs(garden, "compsot")[0] == "compost"
    explained = search(garden, "kitcehn", explain=True)["explain"]["words"]
    assert [(word["word"], word["why"]) for word in explained] == [("kitchen", "spelling")]


def test_scripts_without_spaces_are_found_by_any_part(workspace: Workspace) -> None:
    workspace.create("東京の話", slug="tokyo", content="ここは東京都庁です。今日は良い天気。")
    workspace.create("ไทย", slug="thai", content="ภาษาไทยง่ายนิดเดียว")
    workspace.create("Korean", slug="korean", content="안녕하세요 세계")
    for part in ("京都", "東", "都庁で", "天気", "話"):
        assert slugs(workspace, part) == ["tokyo"], part
    assert slugs(workspace, "ง่ายนิด") == ["thai"]
    assert slugs(workspace, "하세") == ["korean"]
    assert search(workspace, "京都")["results"][0]["snippet"] == "ここは東<mark>京都</mark>庁です。今日は良い天気。"


def test_phrases_hold_in_scripts_without_spaces_too(workspace: Workspace) -> None:
    workspace.create("Korean", slug="korean", content="안녕하세요 세계 여러분")
    workspace.create("Tower", slug="tower", content="東京 tower と黒猫がいる")
    assert slugs(workspace, '"안녕하세요 세계"') == ["korean"]
    assert slugs(workspace, '"하세요 세"') == ["korean"]
    assert slugs(workspace, '"東京 tower"') == ["tower"]
    assert slugs(workspace, '"猫"') == ["tower"]
    assert slugs(workspace, '"세계 안녕하세요"') == []
    assert slugs(workspace, "tower -猫") == []


def test_a_page_that_is_one_endless_heading_is_found_and_keeps_nobody_else_from_it(workspace: Workspace) -> None:
    workspace.create("Endless", slug="endless", content="# " + " ".join(f"w{n}" for n in range(120_000)))
    workspace.create("After", slug="after", content="something else")
    caught_up(workspace)
    assert slugs(workspace, "something") == ["after"]
    assert slugs(workspace, "w119999") == ["endless"]


def test_updates_of_a_page_in_the_trash_push_nothing_out_of_the_answer(workspace: Workspace) -> None:
    workspace.create("Gone", slug="gone")
    for number in range(45):
        workspace.client.post("/updates", json={"page": "gone", "content": f"zebra zebra zebra {number}"})
    workspace.create("Here", slug="here", content="There is one zebra in a long text about many other animals of the savanna.")
    workspace.client.delete("/pages/gone")
    assert slugs(workspace, "zebra") == ["here"]
    assert slugs(workspace, "zebra", limit=1) == ["here"]


def test_names_of_programs_paths_addresses_and_signs_are_found(workspace: Workspace) -> None:
    workspace.create("Code", slug="code", content="In src/net/main.rs `std::vec` in C++, not C. Ask ana@acme.io. Done ✅")
    workspace.create("Other", slug="other", content="C is a language.")
    for words in ("main.rs", "src/net", "std::vec", "C++", "ana@acme.io", "acme", "✅"):
        assert slugs(workspace, words)[0] == "code", words
    assert "code" not in slugs(workspace, "C++ -src")


def test_a_page_is_found_in_its_newest_text_and_no_more_in_its_old_one(garden: Workspace) -> None:
    garden.client.put("/pages/compost/content", json={"content": "Nothing but leaves."})
    assert slugs(garden, "leaves") == ["compost"]
    assert slugs(garden, "kitchen") == []
    garden.client.patch("/pages/compost", json={"title": "Mulch"})
    assert search(garden, "mulch")["results"][0]["title"] == "Mulch"


def test_what_was_deleted_is_gone_at_once_and_back_when_it_is_restored(garden: Workspace) -> None:
    child = garden.create("Pears", slug="pears", content="Soil for pears.", parentSlug="apples")
    assert "pears" in slugs(garden, "soil")
    garden.client.delete("/pages/apples")
    assert {"apples", "pears"}.isdisjoint(slugs(garden, "soil pears apple"))
    garden.client.post("/pages/apples/restore")
    assert {"apples", child["slug"]} <= set(slugs(garden, "soil pears apple"))


def test_filters_combine_with_words(garden: Workspace) -> None:
    garden.client.patch("/pages/apples", json={"status": "on_track", "owner": "ana@acme.io"})
    garden.create("Pears", slug="pears", content="Soil for pears.", parentSlug="apples")
    deep = garden.create("Quinces", slug="quinces", content="Soil for quinces.", parentSlug="pears")
    assert slugs(garden, "soil", status="on_track") == ["apples"]
    assert set(slugs(garden, "soil", status="none")) == {"tomatoes", "compost", "pears", "quinces"}
    assert slugs(garden, "soil", owner="ana@acme.io") == ["apples"]
    assert set(slugs(garden, "soil", under="apples")) == {"pears", "quinces"}
    assert slugs(garden, "soil", parent="apples") == ["pears"]
    since = deep["createdAt"]
    assert slugs(garden, "soil", updatedSince=since) == ["quinces"]
    assert slugs(garden, 'soil -"quinces"', under="apples") == ["pears"]


def test_updates_milestones_and_principles_are_found_by_type(garden: Workspace) -> None:
    update = garden.client.post("/updates", json={"page": "tomatoes", "content": "The greenhouse stands.\n\nMore soon."}).json()
    garden.client.post("/milestones", json={"title": "Greenhouse paid", "date": "2026-12-01", "description": "All of it."})
    garden.client.post("/principles", json={"title": "No greenhouse is heated", "content": "Energy is dear."})
    found = search(garden, "greenhouse")["results"]
    assert {result["type"] for result in found} == {"update", "milestone", "principle"}
    for kind in ("update", "milestone", "principle"):
        assert [result["type"] for result in search(garden, "greenhouse", type=kind)["results"]] == [kind]
    assert search(garden, "greenhouse", type="page,update")["results"][0]["id"] == update["update"]["id"]
    assert slugs(garden, "greenhouse", path="/pages/search") == []
    [result] = search(garden, "greenhouse", type="update")["results"]
    assert (result["pageSlug"], result["pageTitle"]) == ("tomatoes", "Growing tomatoes")
    assert result["title"] == "The greenhouse stands."
    [result] = search(garden, "greenhouse", type="principle")["results"]
    assert (result["pageSlug"], result["pageTitle"], result["title"]) == (None, None, "No greenhouse is heated")


def test_an_update_is_hidden_with_its_page_and_gone_with_itself(garden: Workspace) -> None:
    update = garden.client.post("/updates", json={"page": "tomatoes", "content": "The greenhouse stands."}).json()["update"]
    milestone = garden.client.post("/milestones", json={"title": "Greenhouse", "date": "2026-12-01", "page": "tomatoes"}).json()
    garden.client.delete("/pages/tomatoes")
    assert [result["type"] for result in search(garden, "greenhouse")["results"]] == ["milestone"]
    garden.client.post("/pages/tomatoes/restore")
    assert {result["type"] for result in search(garden, "greenhouse")["results"]} == {"update", "milestone"}
    garden.client.delete(f"/updates/{update['id']}")
    garden.client.delete(f"/milestones/{milestone['milestone']['id']}")
    assert search(garden, "greenhouse")["results"] == []


def test_filters_of_pages_hold_for_what_belongs_to_a_page(garden: Workspace) -> None:
    garden.client.patch("/pages/tomatoes", json={"status": "on_track"})
    for slug in ("tomatoes", "apples"):
        garden.client.post("/updates", json={"page": slug, "content": "The greenhouse stands."})
    garden.client.post("/principles", json={"title": "Greenhouse"})
    assert slugs(garden, "greenhouse", status="on_track") == ["tomatoes"]


def test_a_limit_holds_from_1_to_100(garden: Workspace) -> None:
    assert len(slugs(garden, "soil", limit=1)) == 1
    assert len(slugs(garden, "soil", limit=100)) == 3
    for limit in (0, 101, -1, 10**9):
        assert garden.client.get("/search", params={"q": "soil", "limit": limit}).status_code == 400


def test_without_a_limit_there_are_20(workspace: Workspace) -> None:
    actions = [{"action": "create", "title": f"Number {number}", "content": "the same word"} for number in range(25)]
    assert workspace.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    assert len(slugs(workspace, "word")) == 20
    assert len(slugs(workspace, "word", limit=24)) == 24


def test_scores_are_explained(garden: Workspace) -> None:
    answer = search(garden, "warm soil", mode="keyword", explain=True)
    result = answer["results"][0]
    reason = result["explain"]["keyword"]
    assert reason["rank"] == 1
    assert reason["score"] == result["score"] == pytest.approx(sum(word["score"] for word in reason["words"]), abs=1e-5)
    assert {word["word"]: word["documents"] for word in answer["explain"]["words"]} == {"warm": 1, "soil": 3}
    assert answer["explain"]["language"] == "english"
    assert "explain" not in search(garden, "warm soil")["results"][0]


def test_scores_are_those_of_bm25(garden: Workspace) -> None:
    """Worked out once more from what the explanation says of the index."""
    answer = search(garden, "water", mode="keyword", explain=True)
    how, [result] = answer["explain"], answer["results"]
    [word], [part] = how["words"], result["explain"]["keyword"]["words"]
    # grow tomato tomato soil like warm water everi day, the title's two words twice.
    length = sum([2 * 2, 1, 4, 1, 2])
    k = how["k1"] * (1 - how["b"] + how["b"] * length / how["averageWords"])
    assert part["score"] == pytest.approx(word["weight"] * part["count"] * (how["k1"] + 1) / (part["count"] + k), abs=1e-5)


def test_where_nothing_is_embedded_words_are_looked_for_and_the_answer_says_so(garden: Workspace) -> None:
    for mode in ("hybrid", "semantic"):
        answer = search(garden, "soil", mode=mode)
        assert (answer["mode"], answer["semantic"]) == ("keyword", "off")
        assert "DAYBOOK_EMBEDDINGS" in answer["notice"]
        assert len(answer["results"]) == 3
    assert search(garden, "soil", mode="keyword")["notice"] is None
    similar = garden.client.get("/pages/tomatoes/similar").json()
    assert (similar["pages"], similar["semantic"]) == ([], "off")
    assert garden.client.get("/pages/no-such-page/similar").status_code == 404


def test_an_empty_workspace_has_nothing_to_find(workspace: Workspace) -> None:
    assert search(workspace, "anything")["results"] == []
    assert workspace.client.get("/search/status").json()["documents"] == 0


def test_the_state_of_search_is_told(garden: Workspace) -> None:
    assert len(slugs(garden, "soil")) == 3
    state = garden.client.get("/search/status").json()
    assert state["position"] == state["head"]
    assert (state["documents"], state["semantic"], state["embedded"]) == (3, "off", 0)


def test_a_workspace_chooses_its_language(workspace: Workspace) -> None:
    workspace.create("Häuser", slug="haeuser", content="Viele Häuser stehen am Fluss.")
    assert slugs(workspace, "Haus") == []
    answer = workspace.client.get("/search/settings")
    assert answer.json()["settings"] == {"language": "english", "version": 0, "updatedAt": None}
    assert {"german", "simple"} <= set(answer.json()["languages"])
    chosen = workspace.client.patch("/search/settings", json={"language": "german"})
    assert (chosen.status_code, chosen.headers["etag"]) == (200, '"1"')
    assert slugs(workspace, "Haus") == ["haeuser"]
    workspace.client.patch("/search/settings", json={"language": "simple"})
    assert slugs(workspace, "Fluss") == ["haeuser"]
    assert search(workspace, "stehen", explain=True)["explain"]["language"] == "simple"
    stale = workspace.client.patch("/search/settings", json={"language": "german", "version": 1})
    assert (stale.status_code, stale.json()["current"]) == (409, workspace.client.get("/search/settings").json()["settings"])
    wrong = workspace.client.patch("/search/settings", json={"language": "klingon"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_parameter")


def test_a_language_that_was_chosen_before_the_first_page_holds(workspace: Workspace) -> None:
    workspace.client.patch("/search/settings", json={"language": "german"})
    workspace.create("Häuser", slug="haeuser", content="Viele Häuser stehen am Fluss.")
    assert slugs(workspace, "Haus") == ["haeuser"]


def test_every_language_that_can_be_chosen_is_there(workspace: Workspace) -> None:
    async def read() -> set[str]:
        connection = await asyncpg.connect(workspace.owner_dsn)
        try:
            return {row["cfgname"] for row in await connection.fetch("SELECT cfgname FROM pg_ts_config")}
        finally:
            await connection.close()

    assert set(workspace.client.get("/search/settings").json()["languages"]) <= run_apart(read())


def test_only_who_manages_the_workspace_chooses_its_language(workspace: Workspace) -> None:
    secret = workspace.client.post("/keys", json={"name": "writer", "scopes": ["pages:*"]}).json()["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    refused = workspace.client.patch("/search/settings", json={"language": "german"}, headers=headers)
    assert (refused.status_code, refused.json()["scope"]) == (403, "admin")
    assert workspace.client.get("/search/settings", headers=headers).json()["settings"]["language"] == "english"


def test_search_finds_nothing_of_another_workspace(garden: Workspace, service: Service) -> None:
    other = service.new_workspace()
    other.create("Compost elsewhere", content="Their tomatoes.")
    assert slugs(other, "tomatoes soil compost") == ["compost-elsewhere"]
    assert "compost-elsewhere" not in slugs(garden, "compost")
    answer = other.client.get("/search", params={"q": "tomatoes", "under": garden.get("tomatoes")["id"]})
    assert answer.status_code == 404
