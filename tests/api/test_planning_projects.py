"""Projects over HTTP: one root, orders that are kept, and removals that leave nothing behind."""

from typing import Any

import pytest
from conftest import Workspace
from planning_samples import new_project, posted, the_root

PATH = "/life-plan/projects"


def loaded(workspace: Workspace, ref_id: str) -> dict[str, Any]:
    project: dict[str, Any] = workspace.client.get(f"{PATH}/{ref_id}", params={"allow_archived": True}).json()["project"]
    return project


def order_of(workspace: Workspace, ref_id: str) -> list[str]:
    order: list[str] = loaded(workspace, ref_id)["order_of_child_projects"]
    return order


def above(workspace: Workspace, ref_id: str) -> str:
    parent: str = loaded(workspace, ref_id)["parent_project_ref_id"]
    return parent


def removed(workspace: Workspace, ref_id: str, **body: str) -> Any:
    return workspace.client.request("DELETE", f"{PATH}/{ref_id}/remove", json=body or None)


def test_each_workspace_has_one_root_from_the_start(workspace: Workspace) -> None:
    root = the_root(workspace)
    plan = workspace.client.get("/life-plan").json()["life_plan"]
    assert (root["name"], root["parent_project_ref_id"], root["order_of_child_projects"]) == ("Life", None, [])
    assert root["life_plan_ref_id"] == plan["ref_id"]


@pytest.mark.parametrize("beginning", ["archive", "remove", "move"])
def test_the_root_stays(workspace: Workspace, beginning: str, refused: Any) -> None:
    root, other = the_root(workspace), new_project(workspace)
    path = f"{PATH}/{root['ref_id']}"
    answer = {
        "archive": lambda: workspace.client.delete(path),
        "remove": lambda: removed(workspace, root["ref_id"], backup_project_ref_id=other),
        "move": lambda: workspace.client.put(path, json={"parent_project_ref_id": other}),
    }[beginning]()
    refused(answer, 422, "root_project_stays")
    refused(workspace.client.put(f"{PATH}/{other}", json={"parent_project_ref_id": None}), 422, "root_project_stays")
    assert workspace.client.put(path, json={"name": "My life", "parent_project_ref_id": None}).status_code == 200
    assert loaded(workspace, root["ref_id"])["name"] == "My life"


def test_the_order_is_kept_as_projects_come_and_go(workspace: Workspace) -> None:
    root = the_root(workspace)["ref_id"]
    one, two, three = (new_project(workspace, name) for name in ("One", "Two", "Three"))
    assert order_of(workspace, root) == [one, two, three]
    workspace.client.delete(f"{PATH}/{one}")
    assert order_of(workspace, root) == [two, three]
    workspace.client.post(f"{PATH}/{one}/unarchive")
    assert order_of(workspace, root) == [two, three, one]
    assert workspace.client.put(f"{PATH}/{two}", json={"parent_project_ref_id": three, "name": "Half"}).status_code == 200
    assert (order_of(workspace, root), order_of(workspace, three)) == ([three, one], [two])
    assert (loaded(workspace, two)["version"], loaded(workspace, two)["name"]) == (2, "Half")
    assert removed(workspace, one).status_code == 200
    assert order_of(workspace, root) == [three]


def test_children_are_reordered_by_naming_all_of_them(workspace: Workspace, refused: Any) -> None:
    root = the_root(workspace)["ref_id"]
    one, two = new_project(workspace, "One"), new_project(workspace, "Two")
    path = f"{PATH}/{root}/reorder-children"
    answer = workspace.client.post(path, json={"new_order_of_child_projects": [two, one]})
    assert (answer.status_code, answer.json()) == (200, None)
    assert order_of(workspace, root) == [two, one]
    for order in ([two], [one, two, two], [one, root], []):
        refused(workspace.client.post(path, json={"new_order_of_child_projects": order}), 422, "children_differ")
    stale = {"new_order_of_child_projects": [one, two], "expected_version": 1}
    refused(workspace.client.post(path, json=stale), 409, "version_stale")
    history = workspace.client.get(f"{PATH}/{root}/history").json()["history"]
    assert [each["type"] for each in history] == ["project.reordered"] * 3 + ["project.created"]


def test_no_project_is_below_itself_or_one_that_is_not_there(workspace: Workspace, refused: Any) -> None:
    one = new_project(workspace, "One")
    two = new_project(workspace, "Two", one)
    refused(workspace.client.put(f"{PATH}/{one}", json={"parent_project_ref_id": two}), 422, "below_itself")
    refused(workspace.client.put(f"{PATH}/{one}", json={"parent_project_ref_id": one}), 422, "below_itself")
    missing = {"name": "x", "parent_project_ref_id": "999999"}
    refused(workspace.client.post(PATH, json=missing), 404, "entity_not_found")
    refused(workspace.client.put(f"{PATH}/{one}", json=missing), 404, "entity_not_found")
    workspace.client.delete(f"{PATH}/{two}")
    refused(workspace.client.post(PATH, json={**missing, "parent_project_ref_id": two}), 404, "entity_not_found")


def test_archiving_takes_what_belongs_to_a_project_and_leaves_those_below_it(workspace: Workspace) -> None:
    one = new_project(workspace, "One")
    two = new_project(workspace, "Two", one)
    about = {"namespace": "project", "source_entity_ref_id": one}
    note = posted(workspace, "/common/notes", {**about, "content": []})["new_note"]["ref_id"]
    workspace.client.delete(f"{PATH}/{one}")
    assert workspace.client.get(f"/common/notes/{note}").status_code == 404
    assert (loaded(workspace, one)["archived"], loaded(workspace, two)["archived"]) == (True, False)
    assert order_of(workspace, one) == [two]


def test_a_removal_hands_over_what_is_below_to_the_one_above_or_to_a_backup(workspace: Workspace, refused: Any) -> None:
    root = the_root(workspace)["ref_id"]
    one, heir = new_project(workspace, "One"), new_project(workspace, "Heir")
    two = new_project(workspace, "Two", one)
    three = new_project(workspace, "Three", two)
    archived = new_project(workspace, "Archived", two)
    workspace.client.delete(f"{PATH}/{archived}")
    refused(removed(workspace, two, backup_project_ref_id=two), 422, "backup_is_removed")
    refused(removed(workspace, two, backup_project_ref_id="999999"), 404, "entity_not_found")
    refused(removed(workspace, two, backup="x"), 400, "invalid_request")
    assert removed(workspace, two).status_code == 200
    assert (above(workspace, three), above(workspace, archived), order_of(workspace, one)) == (one, one, [three])
    assert removed(workspace, one, backup_project_ref_id=heir).status_code == 200
    assert (above(workspace, three), above(workspace, archived), order_of(workspace, heir)) == (heir, heir, [three])
    assert order_of(workspace, root) == [heir]
    types = [each["type"] for each in workspace.client.get("/events").json()["events"]]
    assert types[-5:] == ["project.removed", "project.reordered", "project.reordered", "project.moved", "project.moved"]


def test_what_is_removed_for_a_project_below_it_gives_it_its_place(workspace: Workspace) -> None:
    root = the_root(workspace)["ref_id"]
    one = new_project(workspace, "One")
    two, three = new_project(workspace, "Two", one), new_project(workspace, "Three", one)
    assert removed(workspace, one, backup_project_ref_id=three).status_code == 200
    assert (order_of(workspace, root), order_of(workspace, three), above(workspace, two)) == ([three], [two], three)


def test_what_is_switched_off_answers_so_and_keeps_its_data(workspace: Workspace, refused: Any) -> None:
    one = new_project(workspace, "One")
    workspace.client.put("/planning/settings", json={"feature_flags": {"life-plan": False}})
    refused(workspace.client.get(f"{PATH}/{one}"), 409, "feature_off")
    refused(workspace.client.get("/life-plan"), 409, "feature_off")
    refused(workspace.client.put("/life-plan", json={}), 409, "feature_off")
    workspace.client.put("/planning/settings", json={"feature_flags": {"life-plan": True}})
    assert loaded(workspace, one)["name"] == "One"
