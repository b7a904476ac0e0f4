"""Notes over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from conftest import Workspace
from planning_samples import (
    BLOCKS,
    EMPTY_NAMESPACES,
    PARAGRAPH,
    VACATION,
    new_vacation,
    posted,
)
from planning_steps import ALL, loaded, note_of

from domain.planning.note_blocks import CONTENT_BYTES_MAX, DEPTH_MAX


def test_a_note_holds_every_kind_of_block_as_it_came(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, ref_id)
    assert note["content"] == BLOCKS
    assert (note["name"], note["note_collection_ref_id"]) == ("NOT-USED", "1")
    assert (note["namespace"], note["source_entity_ref_id"]) == ("vacation", ref_id)
    assert loaded(workspace, ref_id)["note"] == note
    (entry,) = workspace.client.get("/vacations", params=ALL).json()["entries"]
    assert entry["note"] == note
    assert workspace.client.get("/vacations").json()["entries"][0]["note"] is None


def test_what_a_block_may_leave_out_is_null(workspace: Workspace) -> None:
    note = note_of(workspace, new_vacation(workspace)["ref_id"], [{"kind": "code", "correlation_id": "c", "code": "x"}])
    assert note["content"][0] == {
        "kind": "code",
        "correlation_id": "c",
        "code": "x",
        "language": None,
        "show_line_numbers": None,
    }


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["kind"])
def test_every_field_of_a_block_is_needed_and_none_is_unknown(shared: Workspace, block: dict[str, Any], refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(shared)["ref_id"]}
    for name in block.keys() - {"language", "show_line_numbers"}:
        without = {each: value for each, value in block.items() if each != name}
        refused(shared.client.post("/common/notes", json={**body, "content": [without]}), 400, "invalid_request")
    for wrong in ({**block, "more": 1}, {**block, "kind": "unheard-of"}):
        refused(shared.client.post("/common/notes", json={**body, "content": [wrong]}), 400, "invalid_request")
    empty = {**block, "correlation_id": ""}
    refused(shared.client.post("/common/notes", json={**body, "content": [empty]}), 422, "content_invalid")


def test_a_level_is_a_number_that_clients_can_count_to(workspace: Workspace, refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}
    for level in (10**30, 2**53 + 1, -(2**53) - 1):
        heading = {"kind": "heading", "correlation_id": "h", "text": "x", "level": level}
        refused(workspace.client.post("/common/notes", json={**body, "content": [heading]}), 400, "invalid_request")
    content = [{"kind": "heading", "correlation_id": "h", "text": "x", "level": level} for level in (2**53, -(2**53))]
    assert posted(workspace, "/common/notes", {**body, "content": content})["new_note"]["content"] == content


def test_lists_are_nested_so_deep_and_no_deeper(workspace: Workspace, refused: Any) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]}

    def nested(depth: int) -> dict[str, Any]:
        items: list[Any] = []
        for _ in range(depth):
            items = [{"text": "x", "items": items}]
        return {"kind": "numbered-list", "correlation_id": "n", "items": items}

    refused(workspace.client.post("/common/notes", json={**body, "content": [nested(DEPTH_MAX + 1)]}), 422, "content_invalid")
    # Deeper than anything can read it; the client could not write it either.
    opening, closing = '{"text":"x","items":[' * 5000, "]}" * 5000
    items = f'{{"kind":"numbered-list","correlation_id":"n","items":[{opening}{closing}]}}'
    deep = f'{{"namespace":"vacation","source_entity_ref_id":"2","content":[{items}]}}'
    refused(workspace.client.post("/common/notes", content=deep), 400, "invalid_request")
    assert posted(workspace, "/common/notes", {**body, "content": [nested(DEPTH_MAX)]})["new_note"]


def test_a_note_is_so_large_and_no_larger(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    note = note_of(workspace, ref_id, [])
    around = len('[{"kind":"paragraph","correlation_id":"p","text":""}]')
    text = "x" * (CONTENT_BYTES_MAX - around)
    content = [{"kind": "paragraph", "correlation_id": "p", "text": text}]
    path = f"/common/notes/{note['ref_id']}"
    assert workspace.client.put(path, json={"content": content}).status_code == 200
    content[0]["text"] += "x"
    answer = workspace.client.put(path, json={"content": {"should_change": True, "value": content}})
    assert refused(answer, 422, "content_invalid")["limitBytes"] == CONTENT_BYTES_MAX


def test_nothing_has_two_notes_unless_the_first_was_removed(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "content": [PARAGRAPH]}
    note = posted(workspace, "/common/notes", body)["new_note"]
    refused(workspace.client.post("/common/notes", json=body), 409, "note_exists")
    workspace.client.delete(f"/common/notes/{note['ref_id']}")
    assert loaded(workspace, ref_id)["note"] is None
    assert loaded(workspace, ref_id, allow_archived=True)["note"]["ref_id"] == note["ref_id"]
    refused(workspace.client.post("/common/notes", json=body), 409, "note_exists")
    workspace.client.delete(f"/common/notes/{note['ref_id']}/remove")
    assert posted(workspace, "/common/notes", body)["new_note"]["ref_id"] != note["ref_id"]


def test_two_notes_at_once_are_one(workspace: Workspace) -> None:
    body = {"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"], "content": [PARAGRAPH]}
    with ThreadPoolExecutor(8) as pool:
        clients = [workspace.client_of_its_own() for _ in range(8)]
        statuses = sorted(pool.map(lambda client: client.post("/common/notes", json=body).status_code, clients))
        for client in clients:
            client.close()
    assert statuses == [200] + [409] * 7


@pytest.mark.parametrize("path", ["/common/notes", "/common/tags/link"])
def test_notes_and_tags_are_of_what_is_there(workspace: Workspace, path: str, refused: Any) -> None:
    more = {"content": []} if path.endswith("notes") else {"tag_names": ["x"]}
    made = posted(workspace, "/vacations", VACATION)
    vacation, block = made["new_vacation"]["ref_id"], made["new_time_event_block"]["ref_id"]

    def about(ref_id: Any, namespace: str = "vacation") -> httpx.Response:
        return workspace.client.post(path, json={"namespace": namespace, "source_entity_ref_id": ref_id, **more})

    # Not there, of another kind, and archived.
    for ref_id in ("999999", block, "1"):
        refused(about(ref_id), 404, "entity_not_found")
    workspace.client.delete(f"/vacations/{vacation}")
    refused(about(vacation), 404, "entity_not_found")
    for malformed in ("x", "", "-1", 4, None):
        refused(about(malformed), 400, "invalid_request")
    refused(about("4", "unheard-of"), 400, "invalid_request")
    refused(about("4", "inbox-task"), 422, "namespace_empty")


def test_namespaces_of_which_nothing_is_kept_are_refused(workspace: Workspace, refused: Any) -> None:
    for namespace in EMPTY_NAMESPACES:
        body = {"namespace": namespace, "source_entity_ref_id": "1", "content": []}
        refused(workspace.client.post("/common/notes", json=body), 422, "namespace_empty")
