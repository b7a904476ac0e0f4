"""What tests of planning do again and again with a vacation and what belongs to it."""

from typing import Any

from conftest import Workspace
from planning_samples import BLOCKS, posted

ALL = {"include_notes": True, "include_tags": True, "include_time_event_blocks": True}


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
