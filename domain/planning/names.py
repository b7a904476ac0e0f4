"""Names of what people name."""

import unicodedata

from domain.planning.errors import NameInvalid

NAME_CHARACTERS_MAX = 1000
# Enough for the longest signs, which are several joined to one.
ICON_CHARACTERS_MAX = 32
# What a line may not hold: control characters, line and paragraph separators, lone surrogates.
_NOT_IN_A_LINE = {"Cc", "Zl", "Zp", "Cs"}


def clean_name(text: str, what: str = "name") -> str:
    """Without spaces around it, and with single ones inside. Raises `NameInvalid`."""
    if any(unicodedata.category(c) in _NOT_IN_A_LINE for c in text.strip()):
        raise NameInvalid(f"{what} is one line of text, without control characters.", parameter=what)
    name = " ".join(text.split())
    if not name:
        raise NameInvalid(f"{what} is empty: say in a line what it is.", parameter=what)
    if len(name) > NAME_CHARACTERS_MAX:
        raise NameInvalid(f"{what} has at most {NAME_CHARACTERS_MAX} characters; this one has {len(name)}.", parameter=what)
    return name


def clean_icon(text: str | None) -> str | None:
    """A sign in place of a picture; None where there is none. Raises `NameInvalid`."""
    if text is None:
        return None
    icon = clean_name(text, "icon")
    if len(icon) > ICON_CHARACTERS_MAX:
        raise NameInvalid(f"An icon has at most {ICON_CHARACTERS_MAX} characters; this one has {len(icon)}.", parameter="icon")
    return icon
