"""Pages over real HTTP, as their users see them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from conftest import Workspace

MEMBERS = {
    "id", "slug", "title", "subtitle", "parentId", "parentSlug", "type", "status", "icon", "owner", "blockedBy", "dueDate",
    "properties", "version", "createdAt", "updatedAt", "createdBy", "updatedBy", "archivedAt",
}  # fmt: skip
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
STATUSES = ["idea", "not_started", "on_track", "at_risk", "off_track", "completed", "paused"]


def slugs(workspace: Workspace, **query: Any) -> list[str]:
    return [page["slug"] for page in workspace.client.get("/pages", params=query).json()["pages"]]


# Creating and reading


def test_a_created_page_reads_back_with_its_content(workspace: Workspace) -> None:
    created = workspace.create("API Redesign", content="# Hi", properties={"points": 3, "gone": None})
    assert workspace.get("api-redesign") == created
    assert created["version"] == 1
    assert created["properties"] == {"points": 3}


def test_a_page_has_the_members_of_the_contract_and_no_others(workspace: Workspace) -> None:
    created = workspace.create()
    assert set(created) == MEMBERS | {"content", "contentHash"}
    (listed,) = workspace.client.get("/pages").json()["pages"]
    assert set(listed) == MEMBERS
    assert listed == {name: value for name, value in created.items() if name in MEMBERS}


def test_only_the_title_is_required(workspace: Workspace) -> None:
    page = workspace.create("Bare")
    nothing = ("subtitle", "parentId", "parentSlug", "status", "icon", "owner", "dueDate", "archivedAt")
    assert all(page[name] is None for name in nothing)
    assert (page["type"], page["blockedBy"], page["properties"], page["content"]) == ("page", [], {}, "")


def test_every_field_can_be_given_at_once(workspace: Workspace) -> None:
    given = {
        "subtitle": "Sub", "content": "text", "type": "database", "status": "at_risk",
        "icon": {"type": "lucide", "value": "rocket"},
        "owner": "ana@acme.io", "blockedBy": ["auth-service"], "dueDate": "2026-03-01",
        "properties": {"s": "x", "i": 1, "f": 1.5, "b": True, "d": "2026-01-31"},
    }  # fmt: skip
    created = workspace.create("All", **given)
    assert {name: created[name] for name in given} == given
    assert workspace.get("all") == created


def test_timestamps_are_utc_with_microseconds_and_actors_are_the_key(workspace: Workspace) -> None:
    page = workspace.create()
    assert all(TIMESTAMP.fullmatch(page[name]) for name in ("createdAt", "updatedAt"))
    assert abs(datetime.fromisoformat(page["createdAt"]) - datetime.now(UTC)) < timedelta(minutes=5)
    assert page["createdBy"] == page["updatedBy"]
    assert page["createdBy"]["kind"] == "key"
    later = workspace.client.patch("/pages/a-page", json={"status": "idea"}).json()["page"]
    assert later["createdAt"] == page["createdAt"] < later["updatedAt"]


def test_a_page_answers_by_slug_and_by_id_under_both_bases(workspace: Workspace) -> None:
    page = workspace.create("Both")
    for reference in ("both", page["id"], page["id"].upper()):
        for base in ("/v1", "/api/v1"):
            answer = httpx.get(f"{workspace.url}{base}/pages/{reference}", headers=workspace.headers)
            assert answer.json()["page"] == page


def test_writing_by_id_is_writing_by_slug(workspace: Workspace) -> None:
    page = workspace.create("Id")
    at = f"/pages/{page['id']}"
    assert workspace.client.patch(at, json={"title": "New"}).json()["page"]["title"] == "New"
    assert workspace.client.put(f"{at}/content", json={"content": "x"}).json()["version"] == 3
    assert workspace.client.delete(at).status_code == 200
    assert workspace.client.post(f"{at}/restore").json()["page"]["content"] == "x"


# Listing


def test_a_list_is_in_the_order_of_creation_and_pages_through_limit_and_offset(workspace: Workspace) -> None:
    for number in range(5):
        workspace.create(f"P{number}")
    assert slugs(workspace) == ["p0", "p1", "p2", "p3", "p4"]
    assert slugs(workspace, limit=2) == ["p0", "p1"]
    assert slugs(workspace, limit=2, offset=3) == ["p3", "p4"]
    assert slugs(workspace, offset=4) == ["p4"]
    assert slugs(workspace, offset=5) == []
    for query in ({}, {"limit": 1}, {"offset": 100}):
        assert workspace.client.get("/pages", params=query).json()["totalPages"] == 5


def test_an_empty_workspace_lists_nothing(workspace: Workspace) -> None:
    assert workspace.client.get("/pages").json() == {"pages": [], "totalPages": 0}
    assert workspace.client.get("/pages/history").json() == {"history": []}


def test_rows_of_a_database_are_its_child_pages(workspace: Workspace) -> None:
    database = workspace.create("Tasks", type="database")
    row = workspace.create("Row", parentId=database["id"])
    assert (row["parentId"], row["parentSlug"]) == (database["id"], "tasks")
    assert [page["parentSlug"] for page in workspace.client.get("/pages").json()["pages"]] == [None, "tasks"]


# Changing


def test_only_given_fields_change(workspace: Workspace) -> None:
    before = workspace.create("Page", content="text", status="idea", owner="ana@acme.io", dueDate="2026-03-01")
    after = workspace.client.patch("/pages/page", json={"title": "Other", "owner": None}).json()["page"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"title", "owner", "version", "updatedAt"}
    assert after["version"] == 2
    assert workspace.get("page") == after


def test_properties_merge_key_by_key_and_null_removes_one(workspace: Workspace) -> None:
    workspace.create("Page", properties={"a": 1, "b": "x", "c": True})
    after = workspace.client.patch("/pages/page", json={"properties": {"b": None, "d": 2.5, "missing": None}}).json()["page"]
    assert after["properties"] == {"a": 1, "c": True, "d": 2.5}
    assert workspace.client.patch("/pages/page", json={"properties": {}}).json()["page"] == after


def test_true_and_one_and_one_point_nought_are_different_properties(workspace: Workspace) -> None:
    workspace.create("Page", properties={"a": 1})
    for number, value in enumerate([True, 1.0, 1, False, 0], 2):
        page = workspace.client.patch("/pages/page", json={"properties": {"a": value}}).json()["page"]
        assert page["version"] == number
        assert type(page["properties"]["a"]) is type(value)


def test_content_can_come_with_a_patch(workspace: Workspace) -> None:
    workspace.create("Page", content="old")
    after = workspace.client.patch("/pages/page", json={"content": "new", "title": "T"}).json()["page"]
    assert (after["content"], after["title"], after["version"]) == ("new", "T", 3)


@pytest.mark.parametrize("status", [*STATUSES, None])
def test_each_status_of_the_contract_is_one(shared: Workspace, status: str | None) -> None:
    assert shared.create(status=status)["status"] == status


@pytest.mark.parametrize("page_type", ["page", "database", "file"])
def test_each_type_of_the_contract_is_one(shared: Workspace, page_type: str) -> None:
    assert shared.create(type=page_type)["type"] == page_type


def test_a_change_that_changes_nothing_keeps_the_version(workspace: Workspace) -> None:
    page = workspace.create("Same", content="x", properties={"a": 1}, blockedBy=["b"], status="idea")
    same = {name: page[name] for name in ("title", "slug", "content", "properties", "blockedBy", "status", "dueDate", "icon")}
    for body in ({}, same, {"parentSlug": None}, {"properties": {"b": None}}):
        assert workspace.client.patch("/pages/same", json=body).json()["page"] == page
    for path, body in (("", {"content": "x"}), ("/append", {"content": ""}), ("/find-replace", {"find": "x", "replace": "x"})):
        send = workspace.client.post if path else workspace.client.put
        assert send(f"/pages/same/content{path}", json=body).json()["version"] == 1
    assert len(workspace.client.get("/pages/history").json()["history"]) == 1


# Slugs

SLUGS = [
    ("API Redesign", "api-redesign"),
    ("  -- Hello,   World! -- ", "hello-world"),
    ("Ünïcode Straße", "ünïcode-straße"),
    ("日本語のページ", "日本語のページ"),
    ("Привет, мир", "привет-мир"),
    ("हिन्दी पृष्ठ", "हिन्दी-पृष्ठ"),
    ("عربي", "عربي"),
    ("ﬁne Ⅷ", "fine-viii"),
    ("FULL width", "full-width"),
    ("🚀🚀", "untitled"),
    ("search", "search-2"),
    ("Query", "query-2"),
    ("HISTORY!", "history-2"),
    ("batch", "batch-2"),
    ("0192f0c1-2b3c-7def-8123-456789abcdef", "0192f0c1-2b3c-7def-8123-456789abcdef-2"),
]


@pytest.mark.parametrize(("title", "slug"), SLUGS)
def test_a_slug_is_made_from_the_title(shared: Workspace, title: str, slug: str) -> None:
    page = shared.create(title)
    assert page["slug"] == slug
    assert shared.get(slug)["id"] == page["id"]


def test_taken_slugs_get_a_number(workspace: Workspace) -> None:
    assert [workspace.create("Same")["slug"] for _ in range(5)] == ["same", "same-2", "same-3", "same-4", "same-5"]


def test_a_slug_asked_for_is_given_or_refused_but_never_changed(workspace: Workspace, refused: Any) -> None:
    assert workspace.create("Title", slug="my-own")["slug"] == "my-own"
    refused(workspace.client.post("/pages", json={"title": "x", "slug": "my-own"}), 409, "slug_taken")
    workspace.create("Other")
    refused(workspace.client.patch("/pages/other", json={"slug": "my-own"}), 409, "slug_taken")
    assert workspace.get("other")["version"] == 1


RESERVED = ["search", "query", "history", "batch", "0192f0c1-2b3c-7def-8123-456789abcdef", "0192f0c12b3c7def8123456789abcdef"]
BAD_SLUGS = ["", "A", "a b", "a/b", "-a", "a-", "a--b", "ﬁ", "a\n", "🚀", "a" * 201, "a_b"]


@pytest.mark.parametrize("slug", [*BAD_SLUGS, *RESERVED])
def test_what_is_no_slug_is_refused_and_not_mended(shared: Workspace, refused: Any, slug: str) -> None:
    page = shared.create("Any")
    refused(shared.client.post("/pages", json={"title": "x", "slug": slug}), 400, "invalid_parameter")
    refused(shared.client.patch(f"/pages/{page['id']}", json={"slug": slug}), 400, "invalid_parameter")


def test_a_slug_of_the_greatest_length_makes_room_for_its_number(workspace: Workspace) -> None:
    pages = [workspace.create("a" * 300) for _ in range(3)]
    assert [page["slug"] for page in pages] == ["a" * 200, "a" * 180, "a" * 180 + "-2"]
    assert workspace.create("Next", blockedBy=[page["slug"] for page in pages])["blockedBy"] == [page["slug"] for page in pages]


def test_a_number_does_not_make_an_id_of_a_slug(workspace: Workspace) -> None:
    pages = [workspace.create("0123456789abcdef0123456789abcde") for _ in range(3)]
    assert [workspace.get(page["slug"])["id"] for page in pages] == [page["id"] for page in pages]


def test_a_rename_keeps_the_slug_unless_one_is_given_and_old_slugs_lead_on(workspace: Workspace) -> None:
    page = workspace.create("First")
    assert workspace.client.patch("/pages/first", json={"title": "Second"}).json()["page"]["slug"] == "first"
    assert workspace.client.patch("/pages/first", json={"slug": "second"}).json()["page"]["slug"] == "second"
    assert workspace.client.patch("/pages/first", json={"slug": "third"}).json()["page"]["slug"] == "third"
    for slug in ("first", "second", "third"):
        assert workspace.get(slug)["id"] == page["id"]
    assert workspace.client.post("/pages/first/content/append", json={"content": "by an old name"}).status_code == 200


def test_an_old_slug_leads_elsewhere_once_another_page_takes_it(workspace: Workspace) -> None:
    page = workspace.create("Old")
    workspace.client.patch("/pages/old", json={"slug": "new"})
    assert workspace.create("Old")["slug"] == "old-2", "a title alone takes nobody's old slug"
    taker = workspace.create("Taker", slug="old")
    assert workspace.get("old")["id"] == taker["id"]
    assert workspace.get("new")["id"] == page["id"]
    workspace.client.post("/pages/old/content/append", json={"content": "x"})
    assert (workspace.get("old")["content"], workspace.get("new")["content"]) == ("x", "")
    assert workspace.client.patch("/pages/new", json={"slug": "old"}).status_code == 409


def test_a_page_can_take_back_its_own_old_slug(workspace: Workspace) -> None:
    workspace.create("Back")
    workspace.client.patch("/pages/back", json={"slug": "forth"})
    assert workspace.client.patch("/pages/forth", json={"slug": "back"}).json()["page"]["slug"] == "back"
    assert workspace.get("forth")["slug"] == "back"


# The tree


def test_a_page_moves_by_slug_by_id_and_to_the_root(workspace: Workspace) -> None:
    a, b = workspace.create("A"), workspace.create("B")
    workspace.create("C")
    for body, parent in (({"parentSlug": "a"}, a), ({"parentId": b["id"]}, b), ({"parentSlug": b["id"]}, b)):
        moved = workspace.client.patch("/pages/c", json=body).json()["page"]
        assert (moved["parentId"], moved["parentSlug"]) == (parent["id"], parent["slug"])
    for name in ("parentSlug", "parentId"):
        workspace.client.patch("/pages/c", json={"parentSlug": "a"})
        moved = workspace.client.patch("/pages/c", json={name: None}).json()["page"]
        assert (moved["parentId"], moved["parentSlug"]) == (None, None)


def test_a_move_can_change_other_fields_as_well(workspace: Workspace) -> None:
    workspace.create("A")
    workspace.create("B", content="x")
    moved = workspace.client.patch("/pages/b", json={"parentSlug": "a", "title": "New", "slug": "new", "content": "y"}).json()[
        "page"
    ]
    assert (moved["parentSlug"], moved["title"], moved["slug"], moved["content"]) == ("a", "New", "new", "y")
    assert workspace.get("b") == moved


def test_no_page_moves_below_itself(workspace: Workspace, refused: Any) -> None:
    workspace.create("A")
    workspace.create("B", parentSlug="a")
    workspace.create("C", parentSlug="b")
    for parent in ("a", "b", "c"):
        refused(workspace.client.patch("/pages/a", json={"parentSlug": parent, "title": "Z"}), 409, "move_makes_cycle")
    assert workspace.get("a")["title"] == "A"


def test_a_parent_has_to_be_there(workspace: Workspace, refused: Any) -> None:
    workspace.create("Gone")
    workspace.create("Here")
    workspace.client.delete("/pages/gone")
    for parent in ("gone", "never", "0192f0c1-2b3c-7def-8123-456789abcdef", "a\0b"):
        refused(workspace.client.post("/pages", json={"title": "x", "parentSlug": parent}), 404, "parent_not_found")
        refused(workspace.client.patch("/pages/here", json={"parentId": parent}), 404, "parent_not_found")
    both = {"parentSlug": "here", "parentId": "here"}
    refused(workspace.client.post("/pages", json={"title": "x", **both}), 400, "invalid_parameter")
    refused(workspace.client.patch("/pages/here", json=both), 400, "invalid_parameter")


def test_children_name_their_parent_by_its_present_slug(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Child", parentSlug="parent")
    workspace.client.patch("/pages/parent", json={"slug": "renamed"})
    assert workspace.get("child")["parentSlug"] == "renamed"
    assert workspace.client.patch("/pages/child", json={"status": "idea"}).json()["page"]["parentSlug"] == "renamed"


# The trash


def test_deleting_takes_the_subtree_along_and_restoring_brings_it_back(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Child", parentSlug="parent")
    workspace.create("Grandchild", parentSlug="child")
    assert workspace.client.delete("/pages/parent").json() == {"success": True}
    assert workspace.client.get("/pages/grandchild").status_code == 404
    assert workspace.client.get("/pages").json()["totalPages"] == 0
    assert workspace.client.post("/pages/parent/restore").status_code == 200
    assert workspace.get("grandchild")["parentSlug"] == "child"
    assert workspace.client.get("/pages").json()["totalPages"] == 3


def test_a_page_in_the_trash_takes_nothing_but_its_restoration(workspace: Workspace, refused: Any) -> None:
    page = workspace.create("Gone", content="text")
    workspace.client.delete("/pages/gone")
    for reference in ("gone", page["id"]):
        at = f"/pages/{reference}"
        for answer in (
            workspace.client.get(at),
            workspace.client.patch(at, json={"title": "x"}),
            workspace.client.patch(at, json={"parentSlug": None}),
            workspace.client.delete(at),
            workspace.client.get(f"{at}/content"),
            workspace.client.put(f"{at}/content", json={"content": "x"}),
            workspace.client.post(f"{at}/content/append", json={"content": "x"}),
            workspace.client.post(f"{at}/content/find-replace", json={"find": "text", "replace": "x"}),
        ):
            refused(answer, 404, "page_not_found")
    restored = workspace.client.post("/pages/gone/restore").json()["page"]
    assert (restored["content"], restored["version"], restored["archivedAt"]) == ("text", 3, None)


def test_only_what_is_in_the_trash_can_be_restored(workspace: Workspace, refused: Any) -> None:
    workspace.create("Here")
    refused(workspace.client.post("/pages/here/restore"), 409, "not_in_trash")
    refused(workspace.client.post("/pages/never/restore"), 404, "page_not_found")


def test_a_child_restored_alone_goes_to_the_root_while_its_parent_is_in_the_trash(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Child", parentSlug="parent")
    workspace.create("Grandchild", parentSlug="child")
    workspace.client.delete("/pages/parent")
    assert workspace.client.post("/pages/child/restore").json()["page"]["parentId"] is None
    assert slugs(workspace) == ["child", "grandchild"]
    workspace.client.post("/pages/parent/restore")
    assert workspace.get("child")["parentId"] is None
    assert workspace.client.get("/pages").json()["totalPages"] == 3


def test_what_was_deleted_before_stays_in_the_trash(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Early", parentSlug="parent")
    workspace.create("Late", parentSlug="parent")
    workspace.client.delete("/pages/early")
    workspace.client.delete("/pages/parent")
    workspace.client.post("/pages/parent/restore")
    assert slugs(workspace) == ["parent", "late"]
    assert workspace.client.post("/pages/early/restore").json()["page"]["parentSlug"] == "parent"


def test_a_restored_page_whose_slug_was_taken_gets_another(workspace: Workspace) -> None:
    page = workspace.create("Name", content="first")
    workspace.client.delete("/pages/name")
    taker = workspace.create("Name")
    assert taker["slug"] == "name"
    restored = workspace.client.post(f"/pages/{page['id']}/restore").json()["page"]
    assert (restored["slug"], restored["content"]) == ("name-2", "first")
    assert workspace.get("name")["id"] == taker["id"]


def test_a_slug_leads_to_one_page_however_often_it_was_taken_and_left(workspace: Workspace) -> None:
    pages = []
    for _ in range(3):
        pages.append(workspace.create("Name")["id"])
        workspace.client.delete("/pages/name")
    restored = {workspace.client.post(f"/pages/{page_id}/restore").json()["page"]["slug"]: page_id for page_id in pages}
    assert len(restored) == 3
    for slug, page_id in restored.items():
        assert workspace.get(slug)["id"] == page_id
        assert workspace.client.patch(f"/pages/{slug}", json={"parentSlug": None}).status_code == 200


def test_a_deletion_can_be_repeated_after_a_restoration(workspace: Workspace) -> None:
    workspace.create("Parent")
    workspace.create("Child", parentSlug="parent")
    for _ in range(3):
        assert workspace.client.delete("/pages/parent").status_code == 200
        assert slugs(workspace) == []
        assert workspace.client.post("/pages/parent/restore").status_code == 200
        assert slugs(workspace) == ["parent", "child"]
    assert workspace.get("child")["version"] == 7


# Imports


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("2019-05-06T07:08:09Z", "2019-05-06T07:08:09.000000Z"),
        ("2019-05-06T07:08:09.5+02:00", "2019-05-06T05:08:09.500000Z"),
        ("2019-05-06", "2019-05-06T00:00:00.000000Z"),
        ("0001-01-02T00:00:00Z", "0001-01-02T00:00:00.000000Z"),
        ("9999-12-30T00:00:00Z", "9999-12-30T00:00:00.000000Z"),
    ],
)
def test_an_import_brings_its_own_date(shared: Workspace, stated: str, shown: str) -> None:
    page = shared.client.post("/pages", json={"title": "Dated"}, headers={"Daybook-Effective-At": stated}).json()["page"]
    assert page["createdAt"] == page["updatedAt"] == shown
    assert shared.get(page["slug"]) == page
    history = shared.client.get("/pages/history", params={"page": page["slug"]}).json()["history"]
    assert [entry["createdAt"] for entry in history] == [shown]
