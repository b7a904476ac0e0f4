"""The rope of a page's text: whatever is done to it, it is the bytes it should be, in the segments it should be."""

import hashlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.pages.content import SEGMENT_BYTES_MAX, TAIL_BYTES_MAX, Content, Edit, compose, difference, spliced

# Few letters make collisions likely; widths of one to four bytes make cuts between characters matter.
LETTERS = st.text(alphabet="ab\n\ré日🚀", max_size=30)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
# Sizes around what segments and tails hold.
SIZES = [0, 1, 2, 500, TAIL_BYTES_MAX - 1, TAIL_BYTES_MAX, TAIL_BYTES_MAX + 1, 4000, SEGMENT_BYTES_MAX - 1, SEGMENT_BYTES_MAX]
SIZES += [
    SEGMENT_BYTES_MAX + 1,
    SEGMENT_BYTES_MAX + TAIL_BYTES_MAX,
    SEGMENT_BYTES_MAX + TAIL_BYTES_MAX + 1,
    3 * SEGMENT_BYTES_MAX,
]
LONG = st.builds(lambda unit, size: (unit * size)[:size], st.sampled_from(["a", "bc\n", "é", "🚀x"]), st.sampled_from(SIZES))
TEXTS = st.one_of(LETTERS, LONG)


def text_after(text: str, step: "str | tuple[int, int, str]") -> str:
    """What plain text operations make of it: a text is appended, a triple replaces from a place so many characters."""
    if isinstance(step, str):
        return text + step
    place, removed, new = step
    at = place % (len(text) + 1)
    return text[:at] + new + text[at + removed :]


def content_after(content: Content, text: str, step: "str | tuple[int, int, str]") -> Content:
    if isinstance(step, str):
        return content.appended(step.encode())
    place, removed, new = step
    at = place % (len(text) + 1)
    return content.edited([Edit(len(text[:at].encode()), len(text[at : at + removed].encode()), new)])


STEPS = st.lists(st.one_of(TEXTS, st.tuples(st.integers(0, 40_000), st.integers(0, 9000), TEXTS)), max_size=8)


def check(content: Content, text: str) -> None:
    whole = text.encode()
    assert bytes(content) == whole
    assert content.size_bytes == len(whole)
    assert content.hash == hashlib.sha256(whole).hexdigest()
    assert content.digest.hex() == content.hash
    assert content.ends_line == (not whole or text[-1] in "\n\r")
    assert content.segments
    assert len(content.tail) <= TAIL_BYTES_MAX
    assert all(len(segment) <= 2 * SEGMENT_BYTES_MAX for segment in content.segments)


@given(TEXTS, STEPS)
def test_appends_and_edits_do_what_they_do_to_plain_text(start: str, steps: Sequence[str | tuple[int, int, str]]) -> None:
    content, text = Content.from_text(start.encode()), start
    check(content, text)
    for step in steps:
        content, text = content_after(content, text, step), text_after(text, step)
        check(content, text)


@given(TEXTS, STEPS, st.integers(0, 8))
def test_the_layout_is_the_same_when_it_is_built_again_from_stored_segments_anywhere(
    start: str, steps: Sequence[str | tuple[int, int, str]], reload_at: int
) -> None:
    kept = loaded = Content.from_text(start.encode())
    text = start
    for number, step in enumerate(steps):
        if number == reload_at % (len(steps) + 1):
            loaded = Content.of([bytes(bytearray(segment)) for segment in loaded.segments])
        kept, loaded, text = content_after(kept, text, step), content_after(loaded, text, step), text_after(text, step)
        assert kept.segments == loaded.segments
        assert kept.digest == loaded.digest


@given(TEXTS, STEPS)
def test_what_is_not_hashed_on_the_way_ends_the_same(start: str, steps: Sequence[str | tuple[int, int, str]]) -> None:
    hashed, unhashed, text = Content.from_text(start.encode()), Content.unhashed(start.encode()), start
    for step in steps:
        hashed, unhashed, text = content_after(hashed, text, step), content_after(unhashed, text, step), text_after(text, step)
    assert unhashed.segments == hashed.segments
    assert unhashed.replaced(b"other").digest == hashed.replaced(b"other").digest
    check(unhashed, text)


@given(LETTERS, st.data())
def test_several_edits_at_once_count_in_the_text_before_any_of_them(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    news = [data.draw(LETTERS) for _ in pairs]
    edits = [
        Edit(len(text[:begin].encode()), len(text[begin:end].encode()), new)
        for (begin, end), new in zip(pairs, news, strict=True)
    ]
    expected, position = "", 0
    for (begin, end), new in zip(pairs, news, strict=True):
        expected += text[position:begin] + new
        position = end
    expected += text[position:]
    assert spliced(text.encode(), edits).decode() == expected
    assert bytes(Content.from_text(text.encode()).edited(edits)).decode() == expected


@given(st.one_of(st.tuples(LETTERS, LETTERS), st.tuples(ANY_TEXT, ANY_TEXT), st.tuples(LONG, LONG)))
def test_the_difference_of_two_texts_leads_from_one_to_the_other(texts: tuple[str, str]) -> None:
    old, new = (text.encode() for text in texts)
    edit = difference(old, new)
    assert spliced(old, [edit]) == new
    assert old[: edit.at_byte].decode() + edit.text + old[edit.at_byte + edit.removed_bytes :].decode() == texts[1]


@given(LETTERS, LETTERS, LETTERS, LETTERS)
def test_the_difference_leaves_out_what_both_ends_share(head: str, old: str, new: str, tail: str) -> None:
    edit = difference((head + old + tail).encode(), (head + new + tail).encode())
    assert edit.removed_bytes <= len(old.encode())
    assert len(edit.text.encode()) <= len(new.encode())


def test_an_edit_far_from_the_end_rewrites_little() -> None:
    content = Content.from_text(b"x" * 100 * SEGMENT_BYTES_MAX)
    edited = content.edited([Edit(5 * SEGMENT_BYTES_MAX + 10, 3, "abc")])
    rewritten = [new for old, new in zip(content.segments, edited.segments, strict=True) if old is not new]
    assert len(rewritten) == 1


def test_an_append_keeps_the_segments_there_are() -> None:
    content = Content.from_text(b"x" * 100 * SEGMENT_BYTES_MAX)
    appended = content.appended(b"y" * 10)
    assert all(old is new for old, new in zip(content.segments[:-1], appended.segments[:-1], strict=True))


@given(LETTERS, st.data())
def test_composed_edits_do_at_once_what_they_do_one_after_the_other(text: str, data: st.DataObject) -> None:
    first = some_edits(text, data)
    middle = spliced(text.encode(), first)
    then = some_edits(middle.decode(), data)
    composed = compose(first, then)
    assert spliced(text.encode(), composed) == spliced(middle, then)
    ends = [edit.at_byte + edit.removed_bytes for edit in composed]
    assert all(end < after.at_byte for end, after in pairwise_of(ends, composed))


def some_edits(text: str, data: st.DataObject) -> list[Edit]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Edit(len(text[:begin].encode()), len(text[begin:end].encode()), data.draw(LETTERS)) for begin, end in pairs]


def pairwise_of(ends: list[int], edits: Sequence[Edit]) -> list[tuple[int, Edit]]:
    return list(zip(ends[:-1], edits[1:], strict=True))


def test_many_edits_are_composed_in_time() -> None:
    first = [Edit(2 * place, 1, "xy") for place in range(10_000)]
    then = [Edit(3 * place, 2, "z") for place in range(10_000)]
    assert compose(first, then) == tuple(Edit(2 * place, 1, "z") for place in range(10_000))
