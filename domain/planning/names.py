"""Names of what people name."""

import unicodedata

from domain.planning.errors import NameInvalid

NAME_CHARACTERS_MAX = 1000
# Enough for the longest signs, which are several joined to one.
ICON_CHARACTERS_MAX = 32
# What a line may not hold: control characters, line and paragraph separators, lone surrogates.
_NOT_IN_A_LINE = {"Cc", "Zl", "Zp", "Cs"}
# What turns around the text that follows it, on the page of whoever shows the name. Marks of a direction do not, and stay.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What shows nothing by itself: formats, spaces, marks on others, and letters that are blank.
_INVISIBLE = {"Cf", "Zs", "Mn"}
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def clean_name(text: str, what: str = "name") -> str:
    """Without spaces around it, and with single ones inside; tabs are spaces. Raises `NameInvalid`."""
    line = text.strip().replace("\t", " ")
    if any(unicodedata.category(c) in _NOT_IN_A_LINE or c in _TURNING for c in line):
        raise NameInvalid(f"{what} is one line of text, without control characters.", parameter=what)
    name = " ".join(line.split())
    if not any(_is_visible(c) for c in name):
        raise NameInvalid(f"{what} is empty: say in a line what it is.", parameter=what)
    if len(name) > NAME_CHARACTERS_MAX:
        raise NameInvalid(f"{what} has at most {NAME_CHARACTERS_MAX} characters; this one has {len(name)}.", parameter=what)
    return name


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE and character not in _BLANK


def clean_icon(text: str | None) -> str | None:
    """A sign in place of a picture; None where there is none. Raises `NameInvalid`."""
    if text is None:
        return None
    icon = clean_name(text, "icon")
    if len(icon) > ICON_CHARACTERS_MAX:
        raise NameInvalid(f"An icon has at most {ICON_CHARACTERS_MAX} characters; this one has {len(icon)}.", parameter="icon")
    return icon
