"""Find and replace is exact: what is asked for, where it is, or nothing."""

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.events import Actor, Recorded
from domain.pages.content import Content
from domain.pages.errors import ContentTooLarge, CountUnexpected, TextAmbiguous, TextNotFound
from domain.pages.events import ContentEdited, PageCreated
from domain.pages.find_replace import EDITS_MAX, LINES_NAMED_MAX, FindReplace, find_replace
from domain.pages.rules import CONTENT_BYTES_MAX
from domain.pages.state import Page, fold

ID = UUID(int=1)
AT = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor("key", "1", "test")
LETTERS = st.text(alphabet="ab\né🚀", max_size=20)


def page(content: str) -> Page:
    created = PageCreated(slug="a", title="A", content=content, content_hash=Content.from_text(content.encode()).hash)
    made = fold(None, [Recorded(created, 1, AT, WHO)], ID)
    assert made is not None
    return made


def after(content: str, wanted: FindReplace) -> tuple[str, int]:
    """The text that follows, and how many places were replaced."""
    before = page(content)
    events, (count,) = find_replace(before, wanted)
    facts = [Recorded(event, 1 + number, AT, WHO) for number, event in enumerate(events, 1)]
    changed = fold(before, facts, ID)
    assert changed is not None
    return bytes(changed.content).decode(), count


@given(LETTERS, st.text(alphabet="ab\né🚀", min_size=1, max_size=3), LETTERS)
def test_replacing_all_is_what_plain_text_does(content: str, find: str, replace: str) -> None:
    wanted = FindReplace(find=find, replace=replace, replace_all=True)
    if find in content:
        assert after(content, wanted) == (content.replace(find, replace), content.count(find))
    else:
        with pytest.raises(TextNotFound):
            after(content, wanted)


@given(LETTERS, st.text(alphabet="ab\né🚀", min_size=1, max_size=3), LETTERS)
def test_replacing_one_needs_exactly_one_place(content: str, find: str, replace: str) -> None:
    places = [at for at in range(len(content)) if content.startswith(find, at)]
    wanted = FindReplace(find=find, replace=replace)
    if len(places) == 1:
        assert after(content, wanted) == (content.replace(find, replace), 1)
    elif not places:
        with pytest.raises(TextNotFound):
            after(content, wanted)
    else:
        with pytest.raises(TextAmbiguous) as refusal:
            after(content, wanted)
        assert refusal.value.facts == {"matches": len(places), "lines": [content.count("\n", 0, at) + 1 for at in places]}


@given(LETTERS.filter(lambda text: "a" in text), st.integers(0, 20))
def test_an_expected_count_has_to_be_right(content: str, expected: int) -> None:
    wanted = FindReplace(find="a", replace="x", replace_all=True, expected_count=expected)
    if expected == content.count("a"):
        assert after(content, wanted)[1] == expected
    else:
        with pytest.raises(CountUnexpected) as refusal:
            after(content, wanted)
        assert refusal.value.facts["matches"] == content.count("a")


def test_no_more_lines_are_named_than_anybody_reads() -> None:
    with pytest.raises(TextAmbiguous) as refusal:
        after("a\n" * 1000, FindReplace(find="a", replace="b"))
    assert refusal.value.facts == {"matches": 1000, "lines": list(range(1, LINES_NAMED_MAX + 1))}


def test_nothing_is_found_in_nothing_and_nothing_is_not_looked_for() -> None:
    with pytest.raises(TextNotFound):
        after("", FindReplace(find="a", replace="b"))
    with pytest.raises(InvalidValue):
        after("a", FindReplace(find="", replace="b"))


def test_replacing_a_text_by_itself_changes_nothing() -> None:
    for replace_all in (False, True):
        events, count = find_replace(page("a b"), FindReplace(find="b", replace="b", replace_all=replace_all))
        assert (events, count) == ([], (1,))


def test_letters_are_compared_as_they_are_written() -> None:
    with pytest.raises(TextNotFound):
        after("e\u0301", FindReplace(find="é", replace="x"))
    assert after("e\u0301", FindReplace(find="e", replace="a")) == ("a\u0301", 1)


def test_as_many_places_as_an_event_holds_are_edits_and_more_become_one() -> None:
    long = "x" * 100
    for count, edits in ((EDITS_MAX, EDITS_MAX), (EDITS_MAX + 1, 1)):
        content = f"a{long}" * count
        (event,), replaced = find_replace(page(content), FindReplace(find="a", replace="b", replace_all=True))
        assert isinstance(event, ContentEdited)
        assert (len(event.edits), replaced) == (edits, (count,))
        assert after(content, FindReplace(find="a", replace="b", replace_all=True))[0] == content.replace("a", "b")


def test_the_size_is_refused_before_the_text_is_built() -> None:
    content = "a" * 10_000
    full = FindReplace(find="a", replace="b" * (CONTENT_BYTES_MAX // 10_000), replace_all=True)
    assert len(after(content, full)[0]) == CONTENT_BYTES_MAX // 10_000 * 10_000
    with pytest.raises(ContentTooLarge):
        after(content, FindReplace(find="a", replace="b" * 4_000_000, replace_all=True))


PAIRS = st.lists(st.tuples(st.text(alphabet="ab\né🚀", min_size=1, max_size=3), LETTERS), min_size=1, max_size=5)


@given(LETTERS, PAIRS)
def test_several_are_done_one_after_the_other_in_one_event(content: str, pairs: list[tuple[str, str]]) -> None:
    expected, counts = content, []
    for find, replace in pairs:
        counts.append(expected.count(find))
        expected = expected.replace(find, replace)
    wanted = [FindReplace(find=find, replace=replace, replace_all=True) for find, replace in pairs]
    before = page(content)
    if 0 in counts:
        with pytest.raises(TextNotFound) as refusal:
            find_replace(before, wanted)
        assert refusal.value.facts["edit"] == counts.index(0)
        return
    events, replaced = find_replace(before, wanted)
    changed = fold(before, [Recorded(event, 2, AT, WHO) for event in events], ID)
    assert changed is not None
    assert bytes(changed.content).decode() == expected
    assert list(replaced) == counts
    assert len(events) <= 1


def test_a_refusal_names_the_edit_it_is_about() -> None:
    wanted = [FindReplace(find="a", replace="b"), FindReplace(find="b", replace="c")]
    with pytest.raises(TextAmbiguous, match=r"^edits\[1\]: ") as refusal:
        find_replace(page("a b"), wanted)
    assert refusal.value.facts["edit"] == 1


def test_edits_that_undo_each_other_change_nothing() -> None:
    wanted = [FindReplace(find="a", replace="b"), FindReplace(find="b", replace="a")]
    assert find_replace(page("a"), wanted) == ([], (1, 1))


def test_more_edits_than_an_event_holds_become_one() -> None:
    content = "ab" * (EDITS_MAX // 2 + 1)
    wanted = [FindReplace(find=letter, replace=letter.upper(), replace_all=True) for letter in "ab"]
    (event,), replaced = find_replace(page(content), wanted)
    assert replaced == (EDITS_MAX // 2 + 1,) * 2
    changed = fold(page(content), [Recorded(event, 2, AT, WHO)], ID)
    assert changed is not None
    assert bytes(changed.content).decode() == content.upper()


@pytest.mark.parametrize(
    ("content", "find", "nearest", "hint"),
    [
        ("# T\n\nHello world\n", "hello world", [(3, "Hello world")], "It would match if upper and lower case were the same."),
        ("a\n\tfoo(bar,  baz)\n", "foo(bar, baz)", [(2, "\tfoo(bar,  baz)")], "It would match if white space were the same."),
        ("def f():\r\n    return\r\n", "def f():\n    return", [(1, "def f():")], "It would match if white space were the same."),
        ("The quick brown fox\n", "The quik brown fox", [(1, "The quick brown fox")], None),
        ("one\ntwo\nthree\n", "tree", [(3, "three")], None),
        ("one\n", "zzz", [], None),
        ("", "x", [], None),
        ("x" * 1000, "xy" * 500, [(1, "x" * 200)], None),
    ],
)  # fmt: skip
def test_a_text_that_is_not_there_is_answered_with_what_is(
    content: str, find: str, nearest: list[tuple[int, str]], hint: str | None
) -> None:
    with pytest.raises(TextNotFound) as refusal:
        after(content, FindReplace(find=find, replace=""))
    facts = refusal.value.facts
    shown = [(line["line"], line["text"]) for line in facts["nearest"]]
    assert shown[: len(nearest)] == nearest or sorted(shown) == sorted(nearest)
    assert facts["hint"] == hint


@pytest.mark.parametrize("unit", ["a b ", "word\n", "\r", "x", "é🚀 longword\n"])
def test_looking_for_what_is_nearest_is_bounded(unit: str) -> None:
    content = unit * (CONTENT_BYTES_MAX // len(unit.encode()))
    begin = time.perf_counter()
    for find in ("a c", "wordy", "longword " * 2000, "x" * CONTENT_BYTES_MAX + "y"):
        with pytest.raises(TextNotFound) as refusal:
            after(content, FindReplace(find=find, replace=""))
        assert len(refusal.value.facts["nearest"]) <= 3
    assert time.perf_counter() - begin < 10
