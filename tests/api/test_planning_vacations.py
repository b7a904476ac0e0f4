"""Vacations over HTTP, with what belongs to them: how it comes, goes, is told and was."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import Workspace
from planning_samples import (
    PARAGRAPH,
    VACATION,
    WORKING_MEM_NOTE,
    new_doc,
    new_vacation,
    posted,
)
from planning_steps import ALL, events, head, linked, loaded, note_of


def test_the_example_of_the_contract(workspace: Workspace) -> None:
    """Key by key and in every format; only the ref_id and when it changed last are not the example's."""
    created = {"Daybook-Effective-At": "2020-06-10T20:26:43Z"}
    body = {"name": " Vacation   at Breaza ", "start_date": "2020-06-05", "end_date": "2020-06-08"}
    ref_id = workspace.client.post("/vacations", json=body, headers=created).json()["new_vacation"]["ref_id"]
    for change in ({"end_date": "2020-06-07"}, {"name": "x"}, {"start_date": "2020-06-04"}, VACATION):
        workspace.client.put(f"/vacations/{ref_id}", json=change)
    changed = {"Daybook-Effective-At": "2020-06-11T01:02:03.000400+02:00"}
    body = {"name": "Vacation at Breaza", "start_date": "2020-06-05", "end_date": "2020-06-07"}
    workspace.client.put(f"/vacations/{ref_id}", json=body, headers=changed)
    assert workspace.client.get("/vacations").json() == {
        "entries": [
            {
                "note": None,
                "tags": [],
                "time_event_block": None,
                "vacation": {
                    "archival_reason": None,
                    "archived": False,
                    "archived_time": None,
                    "created_time": "2020-06-10T20:26:43+00:00",
                    "end_date": "2020-06-07",
                    "last_modified_time": "2020-06-10T23:02:03.000400+00:00",
                    "name": "Vacation at Breaza",
                    "ref_id": ref_id,
                    "start_date": "2020-06-05",
                    "vacation_collection_ref_id": "1",
                    "version": 6,
                },
            }
        ]
    }


def test_a_vacation_brings_the_block_of_its_days(workspace: Workspace) -> None:
    made = posted(workspace, "/vacations", VACATION)
    assert made.keys() == {"new_vacation", "new_time_event_block"}
    vacation, block = made["new_vacation"], made["new_time_event_block"]
    assert block == {
        **{name: vacation[name] for name in ("archived", "archival_reason", "archived_time", "version", "created_time")},
        "last_modified_time": vacation["last_modified_time"],
        "ref_id": block["ref_id"],
        "name": "NOT-USED",
        "time_event_domain_ref_id": "1",
        "namespace": "vacation",
        "source_entity_ref_id": vacation["ref_id"],
        "start_date": "2026-07-01",
        "duration_days": 14,
        "end_date": "2026-07-14",
    }
    assert loaded(workspace, vacation["ref_id"])["time_event_block"] == block
    answer = workspace.client.get(f"/common/time-events/full-days-blocks/{block['ref_id']}")
    others = {"schedule_event": None, "person": None, "occasion": None}
    assert answer.json() == {"full_days_block": block, "vacation": vacation, **others}


def test_the_block_follows_the_days_and_not_the_name(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    before = head(workspace)
    workspace.client.put(f"/vacations/{ref_id}", json={"name": "Other"})
    workspace.client.put(f"/vacations/{ref_id}", json={"end_date": {"should_change": True, "value": "2026-07-02"}})
    workspace.client.put(f"/vacations/{ref_id}", json={"name": "Another", "start_date": "2026-07-02"})
    assert events(workspace, before) == [
        "vacation.renamed",
        "vacation.rescheduled",
        "full_days_block.moved",
        "vacation.changed",
        "full_days_block.moved",
    ]
    shown = loaded(workspace, ref_id)
    assert (shown["vacation"]["version"], shown["time_event_block"]["version"]) == (4, 3)
    block = shown["time_event_block"]
    assert (block["start_date"], block["end_date"], block["duration_days"]) == ("2026-07-02", "2026-07-02", 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start_date": "2026-07-15"}, "dates_out_of_order"),
        ({"name": "  "}, "name_invalid"),
        ({"name": "two\nlines"}, "name_invalid"),
        ({"name": "a\u0000b"}, "name_invalid"),
        ({"name": "x" * 1001}, "name_invalid"),
    ],
    ids=str,
)
def test_a_vacation_that_breaks_a_rule_leaves_nothing_behind(
    workspace: Workspace, fields: dict[str, Any], code: str, refused: Any
) -> None:
    made = new_vacation(workspace)
    before = head(workspace)
    refused(workspace.client.post("/vacations", json={**VACATION, **fields}), 422, code)
    refused(workspace.client.put(f"/vacations/{made['ref_id']}", json=fields), 422, code)
    assert head(workspace) == before
    # Nor does it use up a number.
    assert int(new_vacation(workspace)["ref_id"]) == int(made["ref_id"]) + 2


@pytest.mark.parametrize("date", ["2026-02-30", "2026-7-1", "01/07/2026", "", 20260701, None], ids=str)
def test_a_day_that_is_none_is_refused(workspace: Workspace, date: Any, refused: Any) -> None:
    refused(workspace.client.post("/vacations", json={**VACATION, "start_date": date}), 400, "invalid_request")


def test_a_vacation_may_be_a_day_long_or_go_to_the_ends_of_the_calendar(workspace: Workspace) -> None:
    day = posted(workspace, "/vacations", {"name": "x", "start_date": "2026-07-01", "end_date": "2026-07-01"})
    assert day["new_time_event_block"]["duration_days"] == 1
    ever = posted(workspace, "/vacations", {"name": "x", "start_date": "0001-01-01", "end_date": "9999-12-31"})
    assert ever["new_time_event_block"]["duration_days"] == 3652059


# What belongs to one.


def test_what_belongs_to_a_vacation_goes_and_comes_with_it(workspace: Workspace, refused: Any) -> None:
    vacation, kept = new_vacation(workspace)["ref_id"], new_vacation(workspace)["ref_id"]
    note, others = note_of(workspace, vacation), note_of(workspace, kept)
    linked(workspace, vacation, "sea")
    before, shown = head(workspace), loaded(workspace, vacation)
    workspace.client.delete(f"/vacations/{vacation}")
    assert sorted(events(workspace, before)) == [
        "full_days_block.archived",
        "note.archived",
        "tag_link.archived",
        "vacation.archived",
    ]
    assert [each["ref_id"] for each in workspace.client.get("/common/notes").json()["notes"]] == [
        WORKING_MEM_NOTE,
        others["ref_id"],
    ]
    refused(workspace.client.get(f"/common/notes/{note['ref_id']}"), 404, "entity_not_found")
    archived = loaded(workspace, vacation, allow_archived=True)
    for part in (archived["vacation"], archived["note"], archived["time_event_block"]):
        assert (part["archived"], part["archival_reason"], part["version"]) == (True, "user", 2)
    # The tag is everybody's.
    assert [tag["archived"] for tag in archived["tags"]] == [False]
    refused(workspace.client.post(f"/common/notes/{note['ref_id']}/unarchive"), 409, "owner_archived")
    workspace.client.post(f"/vacations/{vacation}/unarchive")
    back = loaded(workspace, vacation)
    assert {name: (part or {}) | {"version": 1, "last_modified_time": ""} for name, part in back.items() if name != "tags"} == {
        name: (part or {}) | {"version": 1, "last_modified_time": ""} for name, part in shown.items() if name != "tags"
    }
    before = head(workspace)
    workspace.client.delete(f"/vacations/{vacation}/remove")
    assert sorted(events(workspace, before)) == [
        "full_days_block.removed",
        "note.removed",
        "tag_link.removed",
        "vacation.removed",
    ]
    refused(workspace.client.get(f"/common/notes/{note['ref_id']}?allow_archived=true"), 404, "entity_not_found")


def test_a_note_that_was_archived_by_itself_stays_so(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, vacation)
    workspace.client.delete(f"/common/notes/{note['ref_id']}")
    workspace.client.delete(f"/vacations/{vacation}")
    workspace.client.post(f"/vacations/{vacation}/unarchive")
    assert loaded(workspace, vacation)["note"] is None
    assert workspace.client.post(f"/common/notes/{note['ref_id']}/unarchive").status_code == 200
    assert loaded(workspace, vacation)["note"]["version"] == 3


def test_what_was_archived_by_itself_at_the_very_moment_of_its_owner_stays_so(workspace: Workspace) -> None:
    vacation, at = new_vacation(workspace)["ref_id"], {"Daybook-Effective-At": "2030-01-01T00:00:00Z"}
    note = note_of(workspace, vacation)
    for path in (f"/common/notes/{note['ref_id']}", f"/vacations/{vacation}"):
        workspace.client.delete(path, headers=at)
    archived = loaded(workspace, vacation, allow_archived=True)
    assert archived["note"]["archived_time"] == archived["vacation"]["archived_time"]
    workspace.client.post(f"/vacations/{vacation}/unarchive")
    back = loaded(workspace, vacation)
    assert (back["note"], back["time_event_block"]["archived"]) == (None, False)


def test_what_belongs_together_is_seen_together_while_it_comes_and_goes(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    note_of(workspace, vacation, [])

    def toggle() -> None:
        with workspace.client_of_its_own() as client:
            for _ in range(60):
                client.delete(f"/vacations/{vacation}")
                client.post(f"/vacations/{vacation}/unarchive")

    with ThreadPoolExecutor(1) as pool:
        toggling = pool.submit(toggle)
        while not toggling.done():
            entries = workspace.client.get("/vacations", params={**ALL, "allow_archived": True}).json()["entries"]
            assert len({part["version"] for part in map(entries[0].get, ("vacation", "note", "time_event_block")) if part}) == 1
            found = workspace.client.get("/vacations", params=ALL).json()["entries"]
            assert all(entry["note"] and entry["time_event_block"] for entry in found)
            assert workspace.client.get(f"/vacations/{vacation}").status_code in {200, 404}
        toggling.result()


def test_the_timeline_of_a_vacation_tells_of_what_belongs_to_it(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, vacation, [])
    workspace.client.put(f"/common/notes/{note['ref_id']}", json={"content": [PARAGRAPH]})
    linked(workspace, vacation, "sea")
    workspace.client.delete(f"/common/notes/{note['ref_id']}/remove")
    history = workspace.client.get(f"/vacations/{vacation}/history").json()["history"]
    assert [each["type"] for each in history] == [
        "note.removed",
        "tag_link.created",
        "note.rewritten",
        "note.created",
        "full_days_block.created",
        "vacation.created",
    ]
    assert history[2]["changes"] == {"content": {"before": [], "after": [PARAGRAPH]}}
    assert (history[2]["entity"], history[2]["ref_id"]) == ("note", note["ref_id"])


def test_the_past_of_a_vacation_is_shown_with_what_belonged_to_it_then(workspace: Workspace) -> None:
    at = {"Daybook-Effective-At": "2024-01-01T00:00:00Z"}
    made = workspace.client.post("/vacations", json=VACATION, headers=at).json()["new_vacation"]["ref_id"]
    linked(workspace, made, "sea", **{"Daybook-Effective-At": "2024-01-02T00:00:00Z"})
    note = note_of(workspace, made)
    assert loaded(workspace, made, as_of="2024-01-01T12:00:00Z")["tags"] == []
    then = loaded(workspace, made, asOf="2024-01-02T00:00:00+00:00")
    assert ([tag["name"] for tag in then["tags"]], then["note"]) == (["sea"], None)
    assert loaded(workspace, made)["note"] == note
    found = workspace.client.get("/vacations", params={**ALL, "as_of": "2024-01-03T00:00:00Z"}).json()["entries"]
    assert found == [then]


def test_long_finds_of_the_past_are_whole(workspace: Workspace) -> None:
    """Of many streams, only those at the ends were there then, and of these not all."""
    early, late = ({"Daybook-Effective-At": f"{year}-01-01T00:00:00Z"} for year in (2024, 2026))
    vacation = new_vacation(workspace)["ref_id"]
    for name, headers in (
        ("a", early),
        ("b", late),
        ("c", late),
        ("d", late),
        ("e", late),
        ("f", early),
        ("g", early),
        ("h", early),
    ):
        names = [f"{name}{number}" for number in range(100)]
        body = {"namespace": "doc", "source_entity_ref_id": new_doc(workspace)["ref_id"], "tag_names": names}
        assert workspace.client.post("/common/tags/link", json=body, headers=headers).status_code == 200
    linked(workspace, vacation, "x", **late)

    def found(**query: Any) -> list[str]:
        answer = workspace.client.get("/common/tags", params={"as_of": "2025-01-01", **query})
        return [tag["name"] for tag in answer.json()["tags"]]

    every = [f"{name}{number}" for name in "afgh" for number in range(100)]
    assert found() == every
    assert found(offset=90, limit=20) == every[90:110]
    assert found(offset=150, limit=201) == every[150:351]
    assert found(offset=399) == every[399:]
    assert found(offset=400) == []


def test_a_block_of_days_cannot_be_changed_by_itself(workspace: Workspace) -> None:
    block = loaded(workspace, new_vacation(workspace)["ref_id"])["time_event_block"]["ref_id"]
    path = f"/common/time-events/full-days-blocks/{block}"
    for method in ("PUT", "DELETE"):
        assert workspace.client.request(method, path, json={}).status_code == 405
    assert workspace.client.delete(f"{path}/remove").status_code == 404
    assert workspace.client.get(f"{path}/history").json()["history"][0]["type"] == "full_days_block.created"


def test_long_finds_are_streamed_and_whole(workspace: Workspace) -> None:
    vacations = [new_vacation(workspace, name=f"Vacation {number}")["ref_id"] for number in range(205)]
    note_of(workspace, vacations[203], [PARAGRAPH])
    answer = workspace.client.get("/vacations", params=ALL)
    entries = answer.json()["entries"]
    assert [entry["vacation"]["ref_id"] for entry in entries] == vacations
    assert [entry["note"] is not None for entry in entries].index(True) == 203
    assert "etag" not in answer.headers
    some = workspace.client.get("/vacations", params={"limit": 202, "offset": 2}).json()["entries"]
    assert [entry["vacation"]["ref_id"] for entry in some] == vacations[2:204]


def test_a_filter_that_passes_over_all_of_the_first_is_answered_whole(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    for hundred in range(3):
        names = [f"t{hundred}-{number}" for number in range(100)]
        posted(workspace, "/common/tags/link", {"namespace": "vacation", "source_entity_ref_id": vacation, "tag_names": names})
    tag = posted(workspace, "/common/tags", {"namespace": "doc", "name": "last"})["new_tag"]
    for query in ({}, {"limit": 1}, {"limit": 2}):
        assert workspace.client.get("/common/tags", params={"filter_namespace": "doc", **query}).json() == {"tags": [tag]}
    assert workspace.client.get("/common/tags", params={"filter_namespace": "doc", "offset": 1}).json() == {"tags": []}


def test_notes_are_found_by_namespace_however_the_filter_is_written(workspace: Workspace) -> None:
    note = note_of(workspace, new_vacation(workspace)["ref_id"], [])
    for query in ({"filter_namespace": ["goal", "vacation"]}, {"filter_namespace": "goal,vacation"}):
        assert workspace.client.get("/common/notes", params=query).json() == {"notes": [note]}
    every = workspace.client.get("/common/notes", params={"filter_namespace": ""}).json()["notes"]
    assert [each["namespace"] for each in every] == ["working-mem", "vacation"]
    assert workspace.client.get("/common/notes", params={"filter_namespace": "goal"}).json() == {"notes": []}
    assert workspace.client.get("/common/notes", params={"filter_namespace": "unheard-of"}).status_code == 400
