"""What events make of entities, and what of them is recorded, of every concept alike."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from planning_desk import AT, SEA, STREAM, WHO, WORKSPACE, changed, given

from api.planning.routes import RESOURCES
from application.planning.orders import ChangeOrder
from application.planning.plain import plainly_changed
from domain.errors import VersionStale
from domain.events import Change, Recorded
from domain.planning.concepts import CONCEPTS, PREFIXES, feature_of
from domain.planning.entities import Concept, changes_of, moment_text
from domain.planning.errors import DatesOutOfOrder
from domain.planning.notes import NOTES, NoteCreated
from domain.planning.settings import PLANNING_SETTINGS
from domain.planning.time_blocks import days
from domain.planning.vacations import (
    VACATIONS,
    VacationArchived,
    VacationChanged,
    VacationRemoved,
    VacationRenamed,
    VacationRescheduled,
    VacationUnarchived,
)
from domain.versions import check_version
from infrastructure.event_store.codec import tag_of
from infrastructure.planning.rows import entity_row

every_concept = pytest.mark.parametrize("concept", CONCEPTS, ids=[each.kind for each in CONCEPTS])


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


def test_a_field_of_an_event_that_did_not_change_is_not_told() -> None:
    assert changes_of(VacationRescheduled(end_date=Change(date(2026, 7, 1), date(2026, 7, 2)))) == {
        "end_date": Change(date(2026, 7, 1), date(2026, 7, 2))
    }


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
