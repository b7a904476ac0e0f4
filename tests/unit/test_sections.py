"""Sections are found by their headings, and an edit of one leaves all else as it was: bytes and Markdown."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import DomainError, InvalidValue
from domain.events import Actor, Recorded
from domain.pages.content import Content
from domain.pages.errors import ContentTooLarge, OutlineTooLong, SectionAmbiguous, SectionNotFound
from domain.pages.events import PageCreated
from domain.pages.markdown import HEADINGS_MAX, Heading
from domain.pages.rules import CONTENT_BYTES_MAX
from domain.pages.section_edits import Operation, SectionEdit, edit_section, prepend_content
from domain.pages.sections import SECTIONS_NAMED_MAX, Section, clean_path, find_section, parse_path, sections, written_path
from domain.pages.state import Page, fold
from infrastructure.markdown_walk import read_markdown

ID = UUID(int=1)
AT = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor("key", "1", "test")
GUIDE = """# Guide

Intro.

## Setup

Do this.

### Linux

apt

## Use

Do that.

# Notes

- one

## Setup

Other.
"""


def page(content: str) -> Page:
    created = PageCreated(slug="a", title="A", content=content, content_hash=Content.from_text(content.encode()).hash)
    made = fold(None, [Recorded(created, 1, AT, WHO)], ID)
    assert made is not None
    return made


def after(content: str, path: str, operation: Operation, text: str = "") -> str:
    before = page(content)
    events = edit_section(before, SectionEdit(path=parse_path(path), operation=operation, content=text), read_markdown)
    changed = fold(before, [Recorded(event, 2, AT, WHO) for event in events], ID)
    assert changed is not None
    return bytes(changed.content).decode()


def prepended(content: str, text: str) -> str:
    before = page(content)
    changed = fold(before, [Recorded(event, 2, AT, WHO) for event in prepend_content(before, text)], ID)
    assert changed is not None
    return bytes(changed.content).decode()


def found_in(text: str, path: str) -> Section:
    return find_section(all_of(text), parse_path(path))


def all_of(text: str) -> list[Section]:
    return sections(read_markdown(text.encode()).headings, len(text.encode()))


def text_of(whole: str, section: Section) -> str:
    return whole.encode()[section.heading.at_byte : section.end_byte].decode()


def test_a_section_goes_up_to_the_next_heading_of_its_level_or_above() -> None:
    assert text_of(GUIDE, found_in(GUIDE, "Guide/Setup")) == "## Setup\n\nDo this.\n\n### Linux\n\napt\n\n"
    assert text_of(GUIDE, found_in(GUIDE, "Linux")) == "### Linux\n\napt\n\n"
    assert text_of(GUIDE, found_in(GUIDE, "Notes")) == GUIDE[GUIDE.index("# Notes") :]
    assert [written_path(each.path) for each in all_of(GUIDE)] == [
        "Guide",
        "Guide/Setup",
        "Guide/Setup/Linux",
        "Guide/Use",
        "Notes",
        "Notes/Setup",
    ]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("Guide", 1),
        (" Guide / Setup ", 5),
        ("guide/SETUP", 5),
        ("Setup/Linux", 9),
        ("Guide/Linux", 9),
        ("Notes/Setup", 21),
        ("#setup-1", 21),
        ("#setup", 5),
    ],
)
def test_a_path_may_leave_headings_out_as_long_as_it_is_unique(path: str, line: int) -> None:
    assert found_in(GUIDE, path).heading.line == line


def test_the_whole_path_of_a_section_leads_to_it_whatever_is_called_alike_further_in() -> None:
    text = "# A\n# B\n## A\n"
    assert found_in(text, "A").heading.line == 1
    assert found_in(text, "B/A").heading.line == 3


def test_letters_case_counts_where_it_tells_sections_apart() -> None:
    text = "# Setup\n# setup\n# SETUP\n"
    assert found_in(text, "setup").heading.line == 2
    with pytest.raises(SectionAmbiguous):
        found_in(text, "sETUP")


def test_slashes_inside_a_heading_are_escaped() -> None:
    text = "# A/B\n## C\n"
    assert found_in(text, "A\\/B/C").heading.text == "C"
    assert written_path(found_in(text, "C").path) == "A\\/B/C"
    assert find_section(all_of(text), clean_path(["A/B", "C"])).heading.line == 2


def test_a_refusal_says_which_sections_there_are() -> None:
    with pytest.raises(SectionAmbiguous) as ambiguous:
        found_in(GUIDE, "Setup")
    assert ambiguous.value.facts["sections"] == [
        {"path": "Guide/Setup", "line": 5, "slug": "setup"},
        {"path": "Notes/Setup", "line": 21, "slug": "setup-1"},
    ]
    with pytest.raises(SectionNotFound) as missing:
        found_in(GUIDE, "Guide/Setpu")
    assert missing.value.facts["headings"][0] == "Guide/Setup"
    assert len(missing.value.facts["headings"]) == 6
    with pytest.raises(SectionNotFound) as many:
        found_in("# a\n" * 10_000, "b")
    assert len(many.value.facts["headings"]) == SECTIONS_NAMED_MAX
    with pytest.raises(SectionNotFound):
        found_in("", "A")
    with pytest.raises(InvalidValue):
        parse_path(" / ")


@pytest.mark.parametrize(
    ("before", "operation", "text", "expected"),
    [
        ("# A\n\nold\n\n# B\n", "replace", "new", "# A\n\nnew\n\n# B\n"),
        ("# A\nold\n# B\n", "replace", "new\n", "# A\nnew\n\n# B\n"),
        ("# A\n\n\nold\nmore\n\n\n# B\n", "replace", "new\n\n", "# A\n\n\nnew\n\n\n# B\n"),
        ("# A\n# B\n", "replace", "new", "# A\n\nnew\n\n# B\n"),
        ("# A\n\nold", "replace", "new", "# A\n\nnew"),
        ("# A\n\nold\n", "replace", "new", "# A\n\nnew\n"),
        ("# A", "replace", "new", "# A\n\nnew"),
        ("# A\n\nold\n\n# B\n", "replace", "", "# A\n\n# B\n"),
        ("# A\n\nold\n", "replace", " \n", "# A\n"),
        ("# A\n\nold\n\n## In\n\nx\n\n# B\n", "replace", "new", "# A\n\nnew\n\n# B\n"),
        ("# A\n\nold\n\n# B\n", "replace", "# A\n\nnew\n", "# A\n\nnew\n\n# B\n"),
        ("A\n===\n\nold\n\n# B\n", "replace", "# A\nnew\n", "A\n===\n\nnew\n\n# B\n"),
        ("# A\r\n\r\nold\r\n\r\n# B\r\n", "replace", "new", "# A\r\n\r\nnew\r\n\r\n# B\r\n"),
        ("# A\n\n    code\n\n# B\n", "replace", "    other", "# A\n\n    other\n\n# B\n"),
        ("# A\n\none\n\n# B\n", "append", "two", "# A\n\none\n\ntwo\n\n# B\n"),
        ("# A\none\n# B\n", "append", "two\n", "# A\none\n\ntwo\n\n# B\n"),
        ("# A\n\none", "append", "two", "# A\n\none\n\ntwo"),
        ("# A\n\none\n", "append", "two\n", "# A\n\none\n\ntwo\n"),
        ("# A\n# B\n", "append", "one", "# A\n\none\n\n# B\n"),
        ("# A\n\n- one\n\n# B\n", "append", "- two\n", "# A\n\n- one\n- two\n\n# B\n"),
        ("# A\n\n- one\n  more\n\n# B\n", "append", "  - sub", "# A\n\n- one\n  more\n  - sub\n\n# B\n"),
        ("# A\n\n- one\n\n# B\n", "append", "1. two", "# A\n\n- one\n\n1. two\n\n# B\n"),
        ("# A\n\n1. one\n\n# B\n", "append", "2. two", "# A\n\n1. one\n2. two\n\n# B\n"),
        ("# A\n\n|a|\n|-|\n|1|\n\n# B\n", "append", "|2|", "# A\n\n|a|\n|-|\n|1|\n|2|\n\n# B\n"),
        ("# A\n\ntwo\n\n# B\n", "prepend", "one", "# A\n\none\n\ntwo\n\n# B\n"),
        ("# A\n- two\n# B\n", "prepend", "- one", "# A\n- one\n- two\n# B\n"),
        ("# A\n", "prepend", "one", "# A\n\none\n"),
        ("# A\n\none\n\n# B\n", "insertBefore", "zero", "zero\n\n# A\n\none\n\n# B\n"),
        ("text\n# A\n", "insertBefore", "more", "text\n\nmore\n\n# A\n"),
        ("---\na: 1\n---\n# A\n", "insertBefore", "more", "---\na: 1\n---\n\nmore\n\n# A\n"),
        ("# A\n\none\n\n# B\n", "insertAfter", "# X\n\nx\n", "# A\n\none\n\n# X\n\nx\n\n# B\n"),
        ("# A\none\nB\n---\n", "insertAfter", "x", "# A\none\nB\n---\n\nx\n"),
        ("# A\none", "insertAfter", "x", "# A\none\n\nx"),
        ("# A\none\n", "insertAfter", "x", "# A\none\n\nx\n"),
        ("# A\n\none\n\n# B\n", "delete", "", "# B\n"),
        ("text\n# A\none\n\nB\n=\n", "delete", "", "text\n\nB\n=\n"),
        ("text\n# A\none\n\n# B\n", "delete", "", "text\n# B\n"),
        ("text\n\n# A\none\n", "delete", "", "text\n\n"),
        ("# A\n\none\n", "append", "", "# A\n\none\n"),
    ],
)  # fmt: skip
def test_an_edit_makes_exactly_this(before: str, operation: Operation, text: str, expected: str) -> None:
    assert after(before, "A", operation, text) == expected


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("# A\n\none\n\n# B\n", "```\nnever closed"),
        ("# A\n\none\n\n# B\n", "<!-- never closed"),
        ("# A\n\none\n\n# B\n", "<script>"),
    ],
)
@pytest.mark.parametrize("operation", ["replace", "append", "prepend", "insertBefore", "insertAfter"])
def test_text_that_would_swallow_headings_is_refused(text: str, content: str, operation: Operation) -> None:
    with pytest.raises(InvalidValue, match="Close the code block"):
        after(text, "A", operation, content)


def test_limits_hold() -> None:
    room = CONTENT_BYTES_MAX - len("# A\n\none\n")
    assert len(after("# A\n\none\n", "A", "append", "x" * (room - 2) + "\n")) == CONTENT_BYTES_MAX
    with pytest.raises(ContentTooLarge):
        after("# A\n\none\n", "A", "append", "x" * (room - 1) + "\n")
    assert after("# a\n" * HEADINGS_MAX, "#a-1", "delete") == "# a\n" * (HEADINGS_MAX - 1)
    with pytest.raises(OutlineTooLong):
        after("# a\n" * (HEADINGS_MAX + 1), "#a-1", "delete")
    with pytest.raises(InvalidValue):
        after("# A\n", "A", "delete", "x")


BLOCKS = st.sampled_from(
    [
        *("# A\n", "# A\n\n", "## B\n", "A\n===\n", "C\n---\n", "text\n", "text\n\n", "\n", "- item\n", "  - sub\n", "1. one\n"),
        *("|a|\n|-|\n|1|\n", "```\n# no\n```\n", "> quote\n", "    code\n", "<div>\n</div>\n\n", "---\n", "\r\n", "\r", "é 🚀\n"),
        *("last", "> # q\n", "# A/B\n", "***\n"),
    ]
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=12).map("".join)
CONTENTS = st.lists(BLOCKS, min_size=1, max_size=4).map("".join)


@given(DOCUMENTS, CONTENTS, st.sampled_from(["replace", "append", "prepend", "insertBefore", "insertAfter", "delete"]), st.data())
def test_nothing_outside_the_section_changes(text: str, content: str, operation: Operation, data: st.DataObject) -> None:
    there = all_of(text)
    assume(there)
    section = data.draw(st.sampled_from(there))
    try:
        changed = after(text, f"#{section.heading.slug}", operation, "" if operation == "delete" else content)
    except (InvalidValue, SectionNotFound, SectionAmbiguous) as error:
        # Refused, not spoilt; headings may read like another's anchor, or as nothing.
        assert isinstance(error, DomainError)  # noqa: PT017 - that it is refused at all depends on the text
        return
    whole, new = text.encode(), changed.encode()
    begin, end = section.heading.at_byte, section.end_byte
    head = whole[:end] if operation == "insertAfter" else whole[:begin]
    tail = whole[begin:] if operation == "insertBefore" else whole[end:]
    assert new.startswith(head.rstrip()) if operation == "insertAfter" else new.startswith(head)
    assert new.endswith(tail)
    if operation != "delete":
        assert new.count(whole[begin : section.heading.end_byte].strip()) >= 1
    if operation not in {"delete", "replace"} and content.strip():
        assert content.strip().encode() in new
    assert outline(whole, lambda each: each.end_byte <= begin) == outline(new, lambda each: each.end_byte <= begin)
    moved = len(new) - len(whole)
    assert [(level, words) for level, words, _ in outline(whole, lambda each: each.at_byte >= end)] == [
        (level, words) for level, words, _ in outline(new, lambda each: each.at_byte >= end + moved)
    ]


def outline(whole: bytes, wanted: "type[object] | object") -> list[tuple[int, str, int]]:
    return [(each.level, each.text, each.at_byte) for each in read_markdown(whole).headings if wanted(each)]  # type: ignore[operator] # any predicate


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("old", "new", "new\nold"),
        ("old", "new\n", "new\nold"),
        ("", "new", "new"),
        ("---\na: 1\n---\nold\n", "new", "---\na: 1\n---\nnew\nold\n"),
        ("---\na: 1\n---", "new", "---\na: 1\n---\nnew"),
        ("old", "", "old"),
    ],
)
def test_prepended_text_is_at_the_start_on_lines_of_its_own(before: str, text: str, expected: str) -> None:
    assert prepended(before, text) == expected


def test_a_heading_is_plain_data() -> None:
    assert sections([Heading(1, "A", 1, "a", 0, 4)], 10) == [Section(("A",), Heading(1, "A", 1, "a", 0, 4), 10)]
