"""Pages by any part of their text, over real HTTP: exact, in any case of letters, and never behind."""

import time
from typing import Any

import asyncpg
import pytest
from conftest import Service, Workspace, run_apart
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.projections.texts import OVERLAP_CHARACTERS, PART_CHARACTERS, folded, parts_of


def found(workspace: Workspace, text: str, **query: Any) -> list[str]:
    response = workspace.client.get("/pages/query", params={"text": text, **query})
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["totalCount"] == len(body["pages"])
    return [page["slug"] for page in body["pages"]]


def settle(service: Service, workspace: Workspace) -> None:
    """Until the projection has taken everything in, so that it is what answers."""

    async def lag() -> int:
        connection = await asyncpg.connect(service.owner_dsn)
        behind = await connection.fetchval(
            "SELECT h.position - coalesce(c.position, 0) FROM daybook.workspace_head h LEFT JOIN daybook.checkpoint c "
            "ON c.workspace_id = h.workspace_id AND c.projection = 'text' AND c.generation = 0 WHERE h.workspace_id = $1",
            workspace.id,
        )
        await connection.close()
        return int(behind)

    give_up = time.monotonic() + 20
    while run_apart(lag()):
        assert time.monotonic() < give_up, "the projection does not catch up"
        time.sleep(0.02)


PAGES = {
    "Straße nach Süden": "Es war einmal.\n\nEin 100%_iger Weg \\ ohne Ende.",
    "ΣΊΣΥΦΟΣ": "the stone",
    "Plain": "a" * 5000 + "NeeDle in the MIDDLE" + "b" * 9000 + "end",
    "日本語の題": "東京タワー 🚀 go",
}
SEARCHES = [
    ("strasse", ["straße-nach-süden"]),
    ("SÜDEN", ["straße-nach-süden"]),
    ("einmal.\n\nein", ["straße-nach-süden"]),
    ("100%_IGER", ["straße-nach-süden"]),
    ("100_%", []),
    ("\\ ohne", ["straße-nach-süden"]),
    ("σίσυφοσ", ["σίσυφος"]),
    ("needle in the middle", ["plain"]),
    ("an", ["plain"]),
    ("zz", []),
    ("bend", ["plain"]),
    ("東京", ["日本語の題"]),
    ("🚀", ["日本語の題"]),
    ("t", ["straße-nach-süden", "σίσυφος", "plain"]),
    ("the", ["σίσυφος", "plain"]),
    ("nowhere to be found", []),
    ("Plain" + "a", []),
]


@pytest.mark.parametrize("settled", [False, True])
def test_any_part_of_a_text_is_found_at_once_and_later(service: Service, workspace: Workspace, settled: bool) -> None:  # noqa: FBT001 - a table's column
    for title, content in PAGES.items():
        workspace.create(title, content=content, subtitle="Sub of " + title)
    if settled:
        settle(service, workspace)
    for text, expected in SEARCHES:
        assert found(workspace, text) == expected, text
    assert found(workspace, "SUB OF p") == ["plain"]


def test_what_changes_is_found_as_it_is_now(service: Service, workspace: Workspace) -> None:
    for round_settled in (False, True):
        slug = workspace.create("Page", content="before the change")["slug"]
        if round_settled:
            settle(service, workspace)
        assert found(workspace, "before the") == [slug]
        workspace.client.put(f"/pages/{slug}/content", json={"content": "after it"})
        assert (found(workspace, "before the"), found(workspace, "after it")) == ([], [slug])
        workspace.client.post(f"/pages/{slug}/content/append", json={"content": "appended"})
        workspace.client.patch(f"/pages/{slug}", json={"title": "Another"})
        for text in ("appended", "another"):
            assert found(workspace, text) == [slug]
        workspace.client.delete(f"/pages/{slug}")
        assert found(workspace, "appended") == []
        settle(service, workspace)
        assert found(workspace, "appended") == []
        workspace.client.post(f"/pages/{slug}/restore")
        settle(service, workspace)
        assert found(workspace, "appended") == [slug]
        workspace.client.delete(f"/pages/{slug}")


def test_a_text_goes_with_other_filters_and_orders(workspace: Workspace) -> None:
    for number in range(5):
        workspace.create(f"Row {number}", content="the same", status="idea" if number % 2 else "paused")
    assert found(workspace, "same", status="idea", sort="-title") == ["row-3", "row-1"]
    text = workspace.client.get("/pages/query", params={"text": "same", "compact": "true", "limit": 1}).text
    assert text == '- row-0 "Row 0" paused\n… 1 of 5 pages\n'


def test_another_workspace_is_not_searched(service: Service, workspace: Workspace) -> None:
    other = service.new_workspace()
    other.create("Secret", content="the hidden thing")
    settle(service, other)
    assert found(workspace, "hidden thing") == []
    assert found(other, "hidden thing") == ["secret"]


@pytest.mark.parametrize("text", ["", "x" * 201, "a\0b"])
def test_a_text_has_its_bounds(workspace: Workspace, refused: Any, text: str) -> None:
    refused(workspace.client.get("/pages/query", params={"text": text}), 400, "invalid_parameter")


def test_the_longest_text_is_found_wherever_it_stands(service: Service, workspace: Workspace) -> None:
    needle = "".join(f"{number:04d}" for number in range(50))
    assert len(needle) == 200
    for at in (0, 3900, 4000, 4399, 4400, 4599, 4600, 4601, 8000):
        workspace.create(f"At {at}", content="ΐ" * (at // 3) + needle + "x" * 9000)
    settle(service, workspace)
    assert len(found(workspace, needle)) == 9


@given(
    st.text(max_size=30),
    st.integers(0, 3 * PART_CHARACTERS),
    st.integers(0, 2 * PART_CHARACTERS),
    st.text(min_size=1, max_size=200),
)
def test_whatever_is_in_a_text_is_within_one_of_its_parts(head: str, before: int, after: int, needle: str) -> None:
    text = head + "ß" * before + needle + "y" * after
    parts = list(parts_of((text,)))
    assert any(folded(needle) in part for part in parts)
    assert max(map(len, parts)) <= PART_CHARACTERS + OVERLAP_CHARACTERS
