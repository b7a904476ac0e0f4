"""Slugs: the names pages have in addresses."""

import unicodedata
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.pages.slugs import SLUG_CHARACTERS_MAX, check_slug, is_reserved, shortened, slug_from

TITLES = st.one_of(
    st.text(), st.text(alphabet=st.characters(categories=["L", "M", "N", "S"])), st.text(min_size=190, max_size=300)
)


@given(TITLES)
@example("İ")
@example("ΑΣ")
@example("ϔ")
@example("\u0345")
@example("a" * 199 + " b")
def test_a_slug_made_from_a_title_is_a_slug(title: str) -> None:
    slug = slug_from(title)
    assert slug_from(slug) == slug
    assert 1 <= len(slug) <= SLUG_CHARACTERS_MAX
    assert slug == unicodedata.normalize("NFKC", slug)
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    if not is_reserved(slug):
        assert check_slug(slug) == slug
        assert check_slug(f"{shortened(slug)}-{10**15}")


@given(TITLES)
def test_a_slug_survives_an_address_and_json_as_it_is(title: str) -> None:
    slug = slug_from(title)
    assert unquote(quote(slug, safe="")) == slug
    assert not set(slug) & set('"\\/?#%&+ \t\n')
    assert slug.isprintable() or all(unicodedata.category(c)[0] in "LMN" or c == "-" for c in slug)


@given(st.text())
def test_what_is_no_slug_is_refused_with_one_that_is(text: str) -> None:
    wanted = slug_from(text)
    if wanted == text and not is_reserved(text):
        assert check_slug(text) == text
        return
    with pytest.raises(InvalidValue) as refusal:
        check_slug(text)
    if len(text) <= SLUG_CHARACTERS_MAX and not is_reserved(text):
        assert repr(wanted) in refusal.value.detail


@given(st.uuids())
def test_what_reads_as_an_id_is_no_slug(page_id: UUID) -> None:
    for text in (str(page_id), page_id.hex):
        assert is_reserved(text)
        with pytest.raises(InvalidValue):
            check_slug(text)


def test_the_words_of_routes_are_no_slugs() -> None:
    for word in ("search", "query", "history", "batch"):
        assert is_reserved(word)
        assert not is_reserved(f"{word}-2")


def test_a_long_slug_makes_room_for_a_number_without_a_hyphen_before_it() -> None:
    assert shortened("a" * 179 + "-" + "b" * 20) == "a" * 179
    assert shortened("short") == "short"
