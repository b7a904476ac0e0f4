"""The rows of links: those that follow the log are those that replaying gives, and a rename does not depend on them."""

from collections.abc import Callable

import asyncpg
import pytest
from conftest import Service, Workspace, caught_up

from infrastructure.audit import Altered, verify
from infrastructure.link_rows import CONTEXT_BYTES_MAX, link_rows
from infrastructure.rebuild import Rebuild

ROWS = "SELECT * FROM read_model.page_link WHERE workspace_id = $1 ORDER BY page_id, ordinal"


async def test_a_rebuild_fills_links_and_the_projection_goes_on_from_there(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    workspace.create("Goal")
    workspace.create("Start", content="[[goal]]\n\n@{Goal|goal#x}")
    workspace.create("Gone", content="[[goal]]")
    workspace.client.delete("/pages/gone")
    assert workspace.client.get("/pages/goal/backlinks").json()["total"] == 2
    reading, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
    try:
        before = await reading.fetch(ROWS, workspace.id)
        await verify(reading, workspace.id)
        await Rebuild(reading, writing).run()
        assert await reading.fetch(ROWS, workspace.id) == before
        place = await reading.fetchrow(
            "SELECT c.position, h.position AS head FROM daybook.checkpoint c JOIN daybook.workspace_head h USING (workspace_id) "
            "WHERE c.workspace_id = $1 AND c.projection = 'links'",
            workspace.id,
        )
        assert place["position"] == place["head"]
        workspace.client.post("/pages/start/content/append", json={"content": "[[goal]]"})
        assert workspace.client.get("/pages/goal/backlinks").json()["total"] == 3
        await verify(reading, workspace.id)
    finally:
        await reading.close()
        await writing.close()


async def test_an_audit_sees_a_link_that_was_altered(service: Service, workspace: Workspace) -> None:
    workspace.create("Start", content="[[goal]]")
    assert workspace.client.get("/pages/start/links").json()["total"] == 1
    connection = await asyncpg.connect(service.owner_dsn)
    try:
        await connection.execute("UPDATE read_model.page_link SET target = 'other' WHERE workspace_id = $1", workspace.id)
        with pytest.raises(Altered, match=r"page_link .* differs from what replaying gives in target"):
            await verify(connection, workspace.id)
    finally:
        await connection.close()


async def test_a_rename_is_right_while_the_projection_stands_still(service: Service, workspace: Workspace) -> None:
    workspace.create("Goal")
    workspace.create("Early", content="[[goal]]")
    workspace.create("Changed", content="[[goal]]")
    assert workspace.client.get("/pages/goal/backlinks").json()["total"] == 2
    connection = await asyncpg.connect(service.owner_dsn)
    try:
        async with connection.transaction():
            # Whoever holds the checkpoint keeps the projection from it.
            await connection.execute(
                "SELECT FROM daybook.checkpoint WHERE workspace_id = $1 AND projection = 'links' FOR UPDATE", workspace.id
            )
            workspace.create("Late", content="[[goal]]")
            workspace.client.put("/pages/changed/content", json={"content": "no more"})
            answer = workspace.client.patch("/pages/goal", params={"rewriteLinks": "true"}, json={"slug": "aim"})
            assert answer.json()["rewritten"] == ["early", "late"]
            # A read that names no position answers what there is.
            assert workspace.client.get("/pages/aim/backlinks").json()["total"] == 2
    finally:
        await connection.close()
    for slug in ("early", "late"):
        assert workspace.get(slug)["content"] == "[[aim]]"
    # The runner met a checkpoint that was held, and looks again within a second, which is all that other reads wait.
    wait_for = {"Daybook-Wait-For": answer.headers["Daybook-Position"]}
    found = workspace.client.get("/pages/aim/backlinks", headers=wait_for).json()
    assert {each["target"] for each in found["backlinks"]} == {"aim"}


def test_the_line_around_a_link_is_cut(workspace: Workspace) -> None:
    for text, expected in (
        ("a\n  b [[c]] d  \ne", "b [[c]] d"),
        ("é" * 1000 + "[[c]]" + "é" * 1000, "é" * 75 + "[[c]]" + "é" * 72),
        ("x\r[[c]]\ry", "[[c]]"),
    ):
        ((*_, context),) = link_rows(workspace.id, workspace.id, text.encode())
        assert context == expected
        assert len(context.encode()) <= CONTEXT_BYTES_MAX


def test_many_links_of_many_pages_are_written(workspace: Workspace) -> None:
    workspace.create("Goal")
    for number in range(3):
        workspace.create(f"P {number}", content="[[goal]] [[none]]\n" * 2_000)
    # A read waits for links only so long, and a busy machine may need longer for so many.
    caught_up(workspace)
    assert workspace.client.get("/pages/goal/backlinks", params={"limit": 1}).json()["total"] == 6_000
