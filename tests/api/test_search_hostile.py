"""What no friendly client looks for: a clear 400 or an honest list, soon, and nobody else waits for it."""

import http.client
import random
import time
from typing import Any

import pytest
from conftest import Workspace, caught_up

from domain.search.queries import QUERY_CHARACTERS_MAX

# The most that one search may take of the database, with room for a busy machine.
SLOW_S = 5.0
COMMON = tuple(f"word{number}" for number in range(60))
PAGES = 1500


@pytest.fixture(scope="module")
def crowd(shared: Workspace) -> Workspace:
    """Many pages that all say the same common words, so that every word is found everywhere."""
    chance = random.Random(7)  # noqa: S311 - always the same pages
    for first in range(0, PAGES, 500):
        actions = [
            {"action": "create", "title": f"Page {first + n}", "content": " ".join(chance.sample(COMMON, len(COMMON)) * 4)}
            for n in range(500)
        ]
        assert shared.client.post("/pages/batch", json={"actions": actions}).status_code == 200
    shared.create("東京", content="東京都庁" * 500)
    shared.create("Alike", content=" ".join("a" * (n + 50) for n in range(70)))
    caught_up(shared)
    return shared


def long_of(words: tuple[str, ...]) -> str:
    return " ".join(words * 200)[:QUERY_CHARACTERS_MAX]


WORST = {
    "every common word": long_of(COMMON),
    "each word once": " ".join(COMMON),
    "phrases of common words": " ".join(f'"{one} {other}"' for one, other in zip(COMMON[:16], COMMON[16:32], strict=True)),
    "one long phrase": '"' + " ".join(COMMON[:31]) + '"',
    "excluding common words": " ".join(["word0", *(f"-{word}" for word in COMMON[1:17])]),
    "unknown words": " ".join(f"unheard{number}" for number in range(600)),
    "misspelt words": " ".join(f"wrod{number}" for number in range(32)),
    "one endless word": "x" * QUERY_CHARACTERS_MAX,
    "endless words that are alike": " ".join("a" * (n + 100) for n in range(8)),
    "one letter": "w",
    "a script without spaces": "東京都庁" * (QUERY_CHARACTERS_MAX // 8),
    "another script": "السلام عليكم ورحمة الله",
    "emoji": "🚀" * 2000,
    "combining marks": "e\u0301" * (QUERY_CHARACTERS_MAX // 2),
    "signs": '!"#$%&()*+,-./:;<=>?@[]^_`{|}~\\' * 100,
    "quotation marks": '"' * QUERY_CHARACTERS_MAX,
    "dashes": "- " * 4000,
    "a tsquery": "a & b | !c <-> 'd':* <2> (e)",
    "like": "%_%\\%__",
    "sql": "'; DROP TABLE search.posting; --",
    "control characters": "\x01\x02\x7f\u200b\u200d\ufeff",
    "a regular expression": "(a+)+$" * 1000,
    "numbers": " ".join(str(number) for number in range(1600)),
}


@pytest.mark.parametrize("what", WORST)
@pytest.mark.parametrize("path", ["/search", "/pages/search"])
def test_the_worst_that_can_be_asked_is_answered_soon(crowd: Workspace, what: str, path: str) -> None:
    begun_s = time.monotonic()
    answer = crowd.client.get(path, params={"q": WORST[what], "limit": 100, "explain": "true"})
    took_s = time.monotonic() - begun_s
    assert answer.status_code == 200, answer.text
    assert took_s < SLOW_S
    if what == "every common word":
        assert len(answer.json()["results"]) == 100
    if what in {"signs", "quotation marks", "dashes", "control characters", "like"}:
        assert answer.json()["results"] == []


REFUSED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an empty text": {"q": ""},
    "blanks": {"q": " \n\t"},
    "NUL": {"q": "a\0b"},
    "too long": {"q": "a" * (QUERY_CHARACTERS_MAX + 1)},
    "too many phrases": {"q": " ".join(f'"{number}"' for number in range(17))},
    "an unknown mode": {"q": "a", "mode": "magic"},
    "an unknown parameter": {"q": "a", "lmit": 5},
    "an unknown status": {"q": "a", "status": "lost"},
    "a limit of 0": {"q": "a", "limit": 0},
    "a limit of 101": {"q": "a", "limit": 101},
    "no limit": {"q": "a", "limit": "all"},
    "a time that is none": {"q": "a", "updatedSince": "yesterday"},
    "NUL in a filter": {"q": "a", "owner": "a\0b"},
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("path", ["/search", "/pages/search"])
def test_what_cannot_be_looked_for_is_told(crowd: Workspace, what: str, path: str) -> None:
    answer = crowd.client.get(path, params=REFUSED[what])
    assert (answer.status_code, answer.json()["code"]) in {(400, "invalid_parameter"), (400, "invalid_request")}, answer.text
    assert answer.json()["detail"]


def test_100_kilobytes_are_refused_before_anything_is_read(crowd: Workspace) -> None:
    # By hand, because the other client refuses such an address itself.
    connection = http.client.HTTPConnection(crowd.url.removeprefix("http://"))
    connection.request("GET", f"/v1/search?q={'a' * 100_000}", headers=crowd.headers)
    assert connection.getresponse().status == 431
    connection.close()
    assert crowd.client.get("/search", params={"q": "word1"}).status_code == 200


def test_a_filter_that_names_no_page_is_told(crowd: Workspace) -> None:
    assert crowd.client.get("/search", params={"q": "a", "under": "nowhere"}).status_code == 404
    assert crowd.client.get("/pages/nowhere/similar").status_code == 404
    assert crowd.client.get("/pages/a%00b/similar").status_code == 404
