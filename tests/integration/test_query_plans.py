"""Every filter of a query goes along an index, as the role that the service has, with statistics."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest
from conftest import SERVICE_ROLE, run_apart

from application.event_store import Append, StreamChange, recorded
from application.workspaces import begin_workspace
from daybook.desk import operator_command, operator_desk
from daybook.world import new_id
from domain.pages.decisions import Draft, create
from domain.pages.queries import STATUSES, Query, condition, sort_from
from domain.pages.state import fold
from infrastructure.database import Database
from infrastructure.event_store.store import PostgresEventStore
from infrastructure.page_queries import asked
from infrastructure.sql import sql

PAGES = 2000
QUERIES: list[tuple[Query, str]] = [
    (Query(), "page_live"),
    (Query(status=("paused",)), "page_facet_pkey"),
    (Query(status=("none",)), "page_facet_pkey"),
    (Query(owner=("person-7@acme.io",)), "page_facet_pkey"),
    (Query(type=("database",)), "page_facet_pkey"),
    (Query(blocked_by=("page-5",)), "page_facet_pkey"),
    (Query(parent=("page-0",)), "page_siblings|page_parent"),
    (Query(parent=("/",)), "page_siblings"),
    (Query(under=("page-0",)), "page_siblings|page_parent"),
    (Query(due_before=date(2026, 1, 3)), "page_facet_pkey"),
    (Query(due_after=date(2026, 1, 27)), "page_facet_pkey"),
    (Query(updated_since=datetime(2999, 1, 1, tzinfo=UTC)), "event_position"),
    (Query(where=(condition("Price>=1990"),)), "page_facet_number"),
    (Query(where=(condition("Price=77"),)), "page_facet_number"),
    (Query(where=(condition("Stage=S3"),)), "page_facet_pkey"),
    (Query(where=(condition("Stage~s3"),)), "page_facet_pkey"),
    (Query(status=("paused",), sort=sort_from("-property.Price")), "page_facet_pkey|page_facet_number"),
    (Query(owner=("person-7@acme.io",), sort=sort_from("title")), "page_pkey"),
]


@pytest.fixture
def explain(database: Callable[..., str]) -> Callable[[Query], str]:
    """On a database with many pages in it."""
    workspace_id = new_id()
    run_apart(_fill(database(), database(SERVICE_ROLE), workspace_id))
    return lambda query: run_apart(_explained(database(SERVICE_ROLE), workspace_id, query))


def test_every_filter_goes_along_an_index(explain: Callable[[Query], str]) -> None:
    for query, index in QUERIES:
        plan = explain(query)
        assert "Seq Scan" not in plan, (query, plan)
        assert re.search(rf"\b({index})\b", plan), (query, plan)


def test_texts_are_found_along_their_trigrams(database: Callable[..., str]) -> None:
    workspace_id = new_id()

    async def plan() -> str:
        connection = await asyncpg.connect(database())
        await connection.execute(
            "INSERT INTO read_model.page_text "
            "SELECT $1, gen_random_uuid(), 0, 'page number ' || n FROM generate_series(1, 20000) n",
            workspace_id,
        )
        await connection.execute("VACUUM (ANALYZE) read_model.page_text")
        # What the function does, without its plan being hidden in it.
        body = "SELECT DISTINCT t.page_id FROM read_model.page_text t WHERE t.workspace_id = $1 AND t.body LIKE $2"
        source = await connection.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'text_matches'")
        assert body.replace("$1", "p_workspace").replace("$2", "p_pattern") in source
        # As the function sets it for itself.
        await connection.execute("SET enable_seqscan = off")
        lines = await connection.fetch(f"EXPLAIN {body}", workspace_id, "%number 4711%")
        await connection.close()
        return "\n".join(line[0] for line in lines)

    assert "page_text_trigrams" in run_apart(plan())


async def _explained(dsn: str, workspace_id: UUID, query: Query) -> str:
    connection = await asyncpg.connect(dsn, server_settings={"enable_seqscan": "off", "jit": "off"})
    await connection.execute("SELECT set_config('daybook.workspaces', $1::uuid[]::text, false)", [workspace_id])
    statement, arguments = await asked(connection, workspace_id, query, "query_rows", 100, 0)
    lines = await connection.fetch(f"EXPLAIN {statement}", *arguments)
    await connection.close()
    return "\n".join(line[0] for line in lines)


async def _fill(owner_dsn: str, service_dsn: str, workspace_id: UUID) -> None:
    async with operator_desk(owner_dsn, b"", "local") as desk:
        await begin_workspace(desk.workspaces, operator_command(workspace_id), f"plans-{workspace_id}")
    store = PostgresEventStore(Database(service_dsn, role=None))
    parent: UUID | None = None
    for first in range(0, PAGES, 100):
        top = _creation(workspace_id, first, None)
        await store.append(top)
        parent = top.changes[0].stream_id
        await asyncio.gather(*(store.append(_creation(workspace_id, number, parent)) for number in range(first + 1, first + 100)))
    await store.close()
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


def _creation(workspace_id: UUID, number: int, parent: UUID | None) -> Append:
    draft = Draft(
        title=f"Page {number}",
        page_type="database" if number % 100 == 0 else "page",
        status=STATUSES[number % 7] if number % 2 else None,  # type: ignore[arg-type] # one of the seven names
        owner=f"person-{number % 50}@acme.io",
        blocked_by=(f"page-{number % 100}",),
        due_date=date(2026, 1, number % 28 + 1),
        properties={"Price": number, "Stage": f"S{number % 5}"},
    )
    command, page_id = operator_command(workspace_id), new_id()
    events = create(draft, slug=f"page-{number}", parent_id=parent)
    after = fold(None, recorded(events, command, 0), page_id)
    return Append(command, [StreamChange(page_id, 0, events, None, after)])


def test_the_audit_trail_of_a_long_log_goes_along_its_own_index(database: Callable[..., str]) -> None:
    """Index and statement say the same condition; otherwise a whole log would be read for a few lines."""
    workspace_id = new_id()

    async def plan() -> str:
        await _fill(database(), database(SERVICE_ROLE), workspace_id)
        connection = await asyncpg.connect(database(SERVICE_ROLE), server_settings={"jit": "off"})
        await connection.execute("SELECT set_config('daybook.workspaces', $1::uuid[]::text, false)", [workspace_id])
        asked = (workspace_id, 2**62, ["key.issued"], ["member."], None, None, None, 100)
        lines = await connection.fetch(f"EXPLAIN {sql('audit_trail')}", *asked)
        await connection.close()
        return "\n".join(line[0] for line in lines)

    found = run_apart(plan())
    assert "event_access" in found, found
    assert "Seq Scan" not in found
    assert "Sort" not in found
