"""What a Markdown file says of its page beside the content: which front matter is which field, and where a title comes from."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import Final, TypeAlias

import msgspec
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from daybook.vault import front_matter
from daybook.vault.front_matter import BOM

OWN_PREFIX: Final = "import."  # properties that Daybook keeps for itself
# The API's limits. What exceeds them stays in the front matter and is told to the page in no other way.
TITLE_CHARACTERS_MAX: Final = 500
SUBTITLE_CHARACTERS_MAX: Final = 2000
OWNER_CHARACTERS_MAX: Final = 254
PROPERTY_KEY_CHARACTERS_MAX: Final = 200
PROPERTIES_MAX: Final = 190  # the API takes 200; ten are left for Daybook's own
NUMBER_MAX: Final = 2**53  # JSON readers lose digits beyond it
HEADING_CHARACTERS_MAX: Final = 64 * 1024  # a heading further down is no title

MARKDOWN_SUFFIXES: Final = (".md", ".markdown")
FOLDER_NAMES: Final = ("index", "readme")
STATUSES: Final = frozenset({"idea", "not_started", "on_track", "at_risk", "off_track", "completed", "paused"})
TYPES: Final = frozenset({"page", "database", "file"})

Scalar: TypeAlias = str | int | float | bool


class Metadata(msgspec.Struct):
    """The API's own fields, and free properties."""

    fields: dict[str, object]
    properties: dict[str, Scalar]


def told(raw: str, content: str, path: str) -> Metadata:
    """Read what a file says of its page."""
    mapping = front_matter.parse(raw) or {}
    fields = {name: check(mapping.get(name)) for name, check in _FIELDS.items()}
    free = {
        key: value
        for key, given in mapping.items()
        if isinstance(key, str) and fields.get(key) is None and not key.startswith(OWN_PREFIX)
        if key and _is_line(key, PROPERTY_KEY_CHARACTERS_MAX)
        if (value := _scalar(given)) is not None
    }
    fields["title"] = fields["title"] or title_line(_heading(content)) or title_line(_name(path)) or "Untitled"
    fields["type"] = fields["type"] or "page"
    return Metadata(fields, dict(list(free.items())[:PROPERTIES_MAX]))


def is_markdown(name: str) -> bool:
    return PurePosixPath(name).suffix.casefold() in MARKDOWN_SUFFIXES


def is_folder_name(name: str) -> bool:
    """Whether a file of this name is the content of the folder it lies in."""
    return is_markdown(name) and PurePosixPath(name).stem.casefold() in FOLDER_NAMES


def _is_line(text: str, characters_max: int) -> bool:
    """Whether the API takes a text as one line."""
    return len(text) <= characters_max and not any(unicodedata.category(c) in _UNFIT for c in text)


def _is_storable(text: str) -> bool:
    """YAML can escape what neither JSON nor the database takes: a NUL, half of a surrogate pair."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, str):
        return value if _is_storable(value) else None
    if isinstance(value, int | float):
        return value if abs(value) <= NUMBER_MAX else str(value)  # false for nan, which JSON has not either
    return None


def title_line(value: object) -> str | None:
    """One line without control characters, as the API wants titles."""
    text = "" if (given := _scalar(value)) is None else str(given)
    shown = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in _UNFIT)
    return shown[:TITLE_CHARACTERS_MAX].strip() or None


def subtitle_line(value: object) -> str | None:
    fits = isinstance(value, str) and value and _is_line(value, SUBTITLE_CHARACTERS_MAX)
    return str(value) if fits else None


def _one_of(words: frozenset[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and value in words else None


def _icon(value: object) -> dict[str, str] | None:
    if isinstance(value, str) and _is_emoji(value):
        return {"type": "emoji", "value": value}
    if not isinstance(value, dict) or value.keys() != {"type", "value"} or not isinstance(value["value"], str):
        return None
    emoji = value["type"] == "emoji" and _is_emoji(value["value"])
    lucide = value["type"] == "lucide" and re.fullmatch(r"[a-z0-9-]{1,64}", value["value"])
    return {"type": value["type"], "value": value["value"]} if emoji or lucide else None


def _is_emoji(text: str) -> bool:
    pictures = any(unicodedata.category(character) == "So" or character == "\u20e3" for character in text)
    return pictures and len(text) <= 16 and not any(c.isalpha() or c.isspace() for c in text) and _is_storable(text)


def _owner(value: object) -> str | None:
    fits = isinstance(value, str) and re.fullmatch(r"\S+@[^@\s]+", value) and _is_line(value, OWNER_CHARACTERS_MAX)
    return str(value) if fits else None


def _due_date(value: object) -> str | None:
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _heading(content: str) -> str | None:
    """The first level-1 heading that stands on its own, as plain text.

    Parsing costs more than sending the page, so only what leads up to a line that may be such a heading is parsed.
    """
    text = re.sub(r"\r\n?", "\n", content[:HEADING_CHARACTERS_MAX]).removeprefix(BOM)
    marks = [mark.end() for mark in _HEADING_MARK.finditer(text)]
    for end in dict.fromkeys(marks[:1] + marks[-1:]):
        tokens = _parsed(text[:end])
        if _ends_with_heading(tokens):
            children = _INLINE.parseInline(tokens[-2].content[: TITLE_CHARACTERS_MAX * 4])[0].children or []
            return "".join(" " if child.type.endswith("break") else _plain(child.type, child.content) for child in children)
    return None


def _parsed(text: str) -> list[Token]:
    """Parse blocks. The parser trips over some that end inside a quoted list, and no title is worth a failed import."""
    try:
        return _BLOCKS.parse(text)
    except IndexError:
        return []


def _ends_with_heading(tokens: list[Token]) -> bool:
    """A heading is three tokens: its opening, its text and its end."""
    return len(tokens) >= 3 and tokens[-3].type == "heading_open" and tokens[-3].tag == "h1" and tokens[-3].level == 0


def _stop_after_heading(state: StateBlock, _: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser calls it so
    """A block rule that ends the parsing where the heading was found."""
    if silent or state.level or not _ends_with_heading(state.tokens):
        return False
    state.line = end
    return True


def _plain(kind: str, content: str) -> str:
    return content if kind in {"text", "code_inline", "image"} else ""


def _name(path: str) -> str:
    """The name a page gets from its path: the file's, or the folder's for the folder's own content."""
    file = PurePosixPath(path)
    if path.endswith("/"):
        return file.name
    return file.parent.name if is_folder_name(file.name) and file.parent.name else file.stem


_FIELDS: Final[dict[str, Callable[[object], object]]] = {
    "title": title_line,
    "subtitle": subtitle_line,
    "status": _one_of(STATUSES),
    "icon": _icon,
    "owner": _owner,
    "dueDate": _due_date,
    "type": _one_of(TYPES),
}
_UNFIT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, half surrogates, line separators
_INLINE: Final = MarkdownIt("commonmark")
_BLOCKS: Final = MarkdownIt("commonmark")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])
_BLOCKS.block.ruler.before("code", "stop_after_heading", _stop_after_heading)
# `# text`, or the line below a text; what stands inside code or a list looks the same and is for the parser to tell.
_HEADING_MARK: Final = re.compile(r"^ {0,3}(?:#(?:[ \t].*)?|=+[ \t]*)$", re.MULTILINE)
