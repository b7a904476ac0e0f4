"""Links between pages, seen from both ends, and renames that take them along."""

import asyncio
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace, caught_up, run_apart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.pages.renames import PAGES_REWRITTEN_MAX
from infrastructure.markdown_walk import read_markdown

Refused = Any


def links(workspace: Workspace, slug: str, **query: Any) -> list[tuple[str, str, str | None, int, str | None]]:
    found = workspace.client.get(f"/pages/{slug}/links", params=query).json()["links"]
    return [
        (each["kind"], each["target"], each["fragment"], each["line"], each["page"] and each["page"]["slug"]) for each in found
    ]


def backlinks(workspace: Workspace, slug: str) -> list[tuple[str, str, int]]:
    found = workspace.client.get(f"/pages/{slug}/backlinks").json()["backlinks"]
    return [(each["page"]["slug"], each["kind"], each["line"]) for each in found]


def rename(workspace: Workspace, slug: str, new: str, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"slug": new, **more}
    return workspace.client.patch(f"/pages/{slug}", params={"rewriteLinks": "true"}, json=body, headers=headers)


def text(workspace: Workspace, slug: str) -> str:
    return str(workspace.client.get(f"/pages/{slug}/content").json()["content"])


def test_links_are_seen_from_both_ends(workspace: Workspace) -> None:
    goal = workspace.create("Goal")
    content = f"# A\n\n@{{Goal|goal}} and [[goal#part|it]], [there](./goal.md)\n\n[[nowhere]] [[{goal['id']}]]\n"
    start = workspace.create("Start", content=content)
    answer = workspace.client.get("/pages/start/links").json()
    end = {"id": goal["id"], "slug": "goal", "title": "Goal"}
    assert answer == {
        "links": [
            {"kind": "mention", "target": "goal", "fragment": None, "title": "Goal", "line": 3, "page": end},
            {"kind": "wiki", "target": "goal", "fragment": "part", "title": "it", "line": 3, "page": end},
            {"kind": "relative", "target": "goal", "fragment": None, "title": "there", "line": 3, "page": end},
            {"kind": "wiki", "target": "nowhere", "fragment": None, "title": "nowhere", "line": 5, "page": None},
            {"kind": "wiki", "target": goal["id"], "fragment": None, "title": goal["id"], "line": 5, "page": end},
        ],
        "total": 5,
    }
    found = workspace.client.get("/pages/goal/backlinks").json()
    assert found["total"] == 4
    assert found["backlinks"][0] == {
        "page": {"id": start["id"], "slug": "start", "title": "Start"},
        "kind": "mention",
        "target": "goal",
        "line": 3,
        "text": "@{Goal|goal} and [[goal#part|it]], [there](./goal.md)",
    }


def test_links_are_shown_in_portions(workspace: Workspace) -> None:
    workspace.create("Goal")
    workspace.create("Start", content="[[goal]]\n" * 5)
    first = workspace.client.get("/pages/start/links", params={"limit": 2}).json()
    assert (len(first["links"]), first["total"]) == (2, 5)
    assert [line for *_, line, _ in links(workspace, "start", limit=2, offset=3)] == [4, 5]
    for end, name in (("links", "start"), ("backlinks", "goal")):
        assert workspace.client.get(f"/pages/{name}/{end}", params={"offset": 9}).json() == {end: [], "total": 5}
        assert workspace.client.get(f"/pages/{name}/{end}", params={"limit": 0}).status_code == 400
        answer = workspace.client.get(f"/pages/{name}/{end}")
        again = workspace.client.get(f"/pages/{name}/{end}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304


def test_what_is_written_is_read_by_the_next_request(workspace: Workspace) -> None:
    workspace.create("Goal")
    for number in range(20):
        written = workspace.create(f"Start {number}", content="[[goal]]")
        assert backlinks(workspace, "goal")[-1] == (written["slug"], "wiki", 1)
    workspace.client.put("/pages/start-0/content", json={"content": "none"})
    workspace.client.post("/pages/start-1/content/append", json={"content": "[x](goal)"})
    assert backlinks(workspace, "goal")[:2] == [("start-1", "wiki", 1), ("start-1", "relative", 2)]


def test_old_slugs_lead_on_and_pages_in_the_trash_neither_link_nor_are_linked_to(workspace: Workspace, refused: Refused) -> None:
    workspace.create("Goal")
    workspace.create("Start", content="[[goal]]")
    workspace.client.patch("/pages/goal", json={"slug": "aim"})
    assert links(workspace, "start") == [("wiki", "goal", None, 1, "aim")]
    assert backlinks(workspace, "aim") == [("start", "wiki", 1)]
    workspace.client.delete("/pages/aim")
    assert links(workspace, "start") == [("wiki", "goal", None, 1, None)]
    refused(workspace.client.get("/pages/aim/backlinks"), 404, "page_not_found")
    workspace.client.post("/pages/aim/restore")
    workspace.client.delete("/pages/start")
    assert backlinks(workspace, "aim") == []
    refused(workspace.client.get("/pages/start/links"), 404, "page_not_found")
    workspace.client.post("/pages/start/restore")
    assert backlinks(workspace, "aim") == [("start", "wiki", 1)]
    # Another page takes the slug, and with it the links.
    workspace.create("Other", slug="goal")
    assert links(workspace, "start") == [("wiki", "goal", None, 1, "goal")]
    assert backlinks(workspace, "aim") == []


def test_workspaces_do_not_link_to_each_other(workspace: Workspace, service: Service) -> None:
    other = service.new_workspace()
    goal = workspace.create("Goal")
    other.create("Start", content=f"[[goal]] [[{goal['id']}]]")
    assert backlinks(workspace, "goal") == []
    assert [page for *_, page in links(other, "start")] == [None, None]
    assert rename(workspace, "goal", "aim").json()["rewritten"] == []
    assert text(other, "start") == f"[[goal]] [[{goal['id']}]]"


# Renames


def test_a_rename_takes_links_along_and_changes_nothing_else(workspace: Workspace) -> None:
    goal = workspace.create("Goal", content="See [[goal#top]].")
    content = "@{The *goal*|goal#a} [[goal|shown]] [x](./goal.md#b 't') [r][r] `[[goal]]` [[goals]] \\[[goal]] [[{id}]]"
    content += "\n\n[r]: <goal>\n"
    start = content.replace("{id}", goal["id"])
    workspace.create("Start", content=start)
    workspace.create("Beside", content="goal [[start]]")
    answer = rename(workspace, "goal", "aim")
    assert answer.status_code == 200
    assert answer.json()["page"]["slug"] == "aim"
    assert answer.json()["page"]["content"] == "See [[aim#top]]."
    assert answer.json()["rewritten"] == ["aim", "start"]
    expected = (
        "@{The *goal*|aim#a} [[aim|shown]] [x](./aim.md#b 't') [r][r] `[[goal]]` [[goals]] \\[[goal]] [[{id}]]\n\n[r]: <aim>\n"
    )
    assert text(workspace, "start") == expected.replace("{id}", goal["id"])
    assert text(workspace, "beside") == "goal [[start]]"
    (entry, *_) = workspace.client.get("/pages/history", params={"page": "start"}).json()["history"]
    assert entry["type"] in {"page.content_edited", "page.content_replaced"}
    assert "The page goal is now aim." in str(entry)
    assert [page for *_, page in links(workspace, "start")] == ["aim", "aim", "aim", "aim", None, "aim"]


def test_a_rename_rewrites_former_slugs_and_keeps_others_links_where_they_lead(workspace: Workspace) -> None:
    workspace.create("First")
    workspace.create("Second")
    workspace.client.patch("/pages/first", json={"slug": "once"})
    workspace.client.patch("/pages/second", json={"slug": "other"})
    workspace.create("Start", content="[[first]] [[once]] [[second]] [[other]]")
    # `second` was the other page's slug, and links by it still mean that page.
    assert rename(workspace, "once", "second").json()["rewritten"] == ["start"]
    assert text(workspace, "start") == "[[second]] [[second]] [[other]] [[other]]"


def test_what_is_refused_changes_nothing(workspace: Workspace, refused: Refused) -> None:
    workspace.create("Goal")
    workspace.create("Taken")
    workspace.create("Start", content="[[goal]]")
    refused(rename(workspace, "goal", "taken"), 409, "slug_taken")
    refused(rename(workspace, "goal", "No Slug"), 400, "invalid_parameter")
    refused(rename(workspace, "never", "aim"), 404, "page_not_found")
    refused(rename(workspace, "goal", "aim", version=7), 409, "version_stale")
    refused(rename(workspace, "goal", "aim", headers={"If-Match": '"7"'}), 412, "version_stale")
    assert text(workspace, "start") == "[[goal]]"
    unchanged = rename(workspace, "goal", "goal").json()
    assert (unchanged["page"]["version"], unchanged["rewritten"]) == (1, [])
    plain = workspace.client.patch("/pages/goal", json={"slug": "aim"}).json()
    assert "rewritten" not in plain
    assert text(workspace, "start") == "[[goal]]"


def test_a_rename_may_move_and_change_the_page_as_well(workspace: Workspace) -> None:
    workspace.create("Goal")
    workspace.create("Parent", content="[[goal]]")
    page = rename(workspace, "goal", "aim", title="Aim", parentSlug="parent", content="Me: [[goal]]").json()["page"]
    assert (page["slug"], page["title"], page["parentSlug"], page["content"]) == ("aim", "Aim", "parent", "Me: [[aim]]")
    assert text(workspace, "parent") == "[[aim]]"


def test_a_keyed_rename_is_carried_out_once(workspace: Workspace) -> None:
    workspace.create("Goal", content="[[goal]]")
    workspace.create("Start", content="[[goal]]")
    first, again = (rename(workspace, "goal", "aim", headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == first.json()
    assert first.json()["rewritten"] == ["aim", "start"]


def test_more_pages_than_one_change_may_hold_are_refused(workspace: Workspace, refused: Refused) -> None:
    workspace.create("Goal")

    async def fill(count: int, first: int) -> None:
        async with workspace.async_client() as client:
            numbers = range(first, first + count)
            answers = await asyncio.gather(
                *(client.post("/pages", json={"title": f"P {number}", "content": "[[goal]]"}) for number in numbers)
            )
            assert all(answer.status_code == 201 for answer in answers)

    run_apart(fill(PAGES_REWRITTEN_MAX, 0))
    # A read waits for links only so long, and a busy machine may need longer for so many.
    caught_up(workspace)
    assert workspace.client.get("/pages/goal/backlinks").json()["total"] == PAGES_REWRITTEN_MAX
    assert len(rename(workspace, "goal", "aim").json()["rewritten"]) == PAGES_REWRITTEN_MAX
    run_apart(fill(1, PAGES_REWRITTEN_MAX))
    workspace.client.put(f"/pages/p-{PAGES_REWRITTEN_MAX}/content", json={"content": "[[aim]]"})
    assert workspace.client.get("/pages/aim/backlinks").json()["total"] == PAGES_REWRITTEN_MAX + 1
    refused(rename(workspace, "aim", "end"), 409, "too_many_links")
    assert workspace.get("aim")["slug"] == "aim"


def test_renames_and_edits_at_once_leave_no_link_behind(workspace: Workspace) -> None:
    workspace.create("Goal")
    for number in range(4):
        workspace.create(f"P {number}", content="[[goal]]\n")

    async def run() -> None:
        async with workspace.async_client() as client:

            async def append(number: int) -> None:
                for _ in range(10):
                    answer = await client.post(f"/pages/p-{number}/content/append", json={"content": "more"})
                    assert answer.status_code == 200, answer.text

            async def rename_twice() -> None:
                for old, new in (("goal", "aim"), ("aim", "end"), ("end", "last")):
                    answer = await client.patch(f"/pages/{old}", params={"rewriteLinks": "true"}, json={"slug": new})
                    assert answer.status_code == 200, answer.text

            await asyncio.gather(*(append(number) for number in range(4)), rename_twice())

    run_apart(run())
    for number in range(4):
        assert text(workspace, f"p-{number}") == "[[last]]\n" + "more\n" * 9 + "more"


PIECES = st.sampled_from(
    [
        *(
            "[[goal]]",
            "[[goal|x]]",
            "@{T|goal}",
            "@{T|goal#f}",
            "[a](goal)",
            "[a](./goal.md#f)",
            "[a][r]",
            "\n\n[r]: goal 't'\n\n",
        ),
        *(
            "`[[goal]]`",
            "```\n[[goal]]\n```\n",
            "\\[[goal]]",
            "[[other]]",
            "@{goal|other}",
            "goal",
            "\n",
            "> ",
            "- ",
            "|",
            " é🚀 ",
        ),
        *("|a|b|\n|-|-|\n", "# ", "[", "]", "<", "*", "[a](<goal>)", "[a](go&#97;l)", "[[goals]]", "![[goal]]", "\r", "{", "@{"),
    ]
)


@given(st.lists(st.lists(PIECES, max_size=15).map("".join), min_size=1, max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_after_a_rename_no_link_is_left_and_nothing_else_changed(service: Service, contents: list[str]) -> None:
    workspace = service.new_workspace()
    workspace.create("Goal", content=contents[0])
    for number, content in enumerate(contents):
        workspace.create(f"P {number}", content=content)
    assert rename(workspace, "goal", "a-new-name").status_code == 200
    for number, before in enumerate(contents):
        after = text(workspace, f"p-{number}")
        old, new = read_markdown(before.encode()).links, read_markdown(after.encode()).links
        assert [(one.kind, one.fragment) for one in old] == [(one.kind, one.fragment) for one in new]
        assert [one.target for one in new] == [one.target if one.target != "goal" else "a-new-name" for one in old]
        assert without(before, "goal") == without(after, "a-new-name")


def without(content: str, target: str) -> bytes:
    """The text with the targets of these links cut out."""
    whole = content.encode()
    spans = {(link.target_at_byte, link.target_end_byte) for link in read_markdown(whole).links if link.target == target}
    for at, end in sorted(spans, reverse=True):
        whole = whole[:at] + whole[end:]
    return whole


@pytest.mark.parametrize("content", ["", "# No links", "[[goal]]" * 1000])
def test_any_number_of_links_is_shown(workspace: Workspace, content: str) -> None:
    workspace.create("Start", content=content)
    assert workspace.client.get("/pages/start/links").json()["total"] == content.count("[[")
