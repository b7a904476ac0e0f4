"""Front matter is parted from the text without losing a byte, and read so that writing it gives the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.vault.front_matter import FRONT_MATTER_BYTES_MAX, dump, parse, scalar, split

PIECES = [
    "---",
    "+++",
    "...",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\ufeff",
    "title: x",
    "a = 1",
    "[",
    "# c",
    "é",
    "😀",
    "- ",
    ": ",
    "'",
]

storable = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(storable, max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text())
def test_block_and_rest_are_the_text(text: str) -> None:
    raw, body = split(text)
    assert raw + body == text


@given(st.text(alphabet="-+.\r\n\t :ab'\"[]{}&*!|>%@`#?,~=0123456789", max_size=60))
def test_no_front_matter_breaks_the_reader(yaml: str) -> None:
    for fence in ("---", "+++"):
        raw, body = split(f"{fence}\n{yaml}\n{fence}\nbody")
        assert raw + body == f"{fence}\n{yaml}\n{fence}\nbody"
        assert parse(raw) is not None


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("---\ntitle: x\n---\nbody", "---\ntitle: x\n---\n"),
        ("---\r\ntitle: x\r\n---\r\nbody", "---\r\ntitle: x\r\n---\r\n"),
        ("\ufeff---\ntitle: x\n---\nbody", "\ufeff---\ntitle: x\n---\n"),
        ("---  \ntitle: x\n---\t\nbody", "---  \ntitle: x\n---\t\n"),
        ("---\ntitle: x\n...\nbody", "---\ntitle: x\n...\n"),
        ("---\ntitle: x\n---", "---\ntitle: x\n---"),
        ("---\n---\nbody", "---\n---\n"),
        ("---\n# only a comment\n---\nbody", "---\n# only a comment\n---\n"),
        ('+++\ntitle = "x"\n+++\nbody', '+++\ntitle = "x"\n+++\n'),
        ("---\ntitle: x\n", ""),  # never closed
        ("---\n\nA text between rules\n\n---\n", ""),  # no mapping
        ("---\ntitle: [x\n---\nbody", ""),  # not YAML
        ("---\nat: 2024-02-30\n? [a]\n---\nbody", ""),
        ("+++\ntitle = \n+++\nbody", ""),
        ("---\rtitle: x\r---\r", ""),
        (" ---\ntitle: x\n---\n", ""),
        ("", ""),
    ],
)
def test_front_matter_is_what_readers_take_it_for(text: str, raw: str) -> None:
    assert split(text) == (raw, text[len(raw) :])


def test_a_block_larger_than_a_property_is_content() -> None:
    def block(size_bytes: int) -> str:
        return f"---\na: {'x' * (size_bytes - 12)}\n---\n"

    assert split(block(FRONT_MATTER_BYTES_MAX)) == (block(FRONT_MATTER_BYTES_MAX), "")
    assert split(block(FRONT_MATTER_BYTES_MAX + 1)) == ("", block(FRONT_MATTER_BYTES_MAX + 1))


@pytest.mark.parametrize("text", ["1.10", "12:30", "no", "on", "2024-01-01", "007", "1_000", "0x1f", "1e3", "9" * 30, ".inf"])
def test_what_only_looks_like_a_number_stays_a_word(text: str) -> None:
    assert parse(f"---\na: {text}\n---\n") == {"a": text}
    assert scalar(text) == text


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("-3", -3), ("0", 0), ("1.5", 1.5), ("true", True), ("False", False)])
def test_numbers_and_booleans_are_read(text: str, value: object) -> None:
    assert parse(f"---\na: {text}\n---\n") == {"a": value}
    assert scalar(text) == value


@given(st.dictionaries(texts, values, max_size=5))
def test_a_written_block_says_what_was_meant(mapping: dict[object, object]) -> None:
    raw = dump(mapping)
    assert split(raw + "body") == (raw, "body")
    assert parse(raw) == mapping
