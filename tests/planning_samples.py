"""Real things of planning: for each resource, what has to be there for one, and bodies that work.

Tests that walk the resources by themselves look here; a new one needs a sample.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import msgspec
from conftest import Workspace
from planning_memory import sown

from api.planning.frame import Resource
from api.planning.routes import RESOURCES
from domain.planning.concepts import BY_NOTE_NAMESPACE
from domain.planning.notes import NoteNamespace
from domain.planning.projects import PROJECTS
from domain.planning.working_mem import WORKING_MEMS

# What a workspace has of planning from the start. The first that is made has the next number.
SOWN = sown()
ROOT = next(kept.entity.ref_id for kept in SOWN if kept.concept is PROJECTS)
WORKING_MEM = next(kept.entity.ref_id for kept in SOWN if kept.concept is WORKING_MEMS)
WORKING_MEM_NOTE = next(kept.entity.ref_id for kept in SOWN if kept.owner == WORKING_MEM)
SEEDED = len(SOWN)
FIRST = str(SEEDED + 1)
VACATION = {"name": "By the sea", "start_date": "2026-07-01", "end_date": "2026-07-14"}
LIST = {"name": "Books", "icon": "\U0001f4da"}
ITEM = {"name": "Middlemarch", "is_done": False, "url": "https://example.com/middlemarch"}
METRIC = {"name": "Weight", "is_key": False, "icon": None, "metric_unit": "weight"}
ENTRY = {"collection_time": "2026-11-20", "value": 81.5}
STREAM = {"name": "Work", "color": "orange"}
EVENT_IN_DAY = {"name": "Standup", "start_date": "2026-11-26", "start_time_in_day": "09:30", "duration_mins": 15}
EVENT_FULL_DAYS = {"name": "Conference", "start_date": "2026-11-30", "duration_days": 3}
PERSON = {"name": "Ana Ivanova"}
OCCASION = {"kind": "birthday", "name": "Birthday", "date": "12 Apr"}
PARAGRAPH = {"kind": "paragraph", "correlation_id": "p-1", "text": "Bring a hat."}
# One of each kind.
BLOCKS: list[dict[str, Any]] = [
    PARAGRAPH,
    {"kind": "quote", "correlation_id": "q-1", "text": "Hats are overrated."},
    {"kind": "heading", "correlation_id": "h-1", "text": "To pack", "level": 99},
    {
        "kind": "bulleted-list",
        "correlation_id": "b-1",
        "items": [{"text": "Hat", "items": [{"text": "of straw", "items": []}]}, {"text": "Book", "items": []}],
    },
    {"kind": "numbered-list", "correlation_id": "n-1", "items": [{"text": "Swim", "items": []}]},
    {"kind": "checklist", "correlation_id": "c-1", "items": [{"text": "Tickets", "checked": True}]},
    {"kind": "table", "correlation_id": "t-1", "with_header": True, "contents": [["Day", "Place"], ["1", "Varna"]]},
    {"kind": "code", "correlation_id": "k-1", "code": "x = 1", "language": "python", "show_line_numbers": True},
    {"kind": "divider", "correlation_id": "d-1"},
    {"kind": "link", "correlation_id": "l-1", "url": "https://example.com/"},
    {"kind": "entity-reference", "correlation_id": "e-1", "entity_tag": "Vacation", "ref_id": "123456"},
]


def new_vacation(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/vacations", {**VACATION, **fields})["new_vacation"]


def posted(workspace: Workspace, path: str, body: Any) -> dict[str, Any]:
    answer = workspace.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


@dataclass(frozen=True)
class Sample:
    """`needed` makes what has to be there first, and answers the body of one; asked again, that of another. `changes` are
    fields with other values than those have. Below another entity, `within` is the path of the resource, and `path` is below the
    first thing that is made in a workspace.
    """

    path: str
    needed: Callable[[Workspace], dict[str, Any]]
    changes: dict[str, Any]
    # How many of them a workspace has from the start; `found` leaves them out.
    sown: int = 0
    within: str | None = None
    # Fields that nobody sends, because they follow from others.
    follow: frozenset[str] = frozenset()
    # Makes what else belongs to one, so that there is something to show beside it.
    more: Callable[[Workspace, str], None] = lambda *_: None

    @property
    def resource(self) -> Resource[Any]:
        return next(each for each in RESOURCES if each.path == (self.within or self.path))

    @property
    def finds(self) -> bool:
        return self.resource.find is not None

    @property
    def create_path(self) -> str:
        create = self.resource.create
        assert create is not None
        return self.path + create.way

    @property
    def new(self) -> str:
        """In the answer of its creation."""
        create = self.resource.create
        assert create is not None
        return create.answer.__struct_fields__[0]

    @property
    def name(self) -> str:
        """Of the one that was made, in the answer of its load."""
        load = self.resource.load
        assert load is not None
        return load.answer.__struct_fields__[0]

    def create(self, workspace: Workspace, **headers: str) -> dict[str, Any]:
        answer = workspace.client.post(self.create_path, json=self.needed(workspace), headers=headers)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()[self.new]
        return made

    def load(self, workspace: Workspace, ref_id: str, **query: Any) -> dict[str, Any]:
        answer = workspace.client.get(f"{self.path}/{ref_id}", params=query)
        assert answer.status_code == 200, answer.text
        loaded: dict[str, Any] = answer.json()[self.name]
        return loaded

    def found(self, workspace: Workspace, **query: Any) -> list[dict[str, Any]]:
        """Only the entities, without what is shown beside them."""
        if self.sown and not query.get("filter_ref_ids"):
            offset = str(query.get("offset", ""))
            query["offset"] = self.sown + (int(offset) if offset.isdecimal() else 0)
        answer = workspace.client.get(self.path, params=query)
        assert answer.status_code == 200, answer.text
        find = self.resource.find
        assert find is not None
        entries: list[dict[str, Any]] = answer.json()[find.many]
        return [entry.get(self.name, entry) if isinstance(entry.get(self.name), dict) else entry for entry in entries]


def _about_a_vacation(workspace: Workspace) -> dict[str, Any]:
    return {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}


def _tag(workspace: Workspace) -> dict[str, Any]:
    count = len(workspace.client.get("/common/tags", params={"allow_archived": True}).json()["tags"])
    return {"namespace": "vacation", "name": f"by-the-sea-{count}"}


def the_root(workspace: Workspace) -> dict[str, Any]:
    """The project that each workspace has from the start."""
    answer = workspace.client.get("/life-plan/projects", params={"limit": 1, "allow_archived": True})
    root: dict[str, Any] = answer.json()["entries"][0]["project"]
    return root


def _of_the_root(workspace: Workspace) -> dict[str, Any]:
    return {"project_ref_id": the_root(workspace)["ref_id"]}


def new_project(workspace: Workspace, name: str = "Work", below: str | None = None) -> str:
    """Its ref_id."""
    body = {"name": name, "parent_project_ref_id": below or the_root(workspace)["ref_id"]}
    ref_id: str = posted(workspace, "/life-plan/projects", body)["new_project"]["ref_id"]
    return ref_id


def new_goal(workspace: Workspace, **fields: Any) -> str:
    """Its ref_id."""
    body = {"name": "Write", **_of_the_root(workspace), **fields}
    ref_id: str = posted(workspace, "/life-plan/goals", body)["new_goal"]["ref_id"]
    return ref_id


def new_milestone(workspace: Workspace, date: str, **fields: Any) -> str:
    """Its ref_id."""
    body = {"name": "First job", "date": date, **_of_the_root(workspace), **fields}
    ref_id: str = posted(workspace, "/life-plan/milestones", body)["new_milestone"]["ref_id"]
    return ref_id


def new_chapter(workspace: Workspace, start: str, end: str, **fields: Any) -> str:
    """Its ref_id."""
    body = {"name": "School", "start_date": start, "end_date": end, **_of_the_root(workspace), **fields}
    ref_id: str = posted(workspace, "/life-plan/chapters", body)["new_chapter"]["ref_id"]
    return ref_id


def live(workspace: Workspace) -> None:
    """What of a life plan the samples do not tell."""
    client, root = workspace.client, the_root(workspace)["ref_id"]
    project, goal = new_project(workspace), new_goal(workspace)
    below, next_to = new_project(workspace, below=project), new_goal(workspace)
    client.put(f"/life-plan/projects/{below}", json={"parent_project_ref_id": root})
    client.put(f"/life-plan/projects/{below}", json={"parent_project_ref_id": project, "name": "Play"})
    client.put(f"/life-plan/goals/{next_to}", json={"parent_goal_ref_id": goal})
    client.put(f"/life-plan/goals/{next_to}", json={"parent_goal_ref_id": None, "name": "Read"})
    client.put(f"/life-plan/chapters/{new_chapter(workspace, 'start', 'end')}", json={"project_ref_id": project})
    client.put("/life-plan", json={"birthday": "12 Apr", "birth_year": 1985})
    one, two = (posted(workspace, "/life-plan/visions/create-draft", None)["vision"]["ref_id"] for _ in range(2))
    for ref_id in (one, two):
        client.post(f"/life-plan/visions/{ref_id}/mark-active")
        client.delete(f"/life-plan/visions/{ref_id}")
    client.post(f"/life-plan/visions/{one}/unarchive")
    client.delete(f"/life-plan/visions/{two}/remove")
    client.request("DELETE", f"/life-plan/projects/{project}/remove", json={"backup_project_ref_id": below})


def settle(workspace: Workspace) -> None:
    """Everything that may be set of working mem, time plans and journals, in parts and as a whole."""
    client, project = workspace.client, new_project(workspace)
    for body in ({"generation_period": "weekly"}, {"cleanup_project_ref_id": project}):
        client.put("/working-mem/settings", json=body)
    client.put("/working-mem/settings", json={"generation_period": "daily", "cleanup_project_ref_id": ROOT})
    for path, task, approach in (
        ("/time-plans/settings", "planning_task", "only-plan"),
        ("/journals/settings", "writing_task", "only-journal"),
    ):
        parts = (
            {"periods": ["monthly"], "generation_in_advance_days": {"monthly": 5}},
            {"generation_approach": approach},
            {f"{task}_eisen": None, f"{task}_project_ref_id": project},
            {"periods": [], f"{task}_difficulty": "hard"},
        )
        for body in parts:
            answer = client.put(path, json=body)
            assert answer.status_code == 200, answer.text


def _doc(_: Workspace) -> dict[str, Any]:
    return {"idempotency_key": str(uuid4()), "name": "Packing", "content": BLOCKS}


def new_doc(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/docs", {**_doc(workspace), **fields})["new_doc"]


def new_list(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/smart-lists", {**LIST, **fields})["new_smart_list"]


def new_item(workspace: Workspace, list_ref_id: str, **fields: Any) -> dict[str, Any]:
    body = {**ITEM, "smart_list_ref_id": list_ref_id, **fields}
    return posted(workspace, f"/smart-lists/{list_ref_id}/items", body)["new_smart_list_item"]


def new_metric(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/metrics", {**METRIC, **fields})["new_metric"]


def new_entry(workspace: Workspace, metric_ref_id: str, **fields: Any) -> dict[str, Any]:
    body = {**ENTRY, "metric_ref_id": metric_ref_id, **fields}
    return posted(workspace, f"/metrics/{metric_ref_id}/entries", body)["new_metric_entry"]


def _below(
    path: str, new: Callable[[Workspace], dict[str, Any]], name: str, body: dict[str, Any]
) -> Callable[[Workspace], dict[str, Any]]:
    """The body of one below the first thing of a workspace, which is made if it is not there."""

    def needed(workspace: Workspace) -> dict[str, Any]:
        if workspace.client.get(f"{path}/{FIRST}", params={"allow_archived": True}).status_code == 404:
            assert new(workspace)["ref_id"] == FIRST
        return {**body, name: FIRST}

    return needed


def _alone(workspace: Workspace, path: str) -> None:
    """Without those that every workspace has, so that tests find only their own."""
    find = next(each.find for each in RESOURCES if each.path == path)
    assert find is not None
    for entry in workspace.client.get(path, params={"allow_archived": True}).json()[find.many]:
        entity = entry if "ref_id" in entry else next(iter(entry.values()))
        if int(entity["ref_id"]) <= SEEDED:
            workspace.client.delete(f"{path}/{entity['ref_id']}/remove")


def _stream(workspace: Workspace) -> dict[str, Any]:
    _alone(workspace, "/schedule/streams")
    return STREAM


def new_stream(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/schedule/streams/for-user", {**STREAM, **fields})["new_schedule_stream"]


def _in_a_stream(event: dict[str, Any]) -> Callable[[Workspace], dict[str, Any]]:
    return lambda workspace: {**event, "schedule_stream_ref_id": new_stream(workspace)["ref_id"]}


def _circle(workspace: Workspace) -> dict[str, Any]:
    _alone(workspace, "/prm/circles")
    return {"name": "Neighbours"}


def new_person(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return posted(workspace, "/prm/persons", {**PERSON, **fields})["new_person"]


def _occasion(workspace: Workspace) -> dict[str, Any]:
    if workspace.client.get(f"/prm/persons/{FIRST}", params={"allow_archived": True}).status_code == 404:
        assert new_person(workspace)["ref_id"] == FIRST
    return {**OCCASION, "person_ref_id": FIRST}


def _more_of_a_person(workspace: Workspace, ref_id: str) -> None:
    posted(workspace, f"/prm/persons/{ref_id}/occasions", {**OCCASION, "person_ref_id": ref_id})
    circle = posted(workspace, "/prm/circles", {"name": "Neighbours"})["new_circle"]["ref_id"]
    workspace.client.put(f"/prm/persons/{ref_id}", json={"circle_ref_ids": [circle]})


SAMPLES = [
    Sample("/vacations", lambda _: VACATION, {"name": "In the hills", "start_date": "2026-06-30"}),
    Sample("/common/notes", lambda here: {**_about_a_vacation(here), "content": BLOCKS}, {"content": [PARAGRAPH]}, sown=1),
    Sample("/common/tags", _tag, {"name": "in-the-hills"}),
    Sample(
        "/life-plan/projects",
        lambda here: {"name": "Work", "parent_project_ref_id": the_root(here)["ref_id"]},
        {"name": "Play"},
        sown=1,
    ),
    Sample("/life-plan/goals", lambda here: {"name": "Write", **_of_the_root(here)}, {"name": "Read"}),
    Sample(
        "/life-plan/milestones",
        lambda here: {"name": "First job", "date": "2012-09-01", **_of_the_root(here)},
        {"name": "Second job", "date": "2015-01-07"},
    ),
    Sample(
        "/life-plan/chapters",
        lambda here: {
            "name": "School",
            "start_date": "absolute-year-month-day 1996 9 15",
            "end_date": "absolute-year 2009",
            **_of_the_root(here),
        },
        {"name": "Being small", "start_date": "start", "end_date": "relative-year 18"},
    ),
    Sample("/docs", _doc, {"name": "Unpacking"}),
    Sample("/smart-lists", lambda _: LIST, {"name": "Films", "icon": None}),
    Sample(
        f"/smart-lists/{FIRST}/items",
        _below("/smart-lists", new_list, "smart_list_ref_id", ITEM),
        {"name": "Ulysses", "is_done": True, "url": None},
        within="/smart-lists/{ref_id:str}/items",
    ),
    Sample("/metrics", lambda _: METRIC, {"name": "Height", "is_key": True, "icon": "\U0001f4cf"}),
    Sample(
        f"/metrics/{FIRST}/entries",
        _below("/metrics", new_metric, "metric_ref_id", ENTRY),
        {"collection_time": "2026-11-21", "value": 82.0},
        within="/metrics/{ref_id:str}/entries",
        follow=frozenset({"name"}),
    ),
    Sample("/schedule/streams", _stream, {"name": "At home", "color": "green"}),
    Sample("/schedule/events-in-day", _in_a_stream(EVENT_IN_DAY), {"name": "Lunch"}),
    Sample("/schedule/events-full-days", _in_a_stream(EVENT_FULL_DAYS), {"name": "Seminar"}),
    Sample("/prm/circles", _circle, {"name": "Neighbors"}),
    Sample("/prm/persons", lambda _: PERSON, {"name": "Ana Petrova"}, more=_more_of_a_person),
    Sample(
        f"/prm/persons/{FIRST}/occasions",
        _occasion,
        {"name": "Name day", "kind": "holiday", "date": "29 Feb"},
        within="/prm/persons/{ref_id:str}/occasions",
    ),
]
# Namespaces of which nothing is kept yet.
EMPTY_NAMESPACES = sorted(set(get_args(NoteNamespace)) - BY_NOTE_NAMESPACE.keys())


def query_flags(sample: Sample) -> Iterator[str]:
    """What a find may be asked to show beside each."""
    find = sample.resource.find
    assert find is not None
    yield from (each.name for each in msgspec.structs.fields(find.query) if each.name.startswith("include_"))
