"""Whoever alters the record is found out, and read models are what the log says."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import asyncpg
import pytest
from conftest import Service, Workspace, run_apart
from people import invite, sign_in
from planning_samples import (
    BLOCKS,
    EVENT_FULL_DAYS,
    EVENT_IN_DAY,
    OCCASION,
    ROOT,
    SAMPLES,
    Sample,
    live,
    new_entry,
    new_item,
    new_list,
    new_metric,
    new_person,
    new_project,
    new_stream,
    new_vacation,
    posted,
    settle,
)

from domain.planning.concepts import CONCEPTS, PREFIXES
from infrastructure.audit import Altered, verify
from infrastructure.database import Connection
from infrastructure.event_store.codec import tag_of
from infrastructure.migrations import migrate
from infrastructure.rebuild import Rebuild
from infrastructure.sql import sql

TABLES = (
    "workspace",
    "api_key",
    "page",
    "page_segment",
    "page_slug",
    "page_tally",
    "page_facet",
    "webhook",
    "item",
    "thread",
    "entity",
    "page_link",
    "page_text",
)


ITEMS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/updates", {"page": "renamed", "content": "x"}, {"status": "on_track", "title": "Week 9"}),
    ("/milestones", {"page": "renamed", "title": "x", "date": "0001-01-01"}, {"date": "9999-12-31", "page": None}),
    ("/principles", {"title": "x"}, {"content": "é"}),
]


def _lived_in(workspace: Workspace) -> None:
    """One of every kind of command."""
    client = workspace.client
    workspace.create(
        "Parent",
        content="# Parent\n",
        status="idea",
        properties={"n": 1},
        blockedBy=["child"],
        owner="ana@acme.io",
        dueDate="2026-03-01",
    )
    workspace.create("Child", parentSlug="parent", content="x" * 20_000)
    client.post("/pages/child/content/append", json={"content": "appended " * 200})
    client.post("/pages/child/content/find-replace", json={"find": "appended", "replace": "added", "replaceAll": True})
    client.put("/pages/parent/content", json={"content": "# New\n\n[[child]] @{Gone|gone#x}"})
    client.patch("/pages/parent", json={"title": "Renamed", "slug": "renamed", "properties": {"n": None, "m": True}})
    client.patch("/pages/child", json={"parentSlug": None})
    client.patch("/pages/child", json={"parentSlug": "renamed"})
    assert client.delete("/pages/renamed").status_code == 200
    workspace.create("Taker", slug="child")
    assert client.post("/pages/renamed/restore").status_code == 200
    workspace.create("Gone")
    client.delete("/pages/gone")
    for number in range(3):
        client.post("/webhooks", json={"url": f"https://example.org/{number}", "types": ["page.*"], "active": False})
    first, second, _ = client.get("/webhooks").json()["webhooks"]
    client.patch(f"/webhooks/{first['id']}", json={"types": ["*"], "description": "changed"})
    client.post(f"/webhooks/{first['id']}/rotate-secret")
    client.delete(f"/webhooks/{second['id']}")
    for path, made, changed in ITEMS:
        (first, second) = (next(iter(client.post(path, json=made).json().values()))["id"] for _ in range(2))
        client.patch(f"{path}/{first}", json=changed)
        client.delete(f"{path}/{first}")
        client.post(f"{path}/{first}/restore")
        client.delete(f"{path}/{second}")
    _talked(workspace)
    _planned(workspace)
    # Answered once the projection has read all this.
    assert client.get("/pages/renamed/links").json()["total"] == 2


def _talked(workspace: Workspace) -> None:
    client = workspace.client
    thread, other = (f"/threads/{client.post('/threads', json=body).json()['thread']['id']}" for body in ({}, {"message": "x"}))
    said = client.post(f"{thread}/messages", json={"content": "What was added to the child?"}).json()["message"]["id"]
    client.patch(thread, json={"title": "The child", "shared": True, "assistantMayWrite": True})
    client.patch(thread, json={"shared": False, "assistantMayWrite": False})
    assert client.post(f"{thread}/chat", json={"content": "And to the moon?"}).status_code == 200
    assert client.post(f"{thread}/messages/{said}/reply").status_code == 200
    client.delete(thread)
    client.post(f"{thread}/restore")
    client.delete(other)


def _planned(workspace: Workspace) -> None:
    """Every event of planning."""
    client = workspace.client
    for sample in SAMPLES:
        if sample.within is None:
            _lived(workspace, sample.path, partial(_one_more, workspace, sample), sample.changes, sample.needed(workspace))
    live(workspace)
    _met(workspace)
    settle(workspace)
    smart_list, metric = new_list(workspace)["ref_id"], new_metric(workspace, collection_period="weekly")["ref_id"]
    items, entries = f"/smart-lists/{smart_list}/items", f"/metrics/{metric}/entries"
    _lived(workspace, items, lambda: new_item(workspace, smart_list)["ref_id"], {"name": "Emma", "is_done": True, "url": None})
    _lived(workspace, entries, lambda: new_entry(workspace, metric)["ref_id"], {"value": 82.0, "collection_time": "2026-11-21"})
    kept, removed = ({"namespace": "vacation", "source_entity_ref_id": new_vacation(workspace)["ref_id"]} for _ in range(2))
    for about in (kept, removed):
        client.post("/common/notes", json={**about, "content": BLOCKS})
        (tag, _) = posted(workspace, "/common/tags/link", {**about, "tag_names": ["x", "y"]})["tag_link"]["ref_ids"]
        client.delete(f"/vacations/{about['source_entity_ref_id']}")
        client.post(f"/vacations/{about['source_entity_ref_id']}/unarchive")
    client.delete(f"/common/tags/{tag}/remove")
    client.delete(f"/vacations/{removed['source_entity_ref_id']}/remove")
    client.put(f"{items}/{new_item(workspace, smart_list, is_done=True)['ref_id']}", json={"is_done": False})
    client.put(f"/metrics/{metric}", json={"collection_period": "daily"})
    for project in (new_project(workspace), ROOT):
        client.post(f"/metrics/{metric}/change-collection-project", json={"collection_project_ref_id": project})
    client.put("/planning/settings", json={"feature_flags": {"chores": False}})
    told = client.get("/events", params={"limit": 1000, "types": ",".join(f"{prefix}*" for prefix in PREFIXES)}).json()["events"]
    wanted = {tag_of(event) for concept in CONCEPTS for event in concept.events}
    assert {each["type"] for each in told} == wanted


def _met(workspace: Workspace) -> None:
    """What of the schedule and of persons the samples do not tell."""
    client = workspace.client
    one, other = (new_stream(workspace)["ref_id"] for _ in range(2))
    client.put(f"/schedule/streams/{one}", json={"name": "At home", "color": "green"})
    for path, event, length in (
        ("/schedule/events-in-day", EVENT_IN_DAY, "duration_mins"),
        ("/schedule/events-full-days", EVENT_FULL_DAYS, "duration_days"),
    ):
        made = posted(workspace, path, {**event, "schedule_stream_ref_id": one})
        ref_id = next(each["ref_id"] for name, each in made.items() if name.startswith("new_schedule_event"))
        client.put(f"{path}/{ref_id}", json={length: 7})
        client.put(f"{path}/{ref_id}", json={"name": "Elsewhere", length: 8})
        client.post(f"{path}/{ref_id}/change-stream", json={"schedule_stream_ref_id": other})
    person, circle = new_person(workspace)["ref_id"], posted(workspace, "/prm/circles", {"name": "Choir"})["new_circle"]["ref_id"]
    for body in ({"catch_up_period": "weekly"}, {"circle_ref_ids": [circle]}, {"name": "Bo", "catch_up_period": "daily"}):
        client.put(f"/prm/persons/{person}", json=body)
    path, body = f"/prm/persons/{person}/occasions", {**OCCASION, "person_ref_id": person}
    changes = {"name": "Name day", "kind": "holiday", "date": "29 Feb"}
    _lived(workspace, path, lambda: posted(workspace, path, body)["new_occasion"]["ref_id"], changes)
    client.post("/prm/change-catch-up-project", json={"catch_up_project_ref_id": ROOT})


def _one_more(workspace: Workspace, sample: Sample) -> str:
    ref_id: str = sample.create(workspace)["ref_id"]
    return ref_id


def _lived(workspace: Workspace, path: str, make: Callable[[], str], changes: dict[str, Any], *more: dict[str, Any]) -> None:
    """All that happens to anything: three of them, of which one is removed."""
    client = workspace.client
    lived, archived, removed = (make() for _ in range(3))
    for body in (*({name: value} for name, value in changes.items()), *more):
        client.put(f"{path}/{lived}", json=body)
    client.put(f"{path}/{archived}", json=changes)
    for ref_id in (lived, archived):
        client.delete(f"{path}/{ref_id}")
    client.post(f"{path}/{lived}/unarchive")
    client.delete(f"{path}/{removed}/remove")


async def _rows(connection: Connection, schema: str, workspace: Workspace) -> dict[str, list[Any]]:
    order = {
        "page_segment": "page_id, segment",
        "page_slug": "slug",
        "api_key": "key_id",
        "page": "page_id",
        "webhook": "webhook_id",
        "item": "item_id",
        "thread": "thread_id",
        "entity": "ref_id",
        "page_facet": "page_id, facet, value",
        "page_link": "page_id, ordinal",
        "page_text": "page_id, part",
    }
    return {
        table: await connection.fetch(
            f"SELECT * FROM {schema}.{table} WHERE workspace_id = $1 ORDER BY {order.get(table, 'workspace_id')}",  # noqa: S608 - test names
            workspace.id,
        )
        for table in TABLES
    }


async def _projected(connection: Connection) -> None:
    """Waits until every projection has taken in all there is."""
    async with asyncio.timeout(30):
        while await connection.fetchval("SELECT sum(lag) FROM daybook.projection_states($1)", ["links", "text", "snapshots"]):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


def test_dropping_every_read_model_and_replaying_gives_the_same_rows(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    _lived_in(workspace)
    before = workspace.client.get("/pages").content, workspace.client.get("/pages/history").content

    async def rebuild() -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        reading, writing = await asyncpg.connect(service.owner_dsn), await asyncpg.connect(service.owner_dsn)
        await _projected(reading)
        lived = await _rows(reading, "read_model", workspace)
        await Rebuild(reading, writing).run()
        rebuilt = await _rows(reading, "read_model", workspace)
        await verify(reading, workspace.id)
        await reading.close()
        await writing.close()
        return lived, rebuilt

    lived, rebuilt = run_apart(rebuild())
    assert lived == rebuilt
    assert all(lived[table] for table in TABLES), "a read model was empty, so nothing was shown of it"
    assert (workspace.client.get("/pages").content, workspace.client.get("/pages/history").content) == before
    assert workspace.client.post("/pages/taker/content/append", json={"content": "after"}).status_code == 404
    assert workspace.client.post("/pages/child/content/append", json={"content": "after"}).status_code == 200


def test_rebuilding_under_load_loses_nothing(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    for number in range(8):
        workspace.create(f"Page {number}")

    async def load() -> int:
        stop, written = asyncio.Event(), 0

        async def write(client: Any, number: int) -> None:
            nonlocal written
            while not stop.is_set():
                answer = await client.post(
                    f"/pages/page-{number % 8}/content/append", json={"content": f"line {number} [[page-0]]"}
                )
                assert answer.status_code == 200, answer.text
                written += 1

        async with workspace.async_client() as client:
            writers = [asyncio.create_task(write(client, number)) for number in range(16)]
            for _ in range(3):
                done = await asyncio.to_thread(service.daybook, "rebuild")
                assert done.returncode == 0, done.stderr
            stop.set()
            await asyncio.gather(*writers)
        return written

    written = asyncio.run(load())
    assert workspace.client.get("/pages/page-0/backlinks", params={"limit": 1}).json()["total"] == written
    audit = service.daybook("audit", "verify")
    assert audit.returncode == 0, audit.stderr
    lines = sum(workspace.get(f"page-{number}")["content"].count("line") for number in range(8))
    assert lines == written


ALTERATIONS = {
    "data": "set_byte(data, 20, get_byte(data, 20) # 1)",
    "meta": "set_byte(meta, 12, get_byte(meta, 12) # 1)",
    "hash": "set_byte(hash, 5, get_byte(hash, 5) # 1)",
    "type": "'page.content_appendex'",
    "version": "version + 1000",
    "stream_id": "gen_random_uuid()",
    "schema_version": "2",
    "command_id": "gen_random_uuid()",
    "effective_at": "effective_at + interval '1 microsecond'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "chain": "set_byte(chain, 0, get_byte(chain, 0) # 1)",
    "position": "position + 1000",
}


@pytest.mark.parametrize("column", ALTERATIONS)
def test_altering_one_byte_of_one_event_is_named(column: str, service: Service, workspace: Workspace) -> None:
    workspace.create("Page")
    for number in range(5):
        workspace.client.post("/pages/page/content/append", json={"content": f"line {number} [[page-0]]"})

    async def alter_and_verify() -> str:
        connection = await asyncpg.connect(service.owner_dsn)
        try:
            await verify(connection, workspace.id)
            # A superuser can switch even the trigger off; that is what the hashes are for.
            await connection.execute("SET session_replication_role = replica")
            statement = f"UPDATE daybook.event SET {column} = {ALTERATIONS[column]} WHERE workspace_id = $1 AND position = 5"  # noqa: S608 - test names
            assert await connection.execute(statement, workspace.id) == "UPDATE 1"
            with pytest.raises(Altered) as altered:
                await verify(connection, workspace.id)
            return str(altered.value)
        finally:
            await connection.close()

    said = run_apart(alter_and_verify())
    assert "position 5" in said, said


REMOVALS = {
    "an event in the middle": "DELETE FROM daybook.event WHERE workspace_id = $1 AND position = 3",
    "the last event": "DELETE FROM daybook.event WHERE workspace_id = $1 AND position = 5",
    "a row of a read model": "DELETE FROM read_model.page WHERE workspace_id = $1",
    "a slug": "UPDATE read_model.page_slug SET slug = 'other' WHERE workspace_id = $1",
    "a count": "UPDATE read_model.page_tally SET live = live + 1 WHERE workspace_id = $1",
    "a title": "UPDATE read_model.page SET title = 'other' WHERE workspace_id = $1",
    "a key": "UPDATE read_model.api_key SET revoked_at = now() WHERE workspace_id = $1",
    "a thread": "UPDATE read_model.thread SET shared = true WHERE workspace_id = $1",
    "an entity": "UPDATE read_model.entity SET archived = true WHERE workspace_id = $1 AND kind = 'vacation'",
    "an entity that is gone": "DELETE FROM read_model.entity WHERE workspace_id = $1 AND kind = 'vacation'",
    "a principle": "UPDATE read_model.item SET live = false WHERE workspace_id = $1",
}


@pytest.mark.parametrize("what", REMOVALS)
def test_altering_anything_else_is_found_too(what: str, service: Service, workspace: Workspace) -> None:
    workspace.create("Page")
    workspace.client.post("/pages/page/content/append", json={"content": "line"})
    workspace.client.post("/principles", json={"title": "Write it down"})
    new_vacation(workspace)
    workspace.client.post("/threads", json={"message": "What is written down?"})

    async def alter_and_verify() -> None:
        connection = await asyncpg.connect(service.owner_dsn)
        try:
            await connection.execute("SET session_replication_role = replica")
            assert (await connection.execute(REMOVALS[what], workspace.id)).endswith(" 1")
            with pytest.raises(Altered):
                await verify(connection, workspace.id)
        finally:
            await connection.close()

    run_apart(alter_and_verify())


def test_the_command_line_names_the_workspace_and_exits_with_1(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace("books")
    workspace.create("Page")

    async def alter() -> None:
        connection = await asyncpg.connect(service.owner_dsn)
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "UPDATE daybook.event SET data = set_byte(data, 9, 65) WHERE workspace_id = $1 AND position = 3", workspace.id
        )
        await connection.close()

    run_apart(alter())
    verified = service.daybook("audit", "verify", "--workspace", "books")
    assert verified.returncode == 1
    assert "books" in verified.stderr
    assert "position 3" in verified.stderr


def test_replay_prints_a_page_as_it_was(service: Service, workspace: Workspace) -> None:
    workspace.create("Page", content="one\n")
    workspace.client.post("/pages/page/content/append", json={"content": "two\n"})
    first = service.daybook("replay", "--workspace", workspace.name, "--page", "page", "--version", "1")
    assert (first.returncode, first.stdout) == (0, "one\n")
    now = service.daybook("replay", "--workspace", workspace.name, "--page", "page")
    assert now.stdout == "one\ntwo\n"
    missing = service.daybook("replay", "--workspace", workspace.name, "--page", "page", "--version", "9")
    assert missing.returncode == 1
    assert "no such state" in missing.stderr


def test_an_anchor_kept_elsewhere_shows_that_the_whole_was_rewritten(service: Service, workspace: Workspace) -> None:
    workspace.create("Page")
    first = service.daybook("audit", "verify", "--workspace", workspace.name)
    anchor = first.stdout.rsplit("anchor ", 1)[1].strip()
    workspace.create("Another")
    verify_anchor = ("audit", "verify", "--workspace", workspace.name, "--anchor")
    assert service.daybook(*verify_anchor, anchor).returncode == 0
    other = anchor[:-1] + ("0" if anchor[-1] != "0" else "1")
    refused = service.daybook(*verify_anchor, other)
    assert refused.returncode == 1
    assert "rewritten" in refused.stderr
    beyond = service.daybook(*verify_anchor, "99999:" + anchor.partition(":")[2])
    assert beyond.returncode == 1
    assert "before the anchor" in beyond.stderr


def test_a_database_that_an_older_release_filled_is_filled_anew_when_it_is_opened(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    _lived_in(workspace)

    async def open_old() -> None:
        connection = await asyncpg.connect(service.owner_dsn)
        await connection.execute("DELETE FROM read_model.page_facet")
        await connection.execute("UPDATE read_model.page SET aside = '', place = '', latest_at = '-infinity'")
        await connection.execute("COMMENT ON SCHEMA read_model IS '0006_facets'")
        with pytest.raises(Altered):
            await verify(connection, workspace.id)
        await migrate(service.owner_dsn)
        await verify(connection, workspace.id)
        assert await connection.fetchval(sql("refill_wanted")) is None
        await connection.close()

    run_apart(open_old())


def test_what_has_to_do_with_access_is_rebuilt_to_the_byte_and_verified(new_service: Callable[..., Service]) -> None:
    """After every kind of command on members, keys and signing keys, and of what is noted of comings and goings."""
    service = new_service()
    workspace = service.new_workspace()
    olga = sign_in(workspace, "olga@acme.io", "owner")
    ana = sign_in(workspace, "ana@acme.io", "reader")
    client = olga.client()
    client.patch(f"/members/{ana.id}", json={"role": "editor", "name": "Ana"})
    invite(workspace, "ben@acme.io", "reader")
    client.delete(f"/members/{invite(workspace, 'gone@acme.io', 'reader')['id']}")
    kept, revoked = (client.post("/keys", json={"name": "x", "scopes": ["pages:read"]}).json()["key"] for _ in range(2))
    client.patch(f"/keys/{kept['id']}", json={"name": "kept"})
    client.delete(f"/keys/{revoked['id']}")
    workspace.client.get("/pages", headers={"Authorization": f"Bearer {workspace.key[:-2]}__"})
    workspace.client.post("/auth/logout", json={"refreshToken": ana.tokens["refreshToken"]})
    service.daybook("signing-keys", "rotate")
    service.daybook("signing-keys", "retire", "1")
    olga = sign_in(workspace, "olga@acme.io", None)

    def answers() -> list[Any]:
        paths = ("/members", "/keys", "/audit", "/me")
        found = [each.get(path).json() for each in (workspace.client, olga.client()) for path in paths]
        for key in (key for each in found for key in each.get("keys", [])):
            key.pop("lastUsedAt")
        return [*found, service.daybook_json("signing-keys", "list")]

    give_up = time.monotonic() + 10
    while "access.key_refused" not in str(answers()) and time.monotonic() < give_up:
        time.sleep(0.2)
    before, rows = answers(), run_apart(_rows_of_access(service))
    assert "access.key_refused" in str(before)
    assert service.daybook("rebuild").returncode == 0
    assert answers() == before
    assert run_apart(_rows_of_access(service)) == rows
    assert all(rows.values())
    verified = service.daybook("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.count("nothing altered") == 3


async def _rows_of_access(service: Service) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(service.owner_dsn)
    found = {
        table: [tuple(row) for row in await connection.fetch(f"SELECT * FROM read_model.{table} ORDER BY 1, 2")]  # noqa: S608 - names of our own
        for table in ("member", "api_key", "signing_key", "workspace")
    }
    await connection.close()
    return found
