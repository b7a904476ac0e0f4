"""Visions over HTTP: drafts, the one that is active, and the notes that say what they are."""

from typing import Any

from conftest import Workspace
from planning_samples import PARAGRAPH, posted

PATH = "/life-plan/visions"


def new_draft(workspace: Workspace) -> str:
    """Its ref_id."""
    ref_id: str = workspace.client.post(f"{PATH}/create-draft").json()["vision"]["ref_id"]
    return ref_id


def loaded(workspace: Workspace, ref_id: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"{PATH}/{ref_id}", params=query)
    assert answer.status_code == 200, answer.text
    vision: dict[str, Any] = answer.json()
    return vision


def statuses(workspace: Workspace) -> list[str]:
    entries = workspace.client.get(PATH, params={"allow_archived": True}).json()["entries"]
    return [entry["vision"]["status"] for entry in entries]


def active(workspace: Workspace) -> dict[str, Any]:
    answer: dict[str, Any] = workspace.client.get(f"{PATH}/active").json()
    return answer


def marked(workspace: Workspace, ref_id: str) -> Any:
    return workspace.client.post(f"{PATH}/{ref_id}/mark-active")


def test_a_draft_comes_with_an_empty_note(workspace: Workspace) -> None:
    answer = workspace.client.post(f"{PATH}/create-draft", headers={"Idempotency-Key": "draft"})
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"], list(made)) == (200, '"1"', ["vision", "note"])
    vision, note = made["vision"], made["note"]
    assert (vision["name"], vision["status"], vision["version"], vision["archived"]) == ("Vision", "draft", 1, False)
    assert vision["life_plan_ref_id"] == workspace.client.get("/life-plan").json()["life_plan"]["ref_id"]
    assert (note["namespace"], note["source_entity_ref_id"], note["content"]) == ("vision", vision["ref_id"], [])
    assert loaded(workspace, vision["ref_id"]) == made
    again = workspace.client.post(f"{PATH}/create-draft", headers={"Idempotency-Key": "draft"})
    assert (again.json(), again.headers["idempotent-replay"]) == (made, "true")
    assert workspace.client.get(PATH).json() == {"entries": [{"vision": vision, "note": None}]}
    assert workspace.client.get(PATH, params={"include_notes": True}).json() == {"entries": [made]}


def test_one_vision_is_active_and_the_one_before_it_is_old(workspace: Workspace) -> None:
    assert active(workspace) == {"vision": None, "note": None}
    one, two = new_draft(workspace), new_draft(workspace)
    answer = marked(workspace, one)
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, None, '"2"')
    assert active(workspace) == loaded(workspace, one)
    assert marked(workspace, two).status_code == 200
    assert (statuses(workspace), active(workspace)["vision"]["ref_id"]) == (["old", "active"], two)
    assert "daybook-position" not in marked(workspace, two).headers
    marked(workspace, one)
    assert statuses(workspace) == ["active", "old"]
    history = workspace.client.get(f"{PATH}/{one}/history").json()["history"]
    told = [each["type"] for each in history if each["entity"] == "vision"]
    assert told == ["vision.activated", "vision.superseded", "vision.activated", "vision.created"]


def test_an_archived_vision_is_neither_active_nor_made_so(workspace: Workspace, refused: Any) -> None:
    one, two = new_draft(workspace), new_draft(workspace)
    marked(workspace, one)
    workspace.client.delete(f"{PATH}/{one}")
    assert active(workspace) == {"vision": None, "note": None}
    refused(marked(workspace, one), 404, "entity_not_found")
    marked(workspace, two)
    workspace.client.post(f"{PATH}/{one}/unarchive")
    assert statuses(workspace) == ["old", "active"]
    workspace.client.delete(f"{PATH}/{two}/remove")
    assert (statuses(workspace), active(workspace)["vision"]) == (["old"], None)


def test_its_note_is_written_in_and_goes_with_it(workspace: Workspace, refused: Any) -> None:
    ref_id = new_draft(workspace)
    note = loaded(workspace, ref_id)["note"]["ref_id"]
    assert workspace.client.put(f"/common/notes/{note}", json={"content": [PARAGRAPH]}).status_code == 200
    assert loaded(workspace, ref_id)["note"]["content"] == [PARAGRAPH]
    refused(workspace.client.delete(f"/common/notes/{note}"), 409, "note_stays")
    refused(workspace.client.delete(f"/common/notes/{note}/remove"), 409, "note_stays")
    about = {"namespace": "vision", "source_entity_ref_id": ref_id, "content": []}
    refused(workspace.client.post("/common/notes", json=about), 409, "note_exists")
    workspace.client.delete(f"{PATH}/{ref_id}")
    assert loaded(workspace, ref_id, allow_archived=True)["note"]["archived"] is True
    assert workspace.client.get(f"/common/notes/{note}").status_code == 404
    workspace.client.delete(f"{PATH}/{ref_id}/remove")
    refused(workspace.client.get(f"{PATH}/{ref_id}", params={"allow_archived": True}), 404, "entity_not_found")


def test_visions_are_switched_off_with_the_life_plan(workspace: Workspace, refused: Any) -> None:
    new_draft(workspace)
    workspace.client.put("/planning/settings", json={"feature_flags": {"life-plan": False}})
    refused(workspace.client.post(f"{PATH}/create-draft"), 409, "feature_off")
    refused(workspace.client.get(f"{PATH}/active"), 409, "feature_off")
    refused(workspace.client.get(PATH), 409, "feature_off")
    vacation = {"name": "By the sea", "start_date": "2026-07-01", "end_date": "2026-07-14"}
    assert posted(workspace, "/vacations", vacation)
