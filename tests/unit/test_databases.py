"""What rows of a database may hold, as given, when, then."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import InvalidValue
from domain.events import Actor, Change, Recorded
from domain.pages.databases import OPTIONS_MAX, PropertyInvalid, check_row, check_schema, relations, set_schema
from domain.pages.decisions import Changes, Draft, change, create
from domain.pages.errors import DatabaseHasSchema, NotADatabase
from domain.pages.events import PageEvent, PropertyDefinition, Schema, SchemaChanged
from domain.pages.rules import PROPERTIES_MAX
from domain.pages.state import Page, fold

AT, WHO = datetime(2026, 1, 1, tzinfo=UTC), Actor("key", "1", "test")
TEXT, NUMBER = PropertyDefinition("text"), PropertyDefinition("number")
SCHEMA: Schema = {
    "Name": TEXT,
    "Price": NUMBER,
    "Stage": PropertyDefinition("select", ("Todo", "Done")),
    "Day": PropertyDefinition("date"),
    "Paid": PropertyDefinition("checkbox"),
    "Site": PropertyDefinition("url"),
    "Who": PropertyDefinition("person"),
    "Project": PropertyDefinition("relation"),
}


def then(page: Page | None, events: list[PageEvent]) -> Page:
    version = page.version if page else 0
    facts = [Recorded(event, version + n, AT + timedelta(seconds=version + n), WHO) for n, event in enumerate(events, 1)]
    after = fold(page, facts, UUID(int=1))
    assert after is not None
    return after


def given_page(kind: Any = "database") -> Page:
    return then(None, create(Draft(title="Page", page_type=kind), slug="page", parent_id=None))


def test_a_database_gets_a_schema_another_one_and_none() -> None:
    page = given_page()
    first = set_schema(page, SCHEMA)
    assert first == [SchemaChanged(Change(None, SCHEMA))]
    page = then(page, first)
    assert page.details.schema == SCHEMA
    assert set_schema(page, dict(SCHEMA)) == []
    assert set_schema(page, {"Name": TEXT}) == [SchemaChanged(Change(SCHEMA, {"Name": TEXT}))]
    assert set_schema(page, None) == [SchemaChanged(Change(SCHEMA, None))]


@pytest.mark.parametrize("kind", ["page", "file"])
def test_no_other_page_has_one(kind: str) -> None:
    with pytest.raises(NotADatabase):
        set_schema(given_page(kind), SCHEMA)
    with pytest.raises(NotADatabase):
        set_schema(given_page(kind), None)


def test_a_database_with_a_schema_stays_one() -> None:
    page = then(given_page(), set_schema(given_page(), SCHEMA))
    with pytest.raises(DatabaseHasSchema):
        change(page, Changes(page_type="page"))
    assert change(page, Changes(page_type="database")) == []
    bare = then(page, set_schema(page, None))
    assert change(bare, Changes(page_type="page"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Name", ""), ("Name", "any"), ("Price", 1), ("Price", -1.5), ("Stage", "Done"), ("Day", "2024-02-29"), ("Paid", False),
        ("Site", "https://acme.io/a?b=c"), ("Site", "http://localhost:80"), ("Who", "ana@acme.io"), ("Project", "x"),
        ("Other", None),
    ],
)  # fmt: skip
def test_what_fits_is_taken(name: str, value: Any) -> None:
    check_row(SCHEMA, {name: value})


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("Name", 1, "text"), ("Name", True, "text"), ("Price", "1", "a number"), ("Price", True, "a number"),
        ("Stage", "done", "one of 'Todo', 'Done'"), ("Stage", 1, "'Todo'"), ("Day", "2023-02-29", "2026-03-01"),
        ("Day", "20240101", "day"),
        ("Day", "2024-01-01T00:00:00Z", "day"), ("Paid", "true", "true or false"), ("Paid", 1, "true or false"),
        ("Site", "acme.io", "http://"), ("Site", "ftp://acme.io", "https://"), ("Site", "https://", "https://"),
        ("Site", "http://[", "http"),
        ("Who", "ana", "e-mail"), ("Project", "", "slug or id"), ("Project", 3, "slug or id"),
        ("Other", 1, "one of the properties"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_what_would(name: str, value: Any, accepted: str) -> None:
    with pytest.raises(PropertyInvalid) as refusal:
        check_row(SCHEMA, {"Name": "fits", name: value})
    facts = refusal.value.facts
    assert (facts["property"], facts["value"], facts["parameter"]) == (name, value, f"properties.{name}")
    assert accepted in facts["accepted"]
    assert accepted in refusal.value.detail


def test_relations_are_looked_up_by_whoever_can() -> None:
    assert list(relations(SCHEMA, {"Project": "a", "Name": "b", "Other": "c"})) == [("Project", "a")]


def test_limits_hold_at_n_and_n_plus_1() -> None:
    check_schema({f"p{n}": TEXT for n in range(PROPERTIES_MAX)})
    check_schema({"s": PropertyDefinition("select", tuple(map(str, range(OPTIONS_MAX))))})
    check_schema({"n" * 200: PropertyDefinition("select", ("o" * 200,))})
    for schema in (
        {f"p{n}": TEXT for n in range(PROPERTIES_MAX + 1)},
        {"s": PropertyDefinition("select", tuple(map(str, range(OPTIONS_MAX + 1))))},
        {"n" * 201: TEXT},
        {"s": PropertyDefinition("select", ("o" * 201,))},
        {"s": PropertyDefinition("select")},
        {"s": PropertyDefinition("select", ("a", "a"))},
        {"s": PropertyDefinition("select", (" ",))},
        {"n": PropertyDefinition("number", ("1",))},
        {"": TEXT},
        {"a\nb": TEXT},
    ):
        with pytest.raises(InvalidValue):
            check_schema(schema)
