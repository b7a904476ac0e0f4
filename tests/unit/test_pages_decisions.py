"""What may happen to a page, as given, when, then; and the fold of what happened is the page that was decided."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError, InvalidValue, VersionStale
from domain.events import Actor, Change, Recorded
from domain.pages.content import Content
from domain.pages.decisions import (
    Changes,
    Draft,
    Guard,
    append_content,
    archive,
    change,
    check_live,
    create,
    replace_content,
    restore,
)
from domain.pages.errors import ContentStale, ContentTooLarge, NotInTrash, PageNotFound
from domain.pages.events import (
    ContentAppended,
    ContentEdited,
    ContentReplaced,
    DetailsChanged,
    Icon,
    PageArchived,
    PageCreated,
    PageEvent,
    PageMoved,
    PageOrdered,
    PageRestored,
    SlugChanged,
)
from domain.pages.find_replace import FindReplace, find_replace
from domain.pages.rules import CONTENT_BYTES_MAX, PROPERTIES_AT_ONCE_MAX
from domain.pages.state import Page, fold

ID, PARENT = UUID(int=1), UUID(int=2)
AT = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor("key", "1", "test")


def then(page: Page | None, events: list[PageEvent]) -> Page:
    version = page.version if page else 0
    facts = [Recorded(event, version + n, AT + timedelta(seconds=version + n), WHO) for n, event in enumerate(events, 1)]
    after = fold(page, facts, ID)
    assert after is not None
    return after


def given_page(**fields: Any) -> Page:
    return then(None, create(Draft(**{"title": "Page", **fields}), slug="page", parent_id=None))


def digest(text: str) -> str:
    return Content.from_text(text.encode()).hash


# Given, when, then


def test_a_draft_becomes_one_event_with_all_it_has() -> None:
    draft = Draft(title="Page", content="x", properties={"a": 1, "b": None}, status="idea", due_date=date(2026, 1, 1))
    (created,) = create(draft, slug="page", parent_id=PARENT)
    assert created == PageCreated(
        slug="page",
        title="Page",
        content="x",
        content_hash=digest("x"),
        parent_id=PARENT,
        properties={"a": 1},
        status="idea",
        due_date=date(2026, 1, 1),
    )


def test_a_change_says_what_was_and_what_is() -> None:
    page = given_page(properties={"a": 1}, owner="ana@acme.io")
    changes = Changes(title="New", owner=None, subtitle=None, properties={"a": None, "b": True, "c": None})
    assert change(page, changes) == [
        DetailsChanged(
            title=Change("Page", "New"),
            owner=Change("ana@acme.io", None),
            properties={"a": Change(1, None), "b": Change(before=None, after=True)},
        )
    ]


def test_slug_parent_and_content_are_events_of_their_own() -> None:
    changes = Changes(title="New", slug="new", parent_id=PARENT, content="x")
    kinds = [type(event) for event in change(given_page(content="a long text " * 30), changes)]
    assert kinds == [DetailsChanged, SlugChanged, PageMoved, ContentReplaced]


def test_what_changes_nothing_is_no_event() -> None:
    page = given_page(content="x", icon=Icon("emoji", "🚀"), blocked_by=("a",))
    same = Changes(title="Page", slug="page", parent_id=None, content="x", icon=Icon("emoji", "🚀"), blocked_by=("a", "a"))
    assert change(page, same) == []
    assert change(page, Changes()) == []
    assert append_content(page, "") == []
    assert replace_content(page, "x") == []


def test_appended_text_begins_a_line() -> None:
    assert append_content(given_page(), "hi") == [ContentAppended("hi", digest("hi"))]
    assert append_content(given_page(content="a"), "hi") == [ContentAppended("\nhi", digest("a\nhi"))]
    assert append_content(given_page(content="a\n"), "hi") == [ContentAppended("hi", digest("a\nhi"))]


def test_a_small_change_of_a_long_text_is_kept_as_an_edit() -> None:
    page = given_page(content="a" * 1000 + "b" + "c" * 1000)
    (event,) = replace_content(page, "a" * 1000 + "B" + "c" * 1000)
    assert isinstance(event, ContentEdited)
    assert [(edit.at_byte, edit.removed_bytes, edit.text) for edit in event.edits] == [(1000, 1, "B")]


def test_a_page_goes_to_the_trash_once_and_comes_back_once() -> None:
    page = given_page()
    assert archive(page, ID) == [PageArchived(ID)]
    gone = then(page, archive(page, ID))
    assert archive(gone, ID) == []
    with pytest.raises(PageNotFound):
        check_live(gone)
    assert restore(gone, slug="page", parent_id=None) == [PageRestored(ID)]
    assert restore(gone, slug="page-2", parent_id=PARENT) == [
        PageRestored(ID),
        SlugChanged(Change("page", "page-2")),
        PageMoved(Change(None, PARENT)),
    ]
    with pytest.raises(NotInTrash):
        restore(page, slug="page", parent_id=None)
    with pytest.raises(PageNotFound):
        restore(None, slug="page", parent_id=None)


def test_a_guard_refuses_what_the_caller_did_not_see() -> None:
    page = given_page(content="x")
    for guard in (Guard(), Guard(1), Guard(None, digest("x")), Guard(1, digest("x").upper())):
        assert check_live(page, guard) is page
    for guard, error in ((Guard(2), VersionStale), (Guard(None, digest("y")), ContentStale), (Guard(1, ""), ContentStale)):
        with pytest.raises(error) as refusal:
            check_live(page, guard)
        assert refusal.value.facts == {"current": page}
    with pytest.raises(PageNotFound):
        check_live(None, Guard(2))


def test_content_has_a_greatest_size_however_it_comes() -> None:
    full, over = "x" * CONTENT_BYTES_MAX, "x" * (CONTENT_BYTES_MAX + 1)
    page = given_page(content=full)
    for refused in (
        lambda: create(Draft(title="a", content=over), slug="a", parent_id=None),
        lambda: replace_content(page, over),
        lambda: append_content(page, "x"),
        lambda: change(page, Changes(content=over)),
        lambda: find_replace(given_page(content=full[1:] + "y"), FindReplace(find="y", replace="zz")),
    ):
        with pytest.raises(ContentTooLarge):
            refused()


def test_no_more_properties_are_looked_at_than_can_be_meant() -> None:
    page = given_page()
    none_at_all = dict.fromkeys(f"k{n}" for n in range(PROPERTIES_AT_ONCE_MAX))
    assert change(page, Changes(properties=dict(none_at_all))) == []
    with pytest.raises(InvalidValue):
        change(page, Changes(properties=none_at_all | {"one more": None}))


# Any commands

TEXT = st.text(alphabet="ab \né🚀", max_size=12)
LINE = st.text(alphabet="ab é🚀", min_size=1, max_size=12).filter(str.strip)
VALUE = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, -0.5]), LINE)
PROPERTIES = st.dictionaries(st.sampled_from("abc"), VALUE, max_size=3)
OWNERS = st.sampled_from([None, "ana@acme.io", "bo@acme.io"])
STATUSES = st.sampled_from([None, "idea", "completed"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": LINE,
        "subtitle": st.none() | LINE,
        "page_type": st.sampled_from(["page", "database", "file"]),
        "status": STATUSES,
        "icon": st.sampled_from([None, Icon("emoji", "🚀"), Icon("lucide", "rocket")]),
        "owner": OWNERS,
        "blocked_by": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3).map(tuple),
        "due_date": st.sampled_from([None, date(2026, 1, 1)]),
        "properties": PROPERTIES,
        "slug": st.sampled_from(["a", "b"]),
        "parent_id": st.sampled_from([None, PARENT]),
        "content": TEXT,
    },
)
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), CHANGES),
        st.tuples(st.just("append"), TEXT),
        st.tuples(st.just("replace"), TEXT),
        st.tuples(st.just("find"), st.tuples(st.text(alphabet="ab", min_size=1, max_size=2), TEXT, st.booleans())),
        st.tuples(st.just("archive"), st.none()),
        st.tuples(st.just("restore"), st.sampled_from(["a", "b"])),
    ),
    max_size=12,
)


def decide(page: Page, command: tuple[str, Any]) -> list[PageEvent]:
    match command:
        case ("change", fields):
            return change(check_live(page), Changes(**fields))
        case ("append", text):
            return append_content(check_live(page), text)
        case ("replace", text):
            return replace_content(check_live(page), text)
        case ("find", (find, replace, replace_all)):
            return find_replace(check_live(page), FindReplace(find=find, replace=replace, replace_all=replace_all))[0]
        case ("archive", _):
            return archive(page, ID)
        case ("restore", slug):
            return restore(page, slug=slug, parent_id=None)
    raise AssertionError(command)


@given(st.builds(Draft, title=st.just("Page"), content=TEXT, properties=PROPERTIES, owner=OWNERS, status=STATUSES), COMMANDS)
def test_the_fold_of_the_events_is_the_page_that_was_decided(draft: Draft, commands: list[tuple[str, Any]]) -> None:
    events = create(draft, slug="page", parent_id=None)
    page = then(None, events)
    for command in commands:
        try:
            decided = decide(page, command)
        except DomainError:
            continue
        page = then(page, decided)
        events = [*events, *decided]
        if command[0] == "change":
            check_changed(page, command[1])
        if isinstance(events[-1], ContentAppended | ContentEdited | ContentReplaced):
            assert page.content.hash == events[-1].content_hash
    again = then(None, events)
    assert (again.details, again.version, again.updated_at) == (page.details, page.version, page.updated_at)
    assert again.content.segments == page.content.segments
    assert again.content.hash == page.content.hash
    assert page.version == len(events)
    # What the log keeps is enough, and reads back as it was.
    stored = [msgspec.json.decode(msgspec.json.encode(event), type=PageEvent) for event in events]
    assert stored == events
    assert then(None, stored).details == page.details


def check_changed(page: Page, fields: dict[str, Any]) -> None:
    """A change is afterwards as it was asked for."""
    for name, value in fields.items():
        if name == "content":
            assert bytes(page.content).decode() == value
        elif name == "properties":
            for key, wanted in value.items():
                found = page.details.properties.get(key)
                assert (found, type(found)) == (wanted, type(wanted))
        elif name == "blocked_by":
            assert page.details.blocked_by == tuple(dict.fromkeys(value))
        else:
            assert getattr(page.details, name) == value


@given(CHANGES)
def test_repeating_a_change_changes_nothing(fields: dict[str, Any]) -> None:
    page = given_page(content="x", properties={"a": 1})
    page = then(page, change(page, Changes(**fields)))
    assert change(page, Changes(**fields)) == []


def test_every_kind_of_event_has_a_tag_of_its_own() -> None:
    tags = [str(kind.__struct_config__.tag) for kind in PageEvent.__args__]
    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r"page\.[a-z_]+", tag) for tag in tags)


def test_a_page_moved_and_ordered_is_moved_first_and_ordered_alone_where_it_stays() -> None:
    page = given_page()
    assert change(page, Changes(parent_id=PARENT, rank="8")) == [PageMoved(Change(None, PARENT)), PageOrdered(Change(None, "8"))]
    ordered = change(page, Changes(rank="8"))
    assert ordered == [PageOrdered(Change(None, "8"))]
    assert then(page, ordered).details.place == "8"
    assert change(then(page, ordered), Changes(rank="8")) == []
