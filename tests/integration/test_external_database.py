"""`daybook serve --database-url`: on somebody else's PostgreSQL, version 15 or newer, as its superuser and as less."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from conftest import Service, free_port, run_apart

PASSWORD = "pass word"
VERSION_MIN = 15
NOBODY = 65534
READY_S = 30.0
FILES = {"index.md": b"# Top\n", "a.md": b"---\nstatus: idea\n---\ntext", "b/c.md": b"# C\r\n"}


def installed() -> Path | None:
    """The programs of a PostgreSQL that is not the one Daybook brings along."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found and int(found[-1].parent.name) >= VERSION_MIN:
        return found[-1]
    program = shutil.which("postgres")
    return Path(program).resolve().parent if program else None


class Server:
    """That PostgreSQL, with a superuser named boss, on TCP with passwords as others run theirs."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.port = free_port()
        self._programs = programs
        self._folder = folder
        self._user = NOBODY if os.geteuid() == 0 else None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self._folder / "password").write_text(PASSWORD)
        making = ["-D", str(self._folder / "data"), "-U", "boss", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
        initdb = [str(self._programs / "initdb"), *making, f"--pwfile={self._folder / 'password'}"]
        subprocess.run(initdb, user=self._user, group=self._user, cwd="/", capture_output=True, check=True)
        options = ["-D", str(self._folder / "data"), "-p", str(self.port), "-k", str(self._folder)]
        serving = [str(self._programs / "postgres"), *options, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(serving, user=self._user, group=self._user, cwd="/", stdout=quiet, stderr=quiet)
        give_up = time.monotonic() + READY_S
        while True:
            try:
                return self.execute("SELECT 1")
            except (OSError, asyncpg.CannotConnectNowError):
                assert time.monotonic() < give_up
                time.sleep(0.1)

    def dsn(self, user: str = "boss", database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, dsn: str | None = None) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(dsn or self.dsn())
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        run_apart(run())

    def values(self, query: str, dsn: str) -> list[str]:
        async def run() -> list[str]:
            connection = await asyncpg.connect(dsn)
            try:
                return [row[0] for row in await connection.fetch(query)]
            finally:
                await connection.close()

        return run_apart(run())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = installed()
    if programs is None:
        pytest.skip("no second PostgreSQL is installed: `apt-get install postgresql`, version 15 or newer, makes these tests run")
    # Not tmp_path, which only its owner may enter: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="external-test-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    made = Server(programs, folder)
    try:
        made.start()
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait()
        shutil.rmtree(folder)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[[str], Service]]:
    made: list[Service] = []

    def start(dsn: str) -> Service:
        made.append(Service(tmp_path / "data", "--database-url", dsn))
        return made[-1].start()

    yield start
    for service in made:
        service.stop()


def works(service: Service, dsn: str, folder: Path) -> None:
    """A folder goes in and out, the log is sound, and the read models can be made anew beside the running service."""
    for path, data in FILES.items():
        (folder / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / path).write_bytes(data)
    commands = [
        ["import", str(folder / "in")],
        ["pages", "append", "a", "more"],
        ["pages", "update", "c", "--root"],
        ["pages", "delete", "b"],
        ["rebuild", "--database-url", dsn],
        ["audit", "verify", "--database-url", dsn],
        ["import", str(folder / "in")],
        ["export", str(folder / "out")],
    ]
    for command in commands:
        done = service.daybook(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "out" / "a.md").read_bytes() == FILES["a.md"] + b"\nmore"
    assert (folder / "out" / "b" / "c.md").read_bytes() == FILES["b/c.md"]


def test_an_owner_without_the_rights_of_a_superuser_is_enough(
    server: Server, serving: Callable[[str], Service], tmp_path: Path
) -> None:
    server.execute(f"CREATE ROLE app LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'", "CREATE DATABASE app OWNER app")
    dsn = server.dsn("app", "app")
    works(serving(dsn), dsn, tmp_path)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        server.execute("SET ROLE daybook_service", "DELETE FROM daybook.event", dsn=dsn)


def test_a_superuser_is_taken_as_well(server: Server, serving: Callable[[str], Service], tmp_path: Path) -> None:
    server.execute("CREATE DATABASE super")
    dsn = server.dsn("boss", "super")
    works(serving(dsn), dsn, tmp_path)


def test_the_service_writes_in_its_own_role_whoever_the_url_names(server: Server, serving: Callable[[str], Service]) -> None:
    server.execute("CREATE DATABASE roles")
    dsn = server.dsn("boss", "roles")
    service = serving(dsn)
    server.execute(
        "CREATE TABLE daybook.seen (writer text)",
        "GRANT INSERT ON daybook.seen TO daybook_service",
        "CREATE FUNCTION daybook.note() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO daybook.seen VALUES (current_user); RETURN NULL; END'",
        "CREATE TRIGGER note AFTER INSERT ON daybook.event EXECUTE FUNCTION daybook.note()",
        dsn=dsn,
    )
    assert service.daybook("pages", "create", "--title", "x").returncode == 0
    assert service.daybook("pages", "delete", "x").returncode == 0
    assert server.values("SELECT writer FROM daybook.seen", dsn) == ["daybook_service", "daybook_service"]


def test_an_owner_who_may_make_no_roles_needs_an_administrator_once(
    server: Server, serving: Callable[[str], Service], tmp_path: Path
) -> None:
    server.execute(f"CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE plain OWNER plain")
    dsn = server.dsn("plain", "plain")
    refused = Service(tmp_path / "refused").daybook("serve", "--database-url", dsn)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "an administrator makes the role daybook_service and grants it" in refused.stderr
    server.execute(
        "DO $$ BEGIN CREATE ROLE daybook_service LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT daybook_service TO plain",
    )
    assert serving(dsn).daybook("pages", "create", "--title", "x").returncode == 0


@pytest.mark.parametrize(
    ("user", "database", "password", "word"),
    [("boss", "postgres", "wrong", "password authentication failed"), ("boss", "nowhere", PASSWORD, "does not exist")],
)
def test_a_database_that_cannot_be_used_is_said_in_one_line(
    server: Server, tmp_path: Path, user: str, database: str, password: str, word: str
) -> None:
    dsn = server.dsn(user, database, password)
    for command in (["serve"], ["workspaces", "list"]):
        done = Service(tmp_path).daybook(*command, "--database-url", dsn)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert word in done.stderr


def test_a_database_of_another_encoding_is_refused(server: Server, tmp_path: Path) -> None:
    server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    done = Service(tmp_path).daybook("serve", "--database-url", server.dsn("boss", "latin"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "ENCODING 'UTF8'" in done.stderr
