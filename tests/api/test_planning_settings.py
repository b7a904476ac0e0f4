"""What a workspace has one of: the working mem, and what is set for it, for time plans and for journals."""

import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import pytest
from conftest import Service, Workspace
from planning_samples import PARAGRAPH, ROOT, WORKING_MEM, WORKING_MEM_NOTE, new_project, the_root

from api.planning.routes import SINGLETONS
from domain.planning.generation import DAYS_AHEAD_MAX

PATHS = [each.path for each in SINGLETONS]
# A change of each that has one, with other values than there are from the start.
CHANGES: dict[str, dict[str, Any]] = {
    "/life-plan": {"birthday": "12 Apr", "birth_year": 1985},
    "/working-mem/settings": {"generation_period": "weekly"},
    "/time-plans/settings": {"planning_task_eisen": "urgent", "planning_task_difficulty": "hard"},
    "/journals/settings": {"writing_task_eisen": "urgent", "writing_task_difficulty": "hard"},
}


class Made(NamedTuple):
    """By what time plans or journals are set: what is before the names of a task, and their approaches."""

    path: str
    task: str
    both: str
    only: str


MADE = [
    Made("/time-plans/settings", "planning", "both-plan-and-task", "only-plan"),
    Made("/journals/settings", "writing", "both-journal-and-task", "only-journal"),
]
every = pytest.mark.parametrize("path", PATHS)
changing = pytest.mark.parametrize("path", CHANGES)
made = pytest.mark.parametrize("of", MADE, ids=["time plans", "journals"])


def loaded(workspace: Workspace, path: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def put(workspace: Workspace, path: str, **fields: Any) -> None:
    answer = workspace.client.put(path, json=fields)
    assert (answer.status_code, answer.content) == (200, b"null"), answer.text


def now() -> str:
    time.sleep(0.002)
    moment = datetime.now(UTC).isoformat()
    time.sleep(0.002)
    return moment


def switched(workspace: Workspace, feature: str, *, on: bool) -> None:
    workspace.client.put("/planning/settings", json={"feature_flags": {feature: on}})


# Of each of them.


def test_each_that_changes_has_a_change_here() -> None:
    assert {each.path for each in SINGLETONS if each.change} == CHANGES.keys()


@every
def test_what_is_answered_is_exactly_what_the_document_says(workspace: Workspace, path: str) -> None:
    model = next(each.answer for each in SINGLETONS if each.path == path)
    answer = workspace.client.get(path)
    assert msgspec.json.encode(msgspec.json.decode(answer.content, type=model)) == answer.content
    assert workspace.client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@every
def test_each_began_with_the_workspace_and_has_a_history(workspace: Workspace, path: str, refused: Any) -> None:
    refused(workspace.client.get(path, params={"as_of": "2001-01-01T00:00:00Z"}), 404, "entity_not_found")
    (*_, first) = loaded(workspace, f"{path}/history")["history"]
    assert (first["action"], first["actor"]["kind"]) == ("create", "service")


@every
def test_what_is_switched_off_is_refused_and_kept(workspace: Workspace, path: str, refused: Any) -> None:
    feature = next(each.concept.feature for each in SINGLETONS if each.path == path)
    if feature is None:
        return
    before = loaded(workspace, path)
    switched(workspace, feature, on=False)
    refused(workspace.client.get(path), 409, "feature_off")
    refused(workspace.client.get(f"{path}/history"), 409, "feature_off")
    if path in CHANGES:
        refused(workspace.client.put(path, json=CHANGES[path]), 409, "feature_off")
    switched(workspace, feature, on=True)
    assert loaded(workspace, path) == before


@changing
@pytest.mark.parametrize("long", [False, True], ids=["plain values", "should_change"])
def test_a_change_is_one_version_with_a_past(workspace: Workspace, path: str, long: bool) -> None:  # noqa: FBT001 - pytest's
    before, moment, wanted = loaded(workspace, path), now(), CHANGES[path]
    body = {name: {"should_change": True, "value": value} for name, value in wanted.items()} if long else wanted
    answer = workspace.client.put(path, json=body, headers={"Daybook-Message": "why"})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"null", '"2"')
    assert loaded(workspace, path) != before
    assert loaded(workspace, path, asOf=moment) == before
    update, _ = loaded(workspace, f"{path}/history")["history"]
    assert (update["action"], update["version"], update["message"], len(update["changes"])) == ("update", 2, "why", len(wanted))
    assert loaded(workspace, f"{path}/history", limit=1)["history"] == [update]
    for same in (wanted, {}, {name: {"should_change": False} for name in wanted}):
        again = workspace.client.put(path, json=same)
        assert (again.status_code, "daybook-position" in again.headers) == (200, False)
    assert len(loaded(workspace, f"{path}/history")["history"]) == 2


@changing
def test_a_stale_version_is_refused(workspace: Workspace, path: str, refused: Any) -> None:
    first = workspace.client.get(path).headers["etag"]
    body = CHANGES[path]
    assert workspace.client.put(path, json=body, headers={"If-Match": first}).status_code == 200
    current = refused(workspace.client.put(path, json={**body, "expected_version": 1}), 409, "version_stale")["current"]
    assert current["version"] == 2
    refused(workspace.client.put(path, json=body, headers={"If-Match": first}), 412, "version_stale")
    assert workspace.client.put(path, json={**body, "expected_version": 2}).status_code == 200


@changing
def test_what_no_change_has_is_refused(shared: Workspace, path: str, refused: Any) -> None:
    name = next(iter(CHANGES[path]))
    refused(shared.client.put(path, json={"no_such_field": 1}), 400, "invalid_request")
    refused(shared.client.put(path, json={name: {"should_change": True}}), 400, "invalid_parameter")
    refused(shared.client.put(path, json={name: ["x"]}), 400, "invalid_request")


@changing
def test_a_keyed_change_is_carried_out_once(workspace: Workspace, path: str) -> None:
    keyed = {"Idempotency-Key": "once"}
    one, two = (workspace.client.put(path, json=CHANGES[path], headers=keyed) for _ in range(2))
    assert (two.content, two.headers["etag"], two.headers["idempotent-replay"]) == (one.content, one.headers["etag"], "true")


@every
def test_nothing_of_it_is_archived_or_removed(shared: Workspace, path: str) -> None:
    for method, suffix in (("DELETE", ""), ("DELETE", "/remove"), ("POST", "/unarchive")):
        # Below metrics, it would be the ref_id of one.
        assert shared.client.request(method, path + suffix).status_code in (400, 404, 405), (method, suffix)


def test_what_is_set_of_metrics_is_told_where_it_is_loaded(workspace: Workspace) -> None:
    metric = workspace.client.post("/metrics", json={"name": "Weight", "is_key": False}).json()["new_metric"]["ref_id"]
    body = {"collection_project_ref_id": ROOT}
    workspace.client.post(f"/metrics/{metric}/change-collection-project", json=body)
    told = [each["type"] for each in loaded(workspace, "/metrics/settings/history")["history"]]
    assert told == ["metric_settings.collection_project_changed", "metric_settings.created"]


# The working mem.


def test_a_workspace_has_a_working_mem_with_an_empty_note(workspace: Workspace) -> None:
    entry = loaded(workspace, "/working-mem")["entry"]
    mem, note = entry["working_mem"], entry["note"]
    settings = str(int(WORKING_MEM) - 1)
    assert (mem["ref_id"], note["ref_id"], mem["working_mem_collection_ref_id"]) == (WORKING_MEM, WORKING_MEM_NOTE, settings)
    assert (note["namespace"], note["source_entity_ref_id"], note["content"]) == ("working-mem", WORKING_MEM, [])
    assert (mem["version"], mem["archived"], "name" in mem) == (1, False, False)
    assert loaded(workspace, "/working-mem/settings") == {
        "generation_period": "daily",
        "cleanup_project": the_root(workspace),
        "clean_up_inbox_tasks": [],
    }


def test_its_note_is_written_in_and_stays(workspace: Workspace, refused: Any) -> None:
    note, before = f"/common/notes/{WORKING_MEM_NOTE}", now()
    tag = workspace.client.get("/working-mem").headers["etag"]
    put(workspace, note, content=[PARAGRAPH])
    answer = workspace.client.get("/working-mem", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["entry"]["note"]["content"]) == (200, [PARAGRAPH])
    assert loaded(workspace, "/working-mem", as_of=now())["entry"]["note"]["content"] == [PARAGRAPH]
    refused(workspace.client.delete(note), 409, "note_stays")
    refused(workspace.client.delete(f"{note}/remove"), 409, "note_stays")
    about = {"namespace": "working-mem", "source_entity_ref_id": WORKING_MEM, "content": []}
    refused(workspace.client.post("/common/notes", json=about), 409, "note_exists")
    assert [each["type"] for each in loaded(workspace, "/working-mem/history")["history"]] == [
        "note.rewritten",
        "note.created",
        "working_mem.created",
    ]
    assert before < loaded(workspace, "/working-mem")["entry"]["note"]["last_modified_time"]


def test_cleaning_up_is_of_another_project_and_of_its_heir(workspace: Workspace, refused: Any) -> None:
    path, project, heir = "/working-mem/settings", new_project(workspace), new_project(workspace)
    put(workspace, path, generation_period="yearly", cleanup_project_ref_id={"should_change": True, "value": project})
    chosen, moment = loaded(workspace, path), now()
    assert (chosen["generation_period"], chosen["cleanup_project"]["ref_id"]) == ("yearly", project)
    workspace.client.delete(f"/life-plan/projects/{project}")
    assert loaded(workspace, path)["cleanup_project"]["archived"] is True
    assert loaded(workspace, path, as_of=moment) == chosen
    workspace.client.request("DELETE", f"/life-plan/projects/{project}/remove", json={"backup_project_ref_id": heir})
    assert loaded(workspace, path)["cleanup_project"]["ref_id"] == heir
    # What is gone is gone from the past as well, and the root project stands in for it.
    assert loaded(workspace, path, as_of=moment)["cleanup_project"]["ref_id"] == ROOT
    assert loaded(workspace, f"{path}/history")["history"][0]["type"] == "working_mem_settings.cleanup_project_changed"
    refused(workspace.client.put(path, json={"cleanup_project_ref_id": project}), 404, "entity_not_found")


@pytest.mark.parametrize("body", [{"generation_period": None}, {"generation_period": "hourly"}, {"cleanup_project_ref_id": None}])
def test_cleaning_up_always_has_a_period_and_a_project(shared: Workspace, body: dict[str, Any], refused: Any) -> None:
    refused(shared.client.put("/working-mem/settings", json=body), 400, "invalid_request")


# Time plans and journals.


def test_what_is_made_from_the_start(workspace: Workspace) -> None:
    params = {
        "period": "daily",
        "eisen": "important",
        "difficulty": "medium",
        "actionable_from_day": None,
        "actionable_from_month": None,
        "due_at_day": None,
        "due_at_month": None,
        "skip_rule": None,
    }
    assert loaded(workspace, "/time-plans/settings") == {
        "periods": ["weekly", "quarterly"],
        "generation_approach": "both-plan-and-task",
        "generation_in_advance_days": {"weekly": 3, "quarterly": 14},
        "planning_tasks": [],
        "planning_task_project": the_root(workspace),
        "planning_task_gen_params": params,
    }
    assert loaded(workspace, "/journals/settings") == {
        "periods": ["weekly"],
        "generation_approach": "both-journal-and-task",
        "generation_in_advance_days": {"weekly": 3},
        "writing_tasks": [],
        "writing_task_project": the_root(workspace),
        "writing_task_gen_params": params,
    }


@made
def test_one_order_sets_everything(workspace: Workspace, of: Made) -> None:
    project = new_project(workspace)
    wanted = {
        "periods": ["yearly", "daily", "yearly"],
        "generation_approach": of.both,
        "generation_in_advance_days": {"yearly": 365, "daily": 1},
        f"{of.task}_task_project_ref_id": project,
        f"{of.task}_task_eisen": "urgent",
        f"{of.task}_task_difficulty": "hard",
    }
    put(workspace, of.path, **{name: {"should_change": True, "value": value} for name, value in wanted.items()})
    shown = loaded(workspace, of.path)
    assert (shown["periods"], shown["generation_in_advance_days"]) == (["daily", "yearly"], {"daily": 1, "yearly": 365})
    assert shown[f"{of.task}_task_project"]["ref_id"] == project
    assert (shown[f"{of.task}_task_gen_params"]["eisen"], shown[f"{of.task}_task_gen_params"]["difficulty"]) == ("urgent", "hard")
    # As clients say that nothing should be made.
    nothing = {**wanted, "generation_approach": "none", "periods": [], "generation_in_advance_days": {}}
    put(workspace, of.path, **{**nothing, f"{of.task}_task_eisen": None, f"{of.task}_task_difficulty": None})
    assert loaded(workspace, of.path)["generation_approach"] == "none"
    put(workspace, of.path, generation_approach=of.only)


@made
def test_a_task_is_there_exactly_where_tasks_are_made(workspace: Workspace, of: Made, refused: Any) -> None:
    before = loaded(workspace, of.path)
    for approach in (of.only, "none"):
        put(workspace, of.path, generation_approach=approach)
        shown = loaded(workspace, of.path)
        assert (shown[f"{of.task}_task_project"], shown[f"{of.task}_task_gen_params"]) == (None, None)
        assert shown["periods"] == before["periods"]
    # It was kept.
    put(workspace, of.path, generation_approach=of.both)
    assert loaded(workspace, of.path) == before
    for name in ("project_ref_id", "eisen", "difficulty"):
        nothing = {f"{of.task}_task_{name}": None}
        refused(workspace.client.put(of.path, json=nothing), 422, "generation_invalid")
        put(workspace, of.path, generation_approach=of.only, **nothing)
        refused(workspace.client.put(of.path, json={"generation_approach": of.both}), 422, "generation_invalid")
        value = {"project_ref_id": ROOT, "eisen": "important", "difficulty": "medium"}[name]
        put(workspace, of.path, generation_approach=of.both, **{f"{of.task}_task_{name}": value})
    assert loaded(workspace, of.path) == before


@made
@pytest.mark.parametrize("period", DAYS_AHEAD_MAX)
def test_days_ahead_are_bounded_by_their_period(shared: Workspace, of: Made, period: Any, refused: Any) -> None:
    most = DAYS_AHEAD_MAX[period]
    for days in (1, most):
        put(shared, of.path, periods=[period], generation_in_advance_days={period: days})
    for days in (0, most + 1, -1, 2**63):
        body = {"periods": [period], "generation_in_advance_days": {period: days}}
        assert period in refused(shared.client.put(of.path, json=body), 422, "generation_invalid")["detail"]
    assert loaded(shared, of.path)["generation_in_advance_days"] == {period: most}


@made
def test_days_are_of_chosen_periods(workspace: Workspace, of: Made, refused: Any) -> None:
    put(workspace, of.path, periods=["weekly", "monthly"], generation_in_advance_days={"weekly": 3, "monthly": 7})
    # Those of periods that are no longer among them go by themselves; those of new ones have to be told.
    put(workspace, of.path, periods=["weekly"])
    assert loaded(workspace, of.path)["generation_in_advance_days"] == {"weekly": 3}
    refused(workspace.client.put(of.path, json={"periods": ["weekly", "yearly"]}), 422, "generation_invalid")
    other = {"generation_in_advance_days": {"weekly": 3, "yearly": 30}}
    assert "yearly" in refused(workspace.client.put(of.path, json=other), 422, "generation_invalid")["detail"]
    refused(workspace.client.put(of.path, json={"generation_in_advance_days": {}}), 422, "generation_invalid")
    refused(workspace.client.put(of.path, json={"periods": ["fortnightly"]}), 400, "invalid_request")
    both_forms = {"generation_in_advance_days": {"should_change": True, "value": {"weekly": 3}, "weekly": 4}}
    refused(workspace.client.put(of.path, json=both_forms), 400, "invalid_request")
    assert len(loaded(workspace, f"{of.path}/history")["history"]) == 3


@made
def test_an_approach_of_the_others_is_none(shared: Workspace, of: Made, refused: Any) -> None:
    for other in {each for settings in MADE for each in settings[2:]} - {of.both, of.only} | {"plan", None}:
        refused(shared.client.put(of.path, json={"generation_approach": other}), 400, "invalid_request")


@made
def test_the_project_of_tasks_follows_its_heir(workspace: Workspace, of: Made) -> None:
    project = new_project(workspace)
    put(workspace, of.path, **{f"{of.task}_task_project_ref_id": project})
    put(workspace, of.path, generation_approach="none")
    workspace.client.delete(f"/life-plan/projects/{project}/remove")
    put(workspace, of.path, generation_approach=of.both)
    assert loaded(workspace, of.path)[f"{of.task}_task_project"]["ref_id"] == ROOT
    told = [each["type"].partition(".")[2] for each in loaded(workspace, f"{of.path}/history")["history"]]
    assert told == ["approach_changed", "task_changed", "approach_changed", "task_changed", "created"]


# Projects that they name.

NAMING = [
    ("/working-mem/settings", "cleanup_project_ref_id"),
    *((path, f"{task}_task_project_ref_id") for path, task, *_ in MADE),
]


@pytest.mark.parametrize(("path", "name"), NAMING, ids=[path for path, _ in NAMING])
def test_a_project_has_to_be_there_and_of_this_workspace(
    service: Service, workspace: Workspace, path: str, name: str, refused: Any
) -> None:
    stranger, archived = service.new_workspace(), new_project(workspace)
    workspace.client.delete(f"/life-plan/projects/{archived}")
    foreign = [new_project(stranger) for _ in range(30)][-1]
    # Not there, another workspace's, archived, and of another kind.
    for ref_id in ("999999", foreign, archived, "1"):
        refused(workspace.client.put(path, json={name: ref_id}), 404, "entity_not_found")
    for malformed in ("x", "0", 3):
        refused(workspace.client.put(path, json={name: malformed}), 400, "invalid_request")
    project = new_project(workspace)
    switched(workspace, "life-plan", on=False)
    assert refused(workspace.client.put(path, json={name: project}), 409, "feature_off")["feature"] == "life-plan"
    # What it names already may be said again.
    put(workspace, path, **{name: ROOT})
    assert len(loaded(workspace, f"{path}/history")["history"]) == 1
