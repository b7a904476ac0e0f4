"""What of planning is there to ask for, in tests that walk the document of the API by themselves."""

import re
from typing import Any

from conftest import Workspace
from planning_samples import (
    BLOCKS,
    ENTRY,
    EVENT_FULL_DAYS,
    EVENT_IN_DAY,
    FIRST,
    ITEM,
    LIST,
    METRIC,
    OCCASION,
    PERSON,
    ROOT,
    SEEDED,
    STREAM,
    VACATION,
    WORKING_MEM_NOTE,
    new_chapter,
    new_doc,
    new_entry,
    new_goal,
    new_item,
    new_list,
    new_metric,
    new_milestone,
    new_person,
    new_project,
    new_stream,
    posted,
)

# Strangers make things of their own while they look for what is here, and must not come to have the same numbers.
AHEAD = 300
# The first thing is a vacation with its block, and the next a stream. A person comes after as many tags and their link, and a
# list and a metric after the person's circles.
FIRST_STREAM, FIRST_PERSON = str(SEEDED + 3), str(SEEDED + 3 + AHEAD + 2)
FIRST_LIST, FIRST_METRIC = str(SEEDED + 3 + AHEAD + 4), str(SEEDED + 3 + AHEAD + 5)
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
    "POST /v1/schedule/streams/for-user": STREAM,
    "POST /v1/schedule/streams/for-external-ical": {"source_ical_url": "https://example.com/feed.ics", "color": "red"},
    "PUT /v1/schedule/streams/{ref_id}": {"name": "Elsewhere", "color": "green"},
    "POST /v1/schedule/events-in-day": {**EVENT_IN_DAY, "schedule_stream_ref_id": FIRST_STREAM},
    "PUT /v1/schedule/events-in-day/{ref_id}": {"name": "Elsewhere", "duration_mins": 30},
    "POST /v1/schedule/events-in-day/{ref_id}/change-stream": {"schedule_stream_ref_id": FIRST_STREAM},
    "POST /v1/schedule/events-full-days": {**EVENT_FULL_DAYS, "schedule_stream_ref_id": FIRST_STREAM},
    "PUT /v1/schedule/events-full-days/{ref_id}": {"name": "Elsewhere", "duration_days": 2},
    "POST /v1/schedule/events-full-days/{ref_id}/change-stream": {"schedule_stream_ref_id": FIRST_STREAM},
    "PUT /v1/common/time-events/in-day-blocks/{ref_id}": {"duration_mins": 45},
    "POST /v1/prm/circles": {"name": "Neighbours"},
    "PUT /v1/prm/circles/{ref_id}": {"name": "Neighbors"},
    "POST /v1/prm/persons": PERSON,
    "PUT /v1/prm/persons/{ref_id}": {"name": "Elsewhere", "catch_up_period": "weekly"},
    "POST /v1/prm/persons/{ref_id}/occasions": {**OCCASION, "person_ref_id": FIRST_PERSON},
    "PUT /v1/prm/persons/{ref_id}/occasions/{sub_ref_id}": {"name": "Elsewhere", "date": "29 Feb"},
    "POST /v1/prm/change-catch-up-project": {"catch_up_project_ref_id": ROOT},
    "PUT /v1/working-mem/settings": {"generation_period": "weekly", "cleanup_project_ref_id": ROOT},
    "PUT /v1/time-plans/settings": {"periods": ["monthly"], "generation_in_advance_days": {"monthly": 5}},
    "PUT /v1/journals/settings": {"generation_approach": "only-journal", "writing_task_eisen": None},
    "POST /v1/docs": {"idempotency_key": "packing", "name": "Packing", "content": BLOCKS},
    "PUT /v1/docs/{ref_id}": {"name": "Unpacking"},
    "POST /v1/smart-lists": LIST,
    "PUT /v1/smart-lists/{ref_id}": {"name": {"should_change": True, "value": "Films"}, "icon": None},
    "POST /v1/smart-lists/{ref_id}/items": {**ITEM, "smart_list_ref_id": FIRST_LIST},
    "PUT /v1/smart-lists/{ref_id}/items/{sub_ref_id}": {"name": "Ulysses", "is_done": True, "url": None},
    "POST /v1/metrics": {**METRIC, "collection_period": "weekly"},
    "PUT /v1/metrics/{ref_id}": {"name": "Height", "collection_period": {"should_change": True, "value": "daily"}},
    "POST /v1/metrics/{ref_id}/change-collection-project": {"collection_project_ref_id": ROOT},
    "POST /v1/metrics/{ref_id}/entries": {**ENTRY, "metric_ref_id": FIRST_METRIC},
    "PUT /v1/metrics/{ref_id}/entries/{sub_ref_id}": {"collection_time": "2026-11-21", "value": 82.0},
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
PLANNING_BODIES |= {
    f"PATCH {name.removeprefix('PUT ')}": body for name, body in PLANNING_BODIES.items() if name.startswith("PUT ")
}
OCCASIONS, ITEMS, ENTRIES = "/v1/prm/persons/{ref_id}/occasions", "/v1/smart-lists/{ref_id}/items", "/v1/metrics/{ref_id}/entries"
# What they are below. No request removes those, because bodies name them.
_ABOVE = {OCCASIONS: FIRST_PERSON, ITEMS: FIRST_LIST, ENTRIES: FIRST_METRIC}
_LINKED_AT_ONCE = 100
_SETTINGS = "/planning/settings"
_FEATURES = (
    "vacations",
    "life-plan",
    "schedule",
    "prm",
    "docs",
    "smart-lists",
    "metrics",
    "working-mem",
    "time-plans",
    "journals",
)


class Planned:
    """One of each resource, put right again before each request."""

    def __init__(self, workspace: Workspace, mark: str) -> None:
        self._workspace = workspace
        self._mark = mark
        self._count = 0
        self._hurt = set[str]()
        assert posted(workspace, "/vacations", VACATION)["new_vacation"]["ref_id"] == FIRST
        assert new_stream(workspace)["ref_id"] == FIRST_STREAM
        for first in range(0, AHEAD, _LINKED_AT_ONCE):
            names = [f"t{first + number}" for number in range(_LINKED_AT_ONCE)]
            posted(workspace, "/common/tags/link", {**_ABOUT, "tag_names": names})
        assert new_person(workspace)["ref_id"] == FIRST_PERSON
        assert new_list(workspace)["ref_id"] == FIRST_LIST
        assert new_metric(workspace)["ref_id"] == FIRST_METRIC
        # Of what is set for metrics there is nothing until then.
        workspace.client.post(f"/metrics/{FIRST_METRIC}/change-collection-project", json={"collection_project_ref_id": ROOT})
        self._say(WORKING_MEM_NOTE)
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
            "/v1/schedule/streams": lambda: new_stream(workspace, name=mark)["ref_id"],
            "/v1/schedule/events-in-day": lambda: self._in_day()["new_schedule_event_in_day"]["ref_id"],
            "/v1/schedule/events-full-days": self._full_days,
            "/v1/common/time-events/in-day-blocks": lambda: self._in_day()["new_time_event_in_day_block"]["ref_id"],
            "/v1/prm/circles": lambda: posted(workspace, "/prm/circles", {"name": mark})["new_circle"]["ref_id"],
            "/v1/prm/persons": lambda: new_person(workspace, name=mark)["ref_id"],
            OCCASIONS: self._occasion,
            "/v1/docs": lambda: new_doc(workspace, name=mark)["ref_id"],
            "/v1/smart-lists": lambda: new_list(workspace, name=mark)["ref_id"],
            ITEMS: lambda: new_item(workspace, FIRST_LIST, name=mark)["ref_id"],
            "/v1/metrics": lambda: new_metric(workspace, name=mark)["ref_id"],
            ENTRIES: self._entry,
        }
        self._ref_id = {path: make() for path, make in self._one_of.items()}
        # From the start; some are another by now.
        self.ref_ids = list(self._ref_id.values())

    def known(self, path: str) -> dict[str, list[str]]:
        """By the parameters of an operation's path."""
        for below, above in _ABOVE.items():
            if path.startswith(below):
                return {"ref_id": [above], "sub_ref_id": [self._ref_id[below]]}
        resource = _resource(path)
        return {"ref_id": [self._ref_id[resource]]} if resource in self._ref_id else {}

    def right_again(self, case: Any) -> None:
        """What was removed is gone for good, so another stands in for it. A request that writes may have hurt any of them."""
        resource, client = _resource(case.path), self._workspace.client
        if _SETTINGS in self._hurt:
            client.put(_SETTINGS, json={"feature_flags": dict.fromkeys(_FEATURES, True)})
        if resource in self._ref_id and resource in self._hurt:
            if client.get(self._address(resource), params={"allow_archived": True}).status_code == 404:
                self._ref_id[resource] = self._one_of[resource]()
            client.post(f"{self._address(resource)}/unarchive")
        if resource not in self._ref_id and case.path not in _ABOVE:
            self._make_room(case)
        if case.path.endswith("/unarchive"):
            client.delete(self._address(resource))
        self._stand_in(case, resource)
        self._hurt -= {resource, _SETTINGS}
        if case.method not in {"GET", "HEAD"}:
            self._hurt |= {*self._ref_id, case.path.removeprefix("/v1")}

    def _address(self, resource: str) -> str:
        path = resource.removeprefix("/v1").replace("{ref_id}", _ABOVE.get(resource, ""))
        return f"{path}/{self._ref_id[resource]}"

    def _stand_in(self, case: Any, resource: str) -> None:
        """Something that is there for something that may be gone. What others are below is never asked for by itself."""
        named, mine = case.path_parameters, (*self.ref_ids, *_ABOVE.values())
        above = _ABOVE.get(resource, _ABOVE.get(case.path))
        if above is not None and named.get("ref_id") in mine:
            named["ref_id"] = above
        last = "ref_id" if above is None else "sub_ref_id"
        if resource in self._ref_id and named.get(last) in mine:
            named[last] = self._ref_id[resource]

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
        self._say(made["note"]["ref_id"])
        ref_id: str = made["vision"]["ref_id"]
        self._workspace.client.post(f"/life-plan/visions/{ref_id}/mark-active")
        return ref_id

    def _say(self, note_ref_id: str) -> None:
        """The mark, in a note that is there."""
        content = [{"kind": "paragraph", "correlation_id": "p", "text": self._mark}]
        answer = self._workspace.client.put(f"/common/notes/{note_ref_id}", json={"content": content})
        assert answer.status_code == 200, answer.text

    def _in_day(self) -> dict[str, Any]:
        body = {**EVENT_IN_DAY, "name": self._mark, "schedule_stream_ref_id": FIRST_STREAM}
        return posted(self._workspace, "/schedule/events-in-day", body)

    def _full_days(self) -> str:
        body = {**EVENT_FULL_DAYS, "name": self._mark, "schedule_stream_ref_id": FIRST_STREAM}
        ref_id: str = posted(self._workspace, "/schedule/events-full-days", body)["new_schedule_event_full_days"]["ref_id"]
        return ref_id

    def _occasion(self) -> str:
        body = {**OCCASION, "name": self._mark, "person_ref_id": FIRST_PERSON}
        ref_id: str = posted(self._workspace, f"/prm/persons/{FIRST_PERSON}/occasions", body)["new_occasion"]["ref_id"]
        return ref_id

    def _entry(self) -> str:
        """It is called after what was measured, so its note has the mark."""
        ref_id: str = new_entry(self._workspace, FIRST_METRIC)["ref_id"]
        content = [{"kind": "paragraph", "correlation_id": "p", "text": self._mark}]
        body = {"namespace": "metric-entry", "source_entity_ref_id": ref_id, "content": content}
        posted(self._workspace, "/common/notes", body)
        return ref_id

    def _block(self) -> str:
        made = posted(self._workspace, "/vacations", {**VACATION, "name": self._mark})
        ref_id: str = made["new_time_event_block"]["ref_id"]
        return ref_id


def _resource(path: str) -> str:
    """Up to the last parameter of an operation's path."""
    found = re.match(r"(.*)/\{\w+\}", path)
    return found[1] if found else ""
