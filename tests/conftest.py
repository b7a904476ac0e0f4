"""One service for each process of a run, whose database server the other tests borrow; each test gets a workspace of its own."""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import hypothesis
import pytest
from desks import OpenDesk, open_desk

from application.workspaces import begin_workspace
from daybook.connections import DATABASE_NAME, SERVICE_ROLE, prepare
from daybook.desk import Desk, operator_command, operator_desk
from daybook.settings import Settings
from daybook.world import new_id
from domain.keys import KeyWish
from infrastructure.embedded import EmbeddedServer, RunningServer, find_running
from infrastructure.migrations import migrate

# A busy machine is slow, and that is no bug.
hypothesis.settings.register_profile("daybook", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("daybook")

READY_S = 60.0
# Tests ask more than people do. What counts is tested with services that are started with limits.
NO_LIMITS = {f"DAYBOOK_RATE_LIMIT_{name}": "0" for name in ("STANDARD", "BATCH", "SEARCH", "REFUSED", "SIGN_IN")}
# Nor is every page of every test embedded; those that look for meaning start a service that does.
PLAIN = {**NO_LIMITS, "DAYBOOK_EMBEDDINGS": "off"}
CAUGHT_UP_S = 30.0
# Made once, because reading the certificates takes longer than most tests. Each client and each call without one is given it.
TLS = ssl.create_default_context()
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
_numbers = itertools.count(1)
T = TypeVar("T")


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in a loop of its own, from tests that are coroutines themselves as well."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@dataclass
class Workspace:
    """A workspace with a key, and a client that uses it."""

    url: str
    id: uuid.UUID
    name: str
    key: str
    # For looking behind the API.
    owner_dsn: str
    server_key: bytes
    client: httpx.Client = field(init=False)
    # Of people, closed with it.
    more_clients: list[httpx.Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.client_of_its_own()

    @property
    def key_id(self) -> str:
        return self.key.partition(".")[0].rpartition("_")[2]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def client_of_its_own(self) -> httpx.Client:
        """For a thread."""
        return httpx.Client(base_url=f"{self.url}/v1", headers=self.headers, timeout=60, verify=TLS)

    def async_client(self, connections_max: int = 64) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=connections_max, max_keepalive_connections=connections_max)
        return httpx.AsyncClient(base_url=f"{self.url}/v1", headers=self.headers, timeout=60, limits=limits, verify=TLS)

    def create(self, title: str = "A page", **fields: Any) -> dict[str, Any]:
        response = self.client.post("/pages", json={"title": title, **fields})
        assert response.status_code == 201, response.text
        page: dict[str, Any] = response.json()["page"]
        return page

    def get(self, slug: str) -> dict[str, Any]:
        response = self.client.get(f"/pages/{slug}")
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()["page"]
        return page


class Service:
    """`daybook serve` as its users start it, in a process of its own."""

    def __init__(self, data_dir: Path, *flags: str) -> None:
        self.data_dir = data_dir
        self.flags = flags
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.workspaces: list[Workspace] = []
        # Where nobody kills the database, the desk stays open.
        self.desk: OpenDesk | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.data_dir)

    @property
    def database(self) -> RunningServer:
        running = find_running(self.data_dir)
        assert running is not None, "the service's database does not run"
        return running

    @property
    def owner_dsn(self) -> str:
        return self.database.dsn(database=DATABASE_NAME)

    @property
    def service_dsn(self) -> str:
        return self.database.dsn(user=SERVICE_ROLE, database=DATABASE_NAME)

    def start(self) -> "Service":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "serve.log").open("a") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "daybook", "serve", "--port", str(self.port), *self.flags],
                env={**os.environ, **PLAIN, "DAYBOOK_DATA_DIR": str(self.data_dir)},
                stdout=log,
                stderr=log,
                text=True,
            )
        self.wait_ready()
        for workspace in self.workspaces:
            # A server that is started again may listen elsewhere.
            workspace.owner_dsn = self.owner_dsn
        return self

    def wait_ready(self) -> None:
        give_up = time.monotonic() + READY_S
        while time.monotonic() < give_up:
            assert self.process is not None
            assert self.process.poll() is None, f"the service ended: {self.log()[-3000:]}"
            try:
                if httpx.get(f"{self.url}/readyz", timeout=1, verify=TLS).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"the service did not become ready: {self.log()[-3000:]}")

    def log(self) -> str:
        return (self.data_dir / "serve.log").read_text()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def new_workspace(self, name: str | None = None) -> Workspace:
        made = self._new_workspace(name or f"workspace-{next(_numbers)}-{os.getpid()}")
        self.workspaces.append(made)
        return made

    def hang_up(self) -> None:
        for workspace in self.workspaces:
            for client in (workspace.client, *workspace.more_clients):
                client.close()

    def new_key(self) -> str:
        return self.new_workspace().key

    def _new_workspace(self, name: str) -> Workspace:
        async def begin(desk: Desk) -> tuple[uuid.UUID, str]:
            workspace = await begin_workspace(desk.workspaces, operator_command(new_id()), name)
            key = await desk.keys.issue(operator_command(workspace.id), KeyWish("test key"))
            return workspace.id, key.text

        workspace_id, key = self.at_desk(begin)
        return Workspace(self.url, workspace_id, name, key, self.owner_dsn, self.settings.server_key())

    def at_desk(self, work: Callable[[Desk], Coroutine[Any, Any, T]]) -> T:
        """Does what an operator does."""
        if self.desk is not None:
            return self.desk.do(work)

        async def run() -> T:
            async with operator_desk(self.owner_dsn, self.settings.server_key(), "local") as desk:
                return await work(desk)

        return run_apart(run())

    def daybook(self, *arguments: str, key: str | None = None, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        """Runs the command line beside this service."""
        environment = {**os.environ, "DAYBOOK_DATA_DIR": str(self.data_dir), "XDG_CONFIG_HOME": str(self.data_dir / "config")}
        if key is not None:
            environment |= {"DAYBOOK_URL": self.url, "DAYBOOK_API_KEY": key}
        command = [str(Path(sys.executable).parent / "daybook"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **kwargs)

    def daybook_json(self, *arguments: str) -> Any:
        done = self.daybook(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def as_owner(workspace: Workspace, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Looks or reaches behind the API, on the connection of who owns the database."""

    async def run() -> T:
        connection = await asyncpg.connect(workspace.owner_dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return run_apart(run())


def caught_up(workspace: Workspace) -> None:
    """Waits until everything that was written to this workspace is in every projection. Others may hold what never gets there."""

    async def wait() -> None:
        connection = await asyncpg.connect(workspace.owner_dsn)
        async with asyncio.timeout(CAUGHT_UP_S):
            while await connection.fetchval(_BEHIND, workspace.id):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
        await connection.close()

    run_apart(wait())


# Projections begin with their first event, so each that is there has a checkpoint by then.
_BEHIND = """SELECT count(c.position) < 5 OR bool_or(c.position < h.position)
  FROM daybook.workspace_head h LEFT JOIN daybook.checkpoint c ON c.workspace_id = h.workspace_id AND c.generation = 0
 WHERE h.workspace_id = $1"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_SECRET = re.compile(
    r"ak_[a-z]+_[0-9]+\.[\w-]{20,}|rt_[\w-]{20,}|eyJ[\w-]{10,}\.|whsec_[\w+/=-]{10,}|[Bb]earer [\w.-]{8,}|[?&][\w%]+="
)


def secrets_in(log: str) -> list[str]:
    """What should be in no log: keys, tokens, secrets of webhooks, and queries of addresses, which may hold any of them. The
    first key is greeted with, once, and mail that nobody sends is printed.
    """
    lines = [line for line in log.splitlines() if not line.startswith("key (shown once): ")]
    return [found[0] for line in lines for found in _SECRET.finditer(line)]


async def spare_the_disk(owner_dsn: str) -> None:
    """Nobody kills the database of the shared service. That what was acknowledged is on the disk is tested with others."""
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The one service of this process."""
    running = Service(tmp_path_factory.mktemp("service"), "--log-requests", "all").start()
    run_apart(spare_the_disk(running.owner_dsn))
    with open_desk(running.owner_dsn, running.settings.server_key()) as running.desk:
        yield running
    running.hang_up()
    running.stop()
    # After a run, with every request in it: thousands of right and wrong keys, tokens, addresses and bodies.
    assert not secrets_in(running.log()), "the service's log holds what opens it"


@pytest.fixture
def workspace(service: Service) -> Workspace:
    """A workspace nobody else knows."""
    return service.new_workspace()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster with a migrated database, as a first start leaves it: copying it takes a fifth of the time of making it."""
    folder = tmp_path_factory.mktemp("cluster")
    with EmbeddedServer(folder) as server:
        run_apart(prepare(server))
    return folder / "postgres"


@pytest.fixture
def new_service(tmp_path: Path, cluster: Path) -> Iterator[Callable[..., Service]]:
    """For tests that kill or alter: a service with a database server of its own."""
    made: list[Service] = []

    def make(*flags: str) -> Service:
        service = Service(tmp_path / f"data-{len(made)}", *flags)
        shutil.copytree(cluster, service.data_dir / "postgres")
        made.append(service)
        return service.start()

    yield make
    for service in made:
        service.hang_up()
        if service.process is not None and service.process.poll() is None:
            service.kill()


@pytest.fixture(scope="session")
def template_database(service: Service) -> str:
    """A migrated, empty database that others are copied from."""

    async def make() -> None:
        connection = await asyncpg.connect(service.database.dsn())
        await connection.execute("CREATE DATABASE daybook_template")
        await connection.close()
        await migrate(service.database.dsn(database="daybook_template"))

    run_apart(make())
    return "daybook_template"


@pytest.fixture
def database(service: Service, template_database: str) -> Iterator[Callable[..., str]]:
    """A database of one's own, as a function from a role to its DSN."""
    name = f"test_{uuid.uuid4().hex}"

    async def execute(statement: str) -> None:
        connection = await asyncpg.connect(service.database.dsn())
        await connection.execute(statement)
        await connection.close()

    run_apart(execute(f"CREATE DATABASE {name} TEMPLATE {template_database}"))
    yield lambda user="postgres": service.database.dsn(user=user, database=name)
    run_apart(execute(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real vaults and histories; a clone by itself has none."""
    if not SHARED_DATA.exists():
        pytest.skip("the shared data lies beside the repository only where Daybook is developed")
    return SHARED_DATA
