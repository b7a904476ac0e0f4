"""Walking a list page by page while others write: nothing twice, nothing left out that stayed."""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from conftest import Service, Workspace

from api.cursors import CURSOR_CHARACTERS_MAX, cursor_for
from api.pages import LIMIT_MAX


def walk(workspace: Workspace, limit: int) -> Iterator[list[dict[str, Any]]]:
    """The answers' pages, one list each."""
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = workspace.client.get("/pages", params=query)
        assert answer.status_code == 200, answer.text
        yield answer.json()["pages"]
        query["cursor"] = answer.json()["nextCursor"]
        if query["cursor"] is None:
            return


def walked(workspace: Workspace, limit: int) -> list[str]:
    return [page["slug"] for pages in walk(workspace, limit) for page in pages]


@pytest.fixture(scope="module")
def seven(service: Service) -> Workspace:
    workspace = service.new_workspace()
    for number in range(7):
        workspace.create(f"P{number}")
    return workspace


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, LIMIT_MAX])
def test_a_walk_meets_every_page_once_in_order(seven: Workspace, limit: int) -> None:
    assert walked(seven, limit) == [f"p{number}" for number in range(7)]


def test_who_did_not_ask_for_a_part_is_told_of_no_rest(seven: Workspace) -> None:
    cursor = seven.client.get("/pages", params={"limit": 3}).json()["nextCursor"]
    for query in ({}, {"offset": 2}, {"cursor": cursor}):
        assert set(seven.client.get("/pages", params=query).json()) == {"pages", "totalPages"}
    rest = seven.client.get("/pages", params={"cursor": cursor}).json()["pages"]
    assert [page["slug"] for page in rest] == ["p3", "p4", "p5", "p6"]


def test_an_empty_list_has_no_rest(workspace: Workspace) -> None:
    assert workspace.client.get("/pages", params={"limit": 1}).json() == {"pages": [], "totalPages": 0, "nextCursor": None}


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "é",
        "%00",
        cursor_for("pages", "no id"),
        cursor_for("pages", 1),
        cursor_for("pages", None),
        cursor_for("other", UUID(int=7)),
        urlsafe_b64encode(b"[]").decode(),
        urlsafe_b64encode(b"\xff\xff\xff").decode(),
        "A" * CURSOR_CHARACTERS_MAX,
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(seven: Workspace, refused: Any, cursor: str) -> None:
    assert refused(seven.client.get("/pages", params={"cursor": cursor}), 400, "invalid_parameter")["parameter"] == "cursor"


@pytest.mark.parametrize("cursor", ["", "A" * (CURSOR_CHARACTERS_MAX + 1)])
def test_a_cursor_has_a_length(seven: Workspace, refused: Any, cursor: str) -> None:
    refused(seven.client.get("/pages", params={"cursor": cursor}), 400, "invalid_request")


def test_a_cursor_of_another_workspace_shows_nothing_of_it(seven: Workspace, workspace: Workspace) -> None:
    cursor = seven.client.get("/pages", params={"limit": 1}).json()["nextCursor"]
    workspace.create("Mine")
    answer = workspace.client.get("/pages", params={"limit": 9, "cursor": cursor}).json()
    assert [page["slug"] for page in answer["pages"]] == ["mine"]


def test_a_walk_goes_on_although_the_page_it_stands_on_is_gone(workspace: Workspace) -> None:
    for number in range(4):
        workspace.create(f"P{number}")
    first = workspace.client.get("/pages", params={"limit": 2}).json()
    workspace.client.delete("/pages/p0")
    workspace.client.delete("/pages/p1")
    rest = workspace.client.get("/pages", params={"limit": 2, "cursor": first["nextCursor"]}).json()
    assert [page["slug"] for page in rest["pages"]] == ["p2", "p3"]


def test_a_walk_among_writers_meets_what_stays_once(workspace: Workspace) -> None:
    staying = {workspace.create(f"Stays {number}")["id"] for number in range(60)}
    leaving = [workspace.create(f"Leaves {number}")["slug"] for number in range(60)]
    stop, failures = threading.Event(), []

    def write(mine: list[str], offset: int) -> None:
        number = offset
        while not stop.is_set():
            number += 1
            slug = mine[number % len(mine)]
            answers = [
                workspace.client.delete(f"/pages/{slug}"),
                workspace.client.post("/pages", json={"title": f"New {number}"}),
                workspace.client.patch(f"/pages/stays-{number % 60}", json={"subtitle": f"{number}"}),
                workspace.client.post(f"/pages/{slug}/restore") if number % 3 else None,
            ]
            failures.extend(answer.text for answer in answers if answer is not None and answer.status_code >= 500)

    writers = [threading.Thread(target=write, args=(leaving[part::3], part * 1000)) for part in range(3)]
    for writer in writers:
        writer.start()
    try:
        for limit in (1, 3, 7, 50):
            met = [page["id"] for pages in walk(workspace, limit) for page in pages]
            assert len(met) == len(set(met)), "a page was met twice"
            assert staying <= set(met), "a page that stayed was left out"
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not failures
