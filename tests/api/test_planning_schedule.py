"""The schedule over HTTP: streams, both kinds of events, and the blocks that are their times."""

from typing import Any

import httpx
import pytest
from conftest import Workspace
from planning_samples import EVENT_FULL_DAYS, EVENT_IN_DAY, PARAGRAPH, VACATION, new_stream, posted

ICAL = {"source_ical_url": "https://calendar.example.com/feed.ics?key=1", "color": "red"}


def followed(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/schedule/streams/for-external-ical", {**ICAL, **fields})["new_schedule_stream"]


def in_day(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    stream = fields.get("schedule_stream_ref_id") or new_stream(workspace)["ref_id"]
    return posted(workspace, "/schedule/events-in-day", {**EVENT_IN_DAY, **fields, "schedule_stream_ref_id": stream})


def full_days(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    stream = fields.get("schedule_stream_ref_id") or new_stream(workspace)["ref_id"]
    return posted(workspace, "/schedule/events-full-days", {**EVENT_FULL_DAYS, **fields, "schedule_stream_ref_id": stream})


def events(workspace: Workspace, after: int) -> list[str]:
    return [each["type"] for each in workspace.client.get("/events", params={"after": after}).json()["events"]]


def head(workspace: Workspace) -> int:
    position: int = workspace.client.get("/events", params={"after": "latest"}).json()["head"]
    return position


def loaded(workspace: Workspace, path: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


# Streams.


def test_every_workspace_has_a_blue_stream(workspace: Workspace) -> None:
    (entry,) = loaded(workspace, "/schedule/streams")["entries"]
    assert entry.keys() == {"schedule_stream", "note", "tags"}
    stream = entry["schedule_stream"]
    assert (stream["color"], stream["source"], stream["source_ical_url"]) == ("blue", "user", None)
    assert (stream["version"], stream["schedule_domain_ref_id"]) == (1, "1")


def test_a_followed_calendar_is_called_as_its_host_and_only_its_color_changes(workspace: Workspace, refused: Any) -> None:
    stream = followed(workspace)
    assert (stream["name"], stream["source"]) == ("calendar.example.com", "external-ical")
    assert stream["source_ical_url"] == ICAL["source_ical_url"]
    path = f"/schedule/streams/{stream['ref_id']}"
    before = head(workspace)
    for body in ({"name": "Mine"}, {"name": "Mine", "color": "green"}):
        refused(workspace.client.put(path, json=body), 422, "stream_is_external")
    workspace.client.put(path, json={"color": {"should_change": True, "value": "green"}, "name": stream["name"]})
    assert events(workspace, before) == ["schedule_stream.recoloured"]
    assert loaded(workspace, path)["schedule_stream"]["color"] == "green"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://a.example/x",
        "https://",
        "https:///x",
        "https://a b",
        "https://[x",
        "https://a:b/",
        "https://a\n",
        "http://é/",
        "https://ana:secret@a.example/x",
        "webcal://ana@a.example/x",
        "https://:@a.example/x",
    ],
)
def test_addresses_that_no_calendar_is_at(shared: Workspace, url: str, refused: Any) -> None:
    body = {**ICAL, "source_ical_url": url}
    refused(shared.client.post("/schedule/streams/for-external-ical", json=body), 422, "url_invalid")


def test_addresses_are_so_long_and_no_longer(shared: Workspace, refused: Any) -> None:
    longest = "https://a.example/" + "x" * (2048 - len("https://a.example/"))
    assert followed(shared, source_ical_url=longest)["name"] == "a.example"
    body = {**ICAL, "source_ical_url": longest + "x"}
    refused(shared.client.post("/schedule/streams/for-external-ical", json=body), 422, "url_invalid")


def test_a_color_is_one_of_ten(shared: Workspace, refused: Any) -> None:
    body = {"name": "x", "color": "beige"}
    refused(shared.client.post("/schedule/streams/for-user", json=body), 400, "invalid_request")


# Events.


def test_an_event_of_minutes_brings_its_block(workspace: Workspace) -> None:
    made = in_day(workspace)
    assert made.keys() == {"new_schedule_event_in_day", "new_time_event_in_day_block"}
    event, block = made["new_schedule_event_in_day"], made["new_time_event_in_day_block"]
    assert (event["source"], event["external_uid"], event["schedule_domain_ref_id"]) == ("user", None, "1")
    assert (block["namespace"], block["source_entity_ref_id"]) == ("schedule-event-in-day", event["ref_id"])
    assert (block["name"], block["time_event_domain_ref_id"]) == ("NOT-USED", "1")
    assert {name: block[name] for name in ("start_date", "start_time_in_day", "duration_mins")} == {
        "start_date": "2026-11-26",
        "start_time_in_day": "09:30",
        "duration_mins": 15,
    }
    assert loaded(workspace, f"/schedule/events-in-day/{event['ref_id']}") == {
        "schedule_event_in_day": event,
        "time_event_in_day_block": block,
        "note": None,
        "tags": [],
    }
    assert loaded(workspace, f"/common/time-events/in-day-blocks/{block['ref_id']}") == {
        "in_day_block": block,
        "schedule_event": event,
        "inbox_task": None,
        "big_plan": None,
    }


def test_an_event_of_days_brings_its_block(workspace: Workspace) -> None:
    made = full_days(workspace)
    assert made.keys() == {"new_schedule_event_full_days", "new_time_event_full_day_block"}
    event, block = made["new_schedule_event_full_days"], made["new_time_event_full_day_block"]
    assert (block["namespace"], block["source_entity_ref_id"]) == ("schedule-full-days-block", event["ref_id"])
    assert (block["start_date"], block["duration_days"], block["end_date"]) == ("2026-11-30", 3, "2026-12-02")
    assert loaded(workspace, f"/schedule/events-full-days/{event['ref_id']}") == {
        "schedule_event_full_days": event,
        "time_event_full_days_block": block,
        "note": None,
        "tags": [],
    }
    shown = loaded(workspace, f"/common/time-events/full-days-blocks/{block['ref_id']}")
    assert (shown["full_days_block"], shown["schedule_event"], shown["vacation"]) == (block, event, None)


def test_an_event_tells_of_its_new_time_and_its_version_guards_it(workspace: Workspace, refused: Any) -> None:
    made = in_day(workspace)
    path, before = f"/schedule/events-in-day/{made['new_schedule_event_in_day']['ref_id']}", head(workspace)
    workspace.client.put(path, json={"name": "Lunch"})
    answer = workspace.client.put(path, json={"start_time_in_day": "23:59", "duration_mins": 2880, "expected_version": 2})
    assert answer.headers["etag"] == '"3"'
    refused(workspace.client.put(path, json={"duration_mins": 1, "expected_version": 2}), 409, "version_stale")
    workspace.client.put(path, json={"name": "Dinner", "start_date": {"should_change": True, "value": "2026-11-27"}})
    assert "daybook-position" not in workspace.client.put(path, json={"start_date": "2026-11-27", "name": "Dinner"}).headers
    assert events(workspace, before) == [
        "schedule_event_in_day.renamed",
        "schedule_event_in_day.rescheduled",
        "in_day_block.moved",
        "schedule_event_in_day.changed",
        "in_day_block.moved",
    ]
    shown = loaded(workspace, path)
    assert (shown["schedule_event_in_day"]["version"], shown["time_event_in_day_block"]["version"]) == (4, 3)
    history = loaded(workspace, f"{path}/history")["history"]
    told = next(each for each in history if each["type"] == "schedule_event_in_day.rescheduled")
    assert told["changes"]["duration_mins"] == {"before": 15, "after": 2880}


def test_an_event_of_days_is_moved_by_its_first_day_or_made_longer(workspace: Workspace) -> None:
    path = f"/schedule/events-full-days/{full_days(workspace)['new_schedule_event_full_days']['ref_id']}"
    for body, wanted in (
        ({"start_date": "2026-12-01"}, ("2026-12-01", 3, "2026-12-03")),
        ({"duration_days": 1}, ("2026-12-01", 1, "2026-12-01")),
        ({"start_date": "9999-12-31"}, ("9999-12-31", 1, "9999-12-31")),
    ):
        assert workspace.client.put(path, json=body).status_code == 200
        block = loaded(workspace, path)["time_event_full_days_block"]
        assert (block["start_date"], block["duration_days"], block["end_date"]) == wanted


def test_a_block_of_minutes_moves_its_event_but_does_not_end_without_it(workspace: Workspace, refused: Any) -> None:
    made = in_day(workspace)
    event, block = made["new_schedule_event_in_day"]["ref_id"], made["new_time_event_in_day_block"]["ref_id"]
    path = f"/common/time-events/in-day-blocks/{block}"
    answer = workspace.client.put(path, json={"start_time_in_day": "00:00"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()) == (200, None)
    shown = loaded(workspace, f"/schedule/events-in-day/{event}")
    assert shown["time_event_in_day_block"]["start_time_in_day"] == "00:00"
    assert shown["schedule_event_in_day"]["version"] == 2
    refused(workspace.client.delete(path), 422, "block_has_event")
    refused(workspace.client.delete(f"{path}/remove"), 422, "block_has_event")
    workspace.client.delete(f"/schedule/events-in-day/{event}")
    refused(workspace.client.put(path, json={"duration_mins": 5}), 404, "entity_not_found")
    refused(workspace.client.post(f"{path}/unarchive"), 409, "owner_archived")


@pytest.mark.parametrize(
    ("start", "minutes", "status"),
    [("23:59", 1, 200), ("23:59", 2, 422), ("00:00", 1440, 200), ("00:00", 1441, 422), ("12:30", 690, 200), ("12:30", 691, 422)],
)
def test_an_event_ends_with_the_calendar(shared: Workspace, start: str, minutes: int, status: int, refused: Any) -> None:
    times = {"start_date": "9999-12-31", "start_time_in_day": start, "duration_mins": minutes}
    body = {**EVENT_IN_DAY, **times, "schedule_stream_ref_id": new_stream(shared)["ref_id"]}
    answer = shared.client.post("/schedule/events-in-day", json=body)
    assert answer.status_code == status, answer.text
    if status == 422:
        refused(answer, 422, "duration_invalid")


@pytest.mark.parametrize("minutes", [0, -1, 2881, 10**30])
def test_an_event_lasts_some_minutes_to_two_days(shared: Workspace, minutes: int, refused: Any) -> None:
    stream, before = new_stream(shared)["ref_id"], head(shared)
    body = {**EVENT_IN_DAY, "schedule_stream_ref_id": stream, "duration_mins": minutes}
    refused(shared.client.post("/schedule/events-in-day", json=body), 422, "duration_invalid")
    assert head(shared) == before


@pytest.mark.parametrize("days", [0, -3, 2**40])
def test_an_event_lasts_a_day_or_more(shared: Workspace, days: int, refused: Any) -> None:
    made = full_days(shared)["new_schedule_event_full_days"]
    before = head(shared)
    body = {**EVENT_FULL_DAYS, "schedule_stream_ref_id": made["schedule_stream_ref_id"], "duration_days": days}
    refused(shared.client.post("/schedule/events-full-days", json=body), 422, "duration_invalid")
    refused(
        shared.client.put(f"/schedule/events-full-days/{made['ref_id']}", json={"duration_days": days}), 422, "duration_invalid"
    )
    assert head(shared) == before


@pytest.mark.parametrize("time", ["24:00", "9:30", "09:60", "09:30:00", "09:30\n", "", "noon", None, 930])
def test_a_time_is_hours_and_minutes(shared: Workspace, time: Any, refused: Any) -> None:
    body = {**EVENT_IN_DAY, "schedule_stream_ref_id": new_stream(shared)["ref_id"], "start_time_in_day": time}
    refused(shared.client.post("/schedule/events-in-day", json=body), 400, "invalid_request")


@pytest.mark.parametrize("kind", ["in-day", "full-days"])
def test_events_are_in_streams_of_the_user(workspace: Workspace, kind: str, refused: Any) -> None:
    made, other, external = (in_day if kind == "in-day" else full_days)(workspace), new_stream(workspace), followed(workspace)
    event = next(iter(made.values()))
    body = {**(EVENT_IN_DAY if kind == "in-day" else EVENT_FULL_DAYS), "schedule_stream_ref_id": external["ref_id"]}
    path = f"/schedule/events-{kind}"
    refused(workspace.client.post(path, json=body), 422, "stream_is_external")
    refused(workspace.client.post(path, json={**body, "schedule_stream_ref_id": event["ref_id"]}), 404, "entity_not_found")
    change = f"{path}/{event['ref_id']}/change-stream"
    refused(workspace.client.post(change, json={"schedule_stream_ref_id": external["ref_id"]}), 422, "stream_is_external")
    refused(workspace.client.post(change, json={"schedule_stream_ref_id": "999999"}), 404, "entity_not_found")
    before = head(workspace)
    moved = {"schedule_stream_ref_id": other["ref_id"], "expected_version": 1}
    assert workspace.client.post(change, json=moved).json() is None
    refused(workspace.client.post(change, json=moved), 409, "version_stale")
    assert events(workspace, before) == [f"schedule_event_{kind.replace('-', '_')}.moved"]
    # It goes with its new stream, and not with the old one.
    workspace.client.delete(f"/schedule/streams/{event['schedule_stream_ref_id']}/remove")
    assert loaded(workspace, f"{path}/{event['ref_id']}")
    workspace.client.delete(f"/schedule/streams/{other['ref_id']}")
    refused(workspace.client.get(f"{path}/{event['ref_id']}"), 404, "entity_not_found")


def test_a_stream_takes_along_its_events_with_their_blocks_notes_and_tags(workspace: Workspace, refused: Any) -> None:
    stream = new_stream(workspace)["ref_id"]
    one = in_day(workspace, schedule_stream_ref_id=stream)
    two = full_days(workspace, schedule_stream_ref_id=stream)["new_schedule_event_full_days"]["ref_id"]
    event, block = one["new_schedule_event_in_day"]["ref_id"], one["new_time_event_in_day_block"]["ref_id"]
    about = {"source_entity_ref_id": two}
    note = posted(workspace, "/common/notes", {**about, "namespace": "schedule-event-full-days", "content": [PARAGRAPH]})
    posted(workspace, "/common/tags/link", {**about, "namespace": "schedule-event-full-days-block", "tag_names": ["work"]})
    shown = loaded(workspace, f"/schedule/events-full-days/{two}")
    assert (shown["note"], [tag["name"] for tag in shown["tags"]]) == (note["new_note"], ["work"])
    paths = [
        f"/schedule/events-in-day/{event}",
        f"/schedule/events-full-days/{two}",
        f"/common/time-events/in-day-blocks/{block}",
        f"/common/notes/{note['new_note']['ref_id']}",
    ]
    workspace.client.delete(f"/schedule/streams/{stream}")
    for path in paths:
        refused(workspace.client.get(path), 404, "entity_not_found")
        assert loaded(workspace, path, allow_archived=True)
    refused(workspace.client.post(f"{paths[0]}/unarchive"), 409, "owner_archived")
    workspace.client.post(f"/schedule/streams/{stream}/unarchive")
    assert loaded(workspace, paths[1]) | {"schedule_event_full_days": 0, "time_event_full_days_block": 0, "note": 0} == {
        "schedule_event_full_days": 0,
        "time_event_full_days_block": 0,
        "note": 0,
        "tags": shown["tags"],
    }
    workspace.client.delete(f"/schedule/streams/{stream}/remove")
    for path in paths:
        refused(workspace.client.get(path, params={"allow_archived": True}), 404, "entity_not_found")


def test_the_schedule_can_be_switched_off(workspace: Workspace, refused: Any) -> None:
    """And with it the blocks of its events; those of vacations are there."""
    made, vacation = in_day(workspace), posted(workspace, "/vacations", VACATION)
    block = f"/common/time-events/in-day-blocks/{made['new_time_event_in_day_block']['ref_id']}"
    days = f"/common/time-events/full-days-blocks/{full_days(workspace)['new_time_event_full_day_block']['ref_id']}"
    mine = f"/common/time-events/full-days-blocks/{vacation['new_time_event_block']['ref_id']}"
    before = loaded(workspace, block)
    workspace.client.put("/planning/settings", json={"feature_flags": {"schedule": False}})
    event = f"/schedule/events-in-day/{made['new_schedule_event_in_day']['ref_id']}"
    for path in ("/schedule/streams", event, block, f"{block}/history", days, f"{days}/history"):
        refused(workspace.client.get(path), 409, "feature_off")
    for method, path in (("PUT", block), ("PATCH", block), ("DELETE", block), ("DELETE", f"{block}/remove")):
        refused(workspace.client.request(method, path, json={}), 409, "feature_off")
    assert workspace.client.get(mine).status_code == 200
    workspace.client.put("/planning/settings", json={"feature_flags": {"schedule": True, "vacations": False}})
    refused(workspace.client.get(mine), 409, "feature_off")
    assert loaded(workspace, block) == before


def test_every_route_of_the_schedule_is_in_the_document(workspace: Workspace) -> None:
    paths = httpx.get(f"{workspace.url}/openapi.json").json()["paths"]
    mine = {f"{method.upper()} {path[3:]}" for path, each in paths.items() for method in each}
    one = [("GET", ""), ("PUT", ""), ("DELETE", ""), ("DELETE", "/remove"), ("POST", "/unarchive"), ("GET", "/history")]
    events = ["/schedule/events-in-day", "/schedule/events-full-days"]
    resources = ["/schedule/streams", *events, "/common/time-events/in-day-blocks"]
    assert {f"{method} {path}/{{ref_id}}{suffix}" for path in resources for method, suffix in one} <= mine
    assert {f"POST {path}{suffix}" for path in events for suffix in ("", "/{ref_id}/change-stream")} <= mine
    assert {"GET /schedule/streams", *(f"POST /schedule/streams/for-{way}" for way in ("user", "external-ical"))} <= mine
