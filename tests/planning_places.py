"""What of planning is there to ask for, in tests that walk the document of the API by themselves."""

import re
from typing import Any

from conftest import Workspace
from planning_samples import BLOCKS, VACATION, new_chapter, new_goal, new_milestone, new_project, posted

# The first vacation of a workspace has the number after those that are there from the start, of which the root project is last.
ROOT = "3"
FIRST = "4"
_ABOUT = {"namespace": "vacation", "source_entity_ref_id": FIRST}
NEW_TAG = "new-tag"
PLANNING_BODIES: dict[str, Any] = {
    "PUT /v1/planning/settings": {"feature_flags": {"chores": False}},
    "POST /v1/vacations": VACATION,
    "PUT /v1/vacations/{ref_id}": {"name": {"should_change": True, "value": "Elsewhere"}, "end_date": "2026-07-20"},
    "POST /v1/common/notes": {**_ABOUT, "content": BLOCKS},
    "PUT /v1/common/notes/{ref_id}": {"content": BLOCKS[:1]},
    "POST /v1/common/tags": {"namespace": "vacation", "name": NEW_TAG},
    "PUT /v1/common/tags/{ref_id}": {"name": "renamed-tag"},
    "POST /v1/common/tags/link": {**_ABOUT, "tag_names": ["sea", "sun"]},
    "PUT /v1/life-plan": {"birthday": "12 Apr", "birth_year": 1985},
    "POST /v1/life-plan/projects": {"name": "Work", "parent_project_ref_id": ROOT},
    "PUT /v1/life-plan/projects/{ref_id}": {"name": "Play"},
    "DELETE /v1/life-plan/projects/{ref_id}/remove": {"backup_project_ref_id": ROOT},
    "POST /v1/life-plan/projects/{ref_id}/reorder-children": {"new_order_of_child_projects": []},
    "POST /v1/life-plan/goals": {"name": "Write", "project_ref_id": ROOT},
    "PUT /v1/life-plan/goals/{ref_id}": {"name": "Read", "parent_goal_ref_id": None},
    "POST /v1/life-plan/milestones": {"name": "First job", "project_ref_id": ROOT, "date": "2012-09-01"},
    "PUT /v1/life-plan/milestones/{ref_id}": {"name": "Second job", "date": "2015-01-07"},
    "POST /v1/life-plan/chapters": {
        "name": "School",
        "project_ref_id": ROOT,
        "start_date": "relative-year 6",
        "end_date": "present",
    },
    "PUT /v1/life-plan/chapters/{ref_id}": {"name": "Youth", "start_date": "start", "end_date": "absolute-year 2010"},
}
# Strangers make things of their own while they look for what is here, and must not come to have the same numbers.
AHEAD = 300
_LINKED_AT_ONCE = 100


class Planned:
    """One of each resource, put right again before each request."""

    def __init__(self, workspace: Workspace, mark: str) -> None:
        self._workspace = workspace
        self._mark = mark
        self._count = 0
        assert posted(workspace, "/vacations", VACATION)["new_vacation"]["ref_id"] == FIRST
        for first in range(0, AHEAD, _LINKED_AT_ONCE):
            names = [f"t{first + number}" for number in range(_LINKED_AT_ONCE)]
            posted(workspace, "/common/tags/link", {**_ABOUT, "tag_names": names})
        self._one_of = {
            "/v1/vacations": self._vacation,
            "/v1/common/notes": self._note,
            "/v1/common/tags": self._tag,
            "/v1/common/time-events/full-days-blocks": self._block,
            "/v1/life-plan/projects": lambda: new_project(workspace, mark),
            "/v1/life-plan/goals": lambda: new_goal(workspace, name=mark),
            "/v1/life-plan/milestones": lambda: new_milestone(workspace, "2012-09-01", name=mark),
            "/v1/life-plan/chapters": lambda: new_chapter(workspace, "start", "present", name=mark),
            "/v1/life-plan/visions": self._vision,
        }
        self._ref_id = {path: make() for path, make in self._one_of.items()}
        # From the start; some are another by now.
        self.ref_ids = list(self._ref_id.values())

    def known(self, path: str) -> dict[str, list[str]]:
        """By the parameters of an operation's path."""
        resource = _resource(path)
        return {"ref_id": [self._ref_id[resource]]} if resource in self._ref_id else {}

    def right_again(self, case: Any) -> None:
        """What was removed is gone for good, so another stands in for it."""
        client, resource = self._workspace.client, _resource(case.path)
        client.put("/planning/settings", json={"feature_flags": {"vacations": True, "life-plan": True}})
        if resource not in self._ref_id:
            self._make_room(case)
            return
        path = resource.removeprefix("/v1")
        if client.get(f"{path}/{self._ref_id[resource]}", params={"allow_archived": True}).status_code == 404:
            self._ref_id[resource] = self._one_of[resource]()
        if case.path_parameters.get("ref_id") in self.ref_ids:
            case.path_parameters["ref_id"] = self._ref_id[resource]
        method, suffix = ("DELETE", "") if case.path.endswith("/unarchive") else ("POST", "/unarchive")
        client.request(method, f"{path}/{self._ref_id[resource]}{suffix}")

    def _make_room(self, case: Any) -> None:
        """For what there may be only one of."""
        client = self._workspace.client
        if case.path == "/v1/common/notes":
            note = client.get(f"/vacations/{FIRST}", params={"allow_archived": True}).json()["note"]
            client.delete(f"/common/notes/{note['ref_id']}/remove") if note else None
        if case.path == "/v1/common/tags":
            for tag in client.get("/common/tags", params={"allow_archived": True}).json()["tags"]:
                if tag["name"] == NEW_TAG:
                    client.delete(f"/common/tags/{tag['ref_id']}/remove")

    def _vacation(self) -> str:
        ref_id: str = posted(self._workspace, "/vacations", {**VACATION, "name": self._mark})["new_vacation"]["ref_id"]
        return ref_id

    def _note(self) -> str:
        content = [{"kind": "paragraph", "correlation_id": "p", "text": self._mark}]
        body = {"namespace": "vacation", "source_entity_ref_id": self._vacation(), "content": content}
        ref_id: str = posted(self._workspace, "/common/notes", body)["new_note"]["ref_id"]
        return ref_id

    def _tag(self) -> str:
        self._count += 1
        body = {"namespace": "vacation", "name": f"{self._mark}-{self._count}"}
        ref_id: str = posted(self._workspace, "/common/tags", body)["new_tag"]["ref_id"]
        return ref_id

    def _vision(self) -> str:
        """The active one. Its name is not its own, so the note has the mark."""
        made = posted(self._workspace, "/life-plan/visions/create-draft", None)
        content = [{"kind": "paragraph", "correlation_id": "p", "text": self._mark}]
        self._workspace.client.put(f"/common/notes/{made['note']['ref_id']}", json={"content": content})
        ref_id: str = made["vision"]["ref_id"]
        self._workspace.client.post(f"/life-plan/visions/{ref_id}/mark-active")
        return ref_id

    def _block(self) -> str:
        made = posted(self._workspace, "/vacations", {**VACATION, "name": self._mark})
        ref_id: str = made["new_time_event_block"]["ref_id"]
        return ref_id


def _resource(path: str) -> str:
    """Up to the last parameter of an operation's path."""
    found = re.match(r"(.*)/\{\w+\}", path)
    return found[1] if found else ""
