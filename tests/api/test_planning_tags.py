"""Tags over HTTP, and what they are linked to."""

from typing import Any

import pytest
from conftest import Workspace
from planning_samples import (
    new_vacation,
    posted,
)
from planning_steps import ALL, events, head, linked, loaded

from domain.planning.tags import LINKED_MAX, NAME_CHARACTERS_MAX


@pytest.mark.parametrize("name", ["a", "9", "out-of-office", "a--b", "a-", "A1", "x" * NAME_CHARACTERS_MAX])
def test_names_that_a_tag_may_have(shared: Workspace, name: str) -> None:
    ref_id = posted(shared, "/common/tags", {"namespace": "vacation", "name": name})["new_tag"]["ref_id"]
    shared.client.delete(f"/common/tags/{ref_id}/remove")


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a b", " a", "a_b", "é", "a\n", "a\u0000", "#a", "\u0661", "x" * (NAME_CHARACTERS_MAX + 1), "a" * 100_000 + "!"],
    ids=lambda name: ascii(name[:20]),
)
def test_names_that_a_tag_may_not_have(shared: Workspace, name: str, refused: Any) -> None:
    refused(shared.client.post("/common/tags", json={"namespace": "vacation", "name": name}), 422, "name_invalid")
    vacation = new_vacation(shared)["ref_id"]
    body = {"namespace": "vacation", "source_entity_ref_id": vacation, "tag_names": ["fine", name]}
    refused(shared.client.post("/common/tags/link", json=body), 422, "name_invalid")
    assert shared.client.get("/common/tags").json() == {"tags": []}


def test_a_name_is_of_one_tag_of_a_namespace(workspace: Workspace, refused: Any) -> None:
    sea = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "sea"})["new_tag"]
    hills = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "hills"})["new_tag"]
    assert posted(workspace, "/common/tags", {"namespace": "chore", "name": "sea"})["new_tag"]["ref_id"]
    taken = {"namespace": "vacation", "name": "sea"}
    refused(workspace.client.post("/common/tags", json=taken), 409, "tag_exists")
    refused(workspace.client.put(f"/common/tags/{hills['ref_id']}", json={"name": "sea"}), 409, "tag_exists")
    assert workspace.client.put(f"/common/tags/{sea['ref_id']}", json={"name": "sea"}).status_code == 200
    workspace.client.delete(f"/common/tags/{sea['ref_id']}")
    refused(workspace.client.post("/common/tags", json=taken), 409, "tag_exists")
    # Its old name is free once it has another, and so is that of one that was removed.
    workspace.client.post(f"/common/tags/{sea['ref_id']}/unarchive")
    workspace.client.put(f"/common/tags/{sea['ref_id']}", json={"name": "ocean"})
    other = posted(workspace, "/common/tags", taken)["new_tag"]["ref_id"]
    workspace.client.delete(f"/common/tags/{other}/remove")
    assert posted(workspace, "/common/tags", taken)["new_tag"]["version"] == 1


def test_a_link_replaces_the_tags_and_makes_those_that_are_missing(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    sea = posted(workspace, "/common/tags", {"namespace": "vacation", "name": "sea"})["new_tag"]["ref_id"]
    link = linked(workspace, ref_id, "sun", "sea", "sun")
    assert (link["name"], link["tag_domain_ref_id"], link["namespace"], link["source_entity_ref_id"]) == (
        "NOT-USED",
        "1",
        "vacation",
        ref_id,
    )
    sun, same = link["ref_ids"]
    assert same == sea
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sun", "sea"]
    (entry,) = workspace.client.get("/vacations", params=ALL).json()["entries"]
    assert entry["tags"] == loaded(workspace, ref_id)["tags"]
    # The same again changes nothing.
    before = head(workspace)
    assert linked(workspace, ref_id, "sun", "sea") == link
    assert head(workspace) == before
    assert linked(workspace, ref_id, "sea")["ref_ids"] == [sea]
    assert linked(workspace, ref_id)["ref_ids"] == []
    assert loaded(workspace, ref_id)["tags"] == []
    # The tags themselves stay.
    assert {tag["ref_id"] for tag in workspace.client.get("/common/tags").json()["tags"]} == {sun, sea}


def test_archived_tags_are_not_shown_and_come_back_with_a_link(workspace: Workspace) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    link = linked(workspace, ref_id, "sea", "sun")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][0]}")
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sun"]
    keyed = {"Idempotency-Key": "again"}
    assert linked(workspace, ref_id, "sea", "sun", **keyed) == link
    assert [tag["name"] for tag in loaded(workspace, ref_id)["tags"]] == ["sea", "sun"]
    assert linked(workspace, ref_id, "sea", "sun", **keyed) == link


def test_archived_tags_stay_with_what_had_them_whatever_else_is_linked(workspace: Workspace) -> None:
    vacation = new_vacation(workspace)["ref_id"]
    link = linked(workspace, vacation, "sea", "sun", "sand")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][1]}")
    assert linked(workspace, vacation, "sea", "sand") == link
    linked(workspace, vacation, "sand")
    assert [tag["name"] for tag in loaded(workspace, vacation)["tags"]] == ["sand"]
    workspace.client.post(f"/common/tags/{link['ref_ids'][1]}/unarchive")
    assert [tag["name"] for tag in loaded(workspace, vacation)["tags"]] == ["sun", "sand"]
    assert linked(workspace, vacation)["ref_ids"] == []


@pytest.mark.parametrize("ending", ["", "/remove"])
def test_a_link_that_only_brought_tags_back_is_answered_as_it_was_then(workspace: Workspace, ending: str) -> None:
    vacation, keyed = new_vacation(workspace)["ref_id"], {"Idempotency-Key": "kz1"}
    link = linked(workspace, vacation, "zed")
    workspace.client.delete(f"/common/tags/{link['ref_ids'][0]}")
    body = {"namespace": "vacation", "source_entity_ref_id": vacation, "tag_names": ["zed"]}
    first = workspace.client.post("/common/tags/link", json=body, headers=keyed)
    assert first.json() == {"tag_link": link}
    linked(workspace, vacation, "sea")
    workspace.client.delete(f"/vacations/{vacation}{ending}")
    again = workspace.client.post("/common/tags/link", json=body, headers=keyed)
    assert (again.status_code, again.content, again.headers["idempotent-replay"]) == (200, first.content, "true")
    assert again.headers["etag"] == first.headers["etag"]


def test_a_tag_that_is_removed_is_taken_off_everything(workspace: Workspace) -> None:
    vacations = [new_vacation(workspace)["ref_id"] for _ in range(3)]
    links = [linked(workspace, vacations[0], "sea", "sun"), linked(workspace, vacations[1], "sea")]
    linked(workspace, vacations[2], "sun")
    before = head(workspace)
    workspace.client.delete(f"/common/tags/{links[0]['ref_ids'][0]}/remove")
    assert events(workspace, before) == ["tag_link.changed", "tag_link.changed", "tag.removed"]
    assert [[tag["name"] for tag in loaded(workspace, each)["tags"]] for each in vacations] == [["sun"], [], ["sun"]]


def test_nothing_has_more_tags_than_it_may(workspace: Workspace, refused: Any) -> None:
    ref_id = new_vacation(workspace)["ref_id"]
    names = [f"t{number}" for number in range(LINKED_MAX + 1)]
    body = {"namespace": "vacation", "source_entity_ref_id": ref_id, "tag_names": names}
    refused(workspace.client.post("/common/tags/link", json=body), 422, "too_many_tags")
    assert len(linked(workspace, ref_id, *names[:-1])["ref_ids"]) == LINKED_MAX
