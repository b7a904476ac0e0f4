"""Planning over HTTP: the rules of each concept, what belongs together, and what a workspace has of planning."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from conftest import Service, Workspace
from planning_samples import (
    BLOCKS,
    EMPTY_NAMESPACES,
    PARAGRAPH,
    SEEDED,
    SOWN,
    VACATION,
    WORKING_MEM_NOTE,
    new_doc,
    new_vacation,
    posted,
)

from domain.planning.features import FEATURES, HOSTED
from domain.planning.note_blocks import CONTENT_BYTES_MAX, DEPTH_MAX
from domain.planning.tags import LINKED_MAX, NAME_CHARACTERS_MAX

ALL = {"include_notes": True, "include_tags": True, "include_time_event_blocks": True}


_CHANGING = ("PUT", "PATCH")
_OF_ONE = (
    ("GET", ""),
    *((method, "") for method in _CHANGING),
    ("DELETE", ""),
    ("DELETE", "/remove"),
    ("POST", "/unarchive"),
    ("GET", "/history"),
)
LIFE_PLAN_ROUTES = [
    "GET /v1/life-plan",
    *(f"{method} /v1/life-plan" for method in _CHANGING),
    "GET /v1/life-plan/history",
    *(f"{method} /v1/life-plan/{many}" for many in ("projects", "goals", "milestones", "chapters") for method in ("GET", "POST")),
    *(
        f"{method} /v1/life-plan/{many}/{{ref_id}}{suffix}"
        for many in ("projects", "goals", "milestones", "chapters", "visions")
        for method, suffix in _OF_ONE
        if method not in _CHANGING or many != "visions"
    ),
    "POST /v1/life-plan/projects/{ref_id}/reorder-children",
    "GET /v1/life-plan/visions",
    "GET /v1/life-plan/visions/active",
    "POST /v1/life-plan/visions/create-draft",
    "POST /v1/life-plan/visions/{ref_id}/mark-active",
]
_EVENTS = ("/schedule/events-in-day", "/schedule/events-full-days")
# What is found, and made, at its own path.
_MANY = ("/vacations", "/common/notes", "/common/tags", "/docs", "/smart-lists", "/metrics", "/prm/circles", "/prm/persons")
_BELOW = ("/smart-lists/{ref_id}/items", "/metrics/{ref_id}/entries", "/prm/persons/{ref_id}/occasions")
ROUTES = [
    *(f"{method} /v1{many}" for many in _MANY for method in ("GET", "POST")),
    *(f"POST /v1{many}" for many in (*_EVENTS, *_BELOW)),
    *(
        f"{method} /v1{many}/{{ref_id}}{suffix}"
        for many in (*_MANY, *_EVENTS, "/schedule/streams", "/common/time-events/in-day-blocks")
        for method, suffix in _OF_ONE
    ),
    *(f"{method} /v1{many}/{{sub_ref_id}}{suffix}" for many in _BELOW for method, suffix in _OF_ONE),
    "POST /v1/common/tags/link",
    "GET /v1/common/time-events/full-days-blocks/{ref_id}",
    "GET /v1/common/time-events/full-days-blocks/{ref_id}/history",
    *(
        f"{method} /v1/{path}"
        for path in ("planning/settings", "working-mem/settings", "time-plans/settings", "journals/settings")
        for method in ("GET", *_CHANGING)
    ),
    *(
        f"GET /v1/{path}/history"
        for path in (
            "planning/settings",
            "metrics/settings",
            "prm/settings",
            "working-mem",
            "working-mem/settings",
            "time-plans/settings",
            "journals/settings",
        )
    ),
    "GET /v1/working-mem",
    "GET /v1/schedule/streams",
    "POST /v1/schedule/streams/for-user",
    "POST /v1/schedule/streams/for-external-ical",
    *(f"POST /v1{many}/{{ref_id}}/change-stream" for many in _EVENTS),
    "GET /v1/metrics/settings",
    "POST /v1/metrics/{ref_id}/change-collection-project",
    "GET /v1/prm/settings",
    "POST /v1/prm/change-catch-up-project",
]


def note_of(workspace: Workspace, ref_id: str, content: Any = BLOCKS) -> dict[str, Any]:
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "content": content}
    return posted(workspace, "/common/notes", body)["new_note"]


def linked(workspace: Workspace, ref_id: str, *names: str, **headers: str) -> dict[str, Any]:
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "tag_names": names}
    answer = workspace.client.post("/common/tags/link", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    link: dict[str, Any] = answer.json()["tag_link"]
    return link


def loaded(workspace: Workspace, ref_id: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/vacations/{ref_id}", params=query)
    assert answer.status_code == 200, answer.text
    vacation: dict[str, Any] = answer.json()
    return vacation


def events(workspace: Workspace, after: int = 0) -> list[str]:
    return [each["type"] for each in workspace.client.get("/events", params={"after": after}).json()["events"]]


def head(workspace: Workspace) -> int:
    position: int = workspace.client.get("/events", params={"after": "latest"}).json()["head"]
    return position


# Vacations.


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


# Notes.


def test_a_note_holds_every_kind_of_block_as_it_came(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, ref_id)
    assert note["content"] == BLOCKS
    assert (note["name"], note["note_collection_ref_id"]) == ("NOT-USED", "1")
    assert (note["namespace"], note["source_entity_ref_id"]) == ("vacation", ref_id)
    assert loaded(workspace, ref_id)["note"] == note
    (entry,) = workspace.client.get("/vacations", params=ALL).json()["entries"]
    assert entry["note"] == note
    assert workspace.client.get("/vacations").json()["entries"][0]["note"] is None


def test_what_a_block_may_leave_out_is_null(workspace: Workspace) -> None:
    note = note_of(workspace, new_vacation(workspace)["ref_id"], [{"kind": "code", "correlation_id": "c", "code": "x"}])
    assert note["content"][0] == {
        "kind": "code",
        "correlation_id": "c",
        "code": "x",
        "language": None,
        "show_line_numbers": None,
    }


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["kind"])
def test_every_field_of_a_block_is_needed_and_none_is_unknown(shared: Workspace, block: dict[str, Any], refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(shared)["ref_id"]}
    for name in block.keys() - {"language", "show_line_numbers"}:
        without = {each: value for each, value in block.items() if each != name}
        refused(shared.client.post("/common/notes", json={**body, "content": [without]}), 400, "invalid_request")
    for wrong in ({**block, "more": 1}, {**block, "kind": "unheard-of"}):
        refused(shared.client.post("/common/notes", json={**body, "content": [wrong]}), 400, "invalid_request")
    empty = {**block, "correlation_id": ""}
    refused(shared.client.post("/common/notes", json={**body, "content": [empty]}), 422, "content_invalid")


def test_a_level_is_a_number_that_clients_can_count_to(workspace: Workspace, refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}
    for level in (10**30, 2**53 + 1, -(2**53) - 1):
        heading = {"kind": "heading", "correlation_id": "h", "text": "x", "level": level}
        refused(workspace.client.post("/common/notes", json={**body, "content": [heading]}), 400, "invalid_request")
    content = [{"kind": "heading", "correlation_id": "h", "text": "x", "level": level} for level in (2**53, -(2**53))]
    assert posted(workspace, "/common/notes", {**body, "content": content})["new_note"]["content"] == content


def test_lists_are_nested_so_deep_and_no_deeper(workspace: Workspace, refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}

    def nested(depth: int) -> dict[str, Any]:
        items: list[Any] = []
        for _ in range(depth):
            items = [{"text": "x", "items": items}]
        return {"kind": "numbered-list", "correlation_id": "n", "items": items}

    refused(workspace.client.post("/common/notes", json={**body, "content": [nested(DEPTH_MAX + 1)]}), 422, "content_invalid")
    # Deeper than anything can read it; the client could not write it either.
    opening, closing = '{"text":"x","items":[' * 5000, "]}" * 5000
    items = f'{{"kind":"numbered-list","correlation_id":"n","items":[{opening}{closing}]}}'
    deep = f'{{"namespace":"vacation","source_entity_ref_id":"2","content":[{items}]}}'
    refused(workspace.client.post("/common/notes", content=deep), 400, "invalid_request")
    assert posted(workspace, "/common/notes", {**body, "content": [nested(DEPTH_MAX)]})["new_note"]


def test_a_note_is_so_large_and_no_larger(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, ref_id, [])
    around = len('[{"kind":"paragraph","correlation_id":"p","text":""}]')
    text = "x" * (CONTENT_BYTES_MAX - around)
    content = [{"kind": "paragraph", "correlation_id": "p", "text": text}]
    path = f"/common/notes/{note['ref_id']}"
    assert workspace.client.put(path, json={"content": content}).status_code == 200
    content[0]["text"] += "x"
    answer = workspace.client.put(path, json={"content": {"should_change": True, "value": content}})
    assert refused(answer, 422, "content_invalid")["limitBytes"] == CONTENT_BYTES_MAX


def test_nothing_has_two_notes_unless_the_first_was_removed(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "content": [PARAGRAPH]}
    note = posted(workspace, "/common/notes", body)["new_note"]
    refused(workspace.client.post("/common/notes", json=body), 409, "note_exists")
    workspace.client.delete(f"/common/notes/{note['ref_id']}")
    assert loaded(workspace, ref_id)["note"] is None
    assert loaded(workspace, ref_id, allow_archived=True)["note"]["ref_id"] == note["ref_id"]
    refused(workspace.client.post("/common/notes", json=body), 409, "note_exists")
    workspace.client.delete(f"/common/notes/{note['ref_id']}/remove")
    assert posted(workspace, "/common/notes", body)["new_note"]["ref_id"] != note["ref_id"]


def test_two_notes_at_once_are_one(workspace: Workspace) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"], "content": [PARAGRAPH]}
    with ThreadPoolExecutor(8) as pool:
        clients = [workspace.client_of_its_own() for _ in range(8)]
        statuses = sorted(pool.map(lambda client: client.post("/common/notes", json=body).status_code, clients))
        for client in clients:
            client.close()
    assert statuses == [200] + [409] * 7


@pytest.mark.parametrize("path", ["/common/notes", "/common/tags/link"])
def test_notes_and_tags_are_of_what_is_there(workspace: Workspace, path: str, refused: Any) -> None:
    more = {"content": []} if path.endswith("notes") else {"tag_names": ["x"]}
    made = posted(workspace, "/vacations", VACATION)
    vacation, block = made["new_vacation"]["ref_id"], made["new_time_event_block"]["ref_id"]

    def about(ref_id: Any, namespace: str = "vacation") -> httpx.Response:
        return workspace.client.post(path, json={"namespace": namespace, "source_entity_ref_id": ref_id, **more})

    # Not there, of another kind, and archived.
    for ref_id in ("999999", block, "1"):
        refused(about(ref_id), 404, "entity_not_found")
    workspace.client.delete(f"/vacations/{vacation}")
    refused(about(vacation), 404, "entity_not_found")
    for malformed in ("x", "", "-1", 4, None):
        refused(about(malformed), 400, "invalid_request")
    refused(about("4", "unheard-of"), 400, "invalid_request")
    refused(about("4", "inbox-task"), 422, "namespace_empty")


def test_namespaces_of_which_nothing_is_kept_are_refused(workspace: Workspace, refused: Any) -> None:
    for namespace in EMPTY_NAMESPACES:
        body = {"namespace": namespace, "source_entity_ref_id": "1", "content": []}
        refused(workspace.client.post("/common/notes", json=body), 422, "namespace_empty")


# Tags.


@pytest.mark.parametrize("name", ["a", "9", "out-of-office", "a--b", "a-", "A1", "x" * NAME_CHARACTERS_MAX])
def test_names_that_a_tag_may_have(shared: Workspace, name: str) -> None:
    ref_id = posted(shared, "/common/tags", {"namespace": "vacation", "name": name})["new_tag"]["ref_id"]
    shared.client.delete(f"/common/tags/{ref_id}/remove")


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a b", " a", "a_b", "é", "a\n", "a\u0000", "#a", "\u0661", "x" * (NAME_CHARACTERS_MAX + 1), "a" * 100_000 + "!"],
    ids=lambda name: ascii(name[:20]),
)
def test_names_that_a_tag_may_not_have(shared: Workspace, name: str, refused: Any) -> None:
    refused(shared.client.post("/common/tags", json={"namespace": "vacation", "name": name}), 422, "name_invalid")
    vacation = new_vacation(shared)["ref_id"]
    body = {"namespace": "vacation", "source_entity_ref_id": vacation, "tag_names": ["fine", name]}
    refused(shared.client.post("/common/tags/link", json=body), 422, "name_invalid")
    assert shared.client.get("/common/tags").json() == {"tags": []}


def test_a_name_is_of_one_tag_of_a_namespace(workspace: Workspace, refused: Any) -> None:
    sea = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "sea"})["new_tag"]
    hills = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "hills"})["new_tag"]
    assert posted(workspace, "/common/tags", {"namespace": "chore", "name": "sea"})["new_tag"]["ref_id"]
    taken = {"namespace": "vacation", "name": "sea"}
    refused(workspace.client.post("/common/tags", json=taken), 409, "tag_exists")
    refused(workspace.client.put(f"/common/tags/{hills['ref_id']}", json={"name": "sea"}), 409, "tag_exists")
    assert workspace.client.put(f"/common/tags/{sea['ref_id']}", json={"name": "sea"}).status_code == 200
    workspace.client.delete(f"/common/tags/{sea['ref_id']}")
    refused(workspace.client.post("/common/tags", json=taken), 409, "tag_exists")
    # Its old name is free once it has another, and so is that of one that was removed.
    workspace.client.post(f"/common/tags/{sea['ref_id']}/unarchive")
    workspace.client.put(f"/common/tags/{sea['ref_id']}", json={"name": "ocean"})
    other = posted(workspace, "/common/tags", taken)["new_tag"]["ref_id"]
    workspace.client.delete(f"/common/tags/{other}/remove")
    assert posted(workspace, "/common/tags", taken)["new_tag"]["version"] == 1


def test_a_link_replaces_the_tags_and_makes_those_that_are_missing(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    sea = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "sea"})["new_tag"]["ref_id"]
    link = linked(workspace, ref_id, "sun", "sea", "sun")
    assert (link["name"], link["tag_domain_ref_id"], link["namespace"], link["source_entity_ref_id"]) == (
        "NOT-USED",
        "1",
        "vacation",
        ref_id,
    )
    sun, same = link["ref_ids"]
    assert same == sea
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sun", "sea"]
    (entry,) = workspace.client.get("/vacations", params=ALL).json()["entries"]
    assert entry["tags"] == loaded(workspace, ref_id)["tags"]
    # The same again changes nothing.
    before = head(workspace)
    assert linked(workspace, ref_id, "sun", "sea") == link
    assert head(workspace) == before
    assert linked(workspace, ref_id, "sea")["ref_ids"] == [sea]
    assert linked(workspace, ref_id)["ref_ids"] == []
    assert loaded(workspace, ref_id)["tags"] == []
    # The tags themselves stay.
    assert {tag["ref_id"] for tag in workspace.client.get("/common/tags").json()["tags"]} == {sun, sea}


def test_archived_tags_are_not_shown_and_come_back_with_a_link(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    link = linked(workspace, ref_id, "sea", "sun")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][0]}")
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sun"]
    keyed = {"Idempotency-Key": "again"}
    assert linked(workspace, ref_id, "sea", "sun", **keyed) == link
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sea", "sun"]
    assert linked(workspace, ref_id, "sea", "sun", **keyed) == link


def test_archived_tags_stay_with_what_had_them_whatever_else_is_linked(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    link = linked(workspace, vacation, "sea", "sun", "sand")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][1]}")
    assert linked(workspace, vacation, "sea", "sand") == link
    linked(workspace, vacation, "sand")
    assert [tag["name"] for tag in loaded(workspace, vacation)["tags"]] == ["sand"]
    workspace.client.post(f"/common/tags/{link['ref_ids'][1]}/unarchive")
    assert [tag["name"] for tag in loaded(workspace, vacation)["tags"]] == ["sun", "sand"]
    assert linked(workspace, vacation)["ref_ids"] == []


@pytest.mark.parametrize("ending", ["", "/remove"])
def test_a_link_that_only_brought_tags_back_is_answered_as_it_was_then(workspace: Workspace, ending: str) -> None:
    vacation, keyed = new_vacation(workspace)["ref_id"], {"Idempotency-Key": "kz1"}
    link = linked(workspace, vacation, "zed")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][0]}")
    body = {"namespace": "vacation", "source_entity_ref_id": vacation, "tag_names": ["zed"]}
    first = workspace.client.post("/common/tags/link", json=body, headers=keyed)
    assert first.json() == {"tag_link": link}
    linked(workspace, vacation, "sea")
    workspace.client.delete(f"/vacations/{vacation}{ending}")
    again = workspace.client.post("/common/tags/link", json=body, headers=keyed)
    assert (again.status_code, again.content, again.headers["idempotent-replay"]) == (200, first.content, "true")
    assert again.headers["etag"] == first.headers["etag"]


def test_a_tag_that_is_removed_is_taken_off_everything(workspace: Workspace) -> None:
    vacations = [new_vacation(workspace)["ref_id"] for _ in range(3)]
    links = [linked(workspace, vacations[0], "sea", "sun"), linked(workspace, vacations[1], "sea")]
    linked(workspace, vacations[2], "sun")
    before = head(workspace)
    workspace.client.delete(f"/common/tags/{links[0]['ref_ids'][0]}/remove")
    assert events(workspace, before) == ["tag_link.changed", "tag_link.changed", "tag.removed"]
    assert [[tag["name"] for tag in loaded(workspace, each)["tags"]] for each in vacations] == [["sun"], [], ["sun"]]


def test_nothing_has_more_tags_than_it_may(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    names = [f"t{number}" for number in range(LINKED_MAX + 1)]
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "tag_names": names}
    refused(workspace.client.post("/common/tags/link", json=body), 422, "too_many_tags")
    assert len(linked(workspace, ref_id, *names[:-1])["ref_ids"]) == LINKED_MAX


# What belongs to a vacation.


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


# What a workspace has of planning.


def test_a_workspace_that_only_keeps_pages_has_none_of_planning(workspace: Workspace) -> None:
    workspace.create("A page")
    assert not [each for each in events(workspace) if each.startswith("planning")]
    assert workspace.client.get("/vacations").json() == {"entries": []}
    (seeded,) = [each for each in workspace.client.get("/events").json()["events"] if each["type"].startswith("planning")]
    assert seeded["actor"]["kind"] == "service"
    workspace.client.get("/vacations")
    assert [each for each in events(workspace) if each.startswith("planning")] == ["planning_settings.created"]


def test_many_first_requests_at_once_seed_once(workspace: Workspace) -> None:
    clients = [workspace.client_of_its_own() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda client: client.get("/vacations").status_code, clients)) == {200}
    for client in clients:
        client.close()
    assert events(workspace).count("planning_settings.created") == 1


def test_what_is_switched_off_is_refused_and_kept(workspace: Workspace, refused: Any) -> None:
    made = new_vacation(workspace)
    settings = workspace.client.get("/planning/settings").json()["settings"]
    assert settings["feature_flags"] == dict(FEATURES)
    answer = workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": False}})
    assert (answer.json(), answer.headers["etag"]) == (None, '"2"')
    path = f"/vacations/{made['ref_id']}"
    for off in (
        workspace.client.get("/vacations"),
        workspace.client.post("/vacations", json=VACATION),
        workspace.client.get(path),
        workspace.client.put(path, json={}),
        workspace.client.delete(path),
        workspace.client.get(f"{path}/history"),
    ):
        assert refused(off, 409, "feature_off")["feature"] == "vacations"
    assert workspace.client.get("/common/tags").status_code == 200
    workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": True}, "expected_version": 2})
    assert loaded(workspace, made["ref_id"])["vacation"] == made
    stale = {"feature_flags": {"vacations": False}, "expected_version": 2}
    refused(workspace.client.put("/planning/settings", json=stale), 409, "version_stale")
    same = workspace.client.put("/planning/settings", json={"feature_flags": {"vacations": True}})
    assert "daybook-position" not in same.headers
    unknown = {"feature_flags": {"unheard-of": True}}
    refused(workspace.client.put("/planning/settings", json=unknown), 400, "invalid_request")
    for feature in HOSTED:
        hosted = {"feature_flags": {feature: True}}
        refused(workspace.client.put("/planning/settings", json=hosted), 422, "feature_hosted")


def test_planning_needs_scopes_of_its_own(workspace: Workspace, refused: Any) -> None:
    made = new_vacation(workspace)

    def client(*scopes: str) -> httpx.Client:
        secret = workspace.client.post("/keys", json={"name": "k", "scopes": scopes}).json()["secret"]
        return httpx.Client(base_url=f"{workspace.url}/v1", headers={"Authorization": f"Bearer {secret}"})

    with client("planning:read", "events:read") as reader, client("pages:*", "events:read") as stranger:
        assert reader.get(f"/vacations/{made['ref_id']}").status_code == 200
        refused(reader.post("/vacations", json=VACATION), 403, "forbidden")
        refused(reader.put("/planning/settings", json={"feature_flags": {}}), 403, "forbidden")
        refused(stranger.get("/vacations"), 403, "forbidden")
        # Nor does the feed tell.
        seen = {each["type"].partition(".")[0] for each in reader.get("/events").json()["events"]}
        at_first = {kept.concept.kind for kept in SOWN}
        assert seen == {*at_first, "vacation", "full_days_block", "workspace"}
        workspace.create("A page")
        seen = {each["type"].partition(".")[0] for each in stranger.get("/events").json()["events"]}
        assert seen == {"page", "workspace"}


def test_the_headers_of_the_instance_follow_from_settings(new_service: Any) -> None:
    service: Service = new_service("--hosting", "of our own", "--instance", "blue", "--no-jupiter-headers")
    headers = service.new_workspace().client.get("/vacations").headers
    assert (headers["x-daybook-hosting"], headers["x-daybook-instance"]) == ("of%20our%20own", "blue")
    assert not [name for name in headers if name.startswith("x-jupiter")]


def test_webhooks_may_follow_planning(workspace: Workspace) -> None:
    body = {"url": "https://nowhere.invalid/", "types": ["vacation.*"], "active": False}
    webhook = workspace.client.post("/webhooks", json=body).json()["webhook"]["id"]
    new_vacation(workspace)
    workspace.client.get("/pages/none/links")
    for _ in range(100):
        deliveries = workspace.client.get(f"/webhooks/{webhook}/deliveries").json()["deliveries"]
        if deliveries:
            break
    assert [each["type"] for each in deliveries] == ["vacation.created"]


def test_ref_ids_are_counted_for_all_together_and_never_given_twice(workspace: Workspace) -> None:
    clients = [workspace.client_of_its_own() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda client: client.post("/vacations", json=VACATION).json(), clients)]
    for client in clients:
        client.close()
    ref_ids = sorted(int(part["ref_id"]) for each in made for part in each.values())
    # What every workspace has comes first.
    assert ref_ids == list(range(SEEDED + 1, SEEDED + 17))


def test_every_route_of_planning_is_in_the_document(workspace: Workspace) -> None:
    paths = httpx.get(f"{workspace.url}/openapi.json").json()["paths"]
    mine = {f"{method.upper()} {path}" for path, ops in paths.items() for method, op in ops.items() if op["tags"] == ["planning"]}
    assert mine == {*ROUTES, *LIFE_PLAN_ROUTES}
