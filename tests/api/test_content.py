"""A page's Markdown: put, get, append, find and replace; never touched on its way."""

import hashlib
from typing import Any

import pytest
from conftest import Workspace

from domain.pages.rules import CONTENT_BYTES_MAX

# Texts that well-meaning software likes to mend.
NASTY = {
    "crlf": "one\r\ntwo\r\n",
    "lone cr": "one\rtwo\r",
    "mixed ends": "a\nb\r\nc\rd",
    "no final newline": "# Title\n\nlast line",
    "many final newlines": "x\n\n\n\n",
    "only newlines": "\n\n\n",
    "only spaces": "   ",
    "bom": "\ufeff# Title\n",
    "trailing spaces": "hard  \nbreak\t \n",
    "leading spaces": "\n\n    code\n",
    "tabs": "\t- a\n\t\t- b\n",
    "combining": "e\u0301 vs é, a\u0323\u0302",
    "not normalised": "ﬁ ① Å \u212b",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇭",
    "right to left": "\u202eabc\u202c שלום \u200f",
    "line separators": "a\u2028b\u2029c\x0bd\x0ce\x85f",
    "zero width": "a\u200bb\u200dc\u00add\u2060",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "beyond the basic plane": "\U0001d518 \U0010fffd \U00020000",
    "noncharacters": "\ufdd0\uffff\U0001ffff",
    "html": "<script>alert(1)</script> &amp; &lt; <!-- c -->",
    "json": '{"a": "\\u0041\\n"} \\ " \\"',
    "quotes": "“smart” 'quotes' -- dashes … `code`",
    "sql and templates": "'; DROP TABLE page; -- {{ x }} ${y} %s %(z)s {0}",
    "tables": "| a | b |\n|--|:-:|\n| 1 | 2 |",
    "front matter": "---\ntitle: x\n---\n\n# Hi",
    "escapes": "\\*not bold\\* \\\\ \\# &nbsp;",
    "long line": "x" * 100_000,
    "many lines": "- item\n" * 5000,
}
texts = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content(workspace: Workspace, slug: str = "a-page") -> dict[str, Any]:
    answer = workspace.client.get(f"/pages/{slug}/content")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    assert body["contentHash"] == sha256(body["content"])
    assert workspace.get(slug)["content"] == body["content"]
    return body


# Markdown is never touched


@texts
def test_a_text_comes_back_byte_for_byte_however_it_was_brought(workspace: Workspace, text: str) -> None:
    workspace.create("Created", content=text)
    assert content(workspace, "created")["content"] == text
    for title, method in (("Put", "PUT"), ("Patched", "PATCH")):
        workspace.create(title, content="before")
        answer = workspace.client.request(method, f"/pages/{title.lower()}/content", json={"content": text}).json()
        assert answer == {"success": True, "contentHash": sha256(text), "version": 2}
        assert content(workspace, title.lower())["content"] == text
    workspace.create("Changed")
    workspace.client.patch("/pages/changed", json={"content": text})
    assert content(workspace, "changed")["content"] == text


@texts
def test_a_text_is_appended_byte_for_byte(workspace: Workspace, text: str) -> None:
    workspace.create(content="before\n")
    for times in (1, 2):
        workspace.client.post("/pages/a-page/content/append", json={"content": text})
        between = "" if text.endswith(("\n", "\r")) else "\n"
        assert content(workspace)["content"] == "before\n" + between.join([text] * times)


@texts
def test_a_text_is_found_and_put_in_byte_for_byte(workspace: Workspace, text: str) -> None:
    workspace.create(content=f"«{text}»")
    at = "/pages/a-page/content/find-replace"
    assert workspace.client.post(at, json={"find": f"«{text}»", "replace": "x"}).json()["replacements"] == 1
    assert content(workspace)["content"] == "x"
    assert workspace.client.post(at, json={"find": "x", "replace": text}).json()["contentHash"] == sha256(text)
    assert content(workspace)["content"] == text


# Replacing


def test_content_answers_what_the_contract_names(workspace: Workspace) -> None:
    workspace.create("Some Page", content="x")
    answer = workspace.client.get("/pages/some-page/content")
    assert answer.json() == {"slug": "some-page", "title": "Some Page", "content": "x", "contentHash": sha256("x"), "version": 1}
    assert answer.headers["etag"] == '"1"'


def test_a_hash_that_is_still_right_lets_a_write_through_in_either_case(workspace: Workspace) -> None:
    workspace.create(content="one")
    for text, after in (("one", "two"), ("two", "three")):
        guard = sha256(text).upper() if text == "two" else sha256(text)
        answer = workspace.client.put("/pages/a-page/content", json={"content": after, "contentHash": guard})
        assert answer.status_code == 200
    assert content(workspace)["content"] == "three"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/content", {"content": "mine"}),
        ("PATCH", "/content", {"content": "mine"}),
        ("POST", "/content/append", {"content": "mine"}),
        ("POST", "/content/find-replace", {"find": "now", "replace": "mine"}),
        ("PATCH", "", {"content": "mine"}),
    ],
)
def test_a_stale_hash_is_refused_with_what_is_there_now(
    workspace: Workspace, refused: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    workspace.create(content="then")
    workspace.client.put("/pages/a-page/content", json={"content": "now"})
    for stale in (sha256("then"), "no hash at all"):
        answer = workspace.client.request(method, f"/pages/a-page{path}", json={**body, "contentHash": stale})
        current = refused(answer, 409, "content_modified")["current"]
        expected = {"content": "now", "contentHash": sha256("now"), "version": 2}
        assert {name: current[name] for name in expected} == expected
        assert path == "" or current == expected
    assert content(workspace)["version"] == 2


# Appending


@pytest.mark.parametrize(
    ("before", "after"), [("", "x"), ("a", "a\nx"), ("a\n", "a\nx"), ("a\r\n", "a\r\nx"), ("a\r", "a\rx"), ("a ", "a \nx")]
)
def test_appended_text_starts_on_a_line_of_its_own(shared: Workspace, before: str, after: str) -> None:
    slug = shared.create(content=before)["slug"]
    assert shared.client.post(f"/pages/{slug}/content/append", json={"content": "x"}).json()["contentHash"] == sha256(after)
    assert content(shared, slug)["content"] == after


def test_many_appends_make_one_text(workspace: Workspace) -> None:
    workspace.create()
    lines = [f"line {number} " + "é" * (number * 37 % 900) for number in range(60)]
    for number, line in enumerate(lines, 2):
        assert workspace.client.post("/pages/a-page/content/append", json={"content": line}).json()["version"] == number
    assert content(workspace)["content"] == "\n".join(lines)


# Finding and replacing


@pytest.mark.parametrize("route", ["find-replace", "find-and-replace"])
@pytest.mark.parametrize("find", ["find", "oldText", "search"])
@pytest.mark.parametrize("replace", ["replace", "newText"])
def test_synonyms_mean_the_same(shared: Workspace, route: str, find: str, replace: str) -> None:
    slug = shared.create(content="one two")["slug"]
    answer = shared.client.post(f"/pages/{slug}/content/{route}", json={find: "two", replace: "three"}).json()
    assert answer == {"success": True, "contentHash": sha256("one three"), "version": 2, "replacements": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"find": "a"},
        {"replace": "a"},
        {"find": "a", "search": "a", "replace": "b"},
        {"find": "a", "replace": "b", "newText": "b"},
        {"find": "", "replace": "b"},
        {"find": "a\0", "replace": "b"},
        {"find": "a", "replace": "b\0"},
    ],
)
def test_one_text_to_find_and_one_to_put_in_are_needed(workspace: Workspace, refused: Any, body: dict[str, Any]) -> None:
    workspace.create(content="a")
    refused(workspace.client.post("/pages/a-page/content/find-replace", json=body), 400, "invalid_parameter")
    assert content(workspace)["version"] == 1


def test_a_text_that_is_not_there_is_a_404_of_its_own(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="Some text")
    for find in ("some text", "Some  text", "text ", "é"):
        body = {"find": find, "replace": "x", "replaceAll": True}
        refused(workspace.client.post("/pages/a-page/content/find-replace", json=body), 404, "text_not_found")
    assert content(workspace)["version"] == 1


def test_several_places_are_refused_with_their_lines_unless_all_are_meant(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="a\n\nb a\na a")
    at = "/pages/a-page/content/find-replace"
    body = refused(workspace.client.post(at, json={"find": "a", "replace": "x"}), 409, "text_ambiguous")
    assert (body["matches"], body["lines"]) == (4, [1, 3, 4, 4])
    assert content(workspace)["version"] == 1
    assert workspace.client.post(at, json={"find": "a", "replace": "xx", "replaceAll": True}).json()["replacements"] == 4
    assert content(workspace)["content"] == "xx\n\nb xx\nxx xx"


def test_overlapping_places_are_ambiguous_and_replaced_from_the_left(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="aaa")
    at = "/pages/a-page/content/find-replace"
    assert refused(workspace.client.post(at, json={"find": "aa", "replace": "b"}), 409, "text_ambiguous")["matches"] == 2
    assert workspace.client.post(at, json={"find": "aa", "replace": "b", "replaceAll": True}).json()["replacements"] == 1
    assert content(workspace)["content"] == "ba"


def test_an_expected_count_has_to_be_the_count(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="a a a")
    at = "/pages/a-page/content/find-replace"
    for count in (0, 1, 2, 4):
        body = {"find": "a", "replace": "b", "replaceAll": True, "expectedCount": count}
        assert refused(workspace.client.post(at, json=body), 409, "count_unexpected")["matches"] == 3
    assert content(workspace)["version"] == 1
    body = {"find": "a", "replace": "b", "replaceAll": True, "expectedCount": 3}
    assert workspace.client.post(at, json=body).json()["replacements"] == 3


# The greatest content


def test_content_of_the_greatest_size_is_taken_and_a_byte_more_is_refused(workspace: Workspace, refused: Any) -> None:
    full, over = "é" * (CONTENT_BYTES_MAX // 2), "é" * (CONTENT_BYTES_MAX // 2) + "x"
    workspace.create("Full", content=full)
    refused(workspace.client.post("/pages", json={"title": "Over", "content": over}), 413, "content_too_large")
    workspace.create("Put")
    assert workspace.client.put("/pages/put/content", json={"content": full}).status_code == 200
    workspace.create("Over")
    refused(workspace.client.put("/pages/over/content", json={"content": over}), 413, "content_too_large")
    refused(workspace.client.patch("/pages/over", json={"content": over}), 413, "content_too_large")
    assert content(workspace, "over")["version"] == 1
    assert len(content(workspace, "put")["content"]) == len(full)


def test_an_append_fills_a_page_to_the_last_byte_and_no_further(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="x" * (CONTENT_BYTES_MAX - 3))
    at = "/pages/a-page/content/append"
    refused(workspace.client.post(at, json={"content": "éx"}), 413, "content_too_large")
    assert workspace.client.post(at, json={"content": "é"}).json()["version"] == 2
    refused(workspace.client.post(at, json={"content": "x"}), 413, "content_too_large")
    assert len(content(workspace)["content"].encode()) == CONTENT_BYTES_MAX


def test_a_replacement_fills_a_page_to_the_last_byte_and_no_further(workspace: Workspace, refused: Any) -> None:
    workspace.create(content="ab" + "x" * (CONTENT_BYTES_MAX - 3))
    at = "/pages/a-page/content/find-replace"
    refused(workspace.client.post(at, json={"find": "ab", "replace": "abcd"}), 413, "content_too_large")
    assert content(workspace)["version"] == 1
    assert workspace.client.post(at, json={"find": "ab", "replace": "abc"}).json()["version"] == 2
    # Replacing every letter by megabytes is refused before anything of that size is made.
    bomb = {"find": "x", "replace": "y" * 1_000_000, "replaceAll": True}
    refused(workspace.client.post(at, json=bomb), 413, "content_too_large")


def test_replacing_every_letter_of_a_full_page_is_one_change(workspace: Workspace) -> None:
    workspace.create(content="a" * CONTENT_BYTES_MAX)
    answer = workspace.client.post("/pages/a-page/content/find-replace", json={"find": "a", "replace": "b", "replaceAll": True})
    assert answer.json()["replacements"] == CONTENT_BYTES_MAX
    assert content(workspace)["contentHash"] == sha256("b" * CONTENT_BYTES_MAX)
