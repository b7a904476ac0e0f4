"""What an answer quotes of a passage: whole sentences, those with most of what is asked for."""

import pytest

from domain.search.quotes import QUOTE_CHARACTERS_MAX, quote
from domain.search.snippets import CLOSE, OPEN

FILLER = "Nothing of the kind is said in this one, which goes on for a while to no purpose at all. " * 3


def marked(word: str) -> str:
    return f"{OPEN}{word}{CLOSE}"


def test_a_short_passage_is_quoted_whole_and_without_its_marks() -> None:
    assert quote(f" The {marked('night')} train.\nIt leaves late. ") == "The night train.\nIt leaves late."


def test_of_a_long_one_the_sentences_are_quoted_that_have_most_of_the_words() -> None:
    best = f"The {marked('night')} {marked('train')} leaves late. "
    text = f"{FILLER}A {marked('train')} came. {FILLER}{best}{FILLER}"
    quoted = quote(text)
    assert "The night train leaves late." in quoted
    assert len(quoted) <= QUOTE_CHARACTERS_MAX
    assert quoted.startswith(("Nothing", "A train", "The night"))
    assert quoted.endswith(".")


def test_where_no_word_is_marked_as_much_as_fits_is_quoted() -> None:
    quoted = quote("Short. " + FILLER * 3)
    assert QUOTE_CHARACTERS_MAX - 100 < len(quoted) <= QUOTE_CHARACTERS_MAX


@pytest.mark.parametrize(("text", "length"), [("word " * 300, 499), ("x" * 2000, QUOTE_CHARACTERS_MAX)])
def test_what_has_no_end_is_cut_between_words_where_there_are_any(text: str, length: int) -> None:
    assert quote(text) == text[:length].strip()


def test_a_comment_that_no_reader_sees_is_not_quoted() -> None:
    assert quote("Before. <!-- do not\nshow --> After.") == "Before.  After."
