"""Metrics over HTTP: what is measured, how often, and what was."""

from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Workspace
from planning_samples import BLOCKS, ENTRY, METRIC, ROOT, new_entry, new_metric, new_project, posted, the_root

WEEKLY = {
    "period": "weekly",
    "eisen": "regular",
    "difficulty": "easy",
    "actionable_from_day": None,
    "actionable_from_month": None,
    "due_at_day": None,
    "due_at_month": None,
    "skip_rule": None,
}


def loaded(workspace: Workspace, path: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/metrics/{path}", params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def found(workspace: Workspace, **query: Any) -> list[dict[str, Any]]:
    answer = workspace.client.get("/metrics", params=query)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["collection_project", "entries"]
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


def params(workspace: Workspace, ref_id: str) -> Any:
    return loaded(workspace, ref_id)["metric"]["collection_params"]


def test_a_metric_is_shown_with_its_entries(workspace: Workspace) -> None:
    metric = new_metric(workspace, name=" Body  weight ")
    assert (metric["name"], metric["metric_unit"], metric["collection_params"]) == ("Body weight", "weight", None)
    assert (metric["metric_collection_ref_id"], metric["icon"], metric["is_key"]) == ("1", None, False)
    entry = new_entry(workspace, metric["ref_id"])
    assert {**entry, **ENTRY, "name": "Entry for 2026-11-20 value=81.5", "metric_ref_id": metric["ref_id"]} == entry
    assert loaded(workspace, metric["ref_id"]) == {
        "metric": metric,
        "note": None,
        "tags": [],
        "metric_entries": [entry],
        "metric_entry_tags": [{"metric_entry_ref_id": entry["ref_id"], "tags": []}],
        "collection_tasks": [],
        "collection_tasks_total_cnt": 0,
        "collection_tasks_page_size": 30,
    }
    shown = loaded(workspace, f"{metric['ref_id']}/entries/{entry['ref_id']}")
    assert shown == {"metric_entry": entry, "note": None, "tags": []}
    nothing = dict.fromkeys(("note", "metric_entries", "metric_collection_inbox_tasks", "metric_entry_notes"))
    assert found(workspace) == [{"metric": metric, "tags": [], **nothing}]


def test_finds_show_what_they_are_asked_for(workspace: Workspace, refused: Any) -> None:
    weight, height = new_metric(workspace)["ref_id"], new_metric(workspace)["ref_id"]
    first, second = (new_entry(workspace, weight)["ref_id"] for _ in range(2))
    body = {"namespace": "metric-entry", "source_entity_ref_id": second, "content": BLOCKS}
    note = posted(workspace, "/common/notes", body)["new_note"]
    posted(workspace, "/common/tags/link", {"namespace": "metric-entry", "source_entity_ref_id": first, "tag_names": ["x"]})

    def shown(**query: Any) -> list[list[str]]:
        return [[entry["ref_id"] for entry in each["metric_entries"]] for each in found(workspace, include_entries=True, **query)]

    assert shown() == [[first, second], []]
    assert shown(filter_entry_ref_ids=second) == [[second], []]
    assert shown(filter_ref_ids=height) == [[]]
    refused(workspace.client.get("/metrics", params={"filter_entry_ref_ids": "x"}), 400, "invalid_parameter")
    entries = found(workspace, include_metric_entry_notes=True, include_collection_inbox_tasks=True)
    assert [each["metric_entry_notes"] for each in entries] == [[note], []]
    assert [(each["metric_entries"], each["metric_collection_inbox_tasks"]) for each in entries] == [(None, [])] * 2
    tags = loaded(workspace, weight)["metric_entry_tags"]
    assert [(each["metric_entry_ref_id"], len(each["tags"])) for each in tags] == [(first, 1), (second, 0)]


def test_archived_entries_are_asked_for_by_themselves(workspace: Workspace, refused: Any) -> None:
    weight = new_metric(workspace)["ref_id"]
    live, gone = (new_entry(workspace, weight)["ref_id"] for _ in range(2))
    workspace.client.delete(f"/metrics/{weight}/entries/{gone}")

    def shown(**query: Any) -> list[str]:
        return [each["ref_id"] for each in loaded(workspace, weight, **query)["metric_entries"]]

    assert (shown(), shown(allow_archived=True), shown(allow_archived_entries=True)) == ([live], [live], [live, gone])
    workspace.client.delete(f"/metrics/{weight}")
    refused(workspace.client.get(f"/metrics/{weight}", params={"allow_archived_entries": True}), 404, "entity_not_found")
    assert shown(allow_archived=True, allow_archived_entries=True) == [live, gone]


def test_an_entry_is_called_after_what_was_measured(workspace: Workspace) -> None:
    weight = new_metric(workspace)["ref_id"]
    body = {"metric_ref_id": weight, "value": 80}
    made = posted(workspace, f"/metrics/{weight}/entries", body)["new_metric_entry"]
    today = datetime.now(UTC).date().isoformat()
    assert (made["collection_time"], made["value"], made["name"]) == (today, 80, f"Entry for {today} value=80.0")
    path = f"/metrics/{weight}/entries/{made['ref_id']}"
    assert "daybook-position" not in workspace.client.put(path, json={"value": 80}).headers
    workspace.client.put(path, json={"value": {"should_change": True, "value": -0.25}, "collection_time": "2026-01-02"})
    after = loaded(workspace, f"{weight}/entries/{made['ref_id']}")["metric_entry"]
    assert (after["name"], after["version"]) == ("Entry for 2026-01-02 value=-0.25", 2)
    (corrected, created) = workspace.client.get(f"{path}/history").json()["history"]
    assert (corrected["type"], created["type"]) == ("metric_entry.corrected", "metric_entry.created")
    assert corrected["changes"]["value"] == {"before": 80, "after": -0.25}


def test_zero_has_no_sign(workspace: Workspace) -> None:
    weight = new_metric(workspace)["ref_id"]
    ref_id = new_entry(workspace, weight, value=0)["ref_id"]
    path = f"/metrics/{weight}/entries/{ref_id}"
    workspace.client.put(path, json={"value": -0.0})
    entry = workspace.client.get(path).json()["metric_entry"]
    assert (entry["version"], entry["name"]) == (1, "Entry for 2026-11-20 value=0.0")
    assert new_entry(workspace, weight, value=-0.0)["name"] == "Entry for 2026-11-20 value=0.0"


def test_an_entry_of_the_past_is_of_the_day_on_which_it_is_said_to_have_happened(workspace: Workspace) -> None:
    weight = new_metric(workspace)["ref_id"]
    body, at = {"metric_ref_id": weight, "value": 1}, {"Daybook-Effective-At": "2026-01-02T01:00:00+03:00"}
    made = workspace.client.post(f"/metrics/{weight}/entries", json=body, headers=at).json()["new_metric_entry"]
    assert made["collection_time"] == "2026-01-01"


@pytest.mark.parametrize("fields", [{"value": "1"}, {"value": None}, {"collection_time": "today"}, {"name": "x"}], ids=str)
def test_what_is_no_entry_is_refused(workspace: Workspace, fields: dict[str, Any], refused: Any) -> None:
    weight = new_metric(workspace)["ref_id"]
    body = {**ENTRY, "metric_ref_id": weight, **fields}
    refused(workspace.client.post(f"/metrics/{weight}/entries", json=body), 400, "invalid_request")


def test_an_entry_is_there_only_below_its_own_metric(workspace: Workspace, refused: Any) -> None:
    weight, height = new_metric(workspace)["ref_id"], new_metric(workspace)["ref_id"]
    entry = new_entry(workspace, weight)["ref_id"]
    elsewhere, client = f"/metrics/{height}/entries/{entry}", workspace.client
    for answer in (
        client.get(elsewhere),
        client.put(elsewhere, json={"value": 1}),
        client.delete(elsewhere),
        client.delete(f"{elsewhere}/remove"),
    ):
        refused(answer, 404, "entity_not_found")
    body = {**ENTRY, "metric_ref_id": weight}
    refused(client.post(f"/metrics/{height}/entries", json=body), 422, "parent_differs")


def test_how_often_to_measure_is_told_in_fields_and_shown_together(workspace: Workspace) -> None:
    ref_id = new_metric(workspace, collection_period="weekly")["ref_id"]
    assert params(workspace, ref_id) == WEEKLY
    path = f"/metrics/{ref_id}"
    workspace.client.put(path, json={"collection_eisen": "urgent", "collection_due_at_day": 3})
    assert params(workspace, ref_id) == {**WEEKLY, "eisen": "urgent", "due_at_day": 3}
    body = {"collection_period": {"should_change": True, "value": "yearly"}, "collection_due_at_month": 2}
    workspace.client.put(path, json=body)
    assert params(workspace, ref_id) == {**WEEKLY, "period": "yearly", "eisen": "urgent", "due_at_day": 3, "due_at_month": 2}
    workspace.client.put(path, json={"collection_eisen": None, "collection_due_at_day": None, "collection_due_at_month": None})
    assert params(workspace, ref_id) == {**WEEKLY, "period": "yearly"}
    workspace.client.put(path, json={"collection_period": None})
    assert params(workspace, ref_id) is None
    types = [each["type"] for each in workspace.client.get(f"{path}/history").json()["history"]]
    assert types == ["metric.collection_changed"] * 4 + ["metric.created"]


@pytest.mark.parametrize(
    "fields",
    [
        {"collection_eisen": "urgent"},
        {"collection_due_at_day": 1},
        {"collection_period": "weekly", "collection_due_at_day": 0},
        {"collection_period": "monthly", "collection_due_at_day": 32},
        {"collection_period": "yearly", "collection_actionable_from_month": 13},
        {"collection_period": "weekly", "collection_actionable_from_day": 4, "collection_due_at_day": 3},
        {"collection_period": "yearly", "collection_actionable_from_month": 4, "collection_due_at_month": 3},
    ],
    ids=str,
)
def test_how_often_to_measure_keeps_to_its_rules(workspace: Workspace, fields: dict[str, Any], refused: Any) -> None:
    refused(workspace.client.post("/metrics", json={**METRIC, **fields}), 422, "gen_params_invalid")
    ref_id = new_metric(workspace)["ref_id"]
    refused(workspace.client.put(f"/metrics/{ref_id}", json=fields), 422, "gen_params_invalid")
    assert [each["metric"]["collection_params"] for each in found(workspace, allow_archived=True)] == [None]


def test_what_is_no_period_or_unit_is_refused(workspace: Workspace, refused: Any) -> None:
    ref_id = new_metric(workspace)["ref_id"]
    for fields in ({"collection_period": "hourly"}, {"metric_unit": "x"}, {"collection_skip_rule": "even"}):
        refused(workspace.client.post("/metrics", json={**METRIC, **fields}), 400, "invalid_request")
        refused(workspace.client.put(f"/metrics/{ref_id}", json=fields), 400, "invalid_request")
    refused(workspace.client.put(f"/metrics/{ref_id}", json={"metric_unit": "count"}), 400, "invalid_request")


def test_entries_go_with_their_metric(workspace: Workspace, refused: Any) -> None:
    weight = new_metric(workspace)["ref_id"]
    entry = new_entry(workspace, weight)["ref_id"]
    workspace.client.delete(f"/metrics/{weight}")
    refused(workspace.client.post(f"/metrics/{weight}/entries/{entry}/unarchive"), 409, "owner_archived")
    workspace.client.post(f"/metrics/{weight}/unarchive")
    assert len(loaded(workspace, weight)["metric_entries"]) == 1
    workspace.client.delete(f"/metrics/{weight}/remove")
    refused(workspace.client.get(f"/metrics/{weight}/entries/{entry}/history"), 404, "entity_not_found")


def test_measuring_belongs_to_the_root_project_until_another_is_chosen(workspace: Workspace, refused: Any) -> None:
    client, ref_id = workspace.client, new_metric(workspace)["ref_id"]
    path, project, heir = f"/metrics/{ref_id}/change-collection-project", new_project(workspace), new_project(workspace)

    def chosen() -> Any:
        shown = client.get("/metrics/settings").json()["collection_project"]
        assert client.get("/metrics").json()["collection_project"] == shown
        return shown["ref_id"]

    assert client.get("/metrics/settings").json() == {"collection_project": the_root(workspace)}
    assert chosen() == ROOT
    for wanted in (project, ROOT, project):
        assert client.post(path, json={"collection_project_ref_id": wanted}).content == b"null"
        assert chosen() == wanted
    client.request("DELETE", f"/life-plan/projects/{project}/remove", json={"backup_project_ref_id": heir})
    assert chosen() == heir
    for nothing in ("999999", project, ref_id):
        refused(client.post(path, json={"collection_project_ref_id": nothing}), 404, "entity_not_found")
    refused(client.post(path, json={}), 400, "invalid_request")
    nowhere = [("999999", 404, "entity_not_found"), (project, 404, "entity_not_found"), ("x", 400, "invalid_parameter")]
    for wrong, status, code in nowhere:
        answer = client.post(f"/metrics/{wrong}/change-collection-project", json={"collection_project_ref_id": ROOT})
        refused(answer, status, code)
    client.put("/planning/settings", json={"feature_flags": {"life-plan": False}})
    refused(client.post(path, json={"collection_project_ref_id": ROOT}), 409, "feature_off")
    client.put("/planning/settings", json={"feature_flags": {"metrics": False}})
    refused(client.get("/metrics/settings"), 409, "feature_off")


def test_the_settings_of_metrics_are_guarded_by_their_own_version(workspace: Workspace, refused: Any) -> None:
    client, project = workspace.client, new_project(workspace)
    one, other = new_metric(workspace)["ref_id"], new_metric(workspace)["ref_id"]
    client.put(f"/metrics/{one}", json={"name": "Height"})
    first = client.get("/metrics/settings").headers["etag"]
    assert first.startswith('"1-')
    path, body = f"/metrics/{one}/change-collection-project", {"collection_project_ref_id": project}
    # The metric has another version by now, which is nobody's business here.
    refused(client.post(path, json={**body, "expected_version": 2}), 409, "version_stale")
    changed = client.post(path, json=body, headers={"If-Match": first})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = {"collection_project_ref_id": ROOT, "expected_version": 1}
    # Whichever metric the address names.
    refused(client.post(f"/metrics/{other}/change-collection-project", json=stale), 409, "version_stale")
    refused(client.post(path, json=stale, headers={"If-Match": first}), 412, "version_stale")
    assert client.get("/metrics/settings").headers["etag"].startswith('"2-')
    # The tag tells also that the project changed.
    before = client.get("/metrics/settings").headers["etag"]
    client.put(f"/life-plan/projects/{project}", json={"name": "Health"})
    assert client.get("/metrics/settings", headers={"If-None-Match": before}).json()["collection_project"]["name"] == "Health"


LONG_AGO = "2000-01-01T00:00:00Z"


@pytest.mark.parametrize("parameter", ["as_of", "asOf"])
def test_settings_are_shown_as_they_were(workspace: Workspace, parameter: str, refused: Any) -> None:
    client, metric = workspace.client, new_metric(workspace)["ref_id"]
    project = new_project(workspace)
    many = {"/metrics": "collection_project", "/prm/persons": "catch_up_project"}
    settings = {"/metrics/settings": "collection_project", "/prm/settings": "catch_up_project"}
    before = datetime.now(UTC).isoformat()
    client.post(f"/metrics/{metric}/change-collection-project", json={"collection_project_ref_id": project})
    client.post("/prm/change-catch-up-project", json={"catch_up_project_ref_id": project})
    client.put("/planning/settings", json={"feature_flags": {"chores": False}})
    for path, name in {**many, **settings}.items():
        assert client.get(path).json()[name]["ref_id"] == project
        assert client.get(path, params={parameter: before}).json()[name]["ref_id"] == ROOT
    flags = [client.get("/planning/settings", params=query).json()["settings"] for query in ({}, {parameter: before})]
    assert [each["feature_flags"]["chores"] for each in flags] == [False, True]
    # Before the workspace planned anything.
    for path in (*settings, "/planning/settings", "/life-plan"):
        refused(client.get(path, params={parameter: LONG_AGO}), 404, "entity_not_found")
        refused(client.get(path, params={parameter: "x"}), 400, "invalid_parameter")
    for path, name in many.items():
        assert client.get(path, params={parameter: LONG_AGO}).json() == {name: None, "entries": []}


def test_what_was_there_before_all_projects_is_found_without_one(workspace: Workspace) -> None:
    """Callers may say that things were there before the workspace planned."""
    at = {"Daybook-Effective-At": "2001-01-01T00:00:00Z"}
    workspace.client.post("/metrics", json=METRIC, headers=at)
    body = {"name": "Work", "parent_project_ref_id": ROOT}
    workspace.client.post("/life-plan/projects", json=body, headers=at)
    then = workspace.client.get("/metrics", params={"as_of": "2002-01-01"}).json()
    assert (then["collection_project"], len(then["entries"])) == (None, 1)
