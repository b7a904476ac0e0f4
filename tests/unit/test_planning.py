"""Planning without a database: what events make of entities, what is recorded, names, drafts, seeds, orders and queries."""

import asyncio
import string
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec import Raw
from planning_memory import Book, MemoryReader, Store

from api.planning.noted import FindNoted
from api.planning.queries import FindQuery, described_query, read_query
from api.planning.routes import RESOURCES
from application.event_store import Command, EventStore
from application.planning.draft import Draft
from application.planning.goals import ChangeGoal, CreateGoal, change_goal, create_goal
from application.planning.life_plan import begin_life_plan
from application.planning.milestones import ChangeLifeMilestone, CreateLifeMilestone, change_milestone, create_milestone
from application.planning.orders import ChangeOrder, Should, U
from application.planning.plain import plainly_changed
from application.planning.planning import Planning
from application.planning.ports import Seen, Selection, Stored
from application.planning.projects import ChangeProject, change_project
from application.planning.reading import SHOWN_AT_ONCE_MAX, Beside, Found, Reading
from application.planning.seeding import Seed, Seeding
from application.planning.settings import KNOWN_S, Features, begin_settings
from application.planning.vacations import ChangeVacation, CreateVacation, change_vacation, create_vacation
from domain.errors import InvalidValue, VersionStale
from domain.events import Actor, Change, Recorded
from domain.planning.concepts import CONCEPTS, PREFIXES, feature_of
from domain.planning.entities import Concept, Kept, changes_of, moment_text
from domain.planning.errors import DatesOutOfOrder, EntityNotFound, NameInvalid, OwnerArchived
from domain.planning.features import FeatureOff
from domain.planning.goals import GOALS
from domain.planning.milestones import LIFE_MILESTONES
from domain.planning.names import NAME_CHARACTERS_MAX, clean_name
from domain.planning.notes import NOTES, NoteCreated
from domain.planning.projects import PROJECTS
from domain.planning.settings import PLANNING_SETTINGS, SettingsCreated, switched
from domain.planning.tags import check_tag_name
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, days
from domain.planning.vacations import (
    VACATIONS,
    VacationArchived,
    VacationChanged,
    VacationCreated,
    VacationRemoved,
    VacationRenamed,
    VacationRescheduled,
    VacationUnarchived,
)
from domain.versions import check_version
from infrastructure.event_store.codec import tag_of
from infrastructure.planning.rows import entity_row

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
WHO = Actor("key", "1", "a key")
WORKSPACE, STREAM = UUID(int=1), UUID(int=2)
SEA = VacationCreated(ref_id="9", name="By the sea", start_date=date(2026, 7, 1), end_date=date(2026, 7, 14))
T = TypeVar("T")

every_concept = pytest.mark.parametrize("concept", CONCEPTS, ids=[each.kind for each in CONCEPTS])


def given(*events: Any, concept: Concept[Any] = VACATIONS) -> Kept[Any]:
    kept = None
    for version, event in enumerate(events, 1):
        kept = concept.evolve(kept, Recorded(event, version, AT + timedelta(hours=version), WHO), STREAM)
    assert kept is not None
    return kept


def changed(kept: Kept[Any], **fields: Any) -> Any:
    return kept.concept.change(kept.entity, msgspec.structs.replace(kept.entity, **fields))


# What events make of an entity.


def test_a_vacation_has_from_its_beginning_all_that_is_answered() -> None:
    assert msgspec.to_builtins(given(SEA).entity) == {
        "ref_id": "9",
        "version": 1,
        "archived": False,
        "archival_reason": None,
        "archived_time": None,
        "created_time": "2026-01-01T13:00:00+00:00",
        "last_modified_time": "2026-01-01T13:00:00+00:00",
        "name": "By the sea",
        "vacation_collection_ref_id": "1",
        "start_date": "2026-07-01",
        "end_date": "2026-07-14",
    }


def test_each_event_is_a_version_and_changes_when_it_was_modified() -> None:
    kept = given(SEA, VacationRenamed(name=Change("By the sea", "In the hills")), VacationArchived())
    entity = kept.entity
    assert (entity.version, entity.name, entity.created_time) == (3, "In the hills", "2026-01-01T13:00:00+00:00")
    assert (entity.archived, entity.archival_reason) == (True, "user")
    assert entity.archived_time == entity.last_modified_time == "2026-01-01T15:00:00+00:00"
    assert given(SEA, VacationArchived(reason="gc")).entity.archival_reason == "gc"


def test_what_was_brought_back_is_as_if_it_had_never_been_away() -> None:
    back = given(SEA, VacationArchived(), VacationUnarchived()).entity
    assert (back.archived, back.archival_reason, back.archived_time, back.version) == (False, None, None, 3)


def test_what_was_archived_along_with_something_knows_so_until_it_is_brought_back() -> None:
    along = VacationArchived(along_with="7")
    assert given(SEA, along).along_with == given(SEA, along, VacationRenamed(name=Change("By the sea", "x"))).along_with == "7"
    assert given(SEA, along, VacationRemoved()).along_with == "7"
    assert given(SEA, along, VacationUnarchived()).along_with is None
    assert given(SEA, along, VacationUnarchived(), VacationArchived()).along_with is None


def test_what_was_removed_is_known_and_no_longer_there() -> None:
    kept = given(SEA, VacationRemoved())
    assert (kept.removed, kept.entity.name, kept.entity.version) == (True, "By the sea", 2)


def test_a_stream_starts_with_a_creation() -> None:
    with pytest.raises(TypeError):
        VACATIONS.evolve(None, Recorded(VacationRemoved(), 1, AT, WHO), STREAM)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2020, 6, 10, 20, 26, 43, tzinfo=UTC), "2020-06-10T20:26:43+00:00"),
        (datetime(2020, 6, 10, 20, 26, 43, 400, tzinfo=UTC), "2020-06-10T20:26:43.000400+00:00"),
        (datetime(5, 1, 2, tzinfo=UTC), "0005-01-02T00:00:00+00:00"),
        (datetime.fromisoformat("2020-06-10T20:26:43+02:00"), "2020-06-10T18:26:43+00:00"),
    ],
    ids=str,
)
def test_times_are_written_as_the_contract_wants_them(at: datetime, text: str) -> None:
    assert moment_text(at) == text


# What is recorded.


def test_what_begins_is_recorded_as_it_is_kept() -> None:
    assert VACATIONS.begin(msgspec.structs.replace(SEA, name="  By  the sea "), AT) == SEA
    assert b"collection" not in msgspec.json.encode(SEA)


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"name": "In the hills"}, VacationRenamed(name=Change("By the sea", "In the hills"))),
        ({"end_date": date(2026, 7, 2)}, VacationRescheduled(end_date=Change(date(2026, 7, 14), date(2026, 7, 2)))),
        (
            {"name": "x", "start_date": date(2026, 7, 2)},
            VacationChanged(name=Change("By the sea", "x"), start_date=Change(date(2026, 7, 1), date(2026, 7, 2))),
        ),
        ({}, None),
        ({"name": " By the  sea"}, None),
    ],
    ids=str,
)
def test_the_narrowest_event_tells_of_a_change(fields: dict[str, Any], event: Any) -> None:
    assert changed(given(SEA), **fields) == event


def test_a_change_that_no_event_tells_of_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="vacation_collection_ref_id"):
        changed(given(SEA), vacation_collection_ref_id="2")


def test_a_vacation_ends_no_sooner_than_it_starts() -> None:
    with pytest.raises(DatesOutOfOrder):
        VACATIONS.begin(msgspec.structs.replace(SEA, end_date=date(2026, 6, 30)), AT)
    with pytest.raises(DatesOutOfOrder):
        changed(given(SEA), start_date=date(2026, 7, 15))
    assert changed(given(SEA), start_date=date(2026, 7, 14)) is not None
    assert days(date(2026, 7, 14), date(2026, 7, 14)) == 1


def test_a_stale_version_is_shown_the_present() -> None:
    kept = given(SEA)
    assert check_version(kept.entity, ()) is check_version(kept.entity, (3, 1)) is kept.entity
    with pytest.raises(VersionStale) as refusal:
        check_version(kept.entity, (2,))
    assert refusal.value.facts == {"current": kept.entity}


@every_concept
def test_a_concept_can_be_switched_off_or_is_about_what_can_be(concept: Concept[Any]) -> None:
    """But for the settings, which switch it on again."""
    about = {"namespace": "schedule-event-in-day"} if "namespace" in concept.entity.__struct_fields__ else {}
    assert (feature_of(concept, SimpleNamespace(**about)) is None) is (concept is PLANNING_SETTINGS)


@every_concept
def test_the_events_of_a_concept_are_named_after_it_and_have_its_fields(concept: Concept[Any]) -> None:
    assert {tag_of(event).partition(".")[0] for event in concept.events} == {concept.kind}
    own = set(concept.entity.__struct_fields__)
    assert set(concept.created.__struct_fields__) <= own
    assert own - set(concept.created.__struct_fields__) == {
        "version",
        "archived",
        "archival_reason",
        "archived_time",
        "created_time",
        "last_modified_time",
    }
    for event in concept.changed:
        assert set(event.__struct_fields__) <= own | set(concept.told_beside)
    # The last tells of everything that any of them tells of.
    told = [set(event.__struct_fields__) for event in concept.changed]
    assert not told or set.union(*told) == told[-1]


def test_no_two_concepts_have_one_kind_or_speak_of_one_namespace() -> None:
    for names in (
        [each.kind for each in CONCEPTS],
        [each.note_namespace for each in CONCEPTS if each.note_namespace],
        [each.tag_namespace for each in CONCEPTS if each.tag_namespace],
    ):
        assert len(names) == len(set(names))
    assert [f"{each.kind}." for each in CONCEPTS] == list(PREFIXES)


@pytest.mark.parametrize("resource", RESOURCES, ids=[each.path for each in RESOURCES])
def test_what_may_be_changed_are_fields_of_the_entity(resource: Any) -> None:
    if resource.change is not None:
        assert issubclass(resource.change.order, ChangeOrder)
        own = set(resource.concept.entity.__struct_fields__)
        wanted = set(resource.change.order.__struct_fields__) - {"expected_version"}
        if resource.change.act is not plainly_changed:
            # What recurring tasks are like is told in a field of its own each.
            flat = tuple(name.removesuffix("params") for name in own if name.endswith("_params"))
            wanted = {name for name in wanted if not flat or not name.startswith(flat)}
            own |= set(resource.concept.told_beside)
        assert wanted <= own


@pytest.mark.parametrize("resource", RESOURCES, ids=[each.path for each in RESOURCES])
def test_what_is_not_there_is_called_as_it_is_everywhere(resource: Any) -> None:
    assert resource.concept.words == resource.one
    assert f" no {resource.one} of " in str(resource.concept.not_found())


def test_a_row_has_what_it_is_looked_up_by() -> None:
    note = NoteCreated(ref_id="12", namespace="vacation", source_entity_ref_id="9", content=())
    kept = given(note, concept=NOTES)
    assert entity_row(WORKSPACE, kept)[:10] == (WORKSPACE, STREAM, 12, "note", 9, False, None, False, None, 1)
    assert msgspec.json.decode(entity_row(WORKSPACE, kept)[10], type=NOTES.entity) == kept.entity


# Names.


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a", "a"),
        ("  a  b ", "a b"),
        ("a\u00a0 b", "a b"),
        ("a\t b\t\n", "a b"),
        ("\u200fא\u200e", "\u200fא\u200e"),
        ("\u0928\u093f", "\u0928\u093f"),
        ("👩\u200d🚀 é", "👩\u200d🚀 é"),
        ("x" * NAME_CHARACTERS_MAX, "x" * NAME_CHARACTERS_MAX),
    ],
    ids=ascii,
)
def test_names_are_trimmed_and_their_spaces_collapsed(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a\nb",
        "a\0b",
        "\u200b",
        "\u200d\ufeff",
        "\u2800\u3164",
        "\u0301",
        "a\u202eb",
        "a\u2066b",
        "a\u2028b",
        "a\ud800b",
        "\u3000",
        "x" * (NAME_CHARACTERS_MAX + 1),
    ],
    ids=ascii,
)
def test_what_is_no_line_is_no_name(text: str) -> None:
    with pytest.raises(NameInvalid):
        clean_name(text)


@drawn(st.text())
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    try:
        name = clean_name(text)
    except NameInvalid:
        return
    assert clean_name(name) == name == name.strip()
    assert "  " not in name


@drawn(st.text(alphabet=string.ascii_letters[:3] + string.digits[:2] + "- _é", max_size=8))
def test_tags_have_the_names_that_the_contracts_expression_matches(text: str) -> None:
    """Without that expression, which takes as long as anybody likes to find that a long name does not match."""
    letters = string.ascii_letters + string.digits
    matches = text[:1] != "" and text[0] in letters and all(c in letters or c == "-" for c in text)
    try:
        assert check_tag_name(text) == text
        assert matches
    except NameInvalid:
        assert not matches


# Orders.


class ChangeSomething(ChangeOrder):
    name: U[str] = msgspec.UNSET
    note: U[str | None] = msgspec.UNSET


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"{}", {}),
        (b'{"name":"x"}', {"name": "x"}),
        (b'{"name":{"should_change":true,"value":"x"}}', {"name": "x"}),
        (b'{"name":{"should_change":false,"value":"x"}}', {}),
        (b'{"name":{"should_change":false}}', {}),
        (b'{"note":null}', {"note": None}),
        (b'{"note":{"should_change":true,"value":null},"expected_version":3}', {"note": None}),
    ],
)
def test_a_field_changes_by_a_plain_value_or_in_the_long_form(body: bytes, wanted: dict[str, Any]) -> None:
    assert msgspec.json.decode(body, type=ChangeSomething).wanted() == wanted


def test_a_field_that_should_change_needs_a_value() -> None:
    with pytest.raises(InvalidValue):
        ChangeSomething(name=Should(should_change=True)).wanted()


# Drafts.


class Here:
    """A workspace in memory."""

    def __init__(self) -> None:
        self.book = Book()
        self.store = Store(self.book)
        self.planning = Planning(cast("EventStore", self.store), self.book, uuid4)
        self.hours = 0

    def does(self, act: Callable[[Draft], Awaitable[Any]]) -> list[str]:
        """The types of the events that it comes to."""
        before = len(self.store.appended)
        self.hours += 1
        command = Command(WORKSPACE, uuid4(), AT + timedelta(hours=self.hours), WHO)
        done(self.planning.run(command, cast("Any", act)))
        return [tag_of(type(event)) for each in self.store.appended[before:] for c in each.changes for event in c.events]

    def has(self, concept: Concept[Any]) -> list[Any]:
        return [kept.entity for kept in done(self.book.of_kind(WORKSPACE, concept))]


def done(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.fixture
def here() -> Here:
    """With a vacation, its block and its note."""
    here = Here()
    order = CreateVacation(name="x", start_date=date(2026, 7, 1), end_date=date(2026, 7, 2))
    assert here.does(lambda draft: create_vacation(draft, order)) == ["vacation.created", "full_days_block.created"]

    async def write(draft: Draft) -> None:
        about = NoteCreated(ref_id=draft.next_ref_id(), namespace="vacation", source_entity_ref_id="1", content=())
        draft.begin(NOTES, about)

    assert here.does(write) == ["note.created"]
    return here


def on_the(concept: Concept[Any], act: Callable[[Draft, Kept[Any]], Awaitable[Any]]) -> Callable[[Draft], Awaitable[Any]]:
    async def on_it(draft: Draft) -> None:
        await act(draft, (await draft.all(concept))[0])

    return on_it


def test_numbers_are_given_out_once_for_all_concepts(here: Here) -> None:
    assert [here.has(concept)[0].ref_id for concept in (VACATIONS, FULL_DAYS_BLOCKS, NOTES)] == ["1", "2", "3"]
    here.does(on_the(NOTES, lambda draft, note: draft.remove(note)))
    here.does(lambda draft: create_vacation(draft, CreateVacation(name="x", start_date=AT.date(), end_date=AT.date())))
    assert here.has(VACATIONS)[-1].ref_id == "4"


def test_what_belongs_to_something_goes_and_comes_with_it(here: Here) -> None:
    archive = on_the(VACATIONS, lambda draft, vacation: draft.archive(vacation))
    assert here.does(archive) == ["vacation.archived", "full_days_block.archived", "note.archived"]
    assert here.does(archive) == []
    back = on_the(VACATIONS, lambda draft, vacation: draft.unarchive(vacation))
    assert here.does(back) == ["vacation.unarchived", "full_days_block.unarchived", "note.unarchived"]
    assert here.does(back) == []
    gone = on_the(VACATIONS, lambda draft, vacation: draft.remove(vacation))
    assert here.does(gone) == ["vacation.removed", "full_days_block.removed", "note.removed"]
    assert here.has(VACATIONS) == []


def test_what_was_archived_by_itself_stays_where_it_is(here: Here) -> None:
    assert here.does(on_the(NOTES, lambda draft, note: draft.archive(note))) == ["note.archived"]
    assert here.does(on_the(VACATIONS, lambda draft, kept: draft.archive(kept))) == [
        "vacation.archived",
        "full_days_block.archived",
    ]
    with pytest.raises(OwnerArchived):
        here.does(on_the(NOTES, lambda draft, note: draft.unarchive(note)))
    back = here.does(on_the(VACATIONS, lambda draft, kept: draft.unarchive(kept)))
    assert back == ["vacation.unarchived", "full_days_block.unarchived"]
    assert here.does(on_the(NOTES, lambda draft, note: draft.unarchive(note))) == ["note.unarchived"]


def test_a_draft_sees_what_it_holds_already(here: Here) -> None:
    async def act(draft: Draft) -> None:
        vacation = await draft.get(VACATIONS, "1")
        await draft.remove(vacation)
        assert await draft.all(VACATIONS) == await draft.belonging(NOTES, vacation) == []
        with pytest.raises(EntityNotFound):
            await draft.get(VACATIONS, "1", archived=True)
        other = draft.begin(VACATIONS, msgspec.structs.replace(SEA, ref_id=draft.next_ref_id()))
        assert [kept.entity.ref_id for kept in await draft.all(VACATIONS)] == [other.entity.ref_id]

    here.does(act)


def test_nothing_changes_twice_in_one_command(here: Here) -> None:
    async def act(draft: Draft) -> None:
        vacation = await draft.get(VACATIONS, "1")
        changed = draft.change(vacation, msgspec.structs.replace(vacation.entity, name="y"))
        draft.change(changed, msgspec.structs.replace(changed.entity, name="z"))

    with pytest.raises(RuntimeError):
        here.does(act)
    assert here.has(VACATIONS)[0].name == "x"


def test_a_block_follows_its_vacation(here: Here) -> None:
    order = ChangeVacation(end_date=date(2026, 7, 9))
    moved = here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, order)))
    assert moved == ["vacation.rescheduled", "full_days_block.moved"]
    assert (here.has(FULL_DAYS_BLOCKS)[0].duration_days, here.has(FULL_DAYS_BLOCKS)[0].version) == (9, 2)
    assert here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, order))) == []
    early = ChangeVacation(end_date=date(2026, 6, 9))
    with pytest.raises(DatesOutOfOrder):
        here.does(on_the(VACATIONS, lambda draft, kept: change_vacation(draft, kept, early)))


def test_another_name_asks_for_nothing_else() -> None:
    """Other commands of the workspace wait meanwhile, and trees may be large."""
    here = Here()
    here.does(begin_settings)
    here.does(begin_life_plan)
    here.does(lambda draft: create_goal(draft, CreateGoal(name="x", project_ref_id="3")))
    here.does(lambda draft: create_milestone(draft, CreateLifeMilestone(name="x", date=AT.date(), project_ref_id="3")))
    renamed: list[tuple[Concept[Any], Any]] = [
        (PROJECTS, lambda draft, kept: change_project(draft, kept, ChangeProject(name="y"))),
        (GOALS, lambda draft, kept: change_goal(draft, kept, ChangeGoal(name="y"))),
        (LIFE_MILESTONES, lambda draft, kept: change_milestone(draft, kept, ChangeLifeMilestone(name="y"))),
    ]
    for concept, rename in renamed:
        before = here.book.reads
        assert here.does(on_the(concept, rename)) == [f"{concept.kind}.renamed"]
        # The one that finds it.
        assert here.book.reads == before + 1


# Seeds and features.


async def _sow_one(draft: Draft) -> None:
    draft.begin(VACATIONS, msgspec.structs.replace(SEA, ref_id=draft.next_ref_id()))


def seeding(here: Here, *names: str) -> Seeding:
    seeds = [Seed(name, _sow_one) for name in names]
    return Seeding(cast("EventStore", here.store), here.planning, WHO, lambda: AT, seeds)


def test_every_seed_is_sown_once_by_whichever_process() -> None:
    here = Here()
    first, second = seeding(here, "a", "b"), seeding(here, "a", "b")
    done(first.sown(WORKSPACE))
    done(first.sown(WORKSPACE))
    done(second.sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 2
    assert {append.command.actor for append in here.store.appended} == {WHO}
    # One that comes with a later release reaches workspaces that are there.
    done(seeding(here, "a", "b", "c").sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 3
    done(seeding(here).sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 3


def test_seeds_that_are_sown_at_the_same_time_are_sown_once() -> None:
    here = Here()

    async def both() -> None:
        await asyncio.gather(*(seeding(here, "a", "b").sown(WORKSPACE) for _ in range(4)))

    done(both())
    assert len(here.has(VACATIONS)) == 2


def test_what_is_switched_off_is_noticed_and_remembered_for_a_moment() -> None:
    here, now = Here(), [100.0]
    features = Features(here.book, lambda: now[0])
    done(features.check(WORKSPACE, "vacations"))
    with pytest.raises(FeatureOff):
        done(features.check(WORKSPACE, "slack-tasks"))
    assert here.book.reads == 1

    async def begin(draft: Draft) -> None:
        draft.begin(PLANNING_SETTINGS, SettingsCreated(ref_id=draft.next_ref_id(), feature_flags={"vacations": False}))

    here.does(begin)
    done(features.check(WORKSPACE, "vacations"))
    now[0] += KNOWN_S
    with pytest.raises(FeatureOff):
        done(features.check(WORKSPACE, "vacations"))

    async def switch(draft: Draft) -> None:
        (settings,) = await draft.all(PLANNING_SETTINGS)
        draft.change(settings, switched(settings.entity, {"vacations": True}))

    assert here.does(switch) == ["planning_settings.features_switched"]
    features.forget(WORKSPACE)
    done(features.check(WORKSPACE, "vacations"))


# Reading.


class Reader:
    """Vacations with numbers from 1 on, each with a note of its own number plus a thousand."""

    def __init__(self, count: int) -> None:
        self.stored = [self._stored(number) for number in range(1, count + 1)]
        self.selections: list[Selection] = []

    async def select(self, workspace_id: UUID, selection: Selection) -> tuple[list[Stored], list[Stored]]:
        self.selections.append(selection)
        after = [each for each in self.stored if each.ref_id > selection.after]
        selected = after[selection.offset : selection.offset + selection.limit]
        notes = [Stored(NOTES, each.ref_id + 1000, each.ref_id, Raw(b"{}")) for each in selected]
        return selected, notes if selection.beside else []

    async def belonging(self, *_: Any) -> list[Stored]:
        return []

    async def named(self, *_: Any) -> list[Stored]:
        return []

    def history(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def _stored(self, number: int) -> Stored:
        kept = given(msgspec.structs.replace(SEA, ref_id=str(number), name=f"v{number}"))
        return Stored(VACATIONS, number, None, Raw(msgspec.json.encode(kept.entity)))


def found(reader: Reader, **wanted: Any) -> list[list[int]]:
    async def pieces() -> list[list[int]]:
        find = Reading(reader).find(WORKSPACE, Found(concept=VACATIONS, **wanted))
        return [[int(shown.entity.ref_id) for shown in piece] async for piece in find]

    return done(pieces())


@pytest.mark.parametrize("count", [0, 1, SHOWN_AT_ONCE_MAX - 1, SHOWN_AT_ONCE_MAX, SHOWN_AT_ONCE_MAX + 1])
@pytest.mark.parametrize(
    "wanted",
    [None, lambda number: number % 3 > 0, lambda number: number > SHOWN_AT_ONCE_MAX],
    ids=["all", "all but every third", "none of the first"],
)
@drawn(limit=st.none() | st.integers(1, 450), offset=st.integers(0, 450))
def test_a_find_comes_in_pieces_and_is_whole(
    count: int, wanted: Callable[[int], bool] | None, limit: int | None, offset: int
) -> None:
    reader = Reader(count)
    keep = None if wanted is None else lambda vacation: wanted(int(vacation.ref_id))
    pieces = found(reader, limit=limit, offset=offset, keep=keep)
    every = [number for number in range(1, count + 1) if wanted is None or wanted(number)]
    assert [number for piece in pieces for number in piece] == every[offset:][:limit]
    assert all(pieces[1:])
    assert all(selection.limit <= SHOWN_AT_ONCE_MAX for selection in reader.selections)


def test_what_belongs_to_an_entity_is_shown_beside_it_as_it_is_stored() -> None:
    async def first() -> Any:
        reading = Reading(Reader(2))
        return await reading.load(WORKSPACE, VACATIONS, 1, Seen(), Beside(belonging=(NOTES,)))

    shown = done(first())
    assert msgspec.json.encode(shown.one(NOTES)) == b"{}"
    assert shown.one(FULL_DAYS_BLOCKS) is None
    assert shown.all(FULL_DAYS_BLOCKS) == []
    with pytest.raises(EntityNotFound):
        shown.the(FULL_DAYS_BLOCKS)
    assert shown.entity.name == "v1"


class Asked(MemoryReader):
    """Remembers whom it was asked for by name."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.asked: list[int] = []

    async def named(self, workspace_id: UUID, ref_ids: Sequence[int], seen: Seen) -> list[Stored]:
        self.asked += ref_ids
        return await super().named(workspace_id, ref_ids, seen)


def test_what_a_block_belongs_to_is_read_only_where_the_block_is_what_is_shown(here: Here) -> None:
    reader = Asked(here.book)
    reading = Reading(cast("Any", reader))
    shown = done(reading.load(WORKSPACE, VACATIONS, 1, Seen(), Beside(belonging=(FULL_DAYS_BLOCKS,))))
    assert (shown.one(FULL_DAYS_BLOCKS) is not None, reader.asked) == (True, [])
    block = done(reading.load(WORKSPACE, FULL_DAYS_BLOCKS, 2, Seen(), Beside(named=True)))
    assert (block.named(VACATIONS, "1"), reader.asked) == (shown.itself, [1])


# Queries.


def read(text: str, query: type[Any] = FindNoted) -> Any:
    pairs = [tuple(each.split("=", 1)) for each in text.split("&")] if text else []
    params = SimpleNamespace(multi_items=lambda: pairs)
    return read_query(cast("Any", SimpleNamespace(scope={"query_string": text.encode()}, query_params=params)), query)


def test_a_query_is_read_into_its_struct() -> None:
    assert read("") == FindNoted()
    query = read("allow_archived=True&include_notes=FALSE&filter_ref_ids=1,2&filter_ref_ids=3&limit=5&asOf=2026-01-01&unknown=x")
    assert query == FindNoted(allow_archived=True, filter_ref_ids=("1", "2", "3"), limit=5, as_of_too="2026-01-01")
    assert query.seen == Seen(archived=True, moment=datetime(2026, 1, 1, tzinfo=UTC))
    assert read("allow_archived=&limit=null&filter_ref_ids=&as_of=") == FindNoted()
    assert read("include_tags=true&include_tags=false") == FindNoted()


@pytest.mark.parametrize(
    "text",
    [
        "allow_archived=2",
        "limit=0",
        "limit=1.0",
        "limit=1e2",
        "limit=10001",
        "offset=-1",
        "filter_ref_ids=a",
        "filter_ref_ids=01",
        "filter_ref_ids=,",
        "filter_ref_ids=,&filter_ref_ids=,,",
    ],
)
def test_a_query_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read(text)


def test_a_query_is_described_by_the_struct_it_is_read_into() -> None:
    described = {each["name"]: each for each in described_query(FindQuery)}
    assert described.keys() == {"allow_archived", "as_of", "asOf", "filter_ref_ids", "limit", "offset"}
    none = {"enum": ["", None]}
    assert described["limit"]["schema"] == {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 10_000}, none]}
    assert described["allow_archived"]["schema"] == {"anyOf": [{"type": "boolean"}, none], "default": False}
    assert all(each["in"] == "query" and each["description"] and not each["required"] for each in described.values())


def test_a_field_of_an_event_that_did_not_change_is_not_told() -> None:
    assert changes_of(VacationRescheduled(end_date=Change(date(2026, 7, 1), date(2026, 7, 2)))) == {
        "end_date": Change(date(2026, 7, 1), date(2026, 7, 2))
    }
