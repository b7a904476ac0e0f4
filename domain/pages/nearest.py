"""What to tell somebody whose text is not there: the lines most like it, and whether only case or white space differ."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from domain.pages.markdown import line_numbers

LINES_SHOWN_MAX: Final = 3
LINE_CHARACTERS_MAX: Final = 200
# Lines that share a long word with the text are looked at; in a short page, all lines are.
WORDS_LOOKED_FOR_MAX: Final = 4
PLACES_PER_WORD_MAX: Final = 100
LINES_COMPARED_MAX: Final = 400
LIKENESS_MIN: Final = 0.4
# Longer texts are not compared as a whole with what stands around the nearest line.
HINT_BYTES_MAX: Final = 16 * 1024

_WORD: Final = re.compile(rb"[\w\x80-\xff]{2,}")
_LINE: Final = re.compile(rb"[^\r\n]+")


def nearest(whole: bytes, sought: bytes) -> dict[str, Any]:
    """`nearest`: at most three lines, `[{line, text}]`; `hint`: a sentence, or None. The work is bounded, whatever the texts."""
    # In ASCII alone, lower case leaves every byte in its place.
    lower = whole.lower()
    line_sought = _fullest_line(sought.lower())
    found = sorted(_rated(lower, line_sought), key=lambda rated: (-rated[0], rated[1]))[:LINES_SHOWN_MAX]
    places = sorted(begin for _, begin, _ in found)
    number = dict(zip(places, line_numbers(whole, places), strict=True))
    lines = [{"line": number[begin], "text": _shown(whole[begin:end])} for _, begin, end in found]
    return {"nearest": lines, "hint": next((hint for _, begin, _ in found if (hint := _hint(whole, begin, sought))), None)}


def _fullest_line(text: bytes) -> bytes:
    """The line of the text that says most."""
    return max(_LINE.findall(text[:HINT_BYTES_MAX]), key=lambda line: len(line.strip()), default=b"")


def _rated(lower: bytes, line_sought: bytes) -> Iterator[tuple[float, int, int]]:
    """Likeness, beginning and end of the lines that are like it at all."""
    matcher = SequenceMatcher(b=_compared(line_sought), autojunk=False)
    for begin in _candidates(lower, line_sought):
        line = _LINE.match(lower, begin)
        if line is None:
            continue
        matcher.set_seq1(_compared(line[0]))
        if matcher.quick_ratio() >= LIKENESS_MIN and (likeness := matcher.ratio()) >= LIKENESS_MIN:
            yield likeness, begin, line.end()


def _candidates(lower: bytes, line_sought: bytes) -> list[int]:
    """Where the lines begin that share a word with the one sought; if none does, where the first lines begin."""
    words = sorted(set(_WORD.findall(line_sought)), key=len, reverse=True)[:WORDS_LOOKED_FOR_MAX]
    begins = {_line_begin(lower, place) for word in words for place in _occurrences(lower, word)}
    if not begins:
        begins = {line.start() for line in _LINE.finditer(lower[: LINES_COMPARED_MAX * LINE_CHARACTERS_MAX])}
    return sorted(begins)[:LINES_COMPARED_MAX]


def _occurrences(lower: bytes, word: bytes) -> Iterator[int]:
    place = lower.find(word)
    for _ in range(PLACES_PER_WORD_MAX):
        if place < 0:
            return
        yield place
        place = lower.find(word, place + len(word))


def _line_begin(text: bytes, place: int) -> int:
    return max(text.rfind(b"\n", 0, place), text.rfind(b"\r", max(0, place - LINE_CHARACTERS_MAX), place)) + 1


def _hint(whole: bytes, begin: int, sought: bytes) -> str | None:
    """Around the nearest line, as far as the text sought can reach."""
    if len(sought) > HINT_BYTES_MAX:
        return None
    around = whole[max(0, begin - 2 * len(sought)) : begin + 4 * len(sought) + LINE_CHARACTERS_MAX].decode(errors="ignore")
    text = sought.decode()
    if text.casefold() in around.casefold():
        return "It would match if upper and lower case were the same."
    if _spaceless(text) in _spaceless(around):
        return "It would match if white space were the same."
    if _spaceless(text).casefold() in _spaceless(around).casefold():
        return "It would match if white space, and upper and lower case, were the same."
    return None


def _spaceless(text: str) -> str:
    return "".join(text.split())


def _compared(line: bytes) -> str:
    return " ".join(line[: 4 * LINE_CHARACTERS_MAX].decode(errors="ignore").split())[:LINE_CHARACTERS_MAX]


def _shown(line: bytes) -> str:
    return line[: 4 * LINE_CHARACTERS_MAX].decode(errors="ignore")[:LINE_CHARACTERS_MAX]
