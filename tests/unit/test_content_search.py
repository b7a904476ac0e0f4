"""Searching within a text finds what is there, where it is, in whatever letters."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.content_search import CONTEXT_CHARACTERS_MAX, Found, search_content
from domain.pages.rules import CONTENT_BYTES_MAX

# Letters whose case changes their number, and others near them.
LETTERS = st.text(alphabet="aAsSßẞİiıIfﬁΐΣσς\n\r x", max_size=30)  # noqa: RUF001 - the letters this is about


def search(text: str, sought: str, *, case_sensitive: bool = False, limit: int = 1000) -> tuple[list[Found], int]:
    return search_content(text, sought, case_sensitive=case_sensitive, limit=limit)


@given(LETTERS, LETTERS.filter(bool), st.booleans())
def test_what_is_found_stands_where_it_is_said_to(text: str, sought: str, case_sensitive: bool) -> None:  # noqa: FBT001 - drawn
    found, total = search(text, sought, case_sensitive=case_sensitive)
    assert len(found) == total
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for each in found:
        assert each.text == sought if case_sensitive else each.text.casefold() == sought.casefold()
        if "\n" not in each.text and "\r" not in each.text:
            line = lines[each.line - 1]
            assert line == each.before + each.text + each.after
            assert line[each.column - 1 :].startswith(each.text)


@given(LETTERS, LETTERS.filter(bool))
def test_with_case_every_place_is_found(text: str, sought: str) -> None:
    assert search(text, sought, case_sensitive=True)[1] == text.count(sought)


@given(LETTERS, LETTERS.filter(bool), LETTERS)
def test_without_case_what_is_there_is_found_in_any_case(before: str, sought: str, after: str) -> None:
    for written in (sought, sought.upper(), sought.lower(), sought.casefold()):
        if written.casefold() == sought.casefold():
            assert search(f"{before}\x00{written}\x00{after}", f"\x00{sought}\x00")[1] == 1


@pytest.mark.parametrize(
    ("text", "sought", "places"),
    [
        ("Straße STRASSE strasse", "straße", [(1, 1, "Straße"), (1, 8, "STRASSE"), (1, 16, "strasse")]),
        ("ß", "s", []),
        ("İx\nİy", "y", [(2, 2, "y")]),
        ("aﬁb", "FI", [(1, 2, "ﬁ")]),
        ("a\r\nb\rc\nA", "a", [(1, 1, "a"), (4, 1, "A")]),
        ("aaa", "aa", [(1, 1, "aa")]),
        ("x\ny", "X\nY", [(1, 1, "x\ny")]),
    ],
)
def test_these_are_found_here(text: str, sought: str, places: list[tuple[int, int, str]]) -> None:
    assert [(each.line, each.column, each.text) for each in search(text, sought)[0]] == places


def test_the_line_around_is_cut_and_all_are_counted() -> None:
    text = "b" * 1000 + "a" + "c" * 1000 + "\n" + "a" * 50
    found, total = search(text, "a", limit=2)
    assert total == 51
    assert found[0] == Found(1, 1001, "a", "b" * CONTEXT_CHARACTERS_MAX, "c" * CONTEXT_CHARACTERS_MAX)
    assert found[1] == Found(2, 1, "a", "", "a" * 49)


@pytest.mark.parametrize("unit", ["a", "a\n", "ß", "İ\n", "\r\n"])
def test_long_texts_are_searched_in_seconds(unit: str) -> None:
    text = unit * (CONTENT_BYTES_MAX // 4 // len(unit.encode()))
    begin = time.perf_counter()
    assert search(text, unit, limit=10_000)[1] == CONTENT_BYTES_MAX // 4 // len(unit.encode())
    assert search(text, "s" + unit)[1] == 0
    assert time.perf_counter() - begin < 20
