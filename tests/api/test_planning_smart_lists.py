"""Smart lists over HTTP: which items are shown of them, and what is checked."""

from typing import Any

import pytest
from conftest import Workspace
from planning_samples import BLOCKS, ITEM, new_item, new_list, posted


def loaded(workspace: Workspace, path: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/smart-lists/{path}", params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def found(workspace: Workspace, **query: Any) -> list[dict[str, Any]]:
    answer = workspace.client.get("/smart-lists", params=query)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


def linked(workspace: Workspace, namespace: str, ref_id: str, *names: str) -> list[str]:
    body = {"namespace": namespace, "source_entity_ref_id": ref_id, "tag_names": names}
    ref_ids: list[str] = posted(workspace, "/common/tags/link", body)["tag_link"]["ref_ids"]
    return ref_ids


def noted(workspace: Workspace, namespace: str, ref_id: str) -> dict[str, Any]:
    body = {"namespace": namespace, "source_entity_ref_id": ref_id, "content": BLOCKS}
    return posted(workspace, "/common/notes", body)["new_note"]


def events(workspace: Workspace) -> list[str]:
    return [each["type"] for each in workspace.client.get("/events").json()["events"]]


def test_a_list_is_shown_with_its_items(workspace: Workspace) -> None:
    books = new_list(workspace, name=" Books  to read ", icon=" \U0001f4da ")
    assert (books["name"], books["icon"], books["smart_list_collection_ref_id"]) == ("Books to read", "\U0001f4da", "1")
    item = new_item(workspace, books["ref_id"])
    assert {**item, **ITEM, "smart_list_ref_id": books["ref_id"], "version": 1} == item
    assert loaded(workspace, books["ref_id"]) == {
        "smart_list": books,
        "note": None,
        "tags": [],
        "smart_list_items": [item],
        "smart_list_item_generic_tags": None,
        "smart_list_item_notes": None,
    }
    assert loaded(workspace, f"{books['ref_id']}/items/{item['ref_id']}") == {"item": item, "note": None, "generic_tags": []}
    nothing = dict.fromkeys(("note", "smart_list_items", "smart_list_item_generic_tags", "smart_list_item_notes"))
    assert found(workspace) == [{"smart_list": books, "tags": [], **nothing}]


def test_tags_and_notes_of_items_are_shown_where_they_are_asked_for(workspace: Workspace) -> None:
    books = new_list(workspace)["ref_id"]
    first, second = (new_item(workspace, books)["ref_id"] for _ in range(2))
    linked(workspace, "smart-list", books, "all")
    linked(workspace, "smart-list-item", first, "novel")
    note = noted(workspace, "smart-list-item", second)
    for shown in (
        loaded(workspace, books, include_item_tags_and_notes=True),
        *found(workspace, include_tags=True, include_items=True, include_item_notes=True),
    ):
        assert [tag["name"] for tag in shown["tags"]] == ["all"]
        tags = shown["smart_list_item_generic_tags"]
        assert {ref_id: [tag["name"] for tag in each] for ref_id, each in tags.items()} == {first: ["novel"], second: []}
        assert shown["smart_list_item_notes"] == [note]
    (only_notes,) = found(workspace, include_item_notes=True)
    assert (only_notes["smart_list_items"], only_notes["smart_list_item_notes"]) == (None, [note])
    assert loaded(workspace, f"{books}/items/{first}")["generic_tags"][0]["name"] == "novel"
    assert loaded(workspace, f"{books}/items/{second}")["note"] == note


def test_filters_say_which_items_are_shown_and_leave_out_no_list(workspace: Workspace) -> None:
    books, films = new_list(workspace)["ref_id"], new_list(workspace)["ref_id"]
    done, open_, tagged = (new_item(workspace, books, is_done=each)["ref_id"] for each in (True, False, False))
    film = new_item(workspace, films, is_done=True)["ref_id"]
    novel, long = linked(workspace, "smart-list-item", tagged, "novel", "long")
    linked(workspace, "smart-list-item", film, "long")

    def shown(**query: Any) -> list[list[str]]:
        entries = found(workspace, include_items=True, **query)
        assert [each["smart_list"]["ref_id"] for each in entries] == [books, films]
        assert all(each["tags"] == [] for each in entries)
        return [[item["ref_id"] for item in each["smart_list_items"]] for each in entries]

    assert shown() == [[done, open_, tagged], [film]]
    assert shown(filter_is_done="TRUE") == [[done], [film]]
    assert shown(filter_is_done=False) == [[open_, tagged], []]
    assert shown(filter_is_done="null") == shown()
    assert shown(filter_tag_names="long,novel") == [[tagged], [film]]
    assert shown(filter_tag_names="none") == [[], []]
    assert shown(filter_tag_ref_id=novel) == [[tagged], []]
    assert shown(filter_tag_ref_id=[novel, long], filter_is_done=True) == [[], [film]]
    assert shown(filter_tag_ref_id=novel, filter_tag_names="long") == [[tagged], []]
    assert shown(filter_item_ref_id=[open_, film]) == [[open_], [film]]
    assert shown(filter_item_ref_id=open_, filter_is_done=True) == [[], []]
    assert [each["smart_list_items"] for each in found(workspace, filter_is_done=True)] == [None, None]
    notes = noted(workspace, "smart-list-item", done), noted(workspace, "smart-list-item", open_)
    (entry, _) = found(workspace, include_item_notes=True, filter_is_done=True)
    assert entry["smart_list_item_notes"] == [notes[0]]


@pytest.mark.parametrize("query", [{"filter_is_done": "yes"}, {"filter_tag_ref_id": "x"}, {"filter_item_ref_id": "0"}], ids=str)
def test_filters_that_mean_nothing_are_refused(workspace: Workspace, query: dict[str, str], refused: Any) -> None:
    refused(workspace.client.get("/smart-lists", params=query), 400, "invalid_parameter")


def test_archived_items_and_tags_are_asked_for_by_themselves(workspace: Workspace, refused: Any) -> None:
    books = new_list(workspace)["ref_id"]
    live, gone = (new_item(workspace, books)["ref_id"] for _ in range(2))
    (tag,) = linked(workspace, "smart-list-item", live, "novel")
    linked(workspace, "smart-list", books, "all")
    note = noted(workspace, "smart-list-item", gone)
    workspace.client.delete(f"/smart-lists/{books}/items/{gone}")
    workspace.client.delete(f"/common/tags/{tag}")

    def shown(**query: Any) -> tuple[list[str], list[str], list[str]]:
        answer = loaded(workspace, books, include_item_tags_and_notes=True, **query)
        assert [each["name"] for each in answer["tags"]] == ["all"]
        items = [each["ref_id"] for each in answer["smart_list_items"]]
        tags = [each["name"] for each in answer["smart_list_item_generic_tags"][live]]
        return items, tags, [each["ref_id"] for each in answer["smart_list_item_notes"]]

    assert shown() == ([live], [], [])
    assert shown(allow_archived=True) == ([live], [], [])
    assert shown(allow_archived_items=True) == ([live, gone], [], [note["ref_id"]])
    assert shown(allow_archived_tags=True) == ([live], ["novel"], [])
    workspace.client.delete(f"/smart-lists/{books}")
    for flags in ({}, {"allow_archived_items": True}, {"allow_archived_tags": True}):
        refused(workspace.client.get(f"/smart-lists/{books}", params=flags), 404, "entity_not_found")
    assert [each["ref_id"] for each in loaded(workspace, books, allow_archived=True)["smart_list_items"]] == []
    both = loaded(workspace, books, allow_archived=True, allow_archived_items=True)
    assert [each["ref_id"] for each in both["smart_list_items"]] == [live, gone]
    (entry,) = found(workspace, allow_archived=True, include_items=True)
    assert [each["ref_id"] for each in entry["smart_list_items"]] == [live, gone]


def test_an_archived_note_of_a_list_is_not_shown_for_the_sake_of_its_items(workspace: Workspace) -> None:
    books = new_list(workspace)["ref_id"]
    note = noted(workspace, "smart-list", books)
    workspace.client.delete(f"/common/notes/{note['ref_id']}")
    assert loaded(workspace, books, allow_archived_items=True)["note"] is None
    assert loaded(workspace, books, allow_archived=True)["note"]["ref_id"] == note["ref_id"]


def test_checking_and_unchecking_are_events_of_their_own(workspace: Workspace) -> None:
    books = new_list(workspace)["ref_id"]
    item = new_item(workspace, books)
    path, before = f"/smart-lists/{books}/items/{item['ref_id']}", len(events(workspace))
    for body in (
        {"is_done": True},
        {"is_done": {"should_change": True, "value": False}, "name": f" {item['name']} "},
        {"is_done": True, "name": "Ulysses"},
        {"is_done": True},
        {"url": None},
        {"name": "Emma"},
    ):
        assert workspace.client.put(path, json=body).status_code == 200
    assert events(workspace)[before:] == [
        "smart_list_item.checked",
        "smart_list_item.unchecked",
        "smart_list_item.changed",
        "smart_list_item.url_changed",
        "smart_list_item.renamed",
    ]
    after = loaded(workspace, f"{books}/items/{item['ref_id']}")["item"]
    assert (after["version"], after["is_done"], after["name"], after["url"]) == (6, True, "Emma", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"url": "example.com"}, "url_invalid"),
        ({"url": ""}, "url_invalid"),
        ({"url": "https://exa mple.com/"}, "url_invalid"),
        ({"url": "https://[x/"}, "url_invalid"),
        ({"url": "https://example.com/" + "x" * 2048}, "url_invalid"),
        ({"name": ""}, "name_invalid"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_an_item_that_breaks_a_rule_leaves_nothing_behind(
    workspace: Workspace, fields: dict[str, Any], code: str, refused: Any
) -> None:
    books = new_list(workspace)["ref_id"]
    body = {**ITEM, "smart_list_ref_id": books, **fields}
    refused(workspace.client.post(f"/smart-lists/{books}/items", json=body), 422, code)
    assert loaded(workspace, books, allow_archived_items=True)["smart_list_items"] == []


def test_an_item_is_there_only_below_its_own_list(workspace: Workspace, refused: Any) -> None:
    books, films = new_list(workspace)["ref_id"], new_list(workspace)["ref_id"]
    item = new_item(workspace, books)
    elsewhere, client = f"/smart-lists/{films}/items/{item['ref_id']}", workspace.client
    for answer in (
        client.get(elsewhere),
        client.get(f"{elsewhere}/history"),
        client.put(elsewhere, json={"is_done": True}),
        client.delete(elsewhere),
        client.post(f"{elsewhere}/unarchive"),
        client.delete(f"{elsewhere}/remove"),
        client.get(f"/smart-lists/{item['ref_id']}"),
        client.post("/smart-lists/999999/items", json={**ITEM, "smart_list_ref_id": "999999"}),
    ):
        refused(answer, 404, "entity_not_found")
    body = {**ITEM, "smart_list_ref_id": books}
    refused(client.post(f"/smart-lists/{films}/items", json=body), 422, "parent_differs")
    assert loaded(workspace, f"{books}/items/{item['ref_id']}")["item"] == item


def test_items_go_and_come_with_their_list(workspace: Workspace, refused: Any) -> None:
    books = new_list(workspace)["ref_id"]
    item = new_item(workspace, books)["ref_id"]
    noted(workspace, "smart-list-item", item)
    path = f"/smart-lists/{books}/items/{item}"
    workspace.client.delete(f"/smart-lists/{books}")
    refused(workspace.client.get(path), 404, "entity_not_found")
    refused(workspace.client.post(f"{path}/unarchive"), 409, "owner_archived")
    refused(
        workspace.client.post(f"/smart-lists/{books}/items", json={**ITEM, "smart_list_ref_id": books}), 404, "entity_not_found"
    )
    workspace.client.post(f"/smart-lists/{books}/unarchive")
    shown = loaded(workspace, f"{books}/items/{item}")
    assert (shown["item"]["version"], shown["note"]["version"]) == (3, 3)
    workspace.client.delete(f"/smart-lists/{books}/remove")
    refused(workspace.client.get(path, params={"allow_archived": True}), 404, "entity_not_found")
    assert workspace.client.get("/common/notes", params={"allow_archived": True, "offset": 1}).json() == {"notes": []}


def test_a_list_as_it_was_has_the_items_it_had(workspace: Workspace) -> None:
    at = [f"2026-01-0{day}T00:00:00Z" for day in (1, 2, 3)]
    made = workspace.client.post("/smart-lists", json={"name": "Books"}, headers={"Daybook-Effective-At": at[0]}).json()
    books = made["new_smart_list"]["ref_id"]
    body = {**ITEM, "smart_list_ref_id": books}
    workspace.client.post(f"/smart-lists/{books}/items", json=body, headers={"Daybook-Effective-At": at[2]})
    then = [len(loaded(workspace, books, as_of=moment)["smart_list_items"]) for moment in (at[1], at[2])]
    assert then == [0, 1]
