"""What is answered of a text's parts: its outline, its sections, what was found in it."""

import msgspec


class OutlineEntry(msgspec.Struct):
    """A heading; `slug` is its anchor."""

    level: int
    text: str
    line: int
    slug: str


class OutlineAnswer(msgspec.Struct):
    """The page's own headings, in order."""

    outline: list[OutlineEntry]


class Match(msgspec.Struct):
    """A place where the text occurs. Line and column count characters from 1; `before` and `after` are the line around it."""

    line: int
    column: int
    text: str
    before: str
    after: str


class MatchesAnswer(msgspec.Struct):
    """The first matches, and how many there are in all."""

    matches: list[Match]
    total: int


class SectionSummary(msgspec.Struct, rename="camel"):
    """A section's place: its path, its heading, its first and last line."""

    path: str
    heading: OutlineEntry
    start_line: int
    end_line: int


class SectionsAnswer(msgspec.Struct, rename="camel"):
    """All sections of a page."""

    sections: list[SectionSummary]
    content_hash: str
    version: int


class SectionAnswer(SectionSummary, rename="camel"):
    """A section with its text, heading included. Hash and version are the page's."""

    content: str
    content_hash: str
    version: int
