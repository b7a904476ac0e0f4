"""Every setting, in one place: a flag of `daybook serve`, an environment variable, a line of docs/reference/settings.md."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Environment = Literal["local", "staging", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the service runs."""

    data_dir: Annotated[Path, Parameter(help="Where the embedded database, server.key and client.json live.")] = Path("data")
    host: Annotated[str, Parameter(help="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Parameter(help="The port to listen on.")] = 8000
    workers: Annotated[int, Parameter(help="Processes that answer requests; one is right until its core is full.")] = 1
    environment: Annotated[Environment, Parameter(help="Written into new keys, and only its keys are accepted.")] = "local"
    database_url: Annotated[
        str | None, Parameter(help="Use this PostgreSQL 15+ (postgresql://…) instead of the embedded one.")
    ] = None
    database_owner_url: Annotated[
        str | None,
        Parameter(
            help="The owner's connection for migrations and operator commands, if database-url is the service's own role. "
            "Without it, the service takes the role daybook_service on each connection of database-url."
        ),
    ] = None
    postgres_binaries: Annotated[
        Path | None, Parameter(help="Folder with the embedded server's programs, instead of the ones installed with Daybook.")
    ] = None
    secret_key: Annotated[
        str | None, Parameter(help="The key under which API keys are hashed; without it, one is kept in data-dir/server.key.")
    ] = None
    log_level: Annotated[LogLevel, Parameter(help="How much the service says.")] = "info"

    def server_key(self) -> bytes:
        """The key for hashing secrets; made on first use and readable by its owner alone."""
        if self.secret_key is not None:
            return self.secret_key.encode()
        path = self.data_dir / "server.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            pass
        else:
            path.write_text(secrets.token_hex(32), encoding="ascii")
        return path.read_text(encoding="ascii").encode()
