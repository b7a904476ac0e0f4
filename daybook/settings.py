"""Every setting, in one place: a flag of `daybook serve`, an environment variable, a line of docs/reference/settings.md."""

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Environment = Literal["local", "staging", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]


def _setting(variable: str, meaning: str) -> Parameter:
    """Named one by one, so that no option of a command is a setting by accident."""
    return Parameter(env_var=variable, help=meaning)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where the record is: what the service and every operator command need to know."""

    data_dir: Annotated[Path, _setting("DAYBOOK_DATA_DIR", "Where the embedded database, server.key and client.json live.")] = (
        Path("data")
    )
    environment: Annotated[
        Environment, _setting("DAYBOOK_ENVIRONMENT", "Written into new keys, and only its keys are accepted.")
    ] = "local"
    database_url: Annotated[
        str | None,
        _setting("DAYBOOK_DATABASE_URL", "Use this PostgreSQL 15+ (postgresql://…) instead of the embedded one."),
    ] = None
    database_owner_url: Annotated[
        str | None,
        _setting(
            "DAYBOOK_DATABASE_OWNER_URL",
            "The owner's connection for migrations and operator commands, if database-url is the service's own role. "
            "Without it, the service takes the role daybook_service on each connection of database-url.",
        ),
    ] = None
    postgres_binaries: Annotated[
        Path | None,
        _setting(
            "DAYBOOK_POSTGRES_BINARIES",
            "Folder with the embedded server's programs, instead of the ones installed with Daybook.",
        ),
    ] = None
    secret_key: Annotated[
        str | None,
        _setting(
            "DAYBOOK_SECRET_KEY", "The key under which API keys are hashed; without it, one is kept in data-dir/server.key."
        ),
    ] = None

    def server_key(self) -> bytes:
        """The key for hashing secrets; made on first use and readable by its owner alone."""
        if self.secret_key is not None:
            return self.secret_key.encode()
        path = self.data_dir / "server.key"
        if not path.exists():
            self._make_server_key(path)
        return path.read_text(encoding="ascii").encode()

    def _make_server_key(self, path: Path) -> None:
        """Written whole and then linked into place, so that two first starts agree on one."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.data_dir, encoding="ascii") as draft:
            draft.write(secrets.token_hex(32))
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Settings(DatabaseSettings):
    """How the service runs."""

    host: Annotated[str, _setting("DAYBOOK_HOST", "The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, _setting("DAYBOOK_PORT", "The port to listen on.")] = 8000
    workers: Annotated[
        int, _setting("DAYBOOK_WORKERS", "Processes that answer requests; one is right until its core is full.")
    ] = 1
    webhook_allow_private: Annotated[
        bool,
        _setting(
            "DAYBOOK_WEBHOOK_ALLOW_PRIVATE",
            "For development: webhooks may lead to this machine and to private networks, and over plain http.",
        ),
    ] = False
    log_level: Annotated[LogLevel, _setting("DAYBOOK_LOG_LEVEL", "How much the service says.")] = "info"
