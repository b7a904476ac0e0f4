"""What of planning is there to ask for, in tests that walk the document of the API by themselves."""

import re
from typing import Any

from conftest import Workspace
from planning_samples import (
    BLOCKS,
    ENTRY,
    FIRST,
    ITEM,
    LIST,
    METRIC,
    SEEDED,
    VACATION,
    new_doc,
    new_entry,
    new_item,
    new_list,
    new_metric,
    posted,
)

# Strangers make things of their own while they look for what is here, and must not come to have the same numbers.
AHEAD = 300
# The first thing is a vacation with its block. A list and a metric come after as many tags and their link; no request removes
# them, because bodies name them.
FIRST_LIST, FIRST_METRIC = str(SEEDED + 2 + AHEAD + 2), str(SEEDED + 2 + AHEAD + 3)
ITEMS, ENTRIES = "/v1/smart-lists/{ref_id}/items", "/v1/metrics/{ref_id}/entries"
PARENTS = {ITEMS: FIRST_LIST, ENTRIES: FIRST_METRIC}
FEATURES = ("vacations", "docs", "smart-lists", "metrics")
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
    "POST /v1/docs": {"idempotency_key": "0f7c9a4e-5a0e-4b0e-9d3f-0c8a5b1d2e3f", "name": "Packing", "content": BLOCKS},
    "PUT /v1/docs/{ref_id}": {"name": "Unpacking"},
    "POST /v1/smart-lists": LIST,
    "PUT /v1/smart-lists/{ref_id}": {"name": {"should_change": True, "value": "Films"}, "icon": None},
    f"POST {ITEMS}": {**ITEM, "smart_list_ref_id": FIRST_LIST},
    f"PUT {ITEMS}/{{sub_ref_id}}": {"is_done": True},
    "POST /v1/metrics": {**METRIC, "collection_period": "weekly"},
    "PUT /v1/metrics/{ref_id}": {"name": "Height", "collection_period": {"should_change": True, "value": "daily"}},
    "POST /v1/metrics/{ref_id}/change-collection-project": {"collection_project_ref_id": "1"},
    f"POST {ENTRIES}": {**ENTRY, "metric_ref_id": FIRST_METRIC},
    f"PUT {ENTRIES}/{{sub_ref_id}}": {"value": 80.5},
}
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
        assert (new_list(workspace)["ref_id"], new_metric(workspace)["ref_id"]) == (FIRST_LIST, FIRST_METRIC)
        self._one_of = {
            "/v1/vacations": self._vacation,
            "/v1/common/notes": self._note,
            "/v1/common/tags": self._tag,
            "/v1/common/time-events/full-days-blocks": self._block,
            "/v1/docs": lambda: new_doc(workspace, name=mark)["ref_id"],
            "/v1/smart-lists": lambda: new_list(workspace, name=mark)["ref_id"],
            ITEMS: lambda: new_item(workspace, FIRST_LIST, name=mark)["ref_id"],
            "/v1/metrics": lambda: new_metric(workspace, name=mark)["ref_id"],
            ENTRIES: lambda: new_entry(workspace, FIRST_METRIC)["ref_id"],
        }
        self._ref_id = {path: make() for path, make in self._one_of.items()}
        # From the start; some are another by now.
        self.ref_ids = list(self._ref_id.values())

    def known(self, path: str) -> dict[str, list[str]]:
        """By the parameters of an operation's path."""
        for below, parent in PARENTS.items():
            if path.startswith(below):
                return {"ref_id": [parent], "sub_ref_id": [self._ref_id[below]]}
        resource = _resource(path)
        return {"ref_id": [self._ref_id[resource]]} if resource in self._ref_id else {}

    def right_again(self, case: Any) -> None:
        """What was removed is gone for good, so another stands in for it."""
        client, resource = self._workspace.client, _resource(case.path)
        client.put("/planning/settings", json={"feature_flags": dict.fromkeys(FEATURES, True)})
        if case.path in PARENTS:
            self._below_its_own(case, PARENTS[case.path])
            return
        if resource not in self._ref_id:
            self._make_room(case)
            return
        path, named = resource.removeprefix("/v1"), "ref_id"
        if resource in PARENTS:
            path, named = path.replace("{ref_id}", PARENTS[resource]), "sub_ref_id"
            self._below_its_own(case, PARENTS[resource])
        if client.get(f"{path}/{self._ref_id[resource]}", params={"allow_archived": True}).status_code == 404:
            self._ref_id[resource] = self._one_of[resource]()
        if case.path_parameters.get(named) in self.ref_ids:
            case.path_parameters[named] = self._ref_id[resource]
        method, suffix = ("DELETE", "") if case.path.endswith("/unarchive") else ("POST", "/unarchive")
        client.request(method, f"{path}/{self._ref_id[resource]}{suffix}")

    def _below_its_own(self, case: Any, parent: str) -> None:
        if case.path_parameters.get("ref_id") in self.ref_ids:
            case.path_parameters["ref_id"] = parent

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

    def _block(self) -> str:
        made = posted(self._workspace, "/vacations", {**VACATION, "name": self._mark})
        ref_id: str = made["new_time_event_block"]["ref_id"]
        return ref_id


def _resource(path: str) -> str:
    """Up to the last parameter of an operation's path."""
    found = re.match(r"(.*)/\{\w+\}", path)
    return found[1] if found else ""
