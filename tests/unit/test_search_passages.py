"""Documents in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from domain.search.passages import PASSAGE_CHARACTERS_MAX, Section, digest_of, embedded_text, passages
from infrastructure.markdown_text import sections_of

TEXT = """---
front: matter
---
Before any heading, with [a link](https://nowhere.invalid/path) and *stress*.

# One

Text with `code` and <b>markup</b>.

## Two

### Three

- first
- second

| a | b |
|---|---|
| 1 | 2 |

```python
print("hello")
```
"""


def test_markdown_is_cut_at_its_headings_into_plain_text() -> None:
    found = sections_of(TEXT.encode())
    assert [(section.headings, section.anchor) for section in found] == [
        ((), ""),
        (("One",), "one"),
        (("One", "Two"), "two"),
        (("One", "Two", "Three"), "three"),
    ]
    assert found[0].text.strip() == "Before any heading, with a link and stress."
    assert " ".join(found[1].text.split()) == "Text with code and markup ."
    assert found[2].text == ""
    assert found[3].text.split() == ["first", "second", "a", "b", "1", "2", 'print("hello")']


def test_a_document_is_its_title_and_then_its_sections() -> None:
    found = passages("Title", "Subtitle", sections_of(b"intro\n\n# One\n\ntext\n\n# Two"))
    assert [(each.ordinal, each.heading, each.anchor, each.body, each.searched) for each in found] == [
        (0, "", "", "Title\nSubtitle", "Title\nSubtitle"),
        (1, "", "", "intro", "intro"),
        (2, "One", "one", "text", "One\ntext"),
        (3, "Two", "two", "", "Two\n"),
    ]
    assert found[2].digest == digest_of("Title\nOne\ntext")
    # A heading with nothing below it is looked for by its words alone.
    assert found[3].digest is None


def test_a_title_is_embedded_by_itself_only_where_there_is_nothing_else() -> None:
    assert passages("Title", "", [])[0].digest == digest_of("Title")
    assert passages("Title", "Subtitle", [])[0].digest == digest_of("Title\nSubtitle")
    assert passages("Title", "", [Section((), "", "text")])[0].digest is None


def test_a_long_section_is_cut_between_sentences_into_pieces_of_about_one_size() -> None:
    text = " ".join(f"This is the sentence with number {number}." for number in range(60))
    found = passages("Title", "", [Section(("One",), "one", text)])[1:]
    assert len(found) == 2
    assert " ".join(each.body for each in found) == text
    assert all(each.body.endswith(".") for each in found)
    assert abs(len(found[0].body) - len(found[1].body)) < 100
    # The heading is searched once.
    assert [each.searched.startswith("One\n") for each in found] == [True, False]


def test_only_a_passage_whose_text_changed_is_embedded_anew() -> None:
    before = passages("Title", "", sections_of(b"# One\n\nfirst\n\n# Two\n\nsecond"))
    after = passages("Title", "", sections_of(b"# One\n\nfirst, changed\n\n# Two\n\nsecond"))
    assert [one.digest == other.digest for one, other in zip(before, after, strict=True)] == [True, False, True]


@given(st.text(max_size=5000))
def test_nothing_of_a_text_is_lost_and_no_passage_is_too_long(text: str) -> None:
    found = passages("Title", "", [Section((), "", text)])[1:]
    assert all(0 < len(each.body) <= PASSAGE_CHARACTERS_MAX for each in found)
    assert "".join("".join(each.body.split()) for each in found) == "".join(text.split())


@given(st.binary(max_size=2000).map(lambda raw: raw.decode(errors="ignore").replace("\0", "").encode()))
def test_any_text_is_markdown_of_some_kind(text: bytes) -> None:
    found = passages("Title", "", sections_of(text))
    assert [each.ordinal for each in found] == list(range(len(found)))
    for each in found[1:]:
        if each.digest is not None:
            assert each.digest == digest_of(embedded_text("Title", each.heading, each.body))
