"""Snapshots follow from the log: whoever makes them, when, and in what batches, they are the same rows."""

import threading
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from conftest import Service, Workspace, caught_up, run_apart

from infrastructure.audit import Altered, verify
from infrastructure.rebuild import Rebuild


def test_a_rebuild_leaves_the_same_past_and_the_audit_finds_nothing(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    page_id = workspace.create("Page", content="x" * 200_000)["id"]
    for number in range(120):
        workspace.client.post(f"/pages/{page_id}/content/append", json={"content": f"{number} " * 300})
    seen = workspace.get(page_id)
    caught_up(workspace)

    async def rebuild() -> tuple[list[Any], list[Any]]:
        reading, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
        statement = "SELECT * FROM read_model.page_snapshot WHERE workspace_id = $1 ORDER BY version"
        lived = await reading.fetch(statement, workspace.id)
        await verify(reading, workspace.id)
        await Rebuild(reading, writing).run()
        rebuilt = await reading.fetch(statement, workspace.id)
        await verify(reading, workspace.id)
        await reading.close()
        await writing.close()
        return lived, rebuilt

    lived, rebuilt = run_apart(rebuild())
    assert [row["version"] for row in lived] == [1, 68]
    assert lived == rebuilt
    for number in range(120):
        workspace.client.post(f"/pages/{page_id}/content/append", json={"content": f"{number} " * 300})
    caught_up(workspace)
    run_apart(_verified(service, workspace))
    assert workspace.client.get(f"/pages/{page_id}", params={"version": 121}).json()["page"] == seen


async def _verified(service: Service, workspace: Workspace) -> None:
    connection = await asyncpg.connect(service.owner_dsn)
    await verify(connection, workspace.id)
    await connection.close()


def test_a_rebuild_beside_writers_loses_no_snapshot(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    pages = [workspace.create(content="x" * 10_000)["slug"] for _ in range(3)]
    stop = threading.Event()

    def write(slug: str) -> None:
        with workspace.client_of_its_own() as client:
            while not stop.is_set():
                client.post(f"/pages/{slug}/content/append", json={"content": "y" * 5000}).raise_for_status()

    async def rebuild() -> None:
        reading, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
        await Rebuild(reading, writing).run()
        await reading.close()
        await writing.close()

    writers = [threading.Thread(target=write, args=(slug,)) for slug in pages]
    for writer in writers:
        writer.start()
    for _ in range(5):
        run_apart(rebuild())
    stop.set()
    for writer in writers:
        writer.join()
    caught_up(workspace)
    run_apart(_verified(service, workspace))


ALTERATIONS = {
    "DELETE FROM read_model.page_snapshot": "page_snapshot .* is missing",
    "UPDATE read_model.page_snapshot SET content = 'another'": "page_snapshot .* differs .* in content",
    """
    INSERT INTO read_model.page_snapshot
    SELECT workspace_id, page_id, 2, position, latest_at, archived_root, doc, aside, stamp, content_hash, content_bytes, content
      FROM read_model.page_snapshot
    """: "has page_snapshot .* of which the log knows nothing",
}


def test_the_audit_finds_a_snapshot_that_was_altered(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    workspace.create("Page", content="x" * 200_000)
    caught_up(workspace)

    async def alter(alteration: str, found: str) -> None:
        reading, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
        await writing.execute(alteration)
        with pytest.raises(Altered, match=found):
            await verify(reading, workspace.id)
        await Rebuild(reading, writing).run()
        await reading.close()
        await writing.close()

    for alteration, found in ALTERATIONS.items():
        run_apart(alter(alteration, found))
        run_apart(_verified(service, workspace))
