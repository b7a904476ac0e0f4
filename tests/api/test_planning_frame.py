"""What every resource of planning does, asked of each of them from its declaration."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from conftest import Workspace
from planning_samples import (
    EVENT_IN_DAY,
    SAMPLES,
    Sample,
    new_metric,
    new_project,
    new_stream,
    new_vacation,
    posted,
    query_flags,
    the_root,
)

from api.planning.routes import RESOURCES
from application.planning.orders import OrderOnOne

samples = pytest.mark.parametrize("sample", SAMPLES, ids=[each.path for each in SAMPLES])
_FOUND = [each for each in SAMPLES if each.finds]
_FEATURES = [each for each in SAMPLES if each.resource.concept.feature]
found_samples = pytest.mark.parametrize("sample", _FOUND, ids=[each.path for each in _FOUND])
COMMON = {
    "archived": False,
    "archival_reason": None,
    "archived_time": None,
    "version": 1,
}


def now() -> str:
    """Between what was done and what comes next."""
    time.sleep(0.002)
    moment = datetime.now(UTC).isoformat()
    time.sleep(0.002)
    return moment


def test_every_resource_that_can_be_made_has_a_sample() -> None:
    assert {each.path for each in RESOURCES if each.create} == {each.within or each.path for each in SAMPLES}


@samples
def test_one_is_made_loaded_and_found_alike(workspace: Workspace, sample: Sample) -> None:
    body = sample.needed(workspace)
    answer = workspace.client.post(sample.create_path, json=body)
    made = answer.json()[sample.new]
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert {**made, **COMMON, **{name: value for name, value in body.items() if name in made}} == made
    assert made["ref_id"].isdecimal()
    assert made["created_time"] == made["last_modified_time"]
    assert datetime.fromisoformat(made["created_time"]).isoformat() == made["created_time"]
    assert made["created_time"].endswith("+00:00")
    assert sample.load(workspace, made["ref_id"]) == made
    assert not sample.finds or made in sample.found(workspace)
    again = httpx.get(f"{workspace.url}/api/v1{sample.path}/{made['ref_id']}", headers=workspace.headers)
    assert again.json()[sample.name] == made


@samples
def test_what_is_answered_is_exactly_what_the_document_says(workspace: Workspace, sample: Sample) -> None:
    """And nothing that is excluded is missing: a note is null, tags are an empty list."""
    resource = sample.resource
    assert resource.load
    made = sample.create(workspace)
    answered = [(f"{sample.path}/{made['ref_id']}", resource.load.answer)]
    for path, model in [*answered, *([(sample.path, resource.find.answer)] if resource.find else [])]:
        answer = workspace.client.get(path)
        assert msgspec.json.encode(msgspec.json.decode(answer.content, type=model)) == answer.content


@found_samples
def test_finds_are_in_order_and_take_limit_offset_and_ref_ids(workspace: Workspace, sample: Sample) -> None:
    made = [sample.create(workspace)["ref_id"] for _ in range(4)]
    assert made == sorted(made, key=int)

    def found(**query: Any) -> list[str]:
        return [each["ref_id"] for each in sample.found(workspace, **query)]

    assert found() == made
    assert found(limit=2) == made[:2]
    assert found(limit=2, offset=1) == made[1:3]
    assert found(offset=3) == made[3:]
    assert found(limit="", offset="null") == made
    assert found(filter_ref_ids=[made[2], made[0]]) == [made[0], made[2]]
    assert found(filter_ref_ids=f"{made[3]},{made[1]}") == [made[1], made[3]]
    assert found(filter_ref_ids="999999999") == []
    assert found(filter_ref_ids="") == made


@found_samples
def test_flags_are_read_in_any_case_and_nothing_else_is_one(workspace: Workspace, sample: Sample, refused: Any) -> None:
    concept, made = sample.resource.concept, sample.create(workspace)
    sample.more(workspace, made["ref_id"])
    about = {"source_entity_ref_id": made["ref_id"]}
    if concept.note_namespace and not concept.note_stays:
        posted(workspace, "/common/notes", {**about, "namespace": concept.note_namespace, "content": []})
    if concept.tag_namespace:
        posted(workspace, "/common/tags/link", {**about, "namespace": concept.tag_namespace, "tag_names": ["sea"]})
    workspace.client.delete(f"{sample.path}/{sample.create(workspace)['ref_id']}")
    for flag in (*query_flags(sample), "allow_archived"):
        plain = workspace.client.get(sample.path).json()
        for off in ("false", "FALSE", "", "null"):
            assert workspace.client.get(sample.path, params={flag: off}).json() == plain
        shown = workspace.client.get(sample.path, params={flag: "true"}).json()
        assert shown != plain, flag
        assert shown == workspace.client.get(sample.path, params={flag: "TRUE"}).json()
        for neither in ("1", "yes", "truee"):
            refused(workspace.client.get(sample.path, params={flag: neither}), 400, "invalid_parameter")


@found_samples
@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"limit": "10001"},
        {"offset": "-1"},
        {"filter_ref_ids": "x"},
        {"filter_ref_ids": "1\n"},
        {"filter_ref_ids": ","},
        {"as_of": "x"},
    ],
    ids=str,
)
def test_queries_that_mean_nothing_are_refused(workspace: Workspace, sample: Sample, query: dict[str, str], refused: Any) -> None:
    refused(workspace.client.get(sample.path, params=query), 400, "invalid_parameter")


@samples
@pytest.mark.parametrize(("method", "long"), [("PUT", False), ("PUT", True), ("PATCH", False), ("PATCH", True)])
def test_only_given_fields_change(
    workspace: Workspace,
    sample: Sample,
    method: str,
    long: bool,  # noqa: FBT001 - pytest's
) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    version, now_is = 1, made
    for name, value in sample.changes.items():
        body = {name: {"should_change": True, "value": value} if long else value}
        answer = workspace.client.request(method, path, json=body)
        version += 1
        assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, None, f'"{version}"'), answer.text
        after = sample.load(workspace, made["ref_id"])
        followed = {each: after[each] for each in ("last_modified_time", *sample.follow)}
        assert after == {**now_is, name: value, "version": version, **followed}
        assert after["last_modified_time"] > now_is["last_modified_time"]
        now_is = after


@samples
def test_all_fields_change_at_once_and_that_is_one_version(workspace: Workspace, sample: Sample) -> None:
    made = sample.create(workspace)
    workspace.client.put(f"{sample.path}/{made['ref_id']}", json=sample.changes)
    after = sample.load(workspace, made["ref_id"])
    assert {**after, **sample.changes, "version": 2} == after


@samples
def test_a_change_that_changes_nothing_keeps_the_version(workspace: Workspace, sample: Sample) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    same = {name: made[name] for name in sample.changes}
    stay = {name: {"should_change": False, "value": value} for name, value in sample.changes.items()}
    for body in ({}, same, stay, {name: {"should_change": False} for name in sample.changes}, {"expected_version": 1}):
        answer = workspace.client.put(path, json=body)
        assert (answer.status_code, answer.json()) == (200, None), answer.text
        assert "daybook-position" not in answer.headers
    assert sample.load(workspace, made["ref_id"]) == made


@samples
def test_a_change_without_its_value_and_with_unknown_fields_is_refused(
    workspace: Workspace, sample: Sample, refused: Any
) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    name = next(iter(sample.changes))
    refused(workspace.client.put(path, json={name: {"should_change": True}}), 400, "invalid_parameter")
    refused(workspace.client.put(path, json={name: {"should": True}}), 400, "invalid_request")
    refused(workspace.client.put(path, json={name: None}), 400, "invalid_request")
    refused(workspace.client.put(path, json={"no_such_field": 1}), 400, "invalid_request")
    for field in ("ref_id", "version", "archived", "created_time"):
        refused(workspace.client.put(path, json={field: made[field]}), 400, "invalid_request")
        more = {**sample.needed(workspace), field: made[field]}
        refused(workspace.client.post(sample.create_path, json=more), 400, "invalid_request")
    assert sample.load(workspace, made["ref_id"]) == made


@samples
def test_a_stale_version_is_refused_and_the_present_is_shown(workspace: Workspace, sample: Sample, refused: Any) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    assert workspace.client.put(path, json={**sample.changes, "expected_version": 1}).status_code == 200
    after = sample.load(workspace, made["ref_id"])
    body = refused(workspace.client.put(path, json={**sample.changes, "expected_version": 1}), 409, "version_stale")
    assert body["current"] == after
    for stale in (
        workspace.client.put(path, json={}, headers={"If-Match": '"1"'}),
        workspace.client.delete(path, headers={"If-Match": '"1"'}),
        workspace.client.delete(f"{path}/remove", headers={"If-Match": '"1"'}),
    ):
        assert refused(stale, 412, "version_stale")["current"] == after
    assert sample.load(workspace, made["ref_id"]) == after
    assert workspace.client.delete(path, headers={"If-Match": '"2"'}).status_code == 200


@samples
def test_a_version_may_be_expected_by_whatever_writes(workspace: Workspace, sample: Sample, refused: Any) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    plain = [command.name for command in sample.resource.commands if command.order is OrderOnOne]
    writes = [("DELETE", ""), ("DELETE", "/remove"), ("POST", "/unarchive"), *(("POST", f"/{name}") for name in plain)]
    for method, suffix in writes:
        for body in ({"expected_version": 2}, {"expected_version": 2, "no_such_field": 1}, {"expected_version": "1"}, []):
            answer = workspace.client.request(method, path + suffix, json=body)
            stale = body == {"expected_version": 2}
            refused(answer, *((409, "version_stale") if stale else (400, "invalid_request")))
        differing = workspace.client.request(method, path + suffix, json={"expected_version": 2}, headers={"If-Match": '"1"'})
        refused(differing, 400, "invalid_parameter")
    assert sample.load(workspace, made["ref_id"]) == made
    assert workspace.client.request("DELETE", path, json={"expected_version": 1}).status_code == 200
    refused(workspace.client.post(f"{path}/unarchive", json={"expected_version": 1}), 409, "version_stale")
    assert workspace.client.post(f"{path}/unarchive", json={"expected_version": 2}).status_code == 200
    for nothing in ({}, None, {"expected_version": None}, {"expected_version": 3}):
        body = {} if nothing is None else {"content": msgspec.json.encode(nothing)}
        assert workspace.client.request("DELETE", path, **body).status_code in {200, 409}
    assert workspace.client.request("DELETE", f"{path}/remove", json={"expected_version": 4}).status_code == 200


@samples
def test_the_tag_of_a_write_is_the_version_of_what_it_is_about(workspace: Workspace, sample: Sample) -> None:
    """It guards the next write, whether this one changed something or not."""
    made = sample.create(workspace)
    path, tag = f"{sample.path}/{made['ref_id']}", '"1"'
    writes = [("PUT", path, sample.changes), ("PATCH", path, {}), ("DELETE", path, None), ("DELETE", path, None)]
    writes += [("POST", f"{path}/unarchive", None), ("POST", f"{path}/unarchive", None)]
    for count, (method, address, body) in enumerate(writes):
        headers = {"If-Match": tag, "Idempotency-Key": f"{made['ref_id']}-{count}"}
        answer = workspace.client.request(method, address, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        tag = answer.headers["etag"]
        read = workspace.client.get(path, params={"allow_archived": True}).headers["etag"]
        assert tag == f'{read.partition("-")[0]}"', (method, address, body)
        if "daybook-position" in answer.headers:
            again = workspace.client.request(method, address, json=body, headers=headers)
            assert (again.headers["etag"], again.headers["idempotent-replay"]) == (tag, "true")
    assert "etag" not in workspace.client.delete(f"{path}/remove", headers={"If-Match": tag}).headers, (
        "what is gone has no version"
    )


def _by_hand(workspace: Workspace) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Writes that no sample has: the method, the address, where to read what they are about, and bodies, each of which changes
    something.
    """
    root, project, metric = the_root(workspace)["ref_id"], new_project(workspace), new_metric(workspace)["ref_id"]
    more = new_project(workspace)
    stream, body = new_stream(workspace)["ref_id"], {**EVENT_IN_DAY, "schedule_stream_ref_id": new_stream(workspace)["ref_id"]}
    event = posted(workspace, "/schedule/events-in-day", body)
    block, event_ref_id = event["new_time_event_in_day_block"]["ref_id"], event["new_schedule_event_in_day"]["ref_id"]
    vision = posted(workspace, "/life-plan/visions/create-draft", None)["vision"]["ref_id"]
    for method in ("PUT", "PATCH"):
        chores = [{"feature_flags": {"chores": on}} for on in (False, True)]
        yield method, "/planning/settings", "/planning/settings", chores
        yield method, "/life-plan", "/life-plan", [{"birth_year": 1985}, {"birth_year": 1990}]
        path = f"/common/time-events/in-day-blocks/{block}"
        yield method, path, path, [{"duration_mins": 20}, {"duration_mins": 15}]
    projects = [{"catch_up_project_ref_id": each} for each in (project, root)]
    yield "POST", "/prm/change-catch-up-project", "/prm/settings", projects
    projects = [{"collection_project_ref_id": each} for each in (project, root)]
    yield "POST", f"/metrics/{metric}/change-collection-project", "/metrics/settings", projects
    path = f"/schedule/events-in-day/{event_ref_id}"
    yield "POST", f"{path}/change-stream", path, [{"schedule_stream_ref_id": stream}]
    orders = [{"new_order_of_child_projects": order} for order in ([more, project], [project, more])]
    yield "POST", f"/life-plan/projects/{root}/reorder-children", f"/life-plan/projects/{root}", orders
    yield "POST", f"/life-plan/visions/{vision}/mark-active", f"/life-plan/visions/{vision}", [{}]


def test_the_tag_of_a_command_is_the_version_of_what_it_is_about(workspace: Workspace, refused: Any) -> None:
    """Also where something else changed, or nothing, and where it is an earlier answer again."""
    client = workspace.client
    for number, (method, path, read, bodies) in enumerate(_by_hand(workspace)):
        answered = list[tuple[Any, dict[str, str], httpx.Response]]()
        for body in bodies:
            refused(client.request(method, path, json={**body, "expected_version": 99}), 409, "version_stale")
            tag = f'{client.get(read).headers["etag"].partition("-")[0].rstrip(chr(34))}"'
            headers = {"If-Match": tag, "Idempotency-Key": f"{number}-{len(answered)}"}
            answer = client.request(method, path, json=body, headers=headers)
            assert (answer.status_code, "daybook-position" in answer.headers) == (200, True), (path, body, answer.text)
            answered.append((body, headers, answer))
            same = client.request(method, path, json=body, headers={"If-Match": answer.headers["etag"]})
            assert (same.status_code, "daybook-position" in same.headers) == (200, False), (path, body, same.text)
            now = client.get(read).headers["etag"].partition("-")[0].rstrip('"')
            assert answer.headers["etag"] == same.headers["etag"] == f'{now}"', (path, body)
        for body, headers, answer in answered:
            again = client.request(method, path, json=body, headers=headers)
            assert (again.headers["etag"], again.headers["idempotent-replay"]) == (answer.headers["etag"], "true"), (path, body)


def test_the_tag_of_a_link_is_its_version_whether_it_makes_tags_or_not(workspace: Workspace) -> None:
    about = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}
    for names, version in ((["sea"], 1), (["sun", "sea"], 2), (["sun", "sea"], 2), (["sea"], 3)):
        answer = workspace.client.post("/common/tags/link", json={**about, "tag_names": names})
        assert (answer.headers["etag"], answer.json()["tag_link"]["version"]) == (f'"{version}"', version)
    tag = answer.json()["tag_link"]["ref_ids"][0]
    assert "etag" not in workspace.client.delete(f"/common/tags/{tag}/remove").headers


def test_a_draft_of_a_vision_takes_no_field_that_nobody_knows(workspace: Workspace, refused: Any) -> None:
    path = "/life-plan/visions/create-draft"
    refused(workspace.client.post(path, json={"name": "Vision"}), 400, "invalid_request")
    for nothing in ({"content": b"{}"}, {"content": b"null"}, {}):
        assert workspace.client.post(path, **nothing).status_code == 200


@pytest.mark.parametrize("sample", _FEATURES, ids=[each.path for each in _FEATURES])
def test_what_is_about_something_that_is_switched_off_is_switched_off_as_well(
    workspace: Workspace, sample: Sample, refused: Any
) -> None:
    """Its notes and tags are kept, and still found."""
    concept, client = sample.resource.concept, workspace.client
    made = sample.create(workspace)
    about = {"source_entity_ref_id": made["ref_id"]}
    writes: list[tuple[str, str, Any]] = []
    if concept.note_namespace:
        note = {**about, "namespace": concept.note_namespace, "content": []}
        new = None if concept.note_stays else posted(workspace, "/common/notes", note)["new_note"]
        loaded = client.get(f"{sample.path}/{made['ref_id']}").json()["note"] if new is None else new
        path = f"/common/notes/{loaded['ref_id']}"
        writes += [("POST", "/common/notes", note), ("GET", path, None), ("PUT", path, {"content": []}), ("DELETE", path, None)]
        writes += [("GET", f"{path}/history", None), ("DELETE", f"{path}/remove", None), ("POST", f"{path}/unarchive", None)]
    if concept.tag_namespace:
        link = {**about, "namespace": concept.tag_namespace, "tag_names": ["one"]}
        linked = posted(workspace, "/common/tags/link", link)["tag_link"]
        path = f"/common/tags/{linked['ref_ids'][0]}"
        writes += [
            ("POST", "/common/tags/link", link),
            ("POST", "/common/tags", {"namespace": concept.tag_namespace, "name": "two"}),
        ]
        writes += [("GET", path, None), ("PUT", path, {"name": "three"}), ("DELETE", path, None)]
    found = [client.get(f"/common/{many}", params={"allow_archived": True}).json() for many in ("notes", "tags")]
    client.put("/planning/settings", json={"feature_flags": {concept.feature: False}})
    for method, path, body in [*writes, ("GET", f"{sample.path}/{made['ref_id']}", None)]:
        off = refused(client.request(method, path, json=body), 409, "feature_off")
        assert off["feature"] == concept.feature, (method, path)
    assert [client.get(f"/common/{many}", params={"allow_archived": True}).json() for many in ("notes", "tags")] == found
    client.put("/planning/settings", json={"feature_flags": {concept.feature: True}})
    assert sample.load(workspace, made["ref_id"]) == made


@samples
def test_archiving_twice_is_fine_and_so_is_bringing_back(workspace: Workspace, sample: Sample, refused: Any) -> None:
    made = sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    assert (workspace.client.delete(path).json(), workspace.client.delete(path).json()) == (None, None)
    refused(workspace.client.get(path), 404, "entity_not_found")
    refused(workspace.client.put(path, json=sample.changes), 404, "entity_not_found")
    archived = sample.load(workspace, made["ref_id"], allow_archived=True)
    if sample.finds:
        assert made["ref_id"] not in {each["ref_id"] for each in sample.found(workspace)}
        assert archived in sample.found(workspace, allow_archived="True")
    assert archived["archived_time"] == archived["last_modified_time"]
    assert archived == {
        **made,
        "version": 2,
        "archived": True,
        "archival_reason": "user",
        "archived_time": archived["archived_time"],
        "last_modified_time": archived["last_modified_time"],
    }
    assert (workspace.client.post(f"{path}/unarchive").json(), workspace.client.post(f"{path}/unarchive").json()) == (None, None)
    back = sample.load(workspace, made["ref_id"])
    assert back == {**made, "version": 3, "last_modified_time": back["last_modified_time"]}


@samples
@pytest.mark.parametrize("archived", [False, True], ids=["live", "archived"])
def test_what_is_removed_disappears_and_its_ref_id_is_not_used_again(
    workspace: Workspace,
    sample: Sample,
    archived: bool,  # noqa: FBT001 - pytest's
    refused: Any,
) -> None:
    made, before = sample.create(workspace), now()
    path = f"{sample.path}/{made['ref_id']}"
    if archived:
        workspace.client.delete(path)
    answer = workspace.client.delete(f"{path}/remove")
    assert (answer.status_code, answer.json()) == (200, None)
    for gone in (
        workspace.client.get(path, params={"allow_archived": True}),
        workspace.client.get(path, params={"as_of": before}),
        workspace.client.get(f"{path}/history"),
        workspace.client.put(path, json=sample.changes),
        workspace.client.delete(path),
        workspace.client.delete(f"{path}/remove"),
        workspace.client.post(f"{path}/unarchive"),
    ):
        refused(gone, 404, "entity_not_found")
    assert not sample.finds or sample.found(workspace, allow_archived=True) == []
    assert int(sample.create(workspace)["ref_id"]) > int(made["ref_id"])
    types = [each["type"] for each in workspace.client.get("/events").json()["events"]]
    assert f"{sample.resource.concept.kind}.removed" in types


@samples
def test_what_is_not_there_and_what_is_no_ref_id_are_told_apart(workspace: Workspace, sample: Sample, refused: Any) -> None:
    sample.create(workspace)
    # The settings of planning, which are of another kind.
    for other in ("999999999", "1"):
        for answer in _asked(workspace, sample, other):
            refused(answer, 404, "entity_not_found")
    for malformed in ("x", "0", "01", "-1", "1.0", "9" * 19, "%0A1", "1%0A", "\uff11"):
        for answer in _asked(workspace, sample, malformed):
            refused(answer, 400, "invalid_parameter")


@samples
def test_a_line_feed_behind_a_ref_id_makes_it_none(workspace: Workspace, sample: Sample, refused: Any) -> None:
    """Wherever an order names something, by one ref_id or by several."""
    made, resource, root = sample.create(workspace), sample.resource, the_root(workspace)["ref_id"]
    path = f"{sample.path}/{made['ref_id']}"
    assert resource.create
    orders = [("POST", sample.create_path, resource.create.order, sample.needed(workspace))]
    orders += [("PUT", path, resource.change.order, {})] if resource.change else []
    orders += [("POST", f"{path}/{each.name}", each.order, {}) for each in resource.commands if each.order]
    orders += [("DELETE", f"{path}/remove", resource.removal.order, {})] if resource.removal else []
    for method, address, order, body in orders:
        for name in order.__struct_fields__:
            if name.endswith(("ref_id", "ref_ids")) or name == "new_order_of_child_projects":
                wrong = f"{root}\n" if name.endswith("ref_id") else [root, f"{root}\n"]
                refused(workspace.client.request(method, address, json={**body, name: wrong}), 400, "invalid_request")
    assert sample.load(workspace, made["ref_id"]) == made


def _asked(workspace: Workspace, sample: Sample, ref_id: str) -> list[httpx.Response]:
    client, path = workspace.client, f"{sample.path}/{ref_id}"
    return [
        client.get(path),
        client.get(f"{path}/history"),
        client.put(path, json=sample.changes),
        client.delete(path),
        client.post(f"{path}/unarchive"),
        client.delete(f"{path}/remove"),
    ]


@samples
def test_a_keyed_command_is_carried_out_once(workspace: Workspace, sample: Sample, refused: Any) -> None:
    body = sample.needed(workspace)
    keyed = {"Idempotency-Key": "make"}
    first = workspace.client.post(sample.create_path, json=body, headers=keyed)
    made = first.json()[sample.new]
    path = f"{sample.path}/{made['ref_id']}"
    changed = workspace.client.put(path, json=sample.changes, headers={"Idempotency-Key": "change"})
    # It is answered what was answered then, whatever has become of it since.
    again = workspace.client.post(sample.create_path, json=body, headers=keyed)
    assert (again.status_code, again.content, again.headers["idempotent-replay"]) == (200, first.content, "true")
    assert again.headers["daybook-position"] == first.headers["daybook-position"]
    repeated = workspace.client.put(path, json=sample.changes, headers={"Idempotency-Key": "change"})
    assert (repeated.json(), repeated.headers["etag"]) == (None, changed.headers["etag"])
    assert repeated.headers["idempotent-replay"] == "true"
    refused(workspace.client.put(path, json={}, headers=keyed), 422, "idempotency_key_reused")
    assert sample.load(workspace, made["ref_id"])["version"] == 2
    assert not sample.finds or len(sample.found(workspace)) == 1


@samples
@pytest.mark.parametrize("parameter", ["as_of", "asOf"])
def test_the_past_is_shown_as_it_was(workspace: Workspace, sample: Sample, parameter: str, refused: Any) -> None:
    before_all, made = now(), sample.create(workspace)
    path = f"{sample.path}/{made['ref_id']}"
    first = now()
    workspace.client.put(path, json=sample.changes)
    changed, second = sample.load(workspace, made["ref_id"]), now()
    workspace.client.delete(path)
    third = now()
    workspace.client.post(f"{path}/unarchive")
    for moment, then in ((first, made), (second, changed)):
        assert sample.load(workspace, made["ref_id"], **{parameter: moment}) == then
        if not sample.finds:
            continue
        assert sample.found(workspace, **{parameter: moment}) == [then]
        assert sample.found(workspace, **{parameter: moment}, filter_ref_ids=made["ref_id"], limit=1) == [then]
        assert sample.found(workspace, **{parameter: moment}, offset=1) == []
    refused(workspace.client.get(path, params={parameter: before_all}), 404, "entity_not_found")
    refused(workspace.client.get(path, params={parameter: third}), 404, "entity_not_found")
    assert not sample.finds or sample.found(workspace, **{parameter: third}) == []
    assert sample.load(workspace, made["ref_id"], **{parameter: third}, allow_archived=True)["archived"] is True
    refused(workspace.client.get(path, params={"as_of": first, "asOf": first}), 400, "invalid_parameter")
    assert first.endswith("+00:00")
    unescaped = workspace.client.get(f"{path}?{parameter}={first}").json()[sample.name]
    assert unescaped == made, "a plus that nobody escaped was not taken for one"


@samples
def test_a_timeline_tells_what_happened_with_values_before_and_after(workspace: Workspace, sample: Sample) -> None:
    made = sample.create(workspace)
    path, kind = f"{sample.path}/{made['ref_id']}", sample.resource.concept.kind
    workspace.client.put(path, json=sample.changes, headers={"Daybook-Message": "why"})
    workspace.client.delete(path)
    workspace.client.post(f"{path}/unarchive")
    history = workspace.client.get(f"{path}/history").json()["history"]
    mine = [each for each in history if each["ref_id"] == made["ref_id"]]
    assert [each["action"] for each in mine] == ["unarchive", "archive", "update", "create"]
    assert [each["version"] for each in mine] == [4, 3, 2, 1]
    assert {each["entity"] for each in mine} == {kind}
    assert {each["type"].partition(".")[0] for each in mine} == {kind}
    assert [each["position"] for each in history] == sorted((each["position"] for each in history), reverse=True)
    update, create = mine[2:]
    assert update["message"] == "why"
    told = {name: change for name, change in update["changes"].items() if name not in sample.follow}
    assert told == {name: {"before": made[name], "after": value} for name, value in sample.changes.items()}
    for name in sample.changes:
        assert create["changes"][name] == {"before": None, "after": made[name]}
    assert (create["time"], create["actor"]["kind"]) == (made["created_time"], "key")
    assert workspace.client.get(f"{path}/history", params={"limit": 2, "offset": 1}).json()["history"] == history[1:3]


@samples
def test_reads_have_a_tag_that_changes_when_the_answer_does(workspace: Workspace, sample: Sample) -> None:
    made = sample.create(workspace)
    for path in (*([sample.path] if sample.finds else []), f"{sample.path}/{made['ref_id']}"):
        before = workspace.client.get(path).headers["etag"]
        assert workspace.client.get(path, headers={"If-None-Match": before}).status_code == 304
    workspace.client.put(f"{sample.path}/{made['ref_id']}", json=sample.changes)
    assert workspace.client.get(path, headers={"If-None-Match": before}).status_code == 200


@samples
def test_every_answer_names_the_instance(workspace: Workspace, sample: Sample) -> None:
    answers = [
        workspace.client.get(sample.path if sample.finds else "/vacations"),
        workspace.client.get(f"{sample.path}/x"),
        workspace.client.post(sample.create_path, json={}),
        httpx.get(f"{workspace.url}/v1{sample.path}/x"),
        workspace.client.get(f"{sample.path}/1/no/such/route"),
        workspace.client.request("PROPFIND", sample.create_path),
        workspace.client.options(sample.create_path),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 400, 401, 404, 405, 204]
    for answer in answers:
        for prefix in ("x-daybook", "x-jupiter"):
            assert answer.headers[f"{prefix}-env"] == "local"
            for name in ("universe", "instance", "hosting", "version"):
                assert answer.headers[f"{prefix}-{name}"]
    assert "x-daybook-env" not in workspace.client.get("/pages").headers
