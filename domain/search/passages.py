"""Documents in pieces small enough to have one meaning: by their headings, and long sections by their paragraphs."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

# About what the embedding model reads of a text; the rest it would not see.
PASSAGE_CHARACTERS_MAX: Final = 1200
HEADING_CHARACTERS_MAX: Final = 300
TITLE_ORDINAL: Final = 0
_BREAK: Final = re.compile(r"(?<=\n)|(?<=[.!?…]\s)|(?<=[\u3002\uff01\uff1f])")
_SPACE: Final = re.compile(r"(?<=\s)")


class Section(msgspec.Struct, frozen=True, gc=False):
    """The plain text below a heading up to the next one. `headings` are those it stands below, `anchor` that of the innermost."""

    headings: tuple[str, ...]
    anchor: str
    text: str


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A piece of a document, as it is kept. `searched` has the heading as well, where it `begins` a section; `digest` names the
    text that is embedded, if any.
    """

    ordinal: int
    heading: str
    anchor: str
    body: str
    begins: bool
    searched: str
    digest: bytes | None


def passages(title: str, subtitle: str, sections: Iterable[Section]) -> list[Passage]:
    """The title is the first; it is embedded by itself only where there is nothing else."""
    found: list[Passage] = []
    for section in sections:
        heading = shown_heading(section.headings)
        # It stands in each passage of the section.
        anchor = section.anchor if len(section.anchor) <= HEADING_CHARACTERS_MAX else ""
        # A heading counts once, however long its section is, and where there is nothing below it as well.
        searched, text = _with_heading(section)
        for number, body in enumerate(_pieces(text) or ([""] if searched else [])):
            digest = digest_of(embedded_text(title, heading, body)) if body else None
            whole = body if number else searched + body
            found.append(Passage(len(found) + 1, heading, anchor, body, number == 0, whole, digest))
    shown = f"{title}\n{subtitle}" if subtitle else title
    alone = shown.strip() and not any(passage.digest for passage in found)
    digest = digest_of(embedded_text(shown, "", "")) if alone else None
    return [Passage(TITLE_ORDINAL, "", "", shown, True, shown, digest), *found]  # noqa: FBT003 - a row of a table


def embedded_text(title: str, heading: str, body: str) -> str:
    """A passage with what it takes its sense from."""
    return "\n".join(part for part in (title.partition("\n")[0] if body else title, heading, body) if part)


def digest_of(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def shown_heading(headings: Sequence[str]) -> str:
    """Of a long path, the end: the innermost heading says most."""
    return " \u203a ".join(headings)[-HEADING_CHARACTERS_MAX:]


def _with_heading(section: Section) -> tuple[str, str]:
    """What is searched before the section's text, and the text. A heading too long to be one is text."""
    innermost = section.headings[-1] if section.headings else ""
    if len(innermost) > HEADING_CHARACTERS_MAX:
        return "", f"{innermost}\n{section.text}"
    return (f"{innermost}\n" if innermost else ""), section.text


def _pieces(text: str) -> list[str]:
    """Of about one size, so that no piece is a mere remainder."""
    whole = text.strip()
    count = -(-len(whole) // PASSAGE_CHARACTERS_MAX)
    size = -(-len(whole) // max(count, 1))
    pieces, piece = [], ""
    for part in _parts(whole):
        if len(piece) >= size or len(piece) + len(part) > PASSAGE_CHARACTERS_MAX:
            pieces.append(piece)
            piece = ""
        piece += part
    return [kept for each in (*pieces, piece) if (kept := each.strip())]


def _parts(text: str) -> Iterator[str]:
    """Lines and sentences; what has no end is cut at spaces, and what has none of these, anywhere."""
    for sentence in _BREAK.split(text):
        if len(sentence) <= PASSAGE_CHARACTERS_MAX:
            yield sentence
            continue
        for word in _SPACE.split(sentence):
            for first in range(0, len(word), PASSAGE_CHARACTERS_MAX):
                yield word[first : first + PASSAGE_CHARACTERS_MAX]
