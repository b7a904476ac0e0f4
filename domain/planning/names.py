"""Names of what people name."""

import unicodedata

from domain.planning.errors import NameInvalid

NAME_CHARACTERS_MAX = 1000
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
