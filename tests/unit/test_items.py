"""Updates, milestones and principles: given, when, then; and what their events come to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from application.item_views import ItemEntry, item_history_entry
from domain.errors import InvalidValue, NotFound, VersionStale
from domain.events import Actor, Change, Recorded
from domain.items.errors import MilestoneNotFound, PrincipleNotFound, UpdateNotFound
from domain.items.kinds import Item, Kind, check_version
from domain.items.milestones import (
    MILESTONES,
    STATES,
    Milestone,
    MilestoneArchived,
    MilestoneChanged,
    MilestoneChanges,
    MilestoneCreated,
    MilestoneRestored,
    noon,
)
from domain.items.principles import (
    PRINCIPLES,
    PrincipleArchived,
    PrincipleChanged,
    PrincipleChanges,
    PrincipleCreated,
    PrincipleRestored,
)
from domain.items.rules import CONTENT_BYTES_MAX, DESCRIPTION_BYTES_MAX
from domain.items.updates import UPDATES, UpdateArchived, UpdateChanged, UpdateChanges, UpdatePosted, UpdateRestored
from domain.pages.errors import ContentTooLarge, NotInTrash
from domain.pages.queries import NONE
from domain.pages.rules import TITLE_CHARACTERS_MAX
from infrastructure.items import STATES as STATES_OF_ROWS

ID, PAGE, OTHER_PAGE = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor("key", "1", "a key")

POSTED = UpdatePosted(page_id=PAGE, content="Half is done.")
CREATED = MilestoneCreated(title="Beta", date=date(2026, 3, 1))
WRITTEN = PrincipleCreated(title="Write it down")
KINDS: list[tuple[Kind[Any], Any]] = [(UPDATES, POSTED), (MILESTONES, CREATED), (PRINCIPLES, WRITTEN)]
kinds = pytest.mark.parametrize(("kind", "begun"), KINDS, ids=["update", "milestone", "principle"])


def given(kind: Kind[Any], *events: Any) -> Any:
    item = None
    for version, event in enumerate(events, 1):
        item = kind.evolve(item, Recorded(event, version, AT + timedelta(hours=version), WHO), ID)
    return item


# What all three do.


@kinds
def test_it_begins_with_all_it_has(kind: Kind[Any], begun: Any) -> None:
    assert kind.begin(begun) == [begun]
    item = given(kind, begun)
    assert isinstance(item, STATES_OF_ROWS[item.kind])
    assert (item.id, item.version, item.created_at, item.created_by, item.archived_at) == (ID, 1, item.updated_at, WHO, None)
    assert msgspec.structs.asdict(begun).items() <= msgspec.structs.asdict(item).items()


@kinds
def test_it_goes_to_the_trash_and_comes_back(kind: Kind[Any], begun: Any) -> None:
    item = given(kind, begun)
    (archived,) = kind.archive(item)
    gone = given(kind, begun, archived)
    assert (gone.live, gone.version, gone.archived_at) == (False, 2, AT + timedelta(hours=2))
    (restored,) = kind.restore(gone)
    back = given(kind, begun, archived, restored)
    assert back == msgspec.structs.replace(item, version=3, updated_at=AT + timedelta(hours=3))


def test_each_has_events_of_its_own() -> None:
    item: Any = None
    assert (UPDATES.archive(item), UPDATES.restored) == ([UpdateArchived()], UpdateRestored())
    assert (MILESTONES.archive(item), MILESTONES.restored) == ([MilestoneArchived()], MilestoneRestored())
    assert (PRINCIPLES.archive(item), PRINCIPLES.restored) == ([PrincipleArchived()], PrincipleRestored())


@kinds
def test_what_is_not_in_the_trash_is_not_restored(kind: Kind[Any], begun: Any) -> None:
    with pytest.raises(NotInTrash):
        kind.restore(given(kind, begun))


@pytest.mark.parametrize(
    ("kind", "begun", "missing"),
    [(UPDATES, POSTED, UpdateNotFound), (MILESTONES, CREATED, MilestoneNotFound), (PRINCIPLES, WRITTEN, PrincipleNotFound)],
)
def test_what_is_in_the_trash_is_not_there(kind: Kind[Any], begun: Any, missing: type[NotFound]) -> None:
    gone = given(kind, begun, kind.archived)
    for versions in ((), (1,), (2,)):
        with pytest.raises(missing):
            kind.check_live(gone, versions)


@kinds
def test_a_stale_version_is_refused_with_the_item_as_it_is(kind: Kind[Any], begun: Any) -> None:
    item = given(kind, begun)
    assert check_version(item, ()) is check_version(item, (7, 1)) is kind.check_live(item, (1,)) is item
    with pytest.raises(VersionStale) as refusal:
        kind.check_live(item, (2,))
    assert refusal.value.facts == {"current": item}


@pytest.mark.parametrize("kind", [UPDATES, MILESTONES, PRINCIPLES])
def test_a_stream_starts_with_its_beginning(kind: Kind[Any]) -> None:
    with pytest.raises(TypeError):
        given(kind, kind.archived)


@kinds
def test_its_row_holds_all_of_it(kind: Kind[Any], begun: Any) -> None:
    item = given(kind, begun, kind.archived)
    assert msgspec.json.decode(msgspec.json.encode(item), type=kind.state) == item


# What each is.


def test_a_change_says_what_was_before_and_one_that_changes_nothing_is_none() -> None:
    update = given(UPDATES, POSTED)
    wanted = UpdateChanges(title="Week 9", content="Half is done.", status="on_track")
    assert UPDATES.change(update, wanted) == [UpdateChanged(title=Change(None, "Week 9"), status=Change(None, "on_track"))]
    assert UPDATES.change(update, UpdateChanges()) == []
    assert UPDATES.change(update, UpdateChanges(title=None, content="Half is done.", status=None)) == []

    milestone = given(MILESTONES, CREATED)
    later = MilestoneChanges(date=date(2026, 4, 1), page_id=PAGE, state="planned")
    changed = MilestoneChanged(date=Change(date(2026, 3, 1), date(2026, 4, 1)), page_id=Change(None, PAGE))
    assert MILESTONES.change(milestone, later) == [changed]
    let_go = MILESTONES.change(given(MILESTONES, CREATED, changed), MilestoneChanges(page_id=None))
    assert let_go == [MilestoneChanged(page_id=Change(PAGE, None))]

    principle = given(PRINCIPLES, WRITTEN)
    assert PRINCIPLES.change(principle, PrincipleChanges(content="Once.")) == [PrincipleChanged(content=Change("", "Once."))]


def test_lists_go_by_the_day_of_milestones_and_by_when_others_were_made() -> None:
    assert given(MILESTONES, CREATED).moment == noon(date(2026, 3, 1)) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert given(UPDATES, POSTED).moment == given(PRINCIPLES, WRITTEN).moment == AT + timedelta(hours=1)
    assert noon(date.min) < noon(date.max)


def test_lists_are_filtered_by_status_and_state() -> None:
    assert given(UPDATES, POSTED).standing == given(PRINCIPLES, WRITTEN).standing == NONE
    assert given(UPDATES, POSTED, UpdateChanged(status=Change(None, "paused"))).standing == "paused"
    assert given(MILESTONES, CREATED).standing == "planned"


# What they refuse.

WIDE = "é"


@pytest.mark.parametrize(
    ("kind", "begun", "field", "greatest", "refusal"),
    [
        (UPDATES, POSTED, "title", WIDE * TITLE_CHARACTERS_MAX, InvalidValue),
        (UPDATES, POSTED, "content", WIDE * (CONTENT_BYTES_MAX // 2), ContentTooLarge),
        (MILESTONES, CREATED, "title", WIDE * TITLE_CHARACTERS_MAX, InvalidValue),
        (MILESTONES, CREATED, "description", WIDE * (DESCRIPTION_BYTES_MAX // 2), ContentTooLarge),
        (PRINCIPLES, WRITTEN, "title", WIDE * TITLE_CHARACTERS_MAX, InvalidValue),
        (PRINCIPLES, WRITTEN, "content", WIDE * (CONTENT_BYTES_MAX // 2), ContentTooLarge),
    ],
)
def test_a_text_has_its_limit(kind: Kind[Any], begun: Any, field: str, greatest: str, refusal: type[Exception]) -> None:
    assert kind.begin(msgspec.structs.replace(begun, **{field: greatest}))
    with pytest.raises(refusal):
        kind.begin(msgspec.structs.replace(begun, **{field: greatest + "x"}))
    # A change is held to the same.
    item, changes = given(kind, begun), CHANGES[kind.state.kind]
    assert kind.change(item, changes(**{field: greatest}))
    with pytest.raises(refusal):
        kind.change(item, changes(**{field: greatest + "x"}))


CHANGES: dict[str, Any] = {"update": UpdateChanges, "milestone": MilestoneChanges, "principle": PrincipleChanges}


@pytest.mark.parametrize("text", ["", " \t", "\n"])
@kinds
def test_a_title_says_something(kind: Kind[Any], begun: Any, text: str) -> None:
    with pytest.raises(InvalidValue):
        kind.begin(msgspec.structs.replace(begun, title=text))


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "two\nlines"])
@kinds
def test_a_title_is_a_line_of_text(kind: Kind[Any], begun: Any, text: str) -> None:
    with pytest.raises(InvalidValue):
        kind.begin(msgspec.structs.replace(begun, title=text))


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
@pytest.mark.parametrize(
    ("kind", "begun", "field"),
    [(UPDATES, POSTED, "content"), (MILESTONES, CREATED, "description"), (PRINCIPLES, WRITTEN, "content")],
)
def test_a_longer_text_is_unicode_without_nul(kind: Kind[Any], begun: Any, field: str, text: str) -> None:
    assert kind.begin(msgspec.structs.replace(begun, **{field: "two\nlines\n"}))
    with pytest.raises(InvalidValue):
        kind.begin(msgspec.structs.replace(begun, **{field: text}))


@pytest.mark.parametrize("content", ["", " ", "\n\n"])
def test_an_update_says_something(content: str) -> None:
    with pytest.raises(InvalidValue):
        UPDATES.begin(UpdatePosted(page_id=PAGE, content=content))
    with pytest.raises(InvalidValue):
        UPDATES.change(given(UPDATES, POSTED), UpdateChanges(content=content))


# Whatever is done.

titles = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=5)
changes_of_milestones = st.fixed_dictionaries(
    {},
    optional={
        "title": titles,
        "date": st.dates(),
        "description": st.none() | titles,
        "state": st.sampled_from(STATES),
        "page_id": st.sampled_from([None, PAGE, OTHER_PAGE]),
    },
)


@drawn(st.lists(changes_of_milestones, max_size=6))
def test_after_a_change_everything_is_as_it_was_wanted_and_the_rest_as_it_was(steps: list[dict[str, Any]]) -> None:
    milestone: Milestone = given(MILESTONES, CREATED)
    for wanted in steps:
        events = MILESTONES.change(milestone, MilestoneChanges(**wanted))
        assert len(events) == any(getattr(milestone, name) != value for name, value in wanted.items())
        after = milestone
        for event in events:
            assert isinstance(event, MilestoneChanged)
            named = {name: each for name, each in msgspec.structs.asdict(event).items() if each is not msgspec.UNSET}
            assert all(each.before == getattr(milestone, name) != each.after for name, each in named.items())
            after = MILESTONES.evolve(milestone, Recorded(event, milestone.version + 1, AT, WHO), ID)
        expected = {**fields(milestone), **wanted}
        assert fields(after) == expected
        assert MILESTONES.change(after, MilestoneChanges(**wanted)) == []
        assert msgspec.json.decode(msgspec.json.encode(after), type=Milestone) == after
        milestone = after


def fields(item: Item) -> dict[str, Any]:
    """What can be changed."""
    return {name: getattr(item, name) for name in MilestoneChanges.__struct_fields__}


# What the history says.


def entry(event: Any, message: str | None = None) -> Any:
    return item_history_entry(ItemEntry(event, 7, 2, "a type", WHO, message, AT))


def test_a_history_says_what_changed_and_of_long_texts_how_long_they_are() -> None:
    posted = entry(msgspec.structs.replace(POSTED, status="on_track"))
    assert (posted.id, posted.position, posted.version, posted.action, posted.summary) == ("7", 7, 2, "create", "Created")
    assert posted.changes == {
        "pageId": {"from": None, "to": PAGE},
        "content": {"characters": 13},
        "status": {"from": None, "to": "on_track"},
    }
    changed = entry(MilestoneChanged(description=Change("Ten people.", None), page_id=Change(PAGE, None)))
    assert (changed.action, changed.summary) == ("update", "Changed description, pageId")
    assert changed.changes == {"description": {"characters": 0}, "pageId": {"from": PAGE, "to": None}}
    assert entry(CREATED).summary == "Created “Beta”"
    assert (entry(UpdateArchived()).action, entry(UpdateRestored()).action) == ("delete", "restore")
    assert entry(UpdateRestored()).changes == {"archived": {"from": True, "to": False}}
    assert entry(CREATED, "As agreed").summary == "As agreed"
