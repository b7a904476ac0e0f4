"""What stands in a page, and edits of a part of it: outline, search within, sections, several find-replaces, prepending."""

from typing import Any

import httpx
import pytest
from conftest import Workspace

from api.content_shapes import EDITS_AT_ONCE_MAX
from api.page_outline import MATCHES_DEFAULT, MATCHES_MAX, SOUGHT_CHARACTERS_MAX
from domain.pages.rules import CONTENT_BYTES_MAX

GUIDE = "# Guide\n\nIntro.\n\n## Setup\n\nDo *this*.\n\n# Notes\n\n## Setup\n\nOther.\n"
REFUSED = Any


@pytest.fixture
def guide(workspace: Workspace) -> Workspace:
    workspace.create("Guide", content=GUIDE)
    return workspace


def section(workspace: Workspace, operation: str, path: Any, content: str | None = None, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"path": path, "operation": operation, **({} if content is None else {"content": content}), **more}
    return workspace.client.post("/pages/guide/content/sections", json=body, headers=headers)


def text(workspace: Workspace) -> str:
    return str(workspace.client.get("/pages/guide/content").json()["content"])


def test_the_outline_names_headings_with_their_lines_and_anchors(guide: Workspace) -> None:
    answer = guide.client.get("/pages/guide/outline")
    assert answer.status_code == 200
    assert answer.json() == {
        "outline": [
            {"level": 1, "text": "Guide", "line": 1, "slug": "guide"},
            {"level": 2, "text": "Setup", "line": 5, "slug": "setup"},
            {"level": 1, "text": "Notes", "line": 9, "slug": "notes"},
            {"level": 2, "text": "Setup", "line": 11, "slug": "setup-1"},
        ]
    }
    assert answer.headers["etag"] == guide.client.get("/pages/guide/content").headers["etag"]


def test_searching_within_a_page_says_where_and_what_is_around(guide: Workspace) -> None:
    answer = guide.client.get("/pages/guide/content/search", params={"q": "THIS"})
    assert answer.json() == {"matches": [{"line": 7, "column": 5, "text": "this", "before": "Do *", "after": "*."}], "total": 1}
    exact = {"q": "THIS", "caseSensitive": "true"}
    assert guide.client.get("/pages/guide/content/search", params=exact).json() == {"matches": [], "total": 0}
    cut = guide.client.get("/pages/guide/content/search", params={"q": "setup", "limit": 1}).json()
    assert (len(cut["matches"]), cut["total"]) == (1, 2)


def test_a_section_comes_with_its_text_and_what_guards_a_later_edit(guide: Workspace) -> None:
    answer = guide.client.get("/pages/guide/content/sections", params={"path": "Guide/Setup"})
    page = guide.client.get("/pages/guide/content").json()
    assert answer.json() == {
        "path": "Guide/Setup",
        "heading": {"level": 2, "text": "Setup", "line": 5, "slug": "setup"},
        "startLine": 5,
        "endLine": 8,
        "content": "## Setup\n\nDo *this*.\n\n",
        "contentHash": page["contentHash"],
        "version": page["version"],
    }
    listed = guide.client.get("/pages/guide/content/sections").json()
    assert [(each["path"], each["startLine"], each["endLine"]) for each in listed["sections"]] == [
        ("Guide", 1, 8),
        ("Guide/Setup", 5, 8),
        ("Notes", 9, 13),
        ("Notes/Setup", 11, 13),
    ]
    assert listed["contentHash"] == page["contentHash"]


def test_what_cannot_be_found_is_refused_with_what_can(guide: Workspace, refused: REFUSED) -> None:
    reads = guide.client.get("/pages/guide/content/sections", params={"path": "Guide/Setpu"})
    assert refused(reads, 404, "section_not_found")["headings"][0] == "Guide/Setup"
    assert refused(section(guide, "append", "Setpu", "x"), 404, "section_not_found")["headings"]
    named = refused(section(guide, "append", "Setup", "x"), 409, "section_ambiguous")["sections"]
    assert named == [
        {"path": "Guide/Setup", "line": 5, "slug": "setup"},
        {"path": "Notes/Setup", "line": 11, "slug": "setup-1"},
    ]
    for path in ("", "/", "x" * 10_001):
        refused(guide.client.get("/pages/guide/content/sections", params={"path": path}), 400, "invalid_parameter")
    for q in ("", "x" * (SOUGHT_CHARACTERS_MAX + 1)):
        refused(guide.client.get("/pages/guide/content/search", params={"q": q}), 400, "invalid_parameter")
    refused(guide.client.get("/pages/guide/content/search"), 400, "invalid_parameter")
    for limit in (0, MATCHES_MAX + 1):
        refused(guide.client.get("/pages/guide/content/search", params={"q": "x", "limit": limit}), 400, "invalid_request")
    for route in ("outline", "content/sections", "content/search?q=x"):
        refused(guide.client.get(f"/pages/never/{route}"), 404, "page_not_found")
    assert text(guide) == GUIDE


def test_sections_are_edited_one_by_one(guide: Workspace) -> None:
    answer = section(guide, "replace", "Guide/Setup", "Do that.")
    page = guide.client.get("/pages/guide/content").json()
    assert answer.json() == {"success": True, "contentHash": page["contentHash"], "version": 2}
    assert answer.headers["etag"] == '"2"'
    section(guide, "append", ["Notes", "Setup"], "End.")
    section(guide, "prepend", "#setup-1", "Begin.")
    section(guide, "insertBefore", "notes", "## More\n\nx\n")
    section(guide, "insertAfter", "Guide/Setup", "## Then\n\ny\n")
    section(guide, "delete", "More")
    assert text(guide) == (
        "# Guide\n\nIntro.\n\n## Setup\n\nDo that.\n\n## Then\n\ny\n\n# Notes\n\n## Setup\n\nBegin.\n\nOther.\n\nEnd.\n"
    )


def test_a_section_is_edited_only_as_it_was_read(guide: Workspace, refused: REFUSED) -> None:
    read = guide.client.get("/pages/guide/content/sections", params={"path": "Notes"}).json()
    guide.client.post("/pages/guide/content/append", json={"content": "later"})
    stale = section(guide, "append", "Notes", "x", contentHash=read["contentHash"])
    assert refused(stale, 409, "content_modified")["current"]["content"] == GUIDE + "later"
    refused(section(guide, "append", "Notes", "x", version=read["version"]), 409, "version_stale")
    refused(section(guide, "append", "Notes", "x", headers={"If-Match": '"1"'}), 412, "version_stale")
    assert section(guide, "append", "Notes", "x", headers={"If-Match": '"2"'}).status_code == 200


def test_bodies_that_say_too_little_or_too_much_are_refused(guide: Workspace, refused: REFUSED) -> None:
    refused(section(guide, "append", "Notes"), 400, "invalid_parameter")
    refused(section(guide, "delete", "Notes", "x"), 400, "invalid_parameter")
    refused(section(guide, "remove", "Notes", "x"), 400, "invalid_request")
    refused(section(guide, "append", [], "x"), 400, "invalid_parameter")
    refused(section(guide, "append", "Notes", "a\0"), 400, "invalid_parameter")
    refused(section(guide, "append", "Guide", "```\nopen"), 400, "invalid_parameter")
    refused(section(guide, "append", "Notes", "x" * CONTENT_BYTES_MAX), 413, "content_too_large")
    assert text(guide) == GUIDE


def test_a_keyed_edit_is_carried_out_once(guide: Workspace) -> None:
    headers = {"Idempotency-Key": "one"}
    first = section(guide, "append", "Notes", "x", headers=headers)
    again = section(guide, "append", "Notes", "x", headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replay"] == "true"
    body = {"edits": [{"find": "Setup", "replace": "Set-up", "replaceAll": True}, {"find": "Guide", "replace": "Book"}]}
    headers = {"Idempotency-Key": "two"}
    answers = [guide.client.post("/pages/guide/content/find-replace", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["edits"] == [2, 1]
    assert answers[1].headers["idempotent-replay"] == "true"


def test_text_is_put_at_the_start(guide: Workspace) -> None:
    answer = guide.client.post("/pages/guide/content/prepend", json={"content": "First"})
    assert answer.json()["version"] == 2
    assert text(guide) == "First\n" + GUIDE


def test_several_find_replaces_are_one_change(guide: Workspace) -> None:
    edits = [
        {"find": "Setup", "replace": "Set-up", "replaceAll": True, "expectedCount": 2},
        {"oldText": "Do *this*", "newText": "Do that"},
        {"search": "Do that", "replace": "Leave it"},
    ]
    answer = guide.client.post("/pages/guide/content/find-replace", json={"edits": edits})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["replacements"], body["edits"], body["version"]) == (4, [2, 1, 1], 2)
    assert text(guide) == GUIDE.replace("Setup", "Set-up").replace("Do *this*", "Leave it")
    single = guide.client.post("/pages/guide/content/find-replace", json={"find": "Intro", "replace": "In"}).json()
    assert single["replacements"] == 1
    assert "edits" not in single


def test_one_that_does_not_match_undoes_all_and_is_named(guide: Workspace, refused: REFUSED) -> None:
    edits = [{"find": "Intro", "replace": "In"}, {"find": "do *THIS*", "replace": "x"}]
    answer = guide.client.post("/pages/guide/content/find-replace", json={"edits": edits})
    body = refused(answer, 404, "text_not_found")
    assert body["edit"] == 1
    assert body["nearest"][0] == {"line": 7, "text": "Do *this*."}
    assert body["hint"] == "It would match if upper and lower case were the same."
    assert text(guide) == GUIDE


def test_edits_have_bounds(guide: Workspace, refused: REFUSED) -> None:
    def send(**body: Any) -> httpx.Response:
        return guide.client.post("/pages/guide/content/find-replace", json=body)

    swap = [{"find": "Intro", "replace": "In"}, {"find": "In.", "replace": "Intro."}]
    assert send(edits=swap * (EDITS_AT_ONCE_MAX // 2)).json()["replacements"] == EDITS_AT_ONCE_MAX
    refused(send(edits=[*swap * (EDITS_AT_ONCE_MAX // 2), swap[0]]), 400, "invalid_parameter")
    refused(send(edits=[]), 400, "invalid_parameter")
    refused(send(edits=swap, find="a", replace="b"), 400, "invalid_parameter")
    refused(send(edits=[{"find": "", "replace": "b"}]), 400, "invalid_parameter")
    refused(send(edits=[{"find": "a", "replace": "b", "contentHash": "x"}]), 400, "invalid_request")


def test_a_page_of_the_largest_size_is_read_and_edited(workspace: Workspace, refused: REFUSED) -> None:
    unit = "## Part\n\nSome *text* with a [[link]].\n\n"
    content = "# Guide\n\n" + unit * ((CONTENT_BYTES_MAX - 100_000) // len(unit))
    workspace.create("Guide", content=content[: CONTENT_BYTES_MAX // 8])
    outline = workspace.client.get("/pages/guide/outline").json()["outline"]
    assert len(outline) == content[: CONTENT_BYTES_MAX // 8].count("#") // 2 + 1
    assert section(workspace, "append", outline[-2]["text"] and f"#{outline[-2]['slug']}", "More.").status_code == 200
    workspace.client.put("/pages/guide/content", json={"content": content})
    refused(workspace.client.get("/pages/guide/outline"), 409, "outline_too_long")
    refused(section(workspace, "append", "Guide", "x"), 409, "outline_too_long")
    found = workspace.client.get("/pages/guide/content/search", params={"q": "LINK"}).json()
    assert (len(found["matches"]), found["total"]) == (MATCHES_DEFAULT, content.count("link"))
