"""A text without the marks of links is not read; what is not read must have had none."""

from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from infrastructure.link_rows import link_rows
from infrastructure.markdown_walk import read_markdown

ANY = UUID(int=1)


@given(st.text(alphabet="[]()@{}|:!<>`\\ \na#/-", max_size=40))
@example("[a]\n\n[a]: b")
@example("[a][b]\n\n[b]:\nc")
@example("![[a]]")
@example("[a] (b)")
def test_rows_are_as_many_as_links(text: str) -> None:
    assert len(link_rows(ANY, ANY, text.encode())) == len(read_markdown(text.encode()).links)
