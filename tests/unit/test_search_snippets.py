"""The piece of a passage that shows why it was found."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from domain.search.snippets import CLOSE, OPEN, SNIPPET_CHARACTERS, snippet


def marked(word: str) -> str:
    return f"{OPEN}{word}{CLOSE}"


def test_matched_words_are_marked_and_everything_else_is_text_for_html() -> None:
    text = f"a {marked('match')} & <script>alert(1)</script>"
    assert snippet(text) == "a <mark>match</mark> &amp; &lt;script&gt;alert(1)&lt;/script&gt;"


def test_of_a_long_passage_the_piece_with_most_matches_is_shown() -> None:
    text = f"{marked('one')} {'x ' * 400}{marked('two')} and {marked('three')} near {marked('four')}{' y' * 400}"
    found = snippet(text)
    assert found.startswith("…")
    assert found.endswith("…")
    assert all(f"<mark>{word}</mark>" in found for word in ("two", "three", "four"))
    assert "one" not in found


def test_parts_of_scripts_without_spaces_are_marked_where_they_stand() -> None:
    assert snippet("ここは東京都です", ["東京都"]) == "ここは<mark>東京都</mark>です"
    # Where the whole does not stand, the pairs it was looked for by do.
    assert snippet("ここは京都です", ["東京都"]) == "ここは<mark>京都</mark>です"


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters=OPEN + CLOSE), max_size=40), st.booleans()), max_size=40))
def test_whatever_the_text_the_snippet_is_short_and_safe(pieces: list[tuple[str, bool]]) -> None:
    found = snippet("".join(marked(text) if is_match else text for text, is_match in pieces))
    without = re.sub("</?mark>", "", found)
    assert "<" not in without
    assert ">" not in without
    assert len(html.unescape(without)) <= SNIPPET_CHARACTERS + 2
    assert found.count("<mark>") == found.count("</mark>")
