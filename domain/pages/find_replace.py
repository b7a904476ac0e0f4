"""Find and replace, exactly: the text asked for, character by character, or a refusal that says what is there instead."""

import bisect
from typing import Any

import msgspec

from domain.errors import InvalidValue
from domain.pages.content import Edit
from domain.pages.decisions import edit_content
from domain.pages.errors import CountUnexpected, TextAmbiguous, TextNotFound
from domain.pages.events import PageEvent
from domain.pages.rules import text_bytes
from domain.pages.state import Page

LINES_NAMED_MAX = 100


class FindReplace(msgspec.Struct, frozen=True, kw_only=True):
    """What to find and what to put in its place. Without `replace_all` the text has to be there exactly once."""

    find: str
    replace: str
    replace_all: bool = False
    expected_count: int | None = None


def find_replace(page: Page, wanted: FindReplace) -> tuple[list[PageEvent], int]:
    """The events and how many places are replaced."""
    if not wanted.find:
        raise InvalidValue("find is empty: say which text to replace.", parameter="find")
    text_bytes(wanted.replace, "replace")
    whole, sought = bytes(page.content), text_bytes(wanted.find, "find")
    places = _places(whole, sought, overlapping=not wanted.replace_all)
    _check_count(whole, places, wanted)
    edits = tuple(Edit(place, len(sought), wanted.replace) for place in places)
    return edit_content(page, edits), len(places)


def _places(whole: bytes, sought: bytes, *, overlapping: bool) -> list[int]:
    """Where the text begins. Overlapping places count as well when one is asked for: `aa` is in `aaa` twice, so ambiguous."""
    step = 1 if overlapping else len(sought)
    places = []
    at = whole.find(sought)
    while at >= 0:
        places.append(at)
        at = whole.find(sought, at + step)
    return places


def _check_count(whole: bytes, places: list[int], wanted: FindReplace) -> None:
    if not places:
        raise TextNotFound(matches=0)
    facts: dict[str, Any] = {"matches": len(places), "lines": _lines(whole, places[:LINES_NAMED_MAX])}
    if len(places) > 1 and not wanted.replace_all:
        raise TextAmbiguous(**facts)
    if wanted.expected_count is not None and wanted.expected_count != len(places):
        raise CountUnexpected(**facts)


def _lines(whole: bytes, places: list[int]) -> list[int]:
    """The line, counted from 1, on which each place begins."""
    breaks = [at for at, byte in enumerate(whole[: places[-1]]) if byte == 0x0A]
    return [bisect.bisect_left(breaks, place) + 1 for place in places]
