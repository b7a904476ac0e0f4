"""What somebody looks for, as they wrote it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.search.fusion import fused
from domain.search.queries import OPERATOR_WORDS_MAX, OPERATORS_MAX, QUERY_CHARACTERS_MAX, kinds, mode, search_query
from domain.search.ranking import rarity
from domain.search.settings import LanguageChosen, SearchSettings, choose_language


@pytest.mark.parametrize(
    ("text", "words", "phrases", "excluded"),
    [
        ("two words", "two words", (), ()),
        ('"exact phrase" more', "exact phrase more", ("exact phrase",), ()),
        ("wanted -unwanted", "wanted", (), ("unwanted",)),
        ('yes -"not this"', "yes", (), ("not this",)),
        ("well-known words", "well-known words", (), ()),
        ("a - b", "a - b", (), ()),
        ('an "open end', 'an "open end', (), ()),
        ('""', "", (), ()),
        ("-only", "", (), ("only",)),
        ('"twice" "twice"', "twice twice", ("twice",), ()),
    ],
)
def test_signs_are_told_from_words(text: str, words: str, phrases: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    query = search_query(text)
    assert (" ".join(query.text.split()), query.phrases, query.excluded) == (words, phrases, excluded)


def test_in_a_text_that_was_pasted_signs_are_its_own() -> None:
    words = ["word"] * (OPERATOR_WORDS_MAX - 2)
    assert search_query(" ".join([*words, '"a"', "-b"])).phrases == ("a",)
    long = " ".join([*words, '"a"', "-b", "more"])
    assert search_query(long).text == long
    assert search_query(long).phrases == search_query(long).excluded == ()


@pytest.mark.parametrize("text", [None, "", "   ", "\n", "a\0b"])
def test_nothing_to_look_for_is_told(text: str | None) -> None:
    with pytest.raises(InvalidValue):
        search_query(text)


def test_a_query_has_a_greatest_length() -> None:
    assert search_query("a" * QUERY_CHARACTERS_MAX).text
    with pytest.raises(InvalidValue, match="8000"):
        search_query("a" * (QUERY_CHARACTERS_MAX + 1))


def test_a_query_has_so_many_phrases_and_excluded_words() -> None:
    assert len(search_query(" ".join(f"-w{n}" for n in range(OPERATORS_MAX))).excluded) == OPERATORS_MAX
    with pytest.raises(InvalidValue, match="16"):
        search_query(" ".join(f"-w{n}" for n in range(OPERATORS_MAX + 1)))


@given(st.text(alphabet=st.sampled_from('ab "-\t\n東'), min_size=1, max_size=60))
def test_any_query_is_read_or_refused(text: str) -> None:
    try:
        query = search_query(text)
    except InvalidValue:
        return
    assert all(phrase.strip() == phrase and '"' not in phrase for phrase in (*query.phrases, *query.excluded))


def test_types_are_named_alone_together_or_all_at_once() -> None:
    assert kinds(None) == kinds("all") == ("page", "update", "milestone", "principle")
    assert kinds("milestone,page") == ("page", "milestone")
    for wrong in ("", "pages", "page,", "page,all"):
        with pytest.raises(InvalidValue):
            kinds(wrong)


def test_a_mode_is_one_of_three() -> None:
    assert (mode(None), mode("keyword"), mode("semantic")) == ("hybrid", "keyword", "semantic")
    with pytest.raises(InvalidValue):
        mode("magic")


def test_what_leads_both_lists_has_1_and_what_is_in_one_has_less() -> None:
    a, b, c = (UUID(int=number) for number in range(3))
    assert fused([[a, b], [a, c]])[0] == (a, 1.0)
    assert [each for each, _ in fused([[a, b], [b]])] == [b, a]
    # Equals stay in the order of the first list.
    assert [each for each, _ in fused([[a], [b]])] == [a, b]
    assert fused([[], []]) == []


def test_the_rarer_a_word_the_more_it_says_and_never_less_than_nothing() -> None:
    values = [rarity(documents_with, 1000) for documents_with in (1, 10, 500, 1000)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_choosing_a_language_is_recorded_once() -> None:
    settings = SearchSettings()
    [chosen] = choose_language(settings, "german")
    assert isinstance(chosen, LanguageChosen)
    assert (chosen.language.before, chosen.language.after) == ("english", "german")
    assert choose_language(settings, "english") == []
    with pytest.raises(InvalidValue, match="simple"):
        choose_language(settings, "klingon")
