"""A file becomes a page and the page becomes the file again, byte for byte, as long as nobody changed it."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daybook.client import Page
from daybook.vault.mapping import FILE_BYTES_MAX, RefusedError, change, creation, draft_of, file_of, folder_draft
from daybook.vault.metadata import PROPERTIES_MAX, TITLE_CHARACTERS_MAX

PIECES = [
    "---\n",
    "...\n",
    "+++\n",
    "\r\n",
    "\n",
    "\ufeff",
    "title: A\n",
    "status: idea\n",
    "x: 1\n",
    "t: {a: b}\n",
    "# H\n",
    "é",
]


def stored(body: dict[str, Any]) -> Page:
    """Keep a page as the service would."""
    fields = {name: body.get(name) for name in ("subtitle", "status", "icon", "owner")}
    return Page(
        id="1",
        slug="slug",
        title=body["title"],
        parent_id=None,
        type=body.get("type") or "page",
        due_date=body.get("dueDate"),
        properties={key: value for key, value in body["properties"].items() if value is not None},
        version=1,
        content=body["content"],
        **fields,
    )


def imported(text: str, path: str = "note.md") -> Page:
    return stored(creation(draft_of(path, text.encode(), ""), None))


def exported(page: Page, path: str = "note.md") -> str:
    return file_of(page, path).decode()


@example("\ufeff---\n---\n\ufeff")
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text().filter(lambda text: "\0" not in text))
def test_import_then_export_gives_the_same_bytes(text: str) -> None:
    try:
        page = imported(text)
    except RefusedError:
        return
    assert file_of(page, "note.md") == text.encode()


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_change_makes_the_page_the_same_as_the_new_file(before: str, after: str) -> None:
    page = imported(before)
    body = change(draft_of("note.md", after.encode(), ""), page)
    old: dict[str, Any] = {"title": page.title, "status": page.status, "type": page.type}
    merged = {**old, **body, "properties": {**page.properties, **body["properties"]}}  # type: ignore[dict-item]  # it is a dict
    assert exported(stored(merged)) == after


def test_front_matter_becomes_fields_and_properties() -> None:
    page = imported(
        "---\ntitle: T\nsubtitle: S\nstatus: at_risk\nicon: 🎉\nowner: a@b.io\ndueDate: 2026-03-01\ntype: database\n"
        "priority: 3\ndraft: true\ntags: [a]\nnothing:\n---\nbody"
    )
    assert (page.title, page.subtitle, page.status, page.owner) == ("T", "S", "at_risk", "a@b.io")
    assert (page.icon, page.due_date, page.type) == ({"type": "emoji", "value": "🎉"}, "2026-03-01", "database")
    free = {key: value for key, value in page.properties.items() if not key.startswith("import.")}
    assert free == {"priority": 3, "draft": True}
    assert page.content == "body"


def test_a_value_that_the_api_would_refuse_stays_a_property() -> None:
    page = imported("---\nstatus: draft\ntype: post\nowner: bob\nicon: star\ndueDate: 2024-02-30\n---\n")
    assert (page.status, page.type, page.owner, page.icon, page.due_date) == (None, "page", None, None, None)
    assert [page.properties[key] for key in ("status", "type", "owner", "icon")] == ["draft", "post", "bob", "star"]


def test_front_matter_cannot_pose_as_the_importer() -> None:
    assert imported("---\nimport.path: ../../etc/passwd\n---\n").properties["import.path"] == "note.md"


def test_values_that_no_database_takes_stay_in_the_front_matter() -> None:
    text = '---\ntitle: "a\\0b"\nbad: "\\ud800"\n"k\\0": 1\n---\n'
    page = imported(text)
    assert page.title == "note"
    assert page.properties.keys() == {"import.path", "import.hash", "import.frontMatter", "import.root"}
    assert exported(page) == text


def test_more_properties_than_fit_stay_in_the_front_matter() -> None:
    text = "---\n" + "".join(f"k{number}: v\n" for number in range(PROPERTIES_MAX + 1)) + "---\n"
    page = imported(text)
    assert f"k{PROPERTIES_MAX - 1}" in page.properties
    assert f"k{PROPERTIES_MAX}" not in page.properties
    assert exported(page) == text


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("---\ntitle: Front\n---\n# Heading\n", "a/name.md", "Front"),
        ("---\ntitle: 2024\n---\n", "name.md", "2024"),
        ("---\ntitle: '  two\n\n  lines '\n---\n", "name.md", "two lines"),
        ("## Second\n\n# The *first* `one` [l](u) <b>x</b>\n", "name.md", "The first one l x"),
        ("\ufeffSetext\r\n===\r\n", "name.md", "Setext"),
        ("> # quoted\n\n```\n# code\n```\n", "name.md", "name"),
        ("# \n", "name.md", "name"),
        ("```\n# code\n```\n- # listed\n\nSet in\ntwo lines\n===\n# Second\n", "name.md", "Set in two lines"),
        ("## Second\n\n# First\r\rtext", "name.md", "First"),
        ("> - <pre>\n>", "name.md", "name"),
        ("", "guide/index.md", "guide"),
        ("", "guide/README.MD", "guide"),
        ("", "index.md", "index"),
        ("", " .md", "Untitled"),
        (f"# {'x' * 600}", "name.md", "x" * TITLE_CHARACTERS_MAX),
    ],
)
def test_a_title_comes_from_front_matter_else_heading_else_name(text: str, path: str, title: str) -> None:
    assert imported(text, path).title == title


def test_a_folder_is_an_empty_page_of_its_name() -> None:
    page = stored(creation(folder_draft("a/guide/", ""), None))
    assert page.title == "guide"
    assert file_of(page, "a/guide/") == b""


def test_what_changed_in_daybook_is_written_and_the_rest_kept() -> None:
    page = imported("---\n# a comment\nstatus: idea\nnested: {a: [1]}\nversion: 1.10\ngone: x\n---\nbody\n")
    page.status, page.owner = None, "a@b.io"
    del page.properties["gone"]
    page.properties["new"] = "2026-01-01"
    said = "---\nnested:\n  a:\n  - 1\nversion: '1.10'\nnew: 2026-01-01\nowner: a@b.io\n---\nbody\n"
    assert exported(page) == said
    assert exported(imported(said)) == said


def test_new_front_matter_keeps_the_line_ends_and_the_byte_order_mark() -> None:
    page = imported("\ufeff# Title\r\ntext\r\n")
    page.status = "paused"
    assert exported(page) == "\ufeff---\r\nstatus: paused\r\n---\r\n# Title\r\ntext\r\n"


def test_content_after_front_matter_without_a_final_line_end_starts_on_its_own_line() -> None:
    page = imported("---\ntitle: T\n---")
    page.content = "more"
    assert exported(page) == "---\ntitle: T\n---\nmore"


def test_a_new_title_is_said_in_the_front_matter() -> None:
    page = imported("# Old\n")
    page.title = "New"
    assert exported(page) == "---\ntitle: New\n---\n# Old\n"


def test_a_broken_front_matter_property_is_not_written() -> None:
    page = imported("body")
    page.properties["import.frontMatter"] = "rubbish"
    assert exported(page) == "body"


@pytest.mark.parametrize(
    ("data", "reason"), [(b"\xff", "UTF-8"), (b"a\0", "NUL"), (b"a" * (FILE_BYTES_MAX + 1), "larger than 4 MiB")]
)
def test_what_cannot_be_a_page_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        draft_of("a.md", data, "")


def test_the_largest_file_is_taken() -> None:
    assert len(draft_of("a.md", b"a" * FILE_BYTES_MAX, "").content) == FILE_BYTES_MAX
