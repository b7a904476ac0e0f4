"""Persons over HTTP, with their circles, their occasions and how often to catch up with them."""

from typing import Any

import httpx
import pytest
from conftest import Workspace
from planning_samples import OCCASION, PARAGRAPH, ROOT, new_person, new_project, posted, the_root

from domain.planning.circles import FIRST_CIRCLES

PARAMS = {
    "period": "monthly",
    "eisen": "regular",
    "difficulty": "easy",
    "actionable_from_day": None,
    "actionable_from_month": None,
    "due_at_day": None,
    "due_at_month": None,
    "skip_rule": None,
}


def loaded(workspace: Workspace, path: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def circles(workspace: Workspace) -> list[str]:
    return [each["ref_id"] for each in loaded(workspace, "/prm/circles")["circles"]]


def new_occasion(workspace: Workspace, person: str, **fields: Any) -> dict[str, Any]:
    body = {**OCCASION, **fields, "person_ref_id": person}
    return posted(workspace, f"/prm/persons/{person}/occasions", body)["new_occasion"]


def events(workspace: Workspace, after: int) -> list[str]:
    return [each["type"] for each in workspace.client.get("/events", params={"after": after}).json()["events"]]


def head(workspace: Workspace) -> int:
    position: int = workspace.client.get("/events", params={"after": "latest"}).json()["head"]
    return position


# Circles.


def test_archived_circles_stay_those_of_a_person_whatever_else_is_chosen(workspace: Workspace, refused: Any) -> None:
    client, (a, b, c, d) = workspace.client, circles(workspace)[:4]
    person = new_person(workspace, circle_ref_ids=[a, b, c])["ref_id"]
    path = f"/prm/persons/{person}"
    client.delete(f"/prm/circles/{b}")

    def shown(**query: Any) -> tuple[list[str], int]:
        body = loaded(workspace, path, **query)
        return body["circle_ref_ids"], body["person"]["version"]

    # Whoever sends back what is shown changes nothing, with or without archived ones.
    assert (shown(), shown(allow_archived=True)) == (([a, c], 1), ([a, b, c], 1))
    for same in ([a, c], [a, b, c]):
        assert client.put(path, json={"circle_ref_ids": same}).status_code == 200
        assert shown(allow_archived=True) == ([a, b, c], 1)
    refused(client.put(path, json={"circle_ref_ids": [a, c, d]}), 422, "too_many_circles")
    client.put(path, json={"circle_ref_ids": [d, c]})
    assert shown() == ([d, c], 2)
    client.post(f"/prm/circles/{b}/unarchive")
    assert shown() == ([b, d, c], 2)
    client.put(path, json={"circle_ref_ids": [d]})
    client.delete(f"/prm/circles/{b}")
    refused(client.put(path, json={"circle_ref_ids": [b]}), 404, "entity_not_found")


def test_every_workspace_has_seven_circles(workspace: Workspace) -> None:
    found = loaded(workspace, "/prm/circles")["circles"]
    assert tuple(each["name"] for each in found) == FIRST_CIRCLES
    assert {(each["version"], each["prm_ref_id"]) for each in found} == {(1, "1")}


def test_a_person_is_in_three_circles_that_are_there(workspace: Workspace, refused: Any) -> None:
    there, before = circles(workspace), head(workspace)
    for ref_ids, status, code in (
        (there[:4], 422, "too_many_circles"),
        (["999999"], 404, "entity_not_found"),
        (["1"], 404, "entity_not_found"),
        (["x"], 400, "invalid_request"),
    ):
        body = {"name": "Ana", "circle_ref_ids": ref_ids}
        refused(workspace.client.post("/prm/persons", json=body), status, code)
    assert head(workspace) == before
    ref_id = new_person(workspace, circle_ref_ids=[there[2], there[0], there[2], there[1]])["ref_id"]
    path = f"/prm/persons/{ref_id}"
    assert loaded(workspace, path)["circle_ref_ids"] == [there[2], there[0], there[1]]
    refused(workspace.client.put(path, json={"circle_ref_ids": there[:4]}), 422, "too_many_circles")
    before = head(workspace)
    workspace.client.put(path, json={"circle_ref_ids": {"should_change": True, "value": [there[3]]}, "expected_version": 1})
    assert events(workspace, before) == ["person.circles_chosen", "person_circles.changed"]
    refused(workspace.client.put(path, json={"circle_ref_ids": [], "expected_version": 1}), 409, "version_stale")
    shown = loaded(workspace, path)
    assert (shown["circle_ref_ids"], shown["person"]["version"]) == ([there[3]], 2)
    (entry,) = loaded(workspace, "/prm/persons", include_circle_ref_ids=True)["entries"]
    assert entry["circle_ref_ids"] == [there[3]]
    same = workspace.client.put(path, json={"circle_ref_ids": [there[3]]})
    assert "daybook-position" not in same.headers


def test_a_circle_that_is_removed_takes_itself_out_of_all_persons(workspace: Workspace) -> None:
    one, two, *_ = circles(workspace)
    both, other = (
        new_person(workspace, circle_ref_ids=[one, two])["ref_id"],
        new_person(workspace, circle_ref_ids=[two])["ref_id"],
    )
    archived = new_person(workspace, circle_ref_ids=[one])["ref_id"]
    workspace.client.delete(f"/prm/persons/{archived}")
    # Put away, it is not seen, and comes back where it was.
    workspace.client.delete(f"/prm/circles/{one}")
    assert loaded(workspace, f"/prm/persons/{both}")["circle_ref_ids"] == [two]
    workspace.client.post(f"/prm/circles/{one}/unarchive")
    assert loaded(workspace, f"/prm/persons/{both}")["circle_ref_ids"] == [one, two]
    before = head(workspace)
    workspace.client.delete(f"/prm/circles/{one}/remove")
    told = ["person.circles_chosen", "person_circles.changed"]
    assert events(workspace, before) == [*told, *told, "circle.removed"]
    assert loaded(workspace, f"/prm/persons/{both}")["circle_ref_ids"] == [two]
    assert loaded(workspace, f"/prm/persons/{other}")["person"]["version"] == 1
    workspace.client.post(f"/prm/persons/{archived}/unarchive")
    assert loaded(workspace, f"/prm/persons/{archived}")["circle_ref_ids"] == []


# Persons.


def test_a_person_is_shown_with_all_keys_of_the_contract(workspace: Workspace) -> None:
    person = new_person(workspace)
    assert (person["catch_up_params"], person["prm_ref_id"]) == (None, "1")
    assert loaded(workspace, f"/prm/persons/{person['ref_id']}", catch_up_task_retrieve_offset=5) == {
        "person": person,
        "circle_ref_ids": [],
        "occasions": [],
        "occasion_tags_by_ref_id": {},
        "occasion_time_event_blocks": [],
        "catch_up_tasks": [],
        "catch_up_tasks_total_cnt": 0,
        "catch_up_tasks_page_size": 30,
        "occasion_tasks": [],
        "occasion_tasks_total_cnt": 0,
        "occasion_tasks_page_size": 30,
        "tags": [],
        "note": None,
    }
    assert loaded(workspace, "/prm/persons") == {
        "catch_up_project": the_root(workspace),
        "entries": [
            {
                "person": person,
                "occasions": [],
                "circle_ref_ids": [],
                "tags": [],
                "note": None,
                "occasion_time_event_blocks": None,
                "catch_up_inbox_tasks": None,
                "occasion_inbox_tasks": None,
            }
        ],
    }


def test_persons_are_found_with_what_is_asked_for(workspace: Workspace) -> None:
    one, two = new_person(workspace)["ref_id"], new_person(workspace)["ref_id"]
    occasion = new_occasion(workspace, two)
    flags = ("occasions", "occasion_time_event_blocks", "catch_up_inbox_tasks", "occasion_inbox_tasks")
    shown = loaded(workspace, "/prm/persons", filter_person_ref_ids=two, **{f"include_{flag}": True for flag in flags})
    (entry,) = shown["entries"]
    assert entry["occasions"] == [occasion]
    assert [entry[flag] for flag in flags[1:]] == [[], [], []]
    (entry,) = loaded(workspace, "/prm/persons", filter_person_ref_ids=two, include_occasion_time_event_blocks=True)["entries"]
    assert entry["occasions"] == []
    found = loaded(workspace, "/prm/persons", filter_person_ref_ids=f"{two},{one}")["entries"]
    assert [each["person"]["ref_id"] for each in found] == [one, two]


def test_how_often_to_catch_up_is_told_by_fields_of_their_own(workspace: Workspace, refused: Any) -> None:
    person = new_person(workspace, catch_up_period="monthly")
    assert person["catch_up_params"] == PARAMS
    path, before = f"/prm/persons/{person['ref_id']}", head(workspace)
    workspace.client.put(path, json={"catch_up_due_at_day": {"should_change": True, "value": 10}, "catch_up_eisen": "urgent"})
    changed = {**PARAMS, "eisen": "urgent", "due_at_day": 10}
    assert loaded(workspace, path)["person"]["catch_up_params"] == changed
    refused(workspace.client.put(path, json={"catch_up_actionable_from_day": 11}), 422, "gen_params_invalid")
    workspace.client.put(path, json={"catch_up_actionable_from_day": 10, "name": "Bo"})
    workspace.client.put(path, json={"catch_up_due_at_day": None, "catch_up_eisen": None})
    assert loaded(workspace, path)["person"]["catch_up_params"] == {**PARAMS, "actionable_from_day": 10}
    workspace.client.put(path, json={"catch_up_period": None})
    assert loaded(workspace, path)["person"]["catch_up_params"] is None
    assert events(workspace, before) == [
        "person.catch_up_changed",
        "person.changed",
        "person.catch_up_changed",
        "person.catch_up_changed",
    ]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"catch_up_due_at_day": 3}, 422),
        ({"catch_up_eisen": "urgent"}, 422),
        ({"catch_up_period": "weekly", "catch_up_due_at_day": 0}, 422),
        ({"catch_up_period": "weekly", "catch_up_due_at_day": 32}, 422),
        ({"catch_up_period": "yearly", "catch_up_actionable_from_month": 13}, 422),
        ({"catch_up_period": "yearly", "catch_up_actionable_from_month": 5, "catch_up_due_at_month": 4}, 422),
        ({"catch_up_period": "hourly"}, 400),
        ({"catch_up_period": "weekly", "catch_up_difficulty": "impossible"}, 400),
    ],
    ids=str,
)
def test_when_to_catch_up_has_to_make_sense(shared: Workspace, fields: dict[str, Any], status: int, refused: Any) -> None:
    person, before = new_person(shared)["ref_id"], head(shared)
    code = "gen_params_invalid" if status == 422 else "invalid_request"
    refused(shared.client.post("/prm/persons", json={"name": "Ana", **fields}), status, code)
    refused(shared.client.put(f"/prm/persons/{person}", json=fields), status, code)
    assert head(shared) == before


# Occasions.


def test_an_occasion_is_shown_with_all_keys_of_the_contract(workspace: Workspace) -> None:
    person = new_person(workspace)["ref_id"]
    occasion = new_occasion(workspace, person)
    assert (occasion["kind"], occasion["date"], occasion["person_ref_id"]) == ("birthday", "12 Apr", person)
    note = posted(
        workspace,
        "/common/notes",
        {"namespace": "occasion", "source_entity_ref_id": occasion["ref_id"], "content": [PARAGRAPH]},
    )["new_note"]
    link = {"namespace": "occasion", "source_entity_ref_id": occasion["ref_id"], "tag_names": ["cake"]}
    posted(workspace, "/common/tags/link", link)
    shown = loaded(workspace, f"/prm/persons/{person}/occasions/{occasion['ref_id']}")
    assert [tag["name"] for tag in shown.pop("tags")] == ["cake"]
    assert shown == {"occasion": occasion, "note": note, "occasion_time_event_blocks": [], "occasion_tasks": []}
    beside = loaded(workspace, f"/prm/persons/{person}")
    assert beside["occasions"] == [occasion]
    assert [tag["name"] for tag in beside["occasion_tags_by_ref_id"][occasion["ref_id"]]] == ["cake"]


@pytest.mark.parametrize(("date", "kept"), [("29 Feb", "29 Feb"), ("03 Jun", "3 Jun"), ("31 Dec", "31 Dec")])
def test_an_occasion_is_on_a_day_of_the_year(shared: Workspace, date: str, kept: str) -> None:
    assert new_occasion(shared, new_person(shared)["ref_id"], date=date)["date"] == kept


@pytest.mark.parametrize(
    "date",
    [
        "30 Feb",
        "31 Apr",
        "0 Jan",
        "32 Jan",
        "Apr 12",
        "12 April",
        "12",
        "",
        "12 Apr 2026",
        "2026-04-12",
        "\u0661 Apr",
        "9" * 99,
        "12  Apr",
        "12\nApr",
        " 12 Apr",
        "12 Apr\n",
    ],
)
def test_other_days_are_refused(shared: Workspace, date: str, refused: Any) -> None:
    person = new_person(shared)["ref_id"]
    occasion, before = new_occasion(shared, person), head(shared)
    path = f"/prm/persons/{person}/occasions"
    refused(shared.client.post(path, json={**OCCASION, "person_ref_id": person, "date": date}), 422, "occasion_date_invalid")
    refused(shared.client.put(f"{path}/{occasion['ref_id']}", json={"date": date}), 422, "occasion_date_invalid")
    assert head(shared) == before


def test_an_occasion_is_below_its_own_person_alone(workspace: Workspace, refused: Any) -> None:
    mine, other = new_person(workspace)["ref_id"], new_person(workspace)["ref_id"]
    occasion = new_occasion(workspace, mine)["ref_id"]
    body = {**OCCASION, "person_ref_id": other}
    refused(workspace.client.post(f"/prm/persons/{mine}/occasions", json=body), 422, "parent_differs")
    refused(
        workspace.client.post("/prm/persons/999999/occasions", json={**OCCASION, "person_ref_id": "999999"}),
        404,
        "entity_not_found",
    )
    path = f"/prm/persons/{other}/occasions/{occasion}"
    refused(workspace.client.get(path), 404, "entity_not_found")
    refused(workspace.client.put(path, json={"name": "x"}), 404, "entity_not_found")
    refused(workspace.client.delete(f"{path}/remove"), 404, "entity_not_found")


def test_a_person_takes_along_occasions_and_circles(workspace: Workspace, refused: Any) -> None:
    first = circles(workspace)[0]
    person = new_person(workspace, circle_ref_ids=[first])["ref_id"]
    path, before = f"/prm/persons/{person}", head(workspace)
    occasion = new_occasion(workspace, person)["ref_id"]
    workspace.client.delete(path)
    refused(workspace.client.get(f"{path}/occasions/{occasion}"), 404, "entity_not_found")
    workspace.client.post(f"{path}/unarchive")
    assert loaded(workspace, path)["circle_ref_ids"] == [first]
    workspace.client.delete(f"{path}/remove")
    refused(workspace.client.get(f"{path}/occasions/{occasion}", params={"allow_archived": True}), 404, "entity_not_found")
    told = [
        f"{kind}.{what}" for what in ("archived", "unarchived", "removed") for kind in ("person", "person_circles", "occasion")
    ]
    assert events(workspace, before) == ["occasion.created", *told]


# Settings.


def test_the_settings_of_persons(workspace: Workspace, refused: Any) -> None:
    answer = workspace.client.get("/prm/settings")
    assert answer.json() == {"catch_up_project": the_root(workspace), "max_circles_per_person": 3}
    body = {"catch_up_project_ref_id": "999999"}
    refused(workspace.client.post("/prm/change-catch-up-project", json=body), 404, "entity_not_found")
    refused(workspace.client.post("/prm/change-catch-up-project", json={**body, "expected_version": 2}), 409, "version_stale")
    workspace.client.put("/planning/settings", json={"feature_flags": {"prm": False}})
    for path in ("/prm/settings", "/prm/persons", "/prm/circles"):
        refused(workspace.client.get(path), 409, "feature_off")
    refused(workspace.client.post("/prm/change-catch-up-project", json=body), 409, "feature_off")


def test_catching_up_belongs_to_the_root_project_until_another_is_chosen(workspace: Workspace, refused: Any) -> None:
    client, path = workspace.client, "/prm/change-catch-up-project"
    project, heir = new_project(workspace), new_project(workspace)

    def chosen() -> Any:
        shown = client.get("/prm/settings").json()["catch_up_project"]
        assert loaded(workspace, "/prm/persons")["catch_up_project"] == shown
        return shown["ref_id"]

    first = client.get("/prm/settings").headers["etag"]
    assert client.post(path, json={"catch_up_project_ref_id": project}, headers={"If-Match": first}).content == b"null"
    assert chosen() == project
    # The tag tells also that the project changed.
    before = client.get("/prm/settings").headers["etag"]
    client.put(f"/life-plan/projects/{project}", json={"name": "Friends"})
    assert client.get("/prm/settings", headers={"If-None-Match": before}).json()["catch_up_project"]["name"] == "Friends"
    client.request("DELETE", f"/life-plan/projects/{project}/remove", json={"backup_project_ref_id": heir})
    assert chosen() == heir
    refused(client.post(path, json={"catch_up_project_ref_id": project}), 404, "entity_not_found")
    client.put("/planning/settings", json={"feature_flags": {"life-plan": False}})
    refused(client.post(path, json={"catch_up_project_ref_id": ROOT}), 409, "feature_off")


def test_every_route_of_persons_is_in_the_document(workspace: Workspace) -> None:
    paths = httpx.get(f"{workspace.url}/openapi.json").json()["paths"]
    mine = {f"{method.upper()} {path[3:]}" for path, each in paths.items() for method in each}
    suffixes = [("GET", ""), ("PUT", ""), ("DELETE", ""), ("DELETE", "/remove"), ("POST", "/unarchive"), ("GET", "/history")]
    ones = ["/prm/circles/{ref_id}", "/prm/persons/{ref_id}", "/prm/persons/{ref_id}/occasions/{sub_ref_id}"]
    assert {f"{method} {path}{suffix}" for path in ones for method, suffix in suffixes} <= mine
    assert {f"{method} /prm/{many}" for method in ("GET", "POST") for many in ("circles", "persons")} <= mine
    assert {"POST /prm/persons/{ref_id}/occasions", "GET /prm/settings", "POST /prm/change-catch-up-project"} <= mine
