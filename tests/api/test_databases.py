"""Typed databases over real HTTP: a schema holds for whatever gives a row properties, or makes a page a row."""

from typing import Any

import pytest
from conftest import Workspace

SCHEMA = {
    "Stage": {"type": "select", "options": ["Todo", "Done"]},
    "Price": {"type": "number"},
    "Project": {"type": "relation"},
}


@pytest.fixture
def typed(workspace: Workspace) -> Workspace:
    workspace.create("Orders", type="database")
    workspace.create("Project A")
    assert put(workspace).status_code == 200
    return workspace


def put(workspace: Workspace, **extra: Any) -> Any:
    return workspace.client.put("/pages/orders/schema", json={"properties": SCHEMA, **extra})


def test_a_schema_is_set_read_and_removed(workspace: Workspace) -> None:
    workspace.create("Orders", type="database")
    assert workspace.client.get("/pages/orders/schema").json() == {"properties": None, "version": 1}
    answer = put(workspace)
    assert answer.json() == {
        "success": True, "properties": SCHEMA, "version": 2, "nonconforming": {"count": 0, "slugs": []},
    }  # fmt: skip
    assert answer.headers["etag"] == '"2"'
    read = workspace.client.get("/pages/orders/schema")
    assert read.json() == {"properties": SCHEMA, "version": 2}
    assert read.headers["etag"] == '"2"'
    assert put(workspace).json()["version"] == 2
    assert workspace.client.delete("/pages/orders/schema").json() == {"success": True}
    assert workspace.client.get("/pages/orders/schema").json() == {"properties": None, "version": 3}
    types = [entry["type"] for entry in workspace.client.get("/pages/history?page=orders").json()["history"]]
    assert types == ["page.schema_changed", "page.schema_changed", "page.created"]


def test_only_a_database_has_one(workspace: Workspace, refused: Any) -> None:
    workspace.create("Plain")
    for answer in (
        workspace.client.put("/pages/plain/schema", json={"properties": SCHEMA}),
        workspace.client.get("/pages/plain/schema"),
        workspace.client.delete("/pages/plain/schema"),
    ):
        refused(answer, 409, "not_a_database")
    for method in ("get", "delete"):
        refused(getattr(workspace.client, method)("/pages/nowhere/schema"), 404, "page_not_found")


def test_a_database_with_a_schema_stays_one(typed: Workspace, refused: Any) -> None:
    refused(typed.client.patch("/pages/orders", json={"type": "page"}), 409, "database_has_schema")
    typed.client.delete("/pages/orders/schema")
    assert typed.client.patch("/pages/orders", json={"type": "page"}).status_code == 200


def test_preconditions_hold_for_schemas_too(typed: Workspace, refused: Any) -> None:
    refused(put(typed, version=7), 409, "version_stale")
    answer = typed.client.delete("/pages/orders/schema", headers={"If-Match": '"7"'})
    refused(answer, 412, "version_stale")
    first = typed.client.put("/pages/orders/schema", json={"properties": {}}, headers={"Idempotency-Key": "k"})
    again = typed.client.put("/pages/orders/schema", json={"properties": {}}, headers={"Idempotency-Key": "k"})
    assert again.content == first.content
    assert again.headers["idempotent-replay"] == "true"


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"Stage": "done"}, "Stage", "one of 'Todo', 'Done'"),
    ({"Stage": "Todo", "Price": "3"}, "Price", "a number"),
    ({"Color": "red"}, "Color", "one of the properties 'Stage', 'Price', 'Project'"),
    ({"Project": "nowhere"}, "Project", "the slug or id of a page of this workspace"),
    ({"Project": "gone"}, "Project", "the slug or id of a page of this workspace"),
]


@pytest.mark.parametrize(("properties", "name", "accepted"), BAD, ids=str)
def test_rows_are_held_to_the_schema_by_every_way_in(
    typed: Workspace, refused: Any, properties: dict[str, Any], name: str, accepted: str
) -> None:
    typed.create("Gone")
    typed.client.delete("/pages/gone")
    typed.create("Row", parentSlug="orders")
    typed.create("Elsewhere", properties=properties)
    typed.client.get("/pages/row")
    for answer in (
        typed.client.post("/pages", json={"title": "New", "parentSlug": "orders", "properties": properties}),
        typed.client.patch("/pages/row", json={"properties": properties}),
        typed.client.patch("/pages/row", json={"properties": properties, "parentSlug": "orders"}),
        typed.client.patch("/pages/elsewhere", json={"parentSlug": "orders"}),
        typed.client.post("/pages/elsewhere/move", json={"parentSlug": "orders"}),
    ):
        body = refused(answer, 400, "property_invalid")
        assert (body["property"], body["value"], body["accepted"]) == (name, properties[name], accepted)
    assert typed.get("row")["version"] == 1
    assert typed.get("elsewhere")["version"] == 1
    assert typed.client.get("/pages/new").status_code == 404


def test_what_fits_is_taken(typed: Workspace) -> None:
    row = typed.create("Row", parentSlug="orders", properties={"Stage": "Todo", "Price": 3, "Project": "project-a"})
    assert row["properties"] == {"Stage": "Todo", "Price": 3, "Project": "project-a"}
    by_id = {"Project": typed.get("project-a")["id"], "Stage": "Done", "Price": None}
    assert typed.client.patch("/pages/row", json={"properties": by_id}).status_code == 200
    typed.create("Elsewhere", properties={"Price": 1.5, "Color": "red"})
    moved = typed.client.patch("/pages/elsewhere", json={"parentSlug": "orders", "properties": {"Color": None}})
    assert moved.json()["page"]["properties"] == {"Price": 1.5}
    # Pages below a row are no rows.
    assert typed.create("Note", parentSlug="row", properties={"Color": "red"})["properties"] == {"Color": "red"}


def test_a_row_that_leaves_is_free(typed: Workspace) -> None:
    typed.create("Row", parentSlug="orders", properties={"Price": 3})
    typed.client.patch("/pages/row", json={"parentSlug": None})
    assert typed.client.patch("/pages/row", json={"properties": {"Price": "free"}}).status_code == 200


def test_rows_that_were_there_stay_and_are_counted(workspace: Workspace) -> None:
    workspace.create("Orders", type="database")
    for number in range(25):
        workspace.create(f"Row {number}", parentSlug="orders", properties={"Price": number if number % 5 else str(number)})
    workspace.create("Deleted", parentSlug="orders", properties={"Price": "x"})
    workspace.client.delete("/pages/deleted")
    assert put(workspace).json()["nonconforming"] == {"count": 5, "slugs": ["row-0", "row-5", "row-10", "row-15", "row-20"]}
    # What does not fit need not be put right to change something else.
    assert workspace.client.patch("/pages/row-5", json={"properties": {"Stage": "Done"}}).status_code == 200
    only_text = workspace.client.put("/pages/orders/schema", json={"properties": {"Price": {"type": "text"}}}).json()
    assert only_text["nonconforming"]["count"] == 21
    assert len(only_text["nonconforming"]["slugs"]) == 20


@pytest.mark.parametrize(
    "properties",
    [{"a": {"type": "select"}}, {"a": {"type": "number", "options": ["1"]}}, {"": {"type": "text"}}, {"a\0": {"type": "text"}}],
    ids=str,
)
def test_a_schema_that_cannot_be_is_refused(typed: Workspace, refused: Any, properties: dict[str, Any]) -> None:
    refused(typed.client.put("/pages/orders/schema", json={"properties": properties}), 400, "invalid_parameter")


@pytest.mark.parametrize(
    "body", [{}, {"properties": None}, {"properties": {"a": {"type": "colour"}}}, {"properties": {"a": {}}}], ids=str
)
def test_a_body_of_another_shape_is_refused(typed: Workspace, refused: Any, body: dict[str, Any]) -> None:
    refused(typed.client.put("/pages/orders/schema", json=body), 400, "invalid_request")


def test_going_back_is_held_to_the_schema_as_well(typed: Workspace, refused: Any) -> None:
    typed.create("Row", properties={"Color": "red"})
    typed.client.patch("/pages/row", json={"properties": {"Color": None, "Price": 3}})
    typed.client.patch("/pages/row", json={"parentSlug": "orders"})
    typed.client.patch("/pages/row", json={"properties": {"Price": 4}})
    body = refused(typed.client.post("/pages/row/revert", json={"version": 1}), 400, "property_invalid")
    assert body["property"] == "Color"
    back = typed.client.post("/pages/row/revert", json={"version": 2}).json()["page"]
    assert back["properties"] == {"Price": 3}


def test_a_database_with_a_schema_does_not_go_back_to_what_was_none(workspace: Workspace, refused: Any) -> None:
    workspace.create("Orders")
    workspace.client.patch("/pages/orders", json={"type": "database"})
    put(workspace)
    refused(workspace.client.post("/pages/orders/revert", json={"version": 1}), 409, "database_has_schema")
