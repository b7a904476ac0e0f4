"""The piece of a passage that shows why it was found: as HTML text with the matched words marked, safe to put on a page."""

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

SNIPPET_CHARACTERS: Final = 240
# What the database puts around matched words; characters that mean nothing, and none of a text's own.
OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
MARK: Final = ("<mark>", "</mark>")
_ELLIPSIS: Final = "…"
_MARKED: Final = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")


def snippet(marked: str, runs: Sequence[str] = ()) -> str:
    """`marked` is the passage with `OPEN` and `CLOSE` around words that matched; `runs` are matched texts of scripts without
    spaces, which may stand within words.
    """
    text, places = unmarked(marked)
    places += _runs_in(text, runs)
    whole = _merged(places)
    first, last = _window(text, whole)
    shown = "".join(_escaped(text, first, last, whole))
    return f"{_ELLIPSIS if first > 0 else ''}{' '.join(shown.split())}{_ELLIPSIS if last < len(text) else ''}"


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text, and where in it the marks were."""
    places: list[tuple[int, int]] = []
    text: list[str] = []
    length = last = 0
    for found in _MARKED.finditer(marked):
        before = marked[last : found.start()]
        places.append((length + len(before), length + len(before) + len(found[1])))
        text += (before, found[1])
        length = places[-1][1]
        last = found.end()
    text.append(marked[last:])
    return "".join(text), places


def _runs_in(text: str, runs: Sequence[str]) -> list[tuple[int, int]]:
    """A run whole, else the pairs of characters it was looked for by."""
    places: list[tuple[int, int]] = []
    pairs: set[str] = set()
    for run in set(runs):
        if run in text:
            places += [found.span() for found in re.finditer(re.escape(run), text)]
        else:
            pairs |= {run[place : place + 2] for place in range(len(run) - 1)}
    if pairs:
        places += [(place, place + 2) for place in range(len(text) - 1) if text[place : place + 2] in pairs]
    return places


def _merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(places):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _window(text: str, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The piece with most matches in it, with some text before the first of them; not within a word, where there are any."""
    if len(text) <= SNIPPET_CHARACTERS:
        return 0, len(text)
    begin = 0
    if places:
        begins = [first for first, _ in places]
        reach = SNIPPET_CHARACTERS * 3 // 4
        most = max(range(len(begins)), key=lambda nth: bisect_left(begins, begins[nth] + reach) - nth)
        begin = min(max(0, begins[most] - SNIPPET_CHARACTERS // 4), len(text) - SNIPPET_CHARACTERS)
    end = begin + SNIPPET_CHARACTERS
    if begin > 0:
        begin = _after_space(text, begin)
    if end < len(text):
        space = text.rfind(" ", end - SNIPPET_CHARACTERS // 4, end)
        end = end if space < 0 else space
    return begin, end


def _after_space(text: str, place: int) -> int:
    space = text.find(" ", place, place + SNIPPET_CHARACTERS // 8)
    return place if space < 0 else space + 1


def _escaped(text: str, first: int, last: int, places: Sequence[tuple[int, int]]) -> list[str]:
    parts: list[str] = []
    at = first
    for begin, end in places:
        if begin < first or end > last:
            continue
        parts += (html.escape(text[at:begin], quote=False), MARK[0], html.escape(text[begin:end], quote=False), MARK[1])
        at = end
    parts.append(html.escape(text[at:last], quote=False))
    return parts
