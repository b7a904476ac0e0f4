"""The index of search: always what it would be if it were made anew, and never silently otherwise."""

import random
from collections.abc import Callable

import asyncpg
import pytest
from conftest import Service, Workspace, as_owner, caught_up, run_apart

from infrastructure.audit import Altered, verify
from infrastructure.database import Connection
from infrastructure.rebuild import Rebuild
from infrastructure.search.verifying import difference

TABLES = ("totals", "document", "vocabulary", "passage", "posting", "term", "pending")
WORDS = ("soil", "water", "sun", "wind", "leaf", "root", "tree", "fruit", "bloom", "東京", "✅", "café", "C++", "src/main.rs")
QUERIES = ("soil", "water sun", '"leaf root"', "tree -fruit", "blom", "京", "src", "✅")


def answers(workspace: Workspace) -> dict[str, bytes]:
    caught_up(workspace)
    return {
        f"{query} {explain}": workspace.client.get("/search", params={"q": query, "limit": 100, "explain": explain}).content
        for query in QUERIES
        for explain in ("true", "false")
    }


def rebuild(dsn: str) -> None:
    async def run() -> None:
        reading, writing = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
        try:
            await Rebuild(reading, writing).run()
        finally:
            await reading.close()
            await writing.close()

    run_apart(run())


def live(workspace: Workspace, actions: int) -> None:
    """Random changes of all kinds, always the same."""
    chance = random.Random(5)  # noqa: S311 - always the same changes
    client = workspace.client
    slugs = [workspace.create(f"{chance.choice(WORDS)} {number}", content=text(chance))["slug"] for number in range(12)]
    for _ in range(actions):
        page = f"/pages/{chance.choice(slugs)}"
        match chance.randrange(8):
            case 0:
                client.put(f"{page}/content", json={"content": text(chance)})
            case 1:
                client.post(f"{page}/content/append", json={"content": text(chance)})
            case 2:
                client.post(f"{page}/content/find-replace", json={"find": "soil", "replace": "earth", "replaceAll": True})
            case 3:
                client.patch(page, json={"title": f"{chance.choice(WORDS)} again", "subtitle": chance.choice([None, "water"])})
            case 4:
                client.delete(page)
            case 5:
                client.post(f"{page}/restore")
            case 6:
                client.post("/updates", json={"page": chance.choice(slugs), "content": text(chance)})
            case _:
                client.post("/principles", json={"title": chance.choice(WORDS), "content": text(chance)})


def text(chance: random.Random) -> str:
    sections = [f"# {chance.choice(WORDS)}\n\n{' '.join(chance.choices(WORDS, k=chance.randrange(80)))}\n" for _ in range(3)]
    return "\n".join(chance.sample(sections, chance.randrange(4)))


def test_after_any_changes_the_index_is_what_it_would_be_if_it_were_made_anew(new_service: Callable[..., Service]) -> None:
    """And so are the answers, byte for byte, when all of it is dropped and made anew beside the running service."""
    service = new_service()
    workspace = service.new_workspace()
    live(workspace, 150)
    before = answers(workspace)
    assert all(b'"results":[{' in before[f"{query} true"] for query in ("soil", "water sun", "tree -fruit", "京", "✅"))

    async def check(connection: Connection) -> None:
        async with connection.transaction():
            assert await difference(connection, workspace.id) is None

    async def drop(connection: Connection) -> None:
        await connection.execute(f"TRUNCATE {', '.join(f'search.{table}' for table in TABLES)}")

    as_owner(workspace, check)
    as_owner(workspace, drop)
    assert answers(workspace) != before
    rebuild(workspace.owner_dsn)
    as_owner(workspace, check)
    assert answers(workspace) == before
    # What is written afterwards is taken in as always.
    workspace.create("Late", content="soil soil soil")
    assert workspace.client.get("/search", params={"q": "soil late"}).json()["results"][0]["slug"] == "late"


ALTERATIONS = {
    "a passage": "UPDATE search.passage SET body = body || ' more' WHERE ordinal = 1",
    "the words of a passage": "UPDATE search.passage SET lexemes = lexemes || 'forged'::tsvector WHERE ordinal = 1",
    "a posting": "UPDATE search.posting SET count = count + 1 WHERE lexeme = 'soil'",
    "a posting that is gone": "DELETE FROM search.posting WHERE lexeme = 'soil'",
    "a count of documents": "UPDATE search.term SET documents = documents + 1 WHERE lexeme = 'soil'",
    "a vocabulary": "UPDATE search.vocabulary SET counts[1] = 99",
    "a length": "UPDATE search.document SET words = words + 1",
    "the totals": "UPDATE search.totals SET documents = documents + 1",
    "what a document belongs to": "UPDATE search.document SET page_id = NULL",
    "a version": "UPDATE search.document SET version = version + 1",
    "the language": "UPDATE search.totals SET language = 'german'",
    "a document of nothing": "INSERT INTO search.document SELECT workspace_id, gen_random_uuid(), 'page', NULL, 1, 0"
    " FROM search.totals",
}


@pytest.mark.parametrize("what", ALTERATIONS)
async def test_whoever_alters_the_index_is_found_out(workspace: Workspace, what: str) -> None:
    workspace.create("Soil", content="# Sun\n\nsoil and water")
    caught_up(workspace)
    connection = await asyncpg.connect(workspace.owner_dsn)
    try:
        assert (await verify(connection, workspace.id)).rows > 0
        # Taken back afterwards, because others look at this database too.
        altering = connection.transaction()
        await altering.start()
        statement = ALTERATIONS[what]
        mine = f"workspace_id = '{workspace.id}'"
        changed = await connection.execute(f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} {mine}")
        assert not changed.endswith(" 0")
        assert await difference(connection, workspace.id) is not None
        await altering.rollback()
        assert await difference(connection, workspace.id) is None
    finally:
        await connection.close()


async def test_the_audit_tells_of_an_altered_index(new_service: Callable[..., Service]) -> None:
    service = new_service()
    workspace = service.new_workspace()
    workspace.create("Soil", content="soil and water")
    caught_up(workspace)
    connection = await asyncpg.connect(workspace.owner_dsn)
    try:
        await verify(connection, workspace.id)
        await connection.execute("DELETE FROM search.posting WHERE lexeme = 'soil'")
        with pytest.raises(Altered, match=r"index of search .* posting of 'soil'"):
            await verify(connection, workspace.id)
    finally:
        await connection.close()


async def test_while_an_index_is_made_anew_searches_see_the_old_one(workspace: Workspace) -> None:
    """Another language makes all of it anew; until that is committed, the old one answers, and the new one from then on."""
    workspace.create("Soil", content="soils and waters")
    caught_up(workspace)
    owner = await asyncpg.connect(workspace.owner_dsn)
    hold = owner.transaction()
    await hold.start()
    try:
        # The projection comes as far as this row, when it has removed much of the old index, and waits there.
        assert await owner.fetchval(
            "SELECT count(*) FROM (SELECT FROM search.posting WHERE workspace_id = $1 FOR UPDATE) p", workspace.id
        )
        assert workspace.client.patch("/search/settings", json={"language": "simple"}).status_code == 200
        old = workspace.client.get("/search", params={"q": "soil", "explain": "true"}).json()
        assert (old["explain"]["language"], len(old["results"])) == ("english", 1)
    finally:
        await hold.rollback()
        await owner.close()
    caught_up(workspace)
    new = workspace.client.get("/search", params={"q": "soils", "explain": "true"}).json()
    assert (new["explain"]["language"], len(new["results"])) == ("simple", 1)
