"""What PostgreSQL's own catalogue says of the schema: every table is confined to workspaces, and nothing leads around that."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from infrastructure.database import NO_WORKSPACE, Connection
from infrastructure.rebuild import refill
from infrastructure.sql import sql

SERVICE_ROLE = "daybook_service"
POLICY = "(workspace_id = ANY (( SELECT daybook.visible_workspaces() AS visible_workspaces)::uuid[]))"
# Tables that belong to no workspace. The service has no rights on them.
OF_NO_WORKSPACE = {
    # Which migrations the database has had; only its owner reads and writes it.
    "public.daybook_migration",
}
# Functions that see every workspace, because they run as the owner. Each has to be here with the reason.
SEES_ALL = {
    # A key is looked up before its workspace is known. It answers the key of one number.
    "daybook.find_api_key": "(number bigint)",
    # So is a person, who may be in many. It answers where one person is, and as what.
    "daybook.find_memberships": "(p_person uuid)",
    # Whether one session goes on: yes or no.
    "daybook.session_began": "(p_session uuid, p_now timestamp with time zone)",
    # Runners of projections look for work before they bind themselves to a workspace. It answers ids and positions.
    "daybook.projection_work": "(p_projection text, p_resting boolean)",
    # How far projections are behind in all workspaces together: sums.
    "daybook.projection_states": "(p_projections text[])",
    # Questions to the assistant that a process did not live to answer. It answers ids.
    "daybook.overdue_threads": "(p_now timestamp with time zone)",
    # Deliverers look for work in the same way. It answers ids and seconds.
    "daybook.webhook_queues": "()",
    # Clears away what was kept for long enough, wherever it is. It answers how many rows.
    "daybook.forget_webhook_deliveries": "(p_before timestamp with time zone, p_kept integer, p_at_once integer)",
    # Beneath a policy LIKE may not use an index. It asks itself whether the caller may see the workspace.
    "daybook.text_matches": "(p_workspace uuid, p_pattern text)",
    # The same, for the beginnings and the spelling of words.
    "search.beginning": "(p_workspace uuid, p_word text, p_count integer)",
    "search.spelt_like": "(p_workspace uuid, p_word text, p_count integer)",
    # Whoever embeds looks for work in the same way as runners. They answer ids.
    "search.pending_workspaces": "(p_model text)",
    "search.workspaces_without": "(p_model text)",
    # A workspace's own index of vectors is found by a statement with its id in it. It asks itself as well.
    "search.nearest": "(p_workspace uuid, p_model text, p_query real[], p_count integer)",
    # Only the owner may have tables counted. It answers nothing.
    "search.look_over": "()",
    # Only the owner makes indexes. It asks itself as well.
    "search.index_vectors": "(p_workspace uuid, p_model text, p_least integer)",
}
# What the service may not do to tables that it may read.
NOT_GRANTED = {
    "daybook.event": {"UPDATE", "DELETE"},
    "daybook.workspace_head": {"DELETE"},
    "daybook.checkpoint": {"DELETE"},
    "daybook.kept_answer": {"UPDATE"},
    # A text has one vector of a model for good.
    "search.vector": {"UPDATE"},
}
# What indexes lead with that do not lead with the workspace. They must not be unique.
LEADS_WITH_ANOTHER = {
    # For find_api_key.
    ("api_key", "key_id"),
    # For find_memberships.
    ("member", "member_id"),
    # For overdue_threads.
    ("thread", "overdue_from"),
    # Trigrams, for text_matches.
    ("page_text", "body"),
    # Trigrams, for spelt_like.
    ("term", "lexeme"),
}

_OURS = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' AND n.nspname NOT LIKE 'pg_temp%'"
)


@pytest.fixture(params=["as it was migrated", "after a rebuild"])
async def dsns(database: Callable[..., str], request: pytest.FixtureRequest) -> tuple[str, str]:
    """The owner's and the service's."""
    if request.param == "after a rebuild":
        await refill(database(), "a test")
    return database(), database(SERVICE_ROLE)


@pytest.fixture
async def owner(dsns: tuple[str, str]) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(dsns[0])
    yield connection
    await connection.close()


@pytest.fixture
async def served(dsns: tuple[str, str]) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(dsns[1])
    yield connection
    await connection.close()


async def tables_of(owner: Connection) -> dict[str, int]:
    """All tables of the database but PostgreSQL's own, by name and number."""
    found = await owner.fetch(
        "SELECT n.nspname || '.' || c.relname AS name, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "  # noqa: S608
        f"WHERE c.relkind IN ('r', 'p') AND {_OURS} ORDER BY 1"
    )
    return {row["name"]: row["oid"] for row in found}


async def confined_tables(owner: Connection) -> dict[str, int]:
    return {name: oid for name, oid in (await tables_of(owner)).items() if name not in OF_NO_WORKSPACE}


# What the catalogue says.


async def test_every_table_is_confined_to_workspaces_in_all_that_is_done_to_it(owner: Connection) -> None:
    tables = await confined_tables(owner)
    assert {"daybook.event", "daybook.session", "read_model.page", "read_model.member"} <= tables.keys()
    for name, oid in tables.items():
        assert await owner.fetchval("SELECT relrowsecurity FROM pg_class WHERE oid = $1", oid), name
        # A second policy would open what the first one shuts. Without a check of its own it is one for what is written as well.
        (policy,) = await owner.fetch(
            "SELECT polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid) AS qual, polwithcheck AS written "
            "FROM pg_policy WHERE polrelid = $1",
            oid,
        )
        assert (policy["polname"], policy["polcmd"], policy["polpermissive"]) == ("confined", b"*", True), name
        assert (policy["polroles"], policy["qual"], policy["written"]) == ([0], POLICY, None), name


async def test_every_table_leads_with_the_workspace(owner: Connection) -> None:
    for name, oid in (await confined_tables(owner)).items():
        first = await owner.fetchrow(
            "SELECT attname, atttypid::regtype::text AS type, attnotnull FROM pg_attribute WHERE attrelid = $1 AND attnum = 1",
            oid,
        )
        assert tuple(first or ()) == ("workspace_id", "uuid", True), name


async def test_every_key_of_a_table_leads_with_the_workspace(owner: Connection) -> None:
    for name, oid in (await confined_tables(owner)).items():
        indexes = await owner.fetch(
            "SELECT i.indisunique, i.indisprimary, a.attname AS first FROM pg_index i "
            "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = $1",
            oid,
        )
        assert [each["first"] for each in indexes if each["indisprimary"]] == ["workspace_id"], name
        for index in indexes:
            known = not index["indisunique"] and (name.partition(".")[2], index["first"]) in LEADS_WITH_ANOTHER
            assert index["first"] == "workspace_id" or known, (name, index["first"])


async def test_no_row_refers_to_one_of_another_workspace(owner: Connection) -> None:
    """A foreign key is checked beneath all policies."""
    references = await owner.fetch(
        "SELECT conrelid::regclass::text AS name, conkey, confkey FROM pg_constraint WHERE contype = 'f'"
    )
    assert references
    for each in references:
        assert (each["conkey"][0], each["confkey"][0]) == (1, 1), each["name"]


async def test_nothing_but_tables_shows_rows(owner: Connection) -> None:
    """A view would read as its owner."""
    others = await owner.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "  # noqa: S608
        f"WHERE c.relkind IN ('v', 'm', 'f') AND {_OURS}"
    )
    assert others == []
    rules = await owner.fetch("SELECT rulename FROM pg_rules WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    assert rules == []


async def test_functions_that_see_every_workspace_are_these(owner: Connection) -> None:
    functions = await owner.fetch(
        "SELECT n.nspname || '.' || p.proname AS name, '(' || pg_get_function_identity_arguments(p.oid) || ')' AS takes, "  # noqa: S608
        f"p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND {_OURS}"
    )
    assert {each["name"]: each["takes"] for each in functions} == SEES_ALL
    for each in functions:
        # Or whoever calls it could put a table or an operator of their own in the place of ours.
        assert "search_path=pg_catalog" in (each["proconfig"] or ()), each["name"]


async def test_the_service_owns_nothing_and_is_nobody_else(owner: Connection) -> None:
    role = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", SERVICE_ROLE)
    assert role is not None
    for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"):
        assert role[power] is False, power
    assert await owner.fetch("SELECT * FROM pg_auth_members WHERE member = $1", role["oid"]) == []
    owned = await owner.fetch("SELECT classid::regclass FROM pg_shdepend WHERE refobjid = $1 AND deptype = 'o'", role["oid"])
    assert owned == []


async def test_the_service_has_the_privileges_it_needs_and_no_others(owner: Connection) -> None:
    for name, oid in (await tables_of(owner)).items():
        granted = {
            row["privilege_type"]: row["is_grantable"]
            for row in await owner.fetch(
                "SELECT acl.* FROM pg_class c, aclexplode(c.relacl) acl WHERE c.oid = $1 AND acl.grantee = $2::regrole",
                oid,
                SERVICE_ROLE,
            )
        }
        wanted = set() if name in OF_NO_WORKSPACE else {"SELECT", "INSERT", "UPDATE", "DELETE"} - NOT_GRANTED.get(name, set())
        assert granted == dict.fromkeys(wanted, False), name
        columns = await owner.fetch("SELECT attname FROM pg_attribute WHERE attrelid = $1 AND attacl IS NOT NULL", oid)
        assert columns == [], name
        # Not by way of everybody's either.
        for privilege in {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"} - wanted:
            assert not await owner.fetchval("SELECT has_table_privilege($1, $2::oid, $3)", SERVICE_ROLE, oid, privilege), (
                name,
                privilege,
            )


async def test_of_sequences_the_service_takes_numbers_and_that_is_all(owner: Connection) -> None:
    sequences = await owner.fetch("SELECT oid, oid::regclass::text AS name FROM pg_class WHERE relkind = 'S'")
    assert [each["name"] for each in sequences] == ["daybook.api_key_number"]
    for privilege, granted in (("USAGE", True), ("SELECT", False), ("UPDATE", False)):
        found = await owner.fetchval(
            "SELECT has_sequence_privilege($1, $2::oid, $3)", SERVICE_ROLE, sequences[0]["oid"], privilege
        )
        assert found is granted, privilege


async def test_the_service_makes_nothing_in_any_schema_and_others_get_into_none_of_ours(owner: Connection) -> None:
    schemas = [row["nspname"] for row in await owner.fetch(f"SELECT n.nspname FROM pg_namespace n WHERE {_OURS}")]  # noqa: S608
    assert (
        {"daybook", "read_model", "search", "public"}
        <= set(schemas)
        <= {"daybook", "read_model", "read_model_previous", "search", "public"}
    )
    for schema in schemas:
        assert not await owner.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", SERVICE_ROLE, schema), schema
        # So that what everybody may call, as functions are, nobody can.
        if schema != "public":
            assert not await owner.fetchval("SELECT has_schema_privilege('public', $1, 'USAGE')", schema), schema
    assert not await owner.fetchval("SELECT has_database_privilege($1, current_database(), 'CREATE')", SERVICE_ROLE)
    assert await owner.fetch("SELECT * FROM pg_default_acl") == []


# What happens when the service tries.

VALUES = {
    "uuid": "'00000000-0000-0000-0000-0000000000aa'",
    "text": "'x'",
    "bytea": "'x'",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "text[]": "'{}'",
    "uuid[]": "'{}'",
    "integer[]": "'{}'",
    "tsvector": "'x'",
    "halfvec": "'[1]'",
    **dict.fromkeys(("smallint", "integer", "bigint", "double precision"), "1"),
}


class Rows:
    """A row in every table for each of two workspaces."""

    def __init__(self, owner: Connection, service: Connection) -> None:
        self.owner = owner
        self.service = service
        self.mine, self.theirs = uuid4(), uuid4()
        self.tables: list[str] = []

    async def fill(self) -> "Rows":
        # Those that refer to others come after them.
        tables = await confined_tables(self.owner)
        referring = {row["conrelid"] for row in await self.owner.fetch("SELECT conrelid FROM pg_constraint WHERE contype = 'f'")}
        self.tables = sorted(tables, key=lambda name: (tables[name] in referring, name))
        for workspace in (self.mine, self.theirs):
            for table in self.tables:
                await self.owner.execute(await self.insert(table), workspace)
        return self

    async def insert(self, table: str) -> str:
        """With a value in every column that has to have one."""
        columns = await self.owner.fetch(
            "SELECT attname, atttypid::regtype::text AS type FROM pg_attribute "
            "WHERE attrelid = $1::regclass AND attnum > 1 AND NOT attisdropped AND NOT atthasdef",
            table,
        )
        names = ", ".join(["workspace_id", *(each["attname"] for each in columns)])
        return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['$1', *(VALUES[each['type']] for each in columns)])})"  # noqa: S608

    async def bind(self, *workspaces: UUID) -> None:
        await self.service.execute(sql("bind"), list(workspaces))

    async def outcome(self, statement: str, *arguments: Any) -> str:
        """What PostgreSQL says of it, or `refused`. It is undone."""
        transaction = self.service.transaction()
        await transaction.start()
        try:
            return await self.service.execute(statement, *arguments)
        except asyncpg.InsufficientPrivilegeError:
            return "refused"
        finally:
            await transaction.rollback()

    async def theirs_as_they_are(self) -> list[Any]:
        return [await self.owner.fetch(f"SELECT * FROM {table} WHERE workspace_id = $1", self.theirs) for table in self.tables]  # noqa: S608


@pytest.fixture
async def rows(owner: Connection, served: Connection) -> Rows:
    return await Rows(owner, served).fill()


async def test_a_session_that_is_bound_to_no_workspace_sees_and_writes_nothing(rows: Rows) -> None:
    for bindings in ([], [NO_WORKSPACE]):
        if bindings:
            await rows.bind(*bindings)
        for table in rows.tables:
            assert await rows.service.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
            assert await rows.outcome(f"UPDATE {table} SET workspace_id = workspace_id") in {"UPDATE 0", "refused"}, table  # noqa: S608
            assert await rows.outcome(f"DELETE FROM {table}") in {"DELETE 0", "refused"}, table  # noqa: S608
            assert await rows.outcome(await rows.insert(table), rows.theirs) == "refused", table


async def test_a_session_sees_the_rows_of_its_workspace_and_no_others_without_any_condition(rows: Rows) -> None:
    await rows.bind(rows.mine)
    for table in rows.tables:
        found = await rows.service.fetch(f"SELECT workspace_id FROM {table}")  # noqa: S608
        assert [row["workspace_id"] for row in found] == [rows.mine], table
        assert await rows.service.fetchval(f"SELECT count(*) FROM {table} WHERE workspace_id = $1", rows.theirs) == 0, table  # noqa: S608


async def test_a_session_changes_no_row_of_another_workspace_and_moves_none_there(rows: Rows) -> None:
    before = await rows.theirs_as_they_are()
    await rows.bind(rows.mine)
    for table in rows.tables:
        may = {each: each not in NOT_GRANTED.get(table, set()) for each in ("UPDATE", "DELETE")}
        touched = {each: f"{each} 1" if allowed else "refused" for each, allowed in may.items()}
        # Its own row alone, and nothing of theirs even by name.
        assert await rows.outcome(f"UPDATE {table} SET workspace_id = workspace_id") == touched["UPDATE"], table  # noqa: S608
        assert await rows.outcome(f"DELETE FROM {table}") == touched["DELETE"], table  # noqa: S608
        for each in ("UPDATE", "DELETE"):
            statement = f"UPDATE {table} SET workspace_id = workspace_id" if each == "UPDATE" else f"DELETE FROM {table}"  # noqa: S608
            outcome = await rows.outcome(f"{statement} WHERE workspace_id = $1", rows.theirs)
            assert outcome == (f"{each} 0" if may[each] else "refused"), table
        assert await rows.outcome(f"UPDATE {table} SET workspace_id = $1", rows.theirs) == "refused", table  # noqa: S608
        insert = await rows.insert(table)
        assert await rows.outcome(insert, rows.theirs) == "refused", table
        if may["UPDATE"]:
            keys = await primary_key(rows.owner, table)
            over = f"{insert} ON CONFLICT ({keys}) DO UPDATE SET workspace_id = excluded.workspace_id"
            assert await rows.outcome(over, rows.theirs) == "refused", table
        assert await rows.outcome(f"TRUNCATE {table} CASCADE") == "refused", table
    assert await rows.theirs_as_they_are() == before


async def primary_key(owner: Connection, table: str) -> str:
    names = await owner.fetch(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
        "AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1]) "
        "WHERE i.indrelid = $1::regclass AND i.indisprimary",
        table,
    )
    return ", ".join(row["attname"] for row in names)


async def test_the_service_cannot_undo_what_confines_it(rows: Rows) -> None:
    await rows.bind(rows.mine)
    for statement in (
        "ALTER TABLE read_model.page DISABLE ROW LEVEL SECURITY",
        "DROP POLICY confined ON read_model.page",
        "CREATE POLICY more ON read_model.page USING (true)",
        "CREATE OR REPLACE FUNCTION daybook.visible_workspaces() RETURNS uuid[] LANGUAGE sql RETURN '{}'::uuid[]",
        "ALTER TABLE daybook.event DISABLE TRIGGER append_only",
        "ALTER ROLE daybook_service BYPASSRLS",
        "SET ROLE postgres",
        "SELECT daybook.confine('read_model.page', 'SELECT')",
        "SELECT daybook.new_generation('read_model_next')",
        "SELECT daybook.use_generation('read_model_next')",
        "CREATE TABLE public.other (x integer)",
        "SELECT * FROM daybook_migration",
    ):
        assert await rows.outcome(statement) == "refused", statement
    # This makes a query fail that a policy would cut short. It lifts none.
    await rows.service.execute("SET row_security = off")
    for table in rows.tables:
        assert await rows.outcome(f"SELECT * FROM {table}") == "refused", table  # noqa: S608


async def test_text_is_looked_for_in_workspaces_of_ones_own_only(rows: Rows) -> None:
    found = "SELECT daybook.text_matches($1, '%')"
    assert await rows.service.fetch(found, rows.theirs) == []
    await rows.bind(rows.mine)
    assert len(await rows.service.fetch(found, rows.mine)) == 1
    assert await rows.service.fetch(found, rows.theirs) == []


@pytest.mark.parametrize(
    ("question", "mine"),
    [
        ("SELECT * FROM search.beginning($1, 'x', 9)", 1),
        ("SELECT * FROM search.spelt_like($1, 'x', 9)", 1),
        ("SELECT * FROM search.nearest($1, 'x', '{1}', 9)", 1),
        ("SELECT 1 WHERE search.index_vectors($1, 'x', 1)", 1),
    ],
)
async def test_search_looks_into_workspaces_of_ones_own_only(rows: Rows, question: str, mine: int) -> None:
    """Though these functions see every row, because they run as the owner."""
    assert await rows.service.fetch(question, rows.theirs) == []
    await rows.bind(rows.mine)
    assert await rows.service.fetch(question, rows.theirs) == []
    assert len(await rows.service.fetch(question, rows.mine)) == mine
