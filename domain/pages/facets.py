"""What a page can be looked up by: the values of its metadata, one facet for each."""

from typing import NamedTuple

from domain.pages.events import PropertyValue
from domain.pages.state import Details

# An index entry has to fit a page of the database; longer texts are found by how they begin.
VALUE_CHARACTERS_MAX = 300
PROPERTY = "property:"


class Facet(NamedTuple):
    """A field's name and its value as text; numbers have their size beside it."""

    name: str
    value: str
    number: float | None = None


def facets_of(details: Details) -> set[Facet]:
    """The type `page` is left out: nearly every page has it."""
    single = {
        "status": details.status,
        "owner": details.owner,
        "type": None if details.page_type == "page" else details.page_type,
        "dueDate": details.due_date.isoformat() if details.due_date else None,
    }
    facets = {Facet(name, value) for name, value in single.items() if value is not None}
    facets |= {Facet("blockedBy", slug) for slug in details.blocked_by}
    return facets | {property_facet(key, value) for key, value in details.properties.items()}


def property_facet(key: str, value: PropertyValue) -> Facet:
    if isinstance(value, bool):
        return Facet(PROPERTY + key, "true" if value else "false")
    if isinstance(value, int | float):
        return Facet(PROPERTY + key, "", float(value))
    return Facet(PROPERTY + key, value[:VALUE_CHARACTERS_MAX])
