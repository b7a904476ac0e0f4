"""Docs over HTTP: their keys, their notes, and those below them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from conftest import Service, Workspace
from planning_samples import BLOCKS, PARAGRAPH, new_doc, posted

ALL = {"include_notes": True, "include_tags": True, "include_subdocs": True}


def body(**fields: Any) -> dict[str, Any]:
    return {"idempotency_key": str(uuid4()), "name": "Packing", "content": BLOCKS, **fields}


def loaded(workspace: Workspace, ref_id: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/docs/{ref_id}", params=query)
    assert answer.status_code == 200, answer.text
    doc: dict[str, Any] = answer.json()
    return doc


def found(workspace: Workspace, **query: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = workspace.client.get("/docs", params=query).json()["entries"]
    return entries


def test_a_doc_brings_its_note(workspace: Workspace) -> None:
    made = posted(workspace, "/docs", body())
    assert made.keys() == {"new_doc", "new_note"}
    doc, note = made["new_doc"], made["new_note"]
    assert (note["namespace"], note["source_entity_ref_id"], note["content"]) == ("doc", doc["ref_id"], BLOCKS)
    assert (doc["doc_collection_ref_id"], doc["parent_doc_ref_id"]) == ("1", None)
    assert loaded(workspace, doc["ref_id"]) == {"doc": doc, "note": note, "subdocs": [], "tags": []}
    assert found(workspace) == [{"doc": doc, "note": None, "subdocs": None, "tags": []}]
    assert found(workspace, **ALL) == [{"doc": doc, "note": note, "subdocs": [], "tags": []}]


def test_the_note_of_a_doc_is_rewritten_and_does_not_go_alone(workspace: Workspace, refused: Any) -> None:
    made = posted(workspace, "/docs", body())
    path = f"/common/notes/{made['new_note']['ref_id']}"
    refused(workspace.client.delete(path), 409, "note_stays")
    refused(workspace.client.delete(f"{path}/remove"), 409, "note_stays")
    another = {"namespace": "doc", "source_entity_ref_id": made["new_doc"]["ref_id"], "content": []}
    refused(workspace.client.post("/common/notes", json=another), 409, "note_exists")
    assert workspace.client.put(path, json={"content": [PARAGRAPH]}).status_code == 200
    shown = loaded(workspace, made["new_doc"]["ref_id"])
    assert (shown["note"]["content"], shown["note"]["version"], shown["doc"]["version"]) == ([PARAGRAPH], 2, 1)


def test_the_same_key_again_answers_the_same_doc_as_it_is_now(workspace: Workspace) -> None:
    wanted = body()
    made = posted(workspace, "/docs", wanted)
    ref_id = made["new_doc"]["ref_id"]
    again = workspace.client.post("/docs", json=wanted)
    assert (again.json(), again.headers["etag"]) == (made, '"1"')
    assert "daybook-position" not in again.headers
    workspace.client.put(f"/docs/{ref_id}", json={"name": "Other"})
    now = posted(workspace, "/docs", {**wanted, "name": "Third", "content": []})
    assert now == {key: loaded(workspace, ref_id)[key.removeprefix("new_")] for key in made}
    assert (now["new_doc"]["name"], now["new_note"]["content"]) == ("Other", BLOCKS)
    assert len(found(workspace, allow_archived=True)) == 1


def test_the_key_of_an_archived_doc_makes_none_and_shows_none(workspace: Workspace, refused: Any) -> None:
    wanted = body()
    ref_id = posted(workspace, "/docs", wanted)["new_doc"]["ref_id"]
    workspace.client.delete(f"/docs/{ref_id}")
    assert refused(workspace.client.post("/docs", json=wanted), 409, "key_of_archived")["ref_id"] == ref_id
    workspace.client.post(f"/docs/{ref_id}/unarchive")
    assert posted(workspace, "/docs", wanted)["new_doc"] == loaded(workspace, ref_id)["doc"]
    assert len(found(workspace, allow_archived=True)) == 1


def test_one_key_sent_many_times_at_once_makes_one_doc(workspace: Workspace) -> None:
    wanted = body()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: workspace.client.post("/docs", json=wanted).json(), range(8)))
    assert {each["new_doc"]["ref_id"] for each in made} == {found(workspace)[0]["doc"]["ref_id"]}
    assert len(found(workspace)) == 1


def test_a_key_is_its_workspaces_own(service: Service, workspace: Workspace) -> None:
    other, wanted = service.new_workspace(), body()
    made = posted(workspace, "/docs", wanted)["new_doc"]
    new_doc(other)
    assert posted(other, "/docs", wanted)["new_doc"]["ref_id"] != made["ref_id"]
    assert [len(found(each)) for each in (workspace, other)] == [1, 2]


@pytest.mark.parametrize("key", ["", "two words", "a\nb", "\u00e9", "x" * 201], ids=ascii)
def test_what_is_no_key_is_refused(workspace: Workspace, key: str, refused: Any) -> None:
    refused(workspace.client.post("/docs", json=body(idempotency_key=key)), 422, "key_invalid")
    assert posted(workspace, "/docs", body(idempotency_key="x" * 200))


@pytest.mark.parametrize("known", [False, True], ids=["new key", "known key"])
@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": " "}, 422, "name_invalid"),
        ({"content": [{**PARAGRAPH, "correlation_id": ""}]}, 422, "content_invalid"),
        ({"content": None}, 400, "invalid_request"),
        ({"parent_doc_ref_id": "999999"}, 404, "entity_not_found"),
        ({"parent_doc_ref_id": "x"}, 400, "invalid_request"),
    ],
    ids=str,
)
def test_a_doc_that_breaks_a_rule_leaves_nothing_behind(
    workspace: Workspace,
    fields: dict[str, Any],
    status: int,
    code: str,
    known: bool,  # noqa: FBT001 - pytest's
    refused: Any,
) -> None:
    wanted = body()
    if known:
        posted(workspace, "/docs", wanted)
    before = found(workspace, allow_archived=True, include_notes=True)
    refused(workspace.client.post("/docs", json={**wanted, **fields}), status, code)
    assert found(workspace, allow_archived=True, include_notes=True) == before
    assert len(workspace.client.get("/common/notes", params={"filter_namespace": "doc"}).json()["notes"]) == len(before)


def test_docs_stand_below_others_and_show_those_right_below_them(workspace: Workspace, refused: Any) -> None:
    top = new_doc(workspace)
    below = new_doc(workspace, parent_doc_ref_id=top["ref_id"])
    lowest = new_doc(workspace, parent_doc_ref_id=below["ref_id"])
    assert below["parent_doc_ref_id"] == top["ref_id"]
    assert loaded(workspace, top["ref_id"])["subdocs"] == [below]
    assert [each["subdocs"] for each in found(workspace, include_subdocs=True)] == [[below], [lowest], []]
    for field in ("parent_doc_ref_id", "idempotency_key"):
        refused(workspace.client.put(f"/docs/{top['ref_id']}", json={field: lowest["ref_id"]}), 400, "invalid_request")


def test_what_is_below_a_doc_goes_and_comes_with_it(workspace: Workspace, refused: Any) -> None:
    top = new_doc(workspace)["ref_id"]
    earlier, below = (new_doc(workspace, parent_doc_ref_id=top)["ref_id"] for _ in range(2))
    lowest = new_doc(workspace, parent_doc_ref_id=below)["ref_id"]
    workspace.client.delete(f"/docs/{earlier}")
    workspace.client.delete(f"/docs/{top}")
    assert found(workspace) == []
    assert workspace.client.get("/common/notes", params={"filter_namespace": "doc"}).json() == {"notes": []}
    refused(workspace.client.post(f"/docs/{lowest}/unarchive"), 409, "owner_archived")
    refused(workspace.client.post("/docs", json=body(parent_doc_ref_id=top)), 404, "entity_not_found")
    workspace.client.post(f"/docs/{top}/unarchive")
    assert [each["doc"]["ref_id"] for each in found(workspace)] == [top, below, lowest]
    assert len(workspace.client.get("/common/notes", params={"filter_namespace": "doc"}).json()["notes"]) == 3
    workspace.client.delete(f"/docs/{top}/remove")
    assert found(workspace, allow_archived=True) == []
    assert workspace.client.get("/common/notes", params={"allow_archived": True, "filter_namespace": "doc"}).json() == {
        "notes": []
    }


def test_a_timeline_tells_of_the_note_and_of_docs_below(workspace: Workspace) -> None:
    top = new_doc(workspace)["ref_id"]
    new_doc(workspace, parent_doc_ref_id=top)
    workspace.client.delete(f"/docs/{top}")
    history = workspace.client.get(f"/docs/{top}/history").json()["history"]
    assert [each["type"] for each in history][-4:] == ["note.created", "doc.created", "note.created", "doc.created"]
    assert sorted(each["type"] for each in history[:4]) == ["doc.archived"] * 2 + ["note.archived"] * 2


def test_docs_have_tags_of_their_own_namespace(workspace: Workspace) -> None:
    ref_id = new_doc(workspace)["ref_id"]
    posted(workspace, "/common/tags/link", {"namespace": "doc", "source_entity_ref_id": ref_id, "tag_names": ["b", "a"]})
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["b", "a"]
    assert [len(each["tags"]) for each in (*found(workspace), *found(workspace, include_tags=True))] == [0, 2]


def test_docs_may_be_switched_off(workspace: Workspace, refused: Any) -> None:
    new_doc(workspace)
    workspace.client.put("/planning/settings", json={"feature_flags": {"docs": False}})
    refused(workspace.client.get("/docs"), 409, "feature_off")
    refused(workspace.client.post("/docs", json=body()), 409, "feature_off")
    workspace.client.put("/planning/settings", json={"feature_flags": {"docs": True}})
    assert len(found(workspace)) == 1
