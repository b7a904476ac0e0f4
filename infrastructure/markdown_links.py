"""What makes a piece of Markdown a link to a page, and where exactly in the text its target stands."""

import html
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec
import pyromark

from domain.pages.markdown import Link
from domain.pages.slugs import SLUG_CHARACTERS_MAX, slug_from

TITLE_CHARACTERS_MAX: Final = 500
# The library makes several objects for each definition; a text of nothing else would fill the memory.
DEFINITIONS_MAX: Final = 20_000

# A title without braces, a bar (escaped inside a table), the target. An odd number of backslashes before it makes it plain text.
_MENTION: Final = re.compile(
    rb"(?<!\\)(?:\\\\)*(?P<whole>@\{(?P<title>(?:\\[^\r\n]|[^\\{}\r\n]){0,2000})\\?\|(?P<target>[^\s|{}\\`<>\[\]()&*\"']{1,1000}+)\})"
)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
# No scheme, no folder, no query: a slug, perhaps with `./` before and `.md` behind it.
_RELATIVE: Final = re.compile(r"(?P<here>(?:\./)*)(?P<slug>[^\s/#?:.\\]+)(?:\.md)?(?:#(?P<fragment>.*))?", re.DOTALL)
# Between a link's words and its destination may lie a line's end, and the signs of the quote or list it stands in.
_TO_INLINE: Final = re.compile(rb"[\s>]*\]\([\s>]*")
_TO_DEFINED: Final = re.compile(rb"\[(?:\\.|[^\\\]]){0,4000}\]:[\s>]*", re.DOTALL)
_DESTINATION: Final = re.compile(rb"<(?P<pointed>(?:\\.|[^<>\\\r\n])*)>|(?P<plain>[^\s()<]+)", re.DOTALL)
_PIECE: Final = re.compile(r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<entity>&[#0-9A-Za-z]{1,40};)|.", re.DOTALL)


class Mention(msgspec.Struct, frozen=True, gc=False):
    """What would be a mention, if it stands in plain text."""

    at_byte: int
    end_byte: int
    link: Link


def mentions(text: bytes, begin: int) -> Iterator[Mention]:
    if text.find(b"@{", begin) < 0:
        return
    for found in _MENTION.finditer(text, begin):
        at, end = found.span("whole")
        target = found["target"].decode()
        link = _link("mention", target, _unescaped(found["title"].decode()), (at, end), found.start("target"))
        if link is not None:
            yield Mention(at, end, link)


def wiki_link(text: bytes, data: Any, at: int, end: int, shown: str, *, image: bool) -> Link | None:  # noqa: ANN401 - the library's dict
    """`[[slug]]`, `[[slug|shown]]`, `[[slug#heading]]`; with `!` before it, it is an embedded page, or a picture."""
    begin = at + (3 if image else 2)
    raw = text[begin : end - 2]
    if data["link_type"]["WikiLink"]["has_pothole"]:
        raw = raw.split(b"|", 1)[0].removesuffix(b"\\")
    if b"\n" in raw or b"\r" in raw:
        return None
    begin += len(raw) - len(raw.lstrip())
    target = raw.strip().decode()
    if image and not _is_slug(target.split("#", 1)[0]):
        return None
    return _link("wiki", target, shown.strip(), (at, end), begin)


class Definitions:
    """Where the destinations of reference links stand; looked up only when a link asks."""

    def __init__(self, text: bytes, begin: int, reader: pyromark.Markdown) -> None:
        self._text = text
        self._begin = begin
        self._reader = reader
        self._places: dict[str, int] | None = None

    def place(self, label: str) -> int | None:
        """Where the definition of this label begins."""
        if self._places is None:
            self._places = {}
            if self._text.count(b"]:", self._begin) <= DEFINITIONS_MAX:
                for name, found in self._reader.reference_definitions(self._text[self._begin :].decode()).items():
                    self._places.setdefault(_label(name), found["span"]["start"] + self._begin)
        return self._places.get(_label(label))


def relative_link(
    text: bytes,
    data: Any,  # noqa: ANN401 - the library's dict
    places: tuple[int, int, int],
    shown: str,
    definitions: Definitions,
) -> Link | None:
    """`places`: where the link begins, where its words end, where it ends itself."""
    found = _RELATIVE.fullmatch(data["dest_url"])
    if found is None or not _is_slug(target := unquote(found["slug"])):
        return None
    at, words_end, end = places
    if data["link_type"] == "Inline":
        opening = _TO_INLINE.match(text, words_end, end)
    else:
        place = definitions.place(data["id"])
        opening = None if place is None else _TO_DEFINED.match(text, place)
        if data["link_type"] == "Collapsed" and text.startswith(b"[]", end):
            end += 2
    spot = None if opening is None else _target_place(text, opening.end(), data["dest_url"], found.span("slug"))
    if spot is None:
        return None
    fragment = unquote(found["fragment"] or "")[:TITLE_CHARACTERS_MAX] or None
    return Link("relative", target, fragment, shown, 0, at, end, *spot)


def _target_place(text: bytes, begin: int, destination: str, slug: tuple[int, int]) -> tuple[int, int] | None:
    """Where the characters `slug` of a destination stand in the text, which may have escaped some of them."""
    found = _DESTINATION.match(text, begin)
    if found is None:
        return None
    raw = found[found.lastgroup or 0].decode()
    decoded, places = "", [begin := found.start(found.lastgroup or 0)]
    for piece in _PIECE.finditer(raw):
        plain = piece["escaped"] or (html.unescape(piece["entity"]) if piece["entity"] else piece[0])
        decoded += plain
        begin += len(piece[0].encode())
        places += [begin] * len(plain)
    return (places[slug[0]], places[slug[1]]) if decoded == destination else None


def _link(kind: Any, named: str, title: str, span: tuple[int, int], target_at: int) -> Link | None:  # noqa: ANN401 - a literal
    """`named` is the target with its fragment, as it stands in the text."""
    target, _, fragment = named.partition("#")
    if not 0 < len(target) <= SLUG_CHARACTERS_MAX:
        return None
    target_end = target_at + len(target.encode())
    return Link(
        kind, target, fragment[:TITLE_CHARACTERS_MAX] or None, title[:TITLE_CHARACTERS_MAX], 0, *span, target_at, target_end
    )


def _is_slug(text: str) -> bool:
    return len(text) <= SLUG_CHARACTERS_MAX and slug_from(text) == text


def _unescaped(text: str) -> str:
    return html.unescape(_ESCAPED.sub(r"\1", text))


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
