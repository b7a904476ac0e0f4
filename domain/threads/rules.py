"""The limits of a thread's values, and the title that a first message gives."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidValue
from domain.pages.rules import check_line, text_bytes

# What begins so happened in threads, which are their authors' own.
PRIVATE: Final = "thread."
TITLE_CHARACTERS_MAX: Final = 200
DERIVED_TITLE_CHARACTERS_MAX: Final = 80
MESSAGE_BYTES_MAX: Final = 64 * 1024
# All that is kept of one thread, so that it can always be read as a whole.
THREAD_BYTES_MAX: Final = 8 * 1024 * 1024
THREAD_EVENTS_MAX: Final = 5000
# What Markdown puts before a line's first word: headings, quotes, lists.
_MARKUP: Final = re.compile(r"^(?:\s|#+\s|>|[-*+]\s|\d{1,9}[.)]\s)+")


def check_title(title: str) -> str:
    if not title.strip():
        raise InvalidValue("title is empty: name the thread, or leave title out.", parameter="title")
    return check_line(title, "title", TITLE_CHARACTERS_MAX)


def check_message(content: str) -> str:
    if not content.strip():
        raise InvalidValue("content is empty: say something.", parameter="content")
    size_bytes = len(text_bytes(content, "content"))
    if size_bytes > MESSAGE_BYTES_MAX:
        raise InvalidValue(
            f"A message has at most {MESSAGE_BYTES_MAX} bytes of UTF-8; this one has {size_bytes}. Put long texts on a page.",
            parameter="content",
        )
    return content


def title_from(content: str) -> str:
    """The first line that says anything, without Markdown's signs, cut at a word's end where it is long."""
    lines = [plain for line in content.splitlines() if (plain := _plain(line))]
    # Rules and fences are lines too, and say nothing.
    title = next(
        (line for line in lines if any(map(str.isalnum, line)) and not line.startswith("```")), lines[0] if lines else "…"
    )
    if len(title) <= DERIVED_TITLE_CHARACTERS_MAX:
        return title
    cut = title[: DERIVED_TITLE_CHARACTERS_MAX - 1]
    # Scripts without spaces, and very long words, are cut anywhere.
    whole = cut.rpartition(" ")[0] if title[len(cut)] != " " else cut
    return f"{(whole if len(whole) > len(cut) // 2 else cut).rstrip()}…"


def _plain(line: str) -> str:
    # What has no width, or turns the direction of what follows, is no part of a title.
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in line if unicodedata.category(c) != "Cf")
    return " ".join(_MARKUP.sub("", shown).split())
