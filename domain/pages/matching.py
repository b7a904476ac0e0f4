"""Whether a page matches a query, and in which order pages stand: for the past, which has no index of facets."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from domain.pages.facets import property_facet
from domain.pages.queries import NONE, PROPERTY_SORT, STATUSES, TYPES, Condition, Query, Sort
from domain.pages.state import Details

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A page, with what its metadata does not say; `updated_at` as resources show it."""

    details: Details
    place: str
    updated_at: str


def matches(query: Query, page: Candidate, blockers: frozenset[str]) -> bool:
    """All filters but those of the tree. `blockers` are the slugs that the query's blockers go by."""
    details = page.details
    return (
        _one_of(details.status, query.status, NONE)
        and _one_of(details.owner, query.owner, NONE)
        and _one_of(details.page_type, query.type, TYPES[0])
        and (not query.blocked_by or not blockers.isdisjoint(details.blocked_by))
        and (query.due_before is None or (details.due_date is not None and details.due_date < query.due_before))
        and (query.due_after is None or (details.due_date is not None and details.due_date > query.due_after))
        and all(_holds(condition, details) for condition in query.where)
    )


def ordered(pages: Sequence[Candidate], sort: Sort) -> list[int]:
    """Where each page comes from: numbers before texts, what has no value last, whichever way; ties by id."""
    by_id = sorted(range(len(pages)), key=lambda place: pages[place].details.id)
    if sort.field == "createdAt":
        return by_id[::-1] if sort.descending else by_id
    keys = [_key(page, sort.field) for page in pages]
    numbers = {place: key for place in by_id if isinstance(key := keys[place], float)}
    texts = {place: key for place in by_id if isinstance(key := keys[place], str)}
    missing = [place for place in by_id if keys[place] is None]
    return [
        *sorted(numbers, key=numbers.__getitem__, reverse=sort.descending),
        *sorted(texts, key=texts.__getitem__, reverse=sort.descending),
        *missing,
    ]


def _one_of(value: str | None, wanted: tuple[str, ...], absent: str) -> bool:
    return not wanted or (absent if value is None else value) in wanted


def _holds(condition: Condition, details: Details) -> bool:
    stored = details.properties.get(condition.name)
    if stored is None:
        return condition.operator == "!="
    facet = property_facet(condition.name, stored)
    if condition.operator == "~":
        whole = stored if isinstance(stored, str) else facet.value
        return facet.number is None and condition.value.lower() in whole.lower()
    if condition.operator in ("=", "!="):
        equal = facet.number == condition.number if facet.number is not None else facet.value == condition.value
        return equal == (condition.operator == "=")
    compared = _COMPARED[condition.operator]
    if condition.number is not None:
        return facet.number is not None and compared(facet.number, condition.number)
    return facet.number is None and compared(facet.value, condition.value)


def _key(page: Candidate, field: str) -> float | str | None:
    details = page.details
    if field.startswith(PROPERTY_SORT):
        stored = details.properties.get(field.removeprefix(PROPERTY_SORT))
        facet = None if stored is None else property_facet("", stored)
        return None if facet is None else facet.value if facet.number is None else facet.number
    match field:
        case "status":
            return None if details.status is None else float(STATUSES.index(details.status))
        case "dueDate":
            return None if details.due_date is None else details.due_date.isoformat()
        case "title":
            return details.title.lower()
        case "updatedAt":
            return page.updated_at
    return page.place
