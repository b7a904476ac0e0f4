"""What a passage says about something, in whole sentences: for answers that quote it."""

import re
from typing import Final

from domain.search.snippets import unmarked

QUOTE_CHARACTERS_MAX: Final = 500
# Where a sentence has ended, or a paragraph. Lines end anywhere.
_ENDED: Final = re.compile(r"(?<=[.!?…:]\s)|(?<=[.!?…][)\u201d\u2019]\s)|(?<=\n\n)|(?<=[\u3002\uff01\uff1f])")


# Nobody who reads the page sees it.
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def quote(marked: str) -> str:
    """Sentences next to each other that have most of the marked words between them, the longest where several have as many.
    `marked` is a passage with marks around matched words.
    """
    text, places = unmarked(_COMMENT.sub("", marked))
    if len(text) <= QUOTE_CHARACTERS_MAX:
        return text.strip()
    words = [(text[first:last].lower(), first, last) for first, last in places]
    starts = [0, *(ended.end() for ended in _ENDED.finditer(text) if ended.end() < len(text))]

    def worth(start: int) -> tuple[int, int]:
        """Where there is no word to go by, the longest."""
        end = _end(text, starts, start)
        return len({word for word, first, last in words if start <= first and last <= end}), end - start

    best = max(starts, key=worth)
    return text[best : _end(text, starts, best)].strip()


def _end(text: str, starts: list[int], start: int) -> int:
    """The end of the last sentence that fits; of one that is too long by itself, the words that fit."""
    furthest = start + QUOTE_CHARACTERS_MAX
    if furthest >= len(text):
        return len(text)
    ends = [end for end in starts if start < end <= furthest]
    if ends:
        return ends[-1]
    space = max(text.rfind(" ", start, furthest), text.rfind("\n", start, furthest))
    return space if space > start else furthest
