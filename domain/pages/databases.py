"""What the rows of a database may hold: its schema, and whether a row's properties fit it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NoReturn, get_args
from urllib.parse import urlsplit

from domain.errors import DomainError, InvalidValue
from domain.events import Change
from domain.pages.errors import NotADatabase
from domain.pages.events import PageEvent, PropertyDefinition, PropertyType, PropertyValue, Schema, SchemaChanged
from domain.pages.rules import PROPERTIES_MAX, PROPERTY_KEY_CHARACTERS_MAX, check_line, check_owner
from domain.pages.state import Page

TYPES: tuple[str, ...] = get_args(PropertyType)
OPTIONS_MAX = 200
OPTION_CHARACTERS_MAX = 200
# A refusal repeats what was sent, and the choices there are.
SHOWN_CHARACTERS = 100
SHOWN_OPTIONS = 50
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PropertyInvalid(DomainError):
    """A property does not fit the schema of the database that the page is a row of."""

    code = "property_invalid"


def set_schema(page: Page, schema: Schema | None) -> list[PageEvent]:
    """None lifts the rules. Rows that are there already stay as they are, whether they fit or not."""
    if page.details.page_type != "database":
        raise NotADatabase
    if schema is not None:
        check_schema(schema)
    if schema == page.details.schema:
        return []
    return [SchemaChanged(Change(page.details.schema, schema))]


def check_schema(schema: Schema) -> None:
    if len(schema) > PROPERTIES_MAX:
        raise InvalidValue(f"A schema has at most {PROPERTIES_MAX} properties.", parameter="properties")
    for name, definition in schema.items():
        if not name:
            raise InvalidValue("A property needs a name.", parameter="properties")
        check_line(name, "A property's name", PROPERTY_KEY_CHARACTERS_MAX)
        _check_options(name, definition)


def _check_options(name: str, definition: PropertyDefinition) -> None:
    parameter, options = f"properties.{name}.options", definition.options
    if definition.type != "select":
        if options:
            raise InvalidValue(f"Only a select has options; this is a {definition.type}.", parameter=parameter)
        return
    if not 1 <= len(options) <= OPTIONS_MAX or len(set(options)) < len(options):
        raise InvalidValue(f"A select has 1 to {OPTIONS_MAX} options, each once.", parameter=parameter)
    for option in options:
        if not check_line(option, "An option", OPTION_CHARACTERS_MAX).strip():
            raise InvalidValue("An option is not empty.", parameter=parameter)


def check_row(schema: Schema, properties: Mapping[str, PropertyValue | None]) -> None:
    """Raises `PropertyInvalid` for the first property that does not fit. None takes a property away, which is always possible.
    Whether a relation's page is there, this cannot know; see `relations`.
    """
    for name, value in properties.items():
        if value is None:
            continue
        definition = schema.get(name)
        if definition is None:
            _refuse(
                name, value, f"one of the properties {', '.join(map(repr, list(schema)[:SHOWN_OPTIONS]))}" if schema else "none"
            )
        if not _FITS[definition.type](value, definition):
            _refuse(name, value, accepted(definition))


def relations(schema: Schema, properties: Mapping[str, PropertyValue | None]) -> Iterator[tuple[str, str]]:
    """The properties that name a page, with the slug or id they name."""
    for name, value in properties.items():
        if isinstance(value, str) and name in schema and schema[name].type == "relation":
            yield name, value


def refuse_relation(name: str, value: str) -> NoReturn:
    _refuse(name, value, "the slug or id of a page of this workspace")


def accepted(definition: PropertyDefinition) -> str:
    """What a property takes, in words."""
    if definition.type != "select":
        return _ACCEPTED[definition.type]
    more = len(definition.options) - SHOWN_OPTIONS
    shown = ", ".join(map(repr, definition.options[:SHOWN_OPTIONS]))
    return f"one of {shown}" + (f" and {more} more" if more > 0 else "")


def _refuse(name: str, value: PropertyValue, takes: str) -> NoReturn:
    shown = value if not isinstance(value, str) or len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
    raise PropertyInvalid(
        f"The database that this page is a row of does not take {shown!r} for {name!r}; it takes {takes}.",
        parameter=f"properties.{name}",
        property=name,
        value=shown,
        accepted=takes,
    )


def _is_date(value: PropertyValue) -> bool:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_url(value: PropertyValue) -> bool:
    if not isinstance(value, str) or any(c.isspace() for c in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_person(value: PropertyValue) -> bool:
    try:
        return isinstance(value, str) and check_owner(value) is not None
    except InvalidValue:
        return False


_FITS: dict[str, Any] = {
    "text": lambda value, _: isinstance(value, str),
    "number": lambda value, _: isinstance(value, int | float) and not isinstance(value, bool),
    "select": lambda value, definition: isinstance(value, str) and value in definition.options,
    "date": lambda value, _: _is_date(value),
    "checkbox": lambda value, _: isinstance(value, bool),
    "url": lambda value, _: _is_url(value),
    "person": lambda value, _: _is_person(value),
    "relation": lambda value, _: isinstance(value, str) and bool(value),
}
_ACCEPTED = {
    "text": "text",
    "number": "a number",
    "date": "a day such as 2026-03-01",
    "checkbox": "true or false",
    "url": "an address that begins with http:// or https://",
    "person": "an e-mail address such as ana@acme.io",
    "relation": "the slug or id of a page of this workspace",
}
