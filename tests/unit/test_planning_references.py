"""What concepts declare of the fields in which they name others."""

from typing import Any

import pytest

from application.planning.references import instead
from domain.planning.concepts import BY_KIND, CONCEPTS
from domain.planning.entities import Concept

NAMING = [concept for concept in CONCEPTS if concept.references]


@pytest.mark.parametrize("concept", NAMING, ids=[concept.kind for concept in NAMING])
def test_an_event_can_tell_that_anything_named_is_another(concept: Concept[Any]) -> None:
    """Or nothing that it names could be removed."""
    assert concept.references.keys() <= set(concept.changed[-1].__struct_fields__)
    assert concept.references.keys() <= set(concept.entity.__struct_fields__)
    assert set(concept.references.values()) <= BY_KIND.keys()


@pytest.mark.parametrize("concept", CONCEPTS, ids=[concept.kind for concept in CONCEPTS])
def test_every_field_that_looks_like_one_is_declared(concept: Concept[Any]) -> None:
    kinds = {"project", "goal", "chapter"}
    fields = concept.entity.__struct_fields__
    assert {name for name in fields if name.endswith("_ref_id") and name.split("_")[-3] in kinds} == concept.references.keys()


@pytest.mark.parametrize(
    ("value", "heir", "after"),
    [
        ("3", "4", "4"),
        ("3", None, None),
        ("5", "4", "5"),
        (None, "4", None),
        (("3", "5"), "4", ("4", "5")),
        (("3", "4"), "4", ("4",)),
        (("5", "3"), None, ("5",)),
        ((), "4", ()),
    ],
)
def test_what_is_removed_is_replaced_wherever_it_is_named(value: Any, heir: str | None, after: Any) -> None:
    assert instead(value, "3", heir) == after
