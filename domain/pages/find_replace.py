"""Find and replace, exactly: the text asked for, character by character, or a refusal that says what is there instead."""

from collections.abc import Sequence

import msgspec

from domain.errors import DomainError, InvalidValue
from domain.pages.content import Edit, compose
from domain.pages.decisions import edit_content, replace_content
from domain.pages.errors import CountUnexpected, TextAmbiguous, TextNotFound
from domain.pages.events import PageEvent
from domain.pages.markdown import line_numbers
from domain.pages.nearest import nearest
from domain.pages.rules import check_content_size, text_bytes
from domain.pages.state import Page

LINES_NAMED_MAX = 100
# More places than this are kept as one new text: four million edits of one letter would take a gigabyte.
EDITS_MAX = 10_000


class FindReplace(msgspec.Struct, frozen=True, kw_only=True):
    """What to find and what to put in its place. Without `replace_all` the text has to be there exactly once."""

    find: str
    replace: str
    replace_all: bool = False
    expected_count: int | None = None


def find_replace(page: Page, wanted: FindReplace | Sequence[FindReplace]) -> tuple[list[PageEvent], tuple[int, ...]]:
    """The events, and how many places each replaces. Several go one after the other, each on what the one before left, all or
    none; a refusal then says which it is about, as `edit`, counted from 0.
    """
    whole = bytes(page.content)
    edits: tuple[Edit, ...] | None = ()
    counts: list[int] = []
    for index, each in enumerate([wanted] if isinstance(wanted, FindReplace) else wanted):
        try:
            made, whole = _one(whole, each)
        except DomainError as error:
            if isinstance(wanted, FindReplace):
                raise
            raise type(error)(f"edits[{index}]: {error.detail}", edit=index, **error.facts) from None
        counts.append(made.count)
        edits = None if edits is None or made.edits is None else compose(edits, made.edits) if edits else made.edits
        if edits is not None and len(edits) > EDITS_MAX:
            edits = None
    if edits is None:
        return replace_content(page, whole.decode()), tuple(counts)
    return edit_content(page, edits), tuple(counts)


class _Made(msgspec.Struct, frozen=True):
    count: int
    edits: tuple[Edit, ...] | None


def _one(whole: bytes, wanted: FindReplace) -> tuple[_Made, bytes]:
    """What one of them does, and the text after it."""
    if not wanted.find:
        raise InvalidValue("find is empty: say which text to replace.", parameter="find")
    replacement, sought = text_bytes(wanted.replace, "replace"), text_bytes(wanted.find, "find")
    count = whole.count(sought)
    _check_count(whole, sought, count, wanted)
    # Before anything is built: a short text with a long replacement in each of many places could fill the memory.
    check_content_size(len(whole) + count * (len(replacement) - len(sought)))
    edits = None
    if count <= EDITS_MAX:
        edits = tuple(Edit(place, len(sought), wanted.replace) for place in _places(whole, sought, count, step=len(sought)))
    return _Made(count, edits), whole.replace(sought, replacement)


def _places(whole: bytes, sought: bytes, places_max: int, *, step: int) -> list[int]:
    """Where the text begins. With a step of 1, overlapping places count as well."""
    places: list[int] = []
    at = whole.find(sought)
    while at >= 0 and len(places) < places_max:
        places.append(at)
        at = whole.find(sought, at + step)
    return places


def _check_count(whole: bytes, sought: bytes, count: int, wanted: FindReplace) -> None:
    """`count` is of places that do not overlap, which is what replacing all replaces."""
    if count == 0:
        raise TextNotFound(matches=0, **nearest(whole, sought))
    if not wanted.replace_all:
        # One place is asked for, so that overlapping ones are a choice as well: `aa` is in `aaa` twice.
        places = _places(whole, sought, LINES_NAMED_MAX, step=1)
        count = max(count, len(places))
        if count > 1:
            raise TextAmbiguous(matches=count, lines=line_numbers(whole, places))
    if wanted.expected_count is not None and wanted.expected_count != count:
        places = _places(whole, sought, LINES_NAMED_MAX, step=len(sought))
        raise CountUnexpected(matches=count, lines=line_numbers(whole, places))
