"""Pages over real HTTP, as their users see them."""

from conftest import Workspace


def test_a_created_page_reads_back_with_its_content(workspace: Workspace) -> None:
    created = workspace.create("API Redesign", content="# Hi", properties={"points": 3, "gone": None})
    assert workspace.get("api-redesign") == created
    assert created["version"] == 1
    assert created["properties"] == {"points": 3}


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
