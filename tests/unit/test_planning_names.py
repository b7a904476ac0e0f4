"""Names of entities and of tags."""

import string

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.planning.errors import NameInvalid
from domain.planning.names import NAME_CHARACTERS_MAX, clean_name
from domain.planning.tags import check_tag_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a", "a"),
        ("  a  b ", "a b"),
        ("a\u00a0 b", "a b"),
        ("a\t b\t\n", "a b"),
        ("\u200fא\u200e", "\u200fא\u200e"),
        ("\u0928\u093f", "\u0928\u093f"),
        ("👩\u200d🚀 é", "👩\u200d🚀 é"),
        ("x" * NAME_CHARACTERS_MAX, "x" * NAME_CHARACTERS_MAX),
    ],
    ids=ascii,
)
def test_names_are_trimmed_and_their_spaces_collapsed(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a\nb",
        "a\0b",
        "\u200b",
        "\u200d\ufeff",
        "\u2800\u3164",
        "\u0301",
        "a\u202eb",
        "a\u2066b",
        "a\u2028b",
        "a\ud800b",
        "\u3000",
        "x" * (NAME_CHARACTERS_MAX + 1),
    ],
    ids=ascii,
)
def test_what_is_no_line_is_no_name(text: str) -> None:
    with pytest.raises(NameInvalid):
        clean_name(text)


@drawn(st.text())
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    try:
        name = clean_name(text)
    except NameInvalid:
        return
    assert clean_name(name) == name == name.strip()
    assert "  " not in name


@drawn(st.text(alphabet=string.ascii_letters[:3] + string.digits[:2] + "- _é", max_size=8))
def test_tags_have_the_names_that_the_contracts_expression_matches(text: str) -> None:
    """Without that expression, which takes as long as anybody likes to find that a long name does not match."""
    letters = string.ascii_letters + string.digits
    matches = text[:1] != "" and text[0] in letters and all(c in letters or c == "-" for c in text)
    try:
        assert check_tag_name(text) == text
        assert matches
    except NameInvalid:
        assert not matches
