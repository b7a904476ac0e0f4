"""Going back to a version, and naming one: given a page, when asked, then these events or this refusal."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.errors import DomainError, InvalidValue
from domain.events import Actor, Change, Recorded
from domain.pages import decisions
from domain.pages.content import Edit
from domain.pages.decisions import Changes, Draft
from domain.pages.errors import LabelTaken, VersionNotFound
from domain.pages.events import ContentEdited, DetailsChanged, PageReverted, VersionLabelled
from domain.pages.state import Page, evolve, evolve_size, fold, hash_after
from domain.pages.versions import LABEL_CHARACTERS_MAX, LABELS_MAX, label, revert

AT = datetime(2026, 1, 1, tzinfo=UTC)
ANA = Actor("key", "1", "Ana")
PAGE_ID = UUID(int=1)
LONG = "one two" + ", and so on" * 50


def given(*steps: Any, **draft: Any) -> Page:
    """A page that lived through events and decisions on it."""
    page = fold(
        None, [Recorded(decisions.create(Draft(title="Page", **draft), slug="page", parent_id=None)[0], 1, AT, ANA)], PAGE_ID
    )
    assert page is not None
    for step in steps:
        for event in step(page) if callable(step) else [step]:
            page = then(page, event)
    return page


def then(page: Page, event: Any) -> Page:
    return evolve(page, Recorded(event, page.version + 1, AT, ANA), PAGE_ID)


def test_going_back_undoes_metadata_and_text_in_one_event() -> None:
    before = given(content=LONG, properties={"n": 1, "kept": 1}, status="idea")
    changes = Changes(title="New", status=None, content=LONG.replace("two", "2 three"), properties={"n": None, "m": 2})
    now = given(lambda page: decisions.change(page, changes), content=LONG, properties={"n": 1, "kept": 1}, status="idea")
    [reverted] = revert(now, before)
    assert reverted == PageReverted(
        version=1,
        details=DetailsChanged(
            title=Change("New", "Page"),
            status=Change(None, "idea"),
            properties={"m": Change(2, None), "n": Change(None, 1)},
        ),
        content=ContentEdited((Edit(4, 7, "two"),), before.content.hash),
    )
    again = then(now, reverted)
    assert msgspec.structs.replace(again.details, labels={}) == before.details
    assert bytes(again.content) == LONG.encode()
    assert evolve_size(now.content.size_bytes, reverted) == len(LONG)
    assert hash_after(reverted) == before.content.hash


def test_going_back_to_what_is_so_already_changes_nothing() -> None:
    before = given(content="text")
    assert revert(before, before) == []
    renamed = given(lambda page: decisions.change(page, Changes(slug="other", parent_id=UUID(int=9))), content="text")
    assert revert(renamed, before) == []


def test_true_is_not_one() -> None:
    before = given(properties={"n": True})
    now = given(lambda page: decisions.change(page, Changes(properties={"n": 1})), properties={"n": True})
    [reverted] = revert(now, before)
    assert isinstance(reverted, PageReverted)
    assert reverted.details == DetailsChanged(properties={"n": Change(1, True)})  # noqa: FBT003 - a value


def test_a_version_is_named_renamed_and_unnamed() -> None:
    page = given()
    assert label(page, 1, "first") == [VersionLabelled(1, Change(None, "first"))]
    named = then(page, VersionLabelled(1, Change(None, "first")))
    assert label(named, 1, "first") == []
    assert label(named, 1, "draft") == [VersionLabelled(1, Change("first", "draft"))]
    assert label(named, 1, None) == [VersionLabelled(1, Change("first", None))]
    assert label(named, 2, None) == []


@pytest.mark.parametrize(
    ("version", "text", "error"),
    [
        (0, "x", VersionNotFound),
        (3, "x", VersionNotFound),
        (10**30, "x", VersionNotFound),
        (2, "first", LabelTaken),
        (2, "", InvalidValue),
        (2, " \t", InvalidValue),
        (2, "a\nb", InvalidValue),
        (2, "a\0b", InvalidValue),
        (2, "\ud800", InvalidValue),
        (2, "x" * (LABEL_CHARACTERS_MAX + 1), InvalidValue),
    ],
)
def test_what_is_no_name_or_no_version_is_refused(version: int, text: str, error: type[DomainError]) -> None:
    page = given(VersionLabelled(1, Change(None, "first")))
    with pytest.raises(error) as refused:
        label(page, version, text)
    if error is LabelTaken:
        assert refused.value.facts == {"version": 1}


def test_a_name_may_be_as_long_as_the_limit_and_there_may_be_as_many() -> None:
    page = given()
    for number in range(1, LABELS_MAX):
        page = then(page, VersionLabelled(number, Change(None, f"n{number}")))
    assert label(page, LABELS_MAX, "x" * LABEL_CHARACTERS_MAX) != []
    page = then(page, VersionLabelled(LABELS_MAX, Change(None, "last")))
    with pytest.raises(InvalidValue):
        label(page, LABELS_MAX + 1, "one more")
    assert label(page, LABELS_MAX, "another") != []
