"""Many at once: what was acknowledged is there, once and in order; what was refused is not there at all."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import httpx
from conftest import Service, Workspace


async def all_of(*requests: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*requests))


def statuses(answers: list[httpx.Response]) -> set[int]:
    return {answer.status_code for answer in answers}


async def test_sixteen_writers_append_ten_times_each_and_nothing_is_lost(workspace: Workspace) -> None:
    workspace.create()
    acknowledged: dict[int, str] = {}

    async def write(client: httpx.AsyncClient, writer: int) -> None:
        for number in range(10):
            tag = f"writer {writer} number {number}"
            answer = await client.post("/pages/a-page/content/append", json={"content": tag})
            assert answer.status_code == 200, answer.text
            acknowledged[answer.json()["version"]] = tag

    async with workspace.async_client() as client:
        await asyncio.gather(*(write(client, writer) for writer in range(16)))
    assert sorted(acknowledged) == list(range(2, 162))
    assert workspace.get("a-page")["content"].split("\n") == [acknowledged[version] for version in range(2, 162)]
    history = workspace.client.get("/pages/history").json()["history"]
    assert [entry["version"] for entry in history] == list(range(161, 0, -1))


async def test_sixty_four_clients_append_to_one_page_by_different_names(workspace: Workspace) -> None:
    page = workspace.create("Old")
    workspace.client.patch("/pages/old", json={"slug": "new"})
    names = ("old", "new", page["id"])
    async with workspace.async_client() as client:
        answers = await all_of(
            *(client.post(f"/pages/{names[n % 3]}/content/append", json={"content": f"tag-{n}"}) for n in range(64))
        )
    assert statuses(answers) == {200}
    by_version = sorted((answer.json()["version"], f"tag-{n}") for n, answer in enumerate(answers))
    assert workspace.get("new")["content"].split("\n") == [tag for _, tag in by_version]


async def test_of_many_replacements_on_one_base_one_gets_through(workspace: Workspace) -> None:
    page = workspace.create(content="base")
    for guard, name, refusal in (({"contentHash": page["contentHash"]}, "hash", 409), ({"version": 2}, "version", 409)):
        async with workspace.async_client() as client:
            answers = await all_of(
                *(client.put("/pages/a-page/content", json={"content": f"{name} {n}", **guard}) for n in range(32))
            )
        assert sorted(answer.status_code for answer in answers) == [200] + [refusal] * 31
        (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert workspace.get("a-page")["content"] == f"{name} {winner}"
    assert workspace.get("a-page")["version"] == 3


async def test_refused_writes_are_absent_and_acknowledged_ones_present(workspace: Workspace) -> None:
    workspace.create(content="start\n")
    written, refused = [], []

    async def write(client: httpx.AsyncClient, writer: int) -> None:
        chance = random.Random(writer)  # noqa: S311 - a test's dice
        for number in range(8):
            tag = f"<{writer}.{number}>"
            version = (await client.get("/pages/a-page")).headers["etag"]
            headers = {"If-Match": version} if chance.random() < 0.7 else {}
            answer = await client.post("/pages/a-page/content/append", json={"content": tag}, headers=headers)
            assert answer.status_code in {200, 412}
            (written if answer.status_code == 200 else refused).append(tag)

    async with workspace.async_client() as client:
        await asyncio.gather(*(write(client, writer) for writer in range(12)))
    content = workspace.get("a-page")["content"]
    assert refused, "nobody lost a race, so this test showed nothing"
    assert [tag for tag in refused if tag in content] == []
    assert [tag for tag in written if content.count(tag) != 1] == []
    assert len(content.splitlines()) == 1 + len(written)


async def test_changes_of_every_kind_on_one_page_all_take_effect(workspace: Workspace) -> None:
    workspace.create(content="".join(f"[{n}]" for n in range(20)))
    async with workspace.async_client() as client:
        at = "/pages/a-page"
        answers = await all_of(
            *(client.patch(at, json={"properties": {f"k{n}": n}}) for n in range(20)),
            *(client.post(f"{at}/content/append", json={"content": f"line {n}"}) for n in range(20)),
            *(client.post(f"{at}/content/find-replace", json={"find": f"[{n}]", "replace": f"({n})"}) for n in range(20)),
        )
    assert statuses(answers) == {200}
    page = workspace.get("a-page")
    assert page["properties"] == {f"k{n}": n for n in range(20)}
    first, *lines = page["content"].split("\n")
    assert first == "".join(f"({n})" for n in range(20))
    assert sorted(lines) == sorted(f"line {n}" for n in range(20))
    assert page["version"] == 61


async def test_sixty_four_pages_with_one_title_get_slugs_of_their_own(workspace: Workspace) -> None:
    async with workspace.async_client() as client:
        answers = await all_of(*(client.post("/pages", json={"title": "Same"}) for _ in range(64)))
    assert statuses(answers) == {201}
    slugs = {answer.json()["page"]["slug"] for answer in answers}
    assert len(slugs) == 64
    assert all(slug == "same" or slug.startswith("same-") for slug in slugs)
    listed = workspace.client.get("/pages").json()
    assert {page["slug"] for page in listed["pages"]} == slugs
    assert listed["totalPages"] == 64


async def test_one_slug_asked_for_by_many_is_given_to_one(workspace: Workspace) -> None:
    for n in range(8):
        workspace.create(f"Page {n}")
    async with workspace.async_client() as client:
        answers = await all_of(
            *(client.post("/pages", json={"title": "x", "slug": "wanted"}) for _ in range(8)),
            *(client.patch(f"/pages/page-{n}", json={"slug": "wanted"}) for n in range(8)),
        )
    assert sorted(answer.status_code for answer in answers)[1:] == [409] * 15
    (winner,) = [answer.json()["page"]["id"] for answer in answers if answer.is_success]
    assert workspace.get("wanted")["id"] == winner


async def test_concurrent_moves_never_make_a_cycle(workspace: Workspace) -> None:
    pages = [workspace.create(f"Page {n}") for n in range(8)]
    ids = {page["id"] for page in pages}
    chance = random.Random(7)  # noqa: S311 - a test's dice
    async with workspace.async_client() as client:
        for _ in range(4):
            pairs = [chance.sample(pages, 2) for _ in range(16)]
            answers = await all_of(
                *(client.patch(f"/pages/{child['id']}", json={"parentId": parent["id"]}) for child, parent in pairs)
            )
            assert statuses(answers) <= {200, 409}
            parents = {page["id"]: page["parentId"] for page in workspace.client.get("/pages").json()["pages"]}
            assert set(parents) == ids
            for page_id in ids:
                above, steps = page_id, 0
                while above is not None:
                    above, steps = parents[above], steps + 1
                    assert steps <= len(ids), "a cycle"


async def test_no_live_page_is_left_below_one_in_the_trash(workspace: Workspace) -> None:
    async with workspace.async_client() as client:
        for number in range(6):
            parent = workspace.create(f"Parent {number}")
            mover = workspace.create(f"Mover {number}")
            answers = await all_of(
                *(client.post("/pages", json={"title": "Child", "parentId": parent["id"]}) for _ in range(4)),
                client.delete(f"/pages/{parent['id']}"),
                client.patch(f"/pages/{mover['id']}", json={"parentId": parent["id"]}),
                *(client.post("/pages", json={"title": "Child", "parentId": parent["id"]}) for _ in range(4)),
            )
            assert statuses(answers) <= {200, 201, 404}
            assert answers[4].status_code == 200
            live = workspace.client.get("/pages").json()
            ids = {page["id"] for page in live["pages"]}
            assert [page for page in live["pages"] if page["parentId"] not in ids | {None}] == []
            assert live["totalPages"] == len(ids)


async def test_a_page_is_deleted_once_and_restored_once(workspace: Workspace) -> None:
    workspace.create()
    async with workspace.async_client() as client:
        for _ in range(3):
            deletions = await all_of(*(client.delete("/pages/a-page") for _ in range(8)))
            assert sorted(answer.status_code for answer in deletions) == [200] + [404] * 7
            restorations = await all_of(*(client.post("/pages/a-page/restore") for _ in range(8)))
            assert sorted(answer.status_code for answer in restorations) == [200] + [409] * 7
    assert workspace.get("a-page")["version"] == 7


async def test_appends_during_deletions_are_in_the_page_exactly_if_acknowledged(workspace: Workspace) -> None:
    workspace.create()
    written: list[str] = []

    async def write(client: httpx.AsyncClient, writer: int) -> None:
        for number in range(10):
            tag = f"<{writer}.{number}>"
            answer = await client.post("/pages/a-page/content/append", json={"content": tag})
            assert answer.status_code in {200, 404}
            written.extend([tag] if answer.status_code == 200 else [])

    async def delete(client: httpx.AsyncClient) -> None:
        for _ in range(5):
            assert (await client.delete("/pages/a-page")).status_code == 200
            assert (await client.post("/pages/a-page/restore")).status_code == 200

    async with workspace.async_client() as client:
        await asyncio.gather(delete(client), *(write(client, writer) for writer in range(6)))
    assert sorted(workspace.get("a-page")["content"].split()) == sorted(written)


async def test_two_workers_refuse_and_do_nothing_only_on_what_is_so(new_service: Callable[..., Service]) -> None:
    """Each process remembers pages; what the other wrote meanwhile must not be missed."""
    workspace = new_service("--workers", "2").new_workspace()
    async with httpx.AsyncClient(base_url=f"{workspace.url}/v1", headers={**workspace.headers, "Connection": "close"}) as client:
        for number in range(6):
            await client.post("/pages", json={"title": f"Page {number}", "content": "first"})
            at = f"/pages/page-{number}"
            await all_of(*(client.post(f"{at}/content/append", json={"content": ""}) for _ in range(8)))
            for step in range(3):
                text = f"text {step}"
                version = (await client.put(f"{at}/content", json={"content": text})).json()["version"]
                assert version == 2 + 3 * step
                guarded = await client.patch(
                    at, json={"status": ["idea", "paused"][step % 2]}, headers={"If-Match": f'"{version}"'}
                )
                assert guarded.status_code == 200, guarded.text
                found = await client.post(f"{at}/content/find-replace", json={"find": text, "replace": "found"})
                assert found.status_code == 200, found.text
                assert (await client.get(f"{at}/content")).json()["content"] == "found"
