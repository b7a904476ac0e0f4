"""The limits of a page's values. Each check gives the value back, or raises `InvalidValue` with what would be accepted."""

import unicodedata
from collections.abc import Iterable, Mapping

from domain.errors import InvalidValue
from domain.pages.errors import ContentTooLarge
from domain.pages.events import Icon, PropertyValue
from domain.pages.slugs import check_slug

CONTENT_BYTES_MAX = 4 * 1024 * 1024
TITLE_CHARACTERS_MAX = 500
SUBTITLE_CHARACTERS_MAX = 2000
OWNER_CHARACTERS_MAX = 254
ICON_CHARACTERS_MAX = 64
BLOCKED_BY_MAX = 200
PROPERTIES_MAX = 200
# Enough to remove all and set as many others; looking at more would only keep everybody else waiting.
PROPERTIES_AT_ONCE_MAX = 2 * PROPERTIES_MAX
PROPERTY_KEY_CHARACTERS_MAX = 200
PROPERTY_TEXT_BYTES_MAX = 64 * 1024
# Whole numbers beyond these are not the same number in every JSON reader.
INTEGER_MAX = 2**63 - 1


def text_bytes(text: str, name: str) -> bytes:
    """The text as UTF-8. A NUL or a lone surrogate is refused, because it could not be given back everywhere."""
    if "\0" in text:
        raise InvalidValue(f"{name} contains a NUL character; remove it.", parameter=name)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidValue(f"{name} contains a lone surrogate, which is not Unicode text.", parameter=name) from None


def content_bytes(text: str) -> bytes:
    encoded = text_bytes(text, "content")
    check_content_size(len(encoded))
    return encoded


def check_content_size(size_bytes: int) -> None:
    if size_bytes > CONTENT_BYTES_MAX:
        raise ContentTooLarge(
            f"A page's content has at most {CONTENT_BYTES_MAX} bytes of UTF-8; this would make {size_bytes}. Split it.",
            limitBytes=CONTENT_BYTES_MAX,
        )


def check_line(text: str, name: str, characters_max: int) -> str:
    """One line of text: no control characters, not longer than its limit."""
    text_bytes(text, name)
    if len(text) > characters_max:
        raise InvalidValue(f"{name} has at most {characters_max} characters; this one has {len(text)}.", parameter=name)
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in text):
        raise InvalidValue(f"{name} is one line of text, without control characters.", parameter=name)
    return text


def check_title(title: str) -> str:
    if not title.strip():
        raise InvalidValue("title is missing: a page needs one.", parameter="title")
    return check_line(title, "title", TITLE_CHARACTERS_MAX)


def check_subtitle(subtitle: str | None) -> str | None:
    return None if subtitle is None else check_line(subtitle, "subtitle", SUBTITLE_CHARACTERS_MAX)


def check_owner(owner: str | None) -> str | None:
    """An e-mail address, as far as its form can tell."""
    if owner is None:
        return None
    check_line(owner, "owner", OWNER_CHARACTERS_MAX)
    name, at, host = owner.rpartition("@")
    if not (name and at and host) or any(c.isspace() for c in owner):
        raise InvalidValue("owner is an e-mail address, such as ana@acme.io, or null.", parameter="owner")
    return owner


def check_icon(icon: Icon | None) -> Icon | None:
    if icon is not None and not check_line(icon.value, "icon.value", ICON_CHARACTERS_MAX):
        raise InvalidValue("icon.value is empty; send null to have no icon.", parameter="icon")
    return icon


def check_blocked_by(slugs: Iterable[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(slugs))
    if len(unique) > BLOCKED_BY_MAX:
        raise InvalidValue(f"blockedBy names at most {BLOCKED_BY_MAX} pages.", parameter="blockedBy")
    return tuple(check_slug(slug) for slug in unique)


def check_properties(properties: Mapping[str, PropertyValue | None]) -> None:
    if len(properties) > PROPERTIES_AT_ONCE_MAX:
        raise InvalidValue(f"At most {PROPERTIES_AT_ONCE_MAX} properties change at once.", parameter="properties")
    for key, value in properties.items():
        if not key:
            raise InvalidValue("A property needs a name.", parameter="properties")
        check_line(key, "A property's name", PROPERTY_KEY_CHARACTERS_MAX)
        _check_property_value(key, value)


def check_property_count(properties: Mapping[str, object]) -> None:
    if len(properties) > PROPERTIES_MAX:
        raise InvalidValue(
            f"A page has at most {PROPERTIES_MAX} properties; this would make {len(properties)}.",
            parameter="properties",
        )


def _check_property_value(key: str, value: PropertyValue | None) -> None:
    if isinstance(value, str) and len(text_bytes(value, f"properties.{key}")) > PROPERTY_TEXT_BYTES_MAX:
        raise InvalidValue(f"A property's text has at most {PROPERTY_TEXT_BYTES_MAX} bytes.", parameter=f"properties.{key}")
    if isinstance(value, int) and not -INTEGER_MAX <= value <= INTEGER_MAX:
        raise InvalidValue("A property's whole number fits in 64 bits.", parameter=f"properties.{key}")
