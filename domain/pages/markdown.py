"""What reading a page's Markdown finds, as plain data. Offsets count bytes of UTF-8; lines count from 1."""

import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

# What reading keeps of one page: enough for any that people write, and a bound for what machines do.
HEADINGS_MAX: Final = 20_000
LINKS_MAX: Final = 50_000

LinkKind = Literal["mention", "wiki", "relative"]


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A heading of the document itself; those inside quotes, lists and footnotes belong to what surrounds them.

    `slug` is its anchor, as GitHub makes it. It takes the lines from `at_byte` to `end_byte`, where the text below begins.
    """

    level: int
    text: str
    line: int
    slug: str
    at_byte: int
    end_byte: int


class Link(msgspec.Struct, frozen=True, gc=False):
    """A link to a page: `@{Title|slug}`, `[[slug]]` or `[shown](slug)`.

    `target` is the slug or id as the text names it, `fragment` what stood behind its `#`. The target's own bytes, which a
    rename rewrites, go from `target_at_byte` to `target_end_byte`; a reference link's are in its definition.
    """

    kind: LinkKind
    target: str
    fragment: str | None
    title: str
    line: int
    at_byte: int
    end_byte: int
    target_at_byte: int
    target_end_byte: int


class Markdown(msgspec.Struct, frozen=True, gc=False):
    """Headings and links in the order of the text. `…_cut` says that there may be more of them than are kept."""

    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    headings_cut: bool
    links_cut: bool


def line_numbers(whole: bytes, places: Iterable[int]) -> list[int]:
    """The line of each place, the places in ascending order. A line ends with a line feed, a carriage return, or both."""
    lines: list[int] = []
    line, seen = 1, 0
    returns = b"\r" in whole
    for place in places:
        line += whole.count(b"\n", seen, place)
        if returns:
            line += whole.count(b"\r", seen, place) - whole.count(b"\r\n", seen, place + 1)
        seen = place
        lines.append(line)
    return lines


_BOM: Final = b"\xef\xbb\xbf"
_FRONT_MATTER: Final = re.compile(rb"---[ \t]*\r?\n(?:[^\r\n]*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
FRONT_MATTER_BYTES_MAX: Final = 64 * 1024


def front_matter_bytes(whole: bytes) -> int:
    """How long the YAML at the start is, with the lines around it; 0 where there is none."""
    begin = len(_BOM) if whole.startswith(_BOM) else 0
    found = _FRONT_MATTER.match(whole, begin, begin + FRONT_MATTER_BYTES_MAX)
    return found.end() if found else 0
