"""Text made ready for the database's parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search.words import unspaced_runs, words_asked, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words stay", "plain words stay"),
        ("src/main.rs", "src main rs"),
        ("ana@acme.io", "ana acme io"),
        ("std::vec::Vec", "std vec Vec"),
        ("snake_case", "snake case"),
        ("end.Next", "end Next"),
        ("3.14 and v1.2.3", "3.14 and v1.2.3"),
        ("C++ and C#", "Cplusplus and Csharp"),
        ("# Heading #tag", "# Heading #tag"),
        ("\ufb01ve \uff46ull", "five full"),
        ("東京都", "東京 京都 都"),
        ("in 東京 now", "in 東京 京 now"),
        ("ไทย", "ไท ทย ย"),
        ("안녕", "안녕 녕"),
        ("done ✅", "done sign2705"),
    ],
)
def test_a_text_becomes_words_with_spaces_between(text: str, words: str) -> None:
    assert " ".join(words_of(text).split()) == words


def test_of_what_is_looked_for_the_end_of_a_run_is_no_word_of_its_own() -> None:
    assert words_asked("京都").split() == ["京都"]
    assert words_asked("都").split() == ["都"]


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30), st.data())
def test_every_part_of_a_run_is_among_its_words(run: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(run) - 2))
    last = data.draw(st.integers(first + 2, len(run)))
    assert set(words_asked(run[first:last]).split()) <= set(words_of(run).split())


@given(st.text())
def test_any_text_at_all_becomes_words(text: str) -> None:
    assert isinstance(words_of(text), str)
    assert all(run in "".join(unspaced_runs(text)) for run in unspaced_runs(text))
