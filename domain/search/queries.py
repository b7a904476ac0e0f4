"""What somebody looks for, as they wrote it: words, "quoted phrases", and -words that must not be there."""

import re
from collections.abc import Sequence
from typing import Final, Literal, get_args

import msgspec

from domain.errors import InvalidValue
from domain.pages.rules import text_bytes

QUERY_CHARACTERS_MAX: Final = 8000
# A longer text was pasted, not composed: the quotation marks and dashes in it are its own.
OPERATOR_WORDS_MAX: Final = 32
OPERATORS_MAX: Final = 16
RESULTS_MAX: Final = 100

Mode = Literal["hybrid", "keyword", "semantic"]
Kind = Literal["page", "update", "milestone", "principle"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

# A phrase or a word, either with a dash before it that follows a space; a dash before a space is one of prose.
_PIECE: Final = re.compile(r'(?:(?<=\s)|^)(?P<minus>-)?"(?P<phrase>[^"]*)"|(?:(?<=\s)|^)-(?P<word>[^\W_][^\s"]*)')


class SearchQuery(msgspec.Struct, frozen=True):
    """`text` is everything that is looked for, without signs. A result has every phrase and none of what is excluded."""

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def search_query(text: str | None) -> SearchQuery:
    """Raises `InvalidValue`."""
    if text is None or not text.strip():
        raise InvalidValue("q is missing or empty: name the words to look for.", parameter="q")
    text_bytes(text, "q")
    if len(text) > QUERY_CHARACTERS_MAX:
        raise InvalidValue(f"q has at most {QUERY_CHARACTERS_MAX} characters; this one has {len(text)}.", parameter="q")
    if len(text.split()) > OPERATOR_WORDS_MAX:
        return SearchQuery(text)
    return _composed(text)


def _composed(text: str) -> SearchQuery:
    phrases: list[str] = []
    excluded: list[str] = []
    for piece in _PIECE.finditer(text):
        wanted = phrases if piece["word"] is None and piece["minus"] is None else excluded
        said = (piece["phrase"] or piece["word"] or "").strip()
        if said and said not in wanted:
            wanted.append(said)
    if len(phrases) + len(excluded) > OPERATORS_MAX:
        raise InvalidValue(f"q has at most {OPERATORS_MAX} quoted phrases and excluded words.", parameter="q")
    return SearchQuery(_PIECE.sub(_said, text), tuple(phrases), tuple(excluded))


def _said(piece: re.Match[str]) -> str:
    """What is looked for stays, without its quotation marks; what is not goes."""
    return " " if piece["phrase"] is None or piece["minus"] else f" {piece['phrase']} "


def kinds(text: str | None) -> tuple[Kind, ...]:
    """`type=page,update` or `all`. Raises `InvalidValue`."""
    if text is None or text == "all":
        return KINDS
    named = [name.strip() for name in text.split(",")]
    chosen = tuple(kind for kind in KINDS if kind in named)
    if not set(named) <= set(KINDS) or not chosen:
        raise InvalidValue(f"type is one of {', '.join(KINDS)}, several of them with commas between, or all.", parameter="type")
    return chosen


def mode(text: str | None) -> Mode:
    modes: Sequence[Mode] = get_args(Mode)
    for known in modes:
        if text in {known, None}:
            return known
    raise InvalidValue(f"mode is one of {', '.join(modes)}.", parameter="mode")
