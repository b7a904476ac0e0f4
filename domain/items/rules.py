"""The limits of an item's texts. Each check gives the value back or raises."""

from domain.errors import InvalidValue
from domain.pages.errors import ContentTooLarge
from domain.pages.rules import TITLE_CHARACTERS_MAX, check_line, text_bytes

CONTENT_BYTES_MAX = 100 * 1024
DESCRIPTION_BYTES_MAX = 16 * 1024


def check_title(title: str) -> str:
    if not title.strip():
        raise InvalidValue("title is empty: say in a line what it is.", parameter="title")
    return check_line(title, "title", TITLE_CHARACTERS_MAX)


def check_text(text: str, name: str, bytes_max: int) -> str:
    """Any number of lines."""
    size_bytes = len(text_bytes(text, name))
    if size_bytes > bytes_max:
        raise ContentTooLarge(
            f"{name} has at most {bytes_max} bytes of UTF-8; this one has {size_bytes}.", parameter=name, limitBytes=bytes_max
        )
    return text
