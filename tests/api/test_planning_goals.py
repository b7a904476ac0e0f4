"""Goals over HTTP: trees of five levels, and what becomes of those below a removed one."""

from typing import Any

from conftest import Workspace
from planning_samples import new_goal, new_project, the_root

PATH = "/life-plan/goals"


def loaded(workspace: Workspace, ref_id: str) -> dict[str, Any]:
    goal: dict[str, Any] = workspace.client.get(f"{PATH}/{ref_id}", params={"allow_archived": True}).json()["goal"]
    return goal


def chain(workspace: Workspace, count: int) -> list[str]:
    """Each below the one before."""
    goals = list[str]()
    for _ in range(count):
        goals.append(new_goal(workspace, parent_goal_ref_id=goals[-1] if goals else None))
    return goals


def test_goals_are_five_deep_and_no_deeper(workspace: Workspace, refused: Any) -> None:
    goals = chain(workspace, 5)
    body = {"name": "x", "project_ref_id": the_root(workspace)["ref_id"], "parent_goal_ref_id": goals[-1]}
    refused(workspace.client.post(PATH, json=body), 422, "goal_too_deep")
    other = chain(workspace, 2)
    refused(workspace.client.put(f"{PATH}/{other[0]}", json={"parent_goal_ref_id": goals[3]}), 422, "goal_too_deep")
    assert workspace.client.put(f"{PATH}/{other[0]}", json={"parent_goal_ref_id": goals[2]}).status_code == 200
    assert loaded(workspace, other[0])["parent_goal_ref_id"] == goals[2]


def test_no_goal_is_below_itself(workspace: Workspace, refused: Any) -> None:
    one, two = chain(workspace, 2)
    for above in (one, two):
        refused(workspace.client.put(f"{PATH}/{one}", json={"parent_goal_ref_id": above}), 422, "below_itself")
    assert workspace.client.put(f"{PATH}/{two}", json={"parent_goal_ref_id": {"should_change": True, "value": None}}).is_success
    assert loaded(workspace, two)["parent_goal_ref_id"] is None


def test_what_a_goal_names_has_to_be_there_when_it_is_named(workspace: Workspace, refused: Any) -> None:
    project, goal = new_project(workspace), new_goal(workspace)
    for field in ("project_ref_id", "parent_goal_ref_id"):
        body = {"name": "x", "project_ref_id": project, field: "999999"}
        refused(workspace.client.post(PATH, json=body), 404, "entity_not_found")
        refused(workspace.client.put(f"{PATH}/{goal}", json=body), 404, "entity_not_found")
    assert workspace.client.put(f"{PATH}/{goal}", json={"project_ref_id": project}).status_code == 200
    workspace.client.delete(f"/life-plan/projects/{project}")
    # It goes on to name what was archived since, and no other comes to.
    again = {"name": "Still", "project_ref_id": project}
    assert workspace.client.put(f"{PATH}/{goal}", json=again).status_code == 200
    refused(workspace.client.post(PATH, json=again), 404, "entity_not_found")


def test_goals_below_a_removed_one_are_below_what_was_above_it(workspace: Workspace) -> None:
    one, two, three = chain(workspace, 3)
    workspace.client.delete(f"{PATH}/{three}")
    assert workspace.client.delete(f"{PATH}/{two}/remove").status_code == 200
    assert loaded(workspace, three)["parent_goal_ref_id"] == one
    workspace.client.delete(f"{PATH}/{one}/remove")
    assert loaded(workspace, three)["parent_goal_ref_id"] is None


def test_goals_of_a_removed_project_are_of_its_backup_each_by_an_event_of_its_own(workspace: Workspace) -> None:
    project, backup = new_project(workspace), new_project(workspace, "Play")
    goals = [new_goal(workspace, project_ref_id=project) for _ in range(2)]
    workspace.client.delete(f"{PATH}/{goals[1]}")
    body = {"backup_project_ref_id": backup}
    assert workspace.client.request("DELETE", f"/life-plan/projects/{project}/remove", json=body).status_code == 200
    for goal in goals:
        assert loaded(workspace, goal)["project_ref_id"] == backup
        newest = workspace.client.get(f"{PATH}/{goal}/history").json()["history"][0]
        assert newest["type"] == "goal.moved"
        assert newest["changes"] == {"project_ref_id": {"before": project, "after": backup}}
