"""Searching within one page's text: literally, and with positions that are right whatever the letters."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

import msgspec

# How much of the line is shown before a match, and how much after it.
CONTEXT_CHARACTERS_MAX: Final = 200

# The letters that become several when their case is folded, such as the German sharp s.
_GROWING: Final = re.compile("[" + "".join(c for c in map(chr, range(0x10000)) if len(c.casefold()) > 1) + "]")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A place in the text. Line and column count characters from 1; before and after are what the line has around it, cut."""

    line: int
    column: int
    text: str
    before: str
    after: str


def search_content(text: str, sought: str, *, case_sensitive: bool, limit: int) -> tuple[list[Found], int]:
    """The first matches, which do not overlap, and how many there are in all."""
    spans = _exact(text, sought) if case_sensitive else _folded(text, sought)
    shown: list[tuple[int, int]] = []
    total = 0
    for span in spans:
        total += 1
        if len(shown) < limit:
            shown.append(span)
    return list(_placed(text, shown)), total


def _exact(text: str, sought: str) -> Iterator[tuple[int, int]]:
    at = text.find(sought)
    while at >= 0:
        end = at + len(sought)
        yield at, end
        at = text.find(sought, end)


def _folded(text: str, sought: str) -> Iterator[tuple[int, int]]:
    """Found in the folded text and counted back. A match takes letters whole: `s` is not in `ß`, and `ss` is."""
    growing = [(found.start(), len(found[0].casefold()) - 1) for found in _GROWING.finditer(text)]
    folded, wanted = text.casefold(), sought.casefold()
    if not growing:
        yield from _exact(folded, wanted)
        return
    # Where the folded letters begin, and by how many they have pushed away what follows.
    begins: list[int] = []
    pushed = [0]
    for place, more in growing:
        begins.append(place + pushed[-1])
        pushed.append(pushed[-1] + more)
    at = folded.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        one, other = _counted_back(at, begins, pushed), _counted_back(end, begins, pushed)
        if one is None or other is None:
            at = folded.find(wanted, at + 1)
        else:
            yield one, other
            at = folded.find(wanted, end)


def _counted_back(place: int, begins: list[int], pushed: list[int]) -> int | None:
    """The place in the text before folding; None inside a letter that has become several."""
    index = bisect_right(begins, place)
    if index and begins[index - 1] < place <= begins[index - 1] + pushed[index] - pushed[index - 1]:
        return None
    if index and begins[index - 1] == place:
        index -= 1
    return place - pushed[index]


def _placed(text: str, spans: list[tuple[int, int]]) -> Iterator[Found]:
    line, line_begin = 1, 0
    ends = _LINE_END.finditer(text)
    end = next(ends, None)
    for at, stop in spans:
        while end is not None and end.end() <= at:
            line, line_begin = line + 1, end.end()
            end = next(ends, None)
        before = text[max(line_begin, at - CONTEXT_CHARACTERS_MAX) : at]
        after = _LINE_END.split(text[stop : stop + CONTEXT_CHARACTERS_MAX], maxsplit=1)[0]
        yield Found(line, at - line_begin + 1, text[at:stop], before, after)
