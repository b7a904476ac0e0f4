"""The assistant that comes along, judged on a book: does it cite the chapter that answers a question, and say when none does?"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Service, Workspace
from questions import ANSWERED, SMALL_TALK, UNANSWERED

RIGHT_MIN = 17
EMBEDDED_S_MAX = 240.0


@pytest.fixture(scope="module", params=["off", "local"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Workspace]:
    """Found by its words alone, and by its meaning as well, as it is unless somebody switches that off."""
    service = Service(tmp_path_factory.mktemp("book"), "--embeddings", request.param).start()
    workspace = service.new_workspace()
    done = service.daybook("import", str(shared_data / "vault" / "rust-book"), key=workspace.key)
    assert done.returncode == 0, done.stderr
    give_up = time.monotonic() + EMBEDDED_S_MAX
    while request.param == "local" and workspace.client.get("/search/status").json()["semantic"] != "ready":
        assert time.monotonic() < give_up, "the book was not embedded in time"
        time.sleep(0.5)
    yield workspace
    service.hang_up()
    service.stop()


def cited(workspace: Workspace, question: str) -> list[dict[str, Any]]:
    """The citations of the answer."""
    thread = workspace.client.post("/threads", json={}).json()["thread"]["id"]
    answer = workspace.client.post(f"/threads/{thread}/chat", json={"content": question}, params={"raw": "true"})
    assert answer.status_code == 200, answer.text
    citations: list[dict[str, Any]] = answer.json()["assistantMessage"]["citations"]
    return citations


def test_the_right_chapter_is_among_the_cited_pages(book: Workspace) -> None:
    wrong = [
        question for question, chapter in ANSWERED if not any(each["slug"].startswith(chapter) for each in cited(book, question))
    ]
    assert len(ANSWERED) == 20
    assert len(ANSWERED) - len(wrong) >= RIGHT_MIN, wrong


def test_what_the_book_says_nothing_about_is_not_answered(book: Workspace) -> None:
    knows_meanings = book.client.get("/search/status").json()["semantic"] == "ready"
    answered = {question: cited(book, question) for question in (*UNANSWERED, *(SMALL_TALK if knows_meanings else ()))}
    assert not any(answered.values()), answered


def test_what_is_quoted_stands_on_the_page_that_is_cited(book: Workspace) -> None:
    """Word for word in its order, but for Markdown's signs, where links lead, and the ends of lines."""
    quoted = 0
    for question, _ in ANSWERED:
        for citation in cited(book, question):
            content = book.client.get(f"/pages/{citation['slug']}").json()["page"]["content"]
            words = iter(_words(content))
            # Each is found behind the one before it.
            missing = [word for word in _words(citation["quote"]) if word not in words]
            assert missing == [], citation
            quoted += bool(citation["quote"])
    assert quoted > len(ANSWERED)


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text).split()
