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
LogFormat = Literal["text", "json"]
Embeddings = Literal["local", "off"]
Projections = Literal["here", "elsewhere"]
LoggedRequests = Literal["all", "failed", "none"]


def listed(text: str) -> list[str]:
    """What a setting names, separated by commas."""
    return [part for each in text.split(",") if (part := each.strip())]


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
        path = self._key_file
        if not path.exists():
            self._make_server_key(path)
        return path.read_text(encoding="ascii").encode()

    def has_server_key(self) -> bool:
        """Whether it is there already."""
        return self.secret_key is not None or self._key_file.exists()

    @property
    def _key_file(self) -> Path:
        return self.data_dir / "server.key"

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
class WorkSettings(DatabaseSettings):
    """How what follows the log is done, by the service itself or by a worker beside it."""

    webhook_allow_private: Annotated[
        bool,
        _setting(
            "DAYBOOK_WEBHOOK_ALLOW_PRIVATE",
            "For development: webhooks may lead to this machine and to private networks, and over plain http.",
        ),
    ] = False
    embeddings: Annotated[
        Embeddings,
        _setting(
            "DAYBOOK_EMBEDDINGS",
            "What finds texts by their meaning: local is a small model that comes along and runs on this machine; off is none.",
        ),
    ] = "local"
    embeddings_url: Annotated[
        str | None,
        _setting(
            "DAYBOOK_EMBEDDINGS_URL",
            "A provider to use instead of the local model, by OpenAI's API (https://host/v1). It sees all texts that are "
            "searched, and what is looked for.",
        ),
    ] = None
    embeddings_model: Annotated[
        str, _setting("DAYBOOK_EMBEDDINGS_MODEL", "The provider's model. Another model means that all texts are read anew.")
    ] = "text-embedding-3-small"
    embeddings_api_key: Annotated[str | None, _setting("DAYBOOK_EMBEDDINGS_API_KEY", "The provider's key, if it wants one.")] = (
        None
    )
    log_level: Annotated[LogLevel, _setting("DAYBOOK_LOG_LEVEL", "How much the service says.")] = "info"
    log_format: Annotated[LogFormat, _setting("DAYBOOK_LOG_FORMAT", "Lines for people, or one JSON object a line.")] = "text"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Settings(WorkSettings):
    """How the service runs."""

    host: Annotated[str, _setting("DAYBOOK_HOST", "The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, _setting("DAYBOOK_PORT", "The port to listen on.")] = 8000
    workers: Annotated[
        int, _setting("DAYBOOK_WORKERS", "Processes that answer requests; one is right until its core is full.")
    ] = 1
    projections: Annotated[
        Projections,
        _setting(
            "DAYBOOK_PROJECTIONS",
            "Who keeps what follows the log: here is the service itself; elsewhere leaves search, links, webhooks and the like "
            "to `daybook worker`, without which they stand still.",
        ),
    ] = "here"
    rate_limit_standard: Annotated[
        int, _setting("DAYBOOK_RATE_LIMIT_STANDARD", "Requests a minute for each key or person; 0 switches this limit off.")
    ] = 60
    rate_limit_batch: Annotated[
        int, _setting("DAYBOOK_RATE_LIMIT_BATCH", "The same for batches, which have a count of their own.")
    ] = 10
    rate_limit_search: Annotated[
        int, _setting("DAYBOOK_RATE_LIMIT_SEARCH", "The same for searches and queries, which have a count of their own.")
    ] = 30
    rate_limit_refused: Annotated[
        int,
        _setting(
            "DAYBOOK_RATE_LIMIT_REFUSED",
            "Keys and tokens a minute that may be wrong from one network address, before nothing more is looked up for it.",
        ),
    ] = 60
    rate_limit_sign_in: Annotated[
        int,
        _setting(
            "DAYBOOK_RATE_LIMIT_SIGN_IN",
            "Requests of the sign-in routes that one network address may make in ten minutes.",
        ),
    ] = 60
    redis_url: Annotated[
        str | None,
        _setting(
            "DAYBOOK_REDIS_URL",
            "Valkey or Redis (redis://…) to count requests in, for all processes together. Without it, services on a "
            "database-url count in that, and others on their own machine.",
        ),
    ] = None
    smtp_url: Annotated[
        str | None,
        _setting(
            "DAYBOOK_SMTP_URL",
            "The server that takes mail: smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS. Without "
            "it, mail is printed on the console and kept in data-dir/mail; in production, nobody signs in by mail then.",
        ),
    ] = None
    mail_from: Annotated[str, _setting("DAYBOOK_MAIL_FROM", "The sender of all mail.")] = "Daybook <daybook@localhost>"
    cors_origins: Annotated[
        str,
        _setting("DAYBOOK_CORS_ORIGINS", "Web pages of these origins may call the API (https://a.example,https://b.example)."),
    ] = ""
    trusted_proxies: Annotated[
        str,
        _setting(
            "DAYBOOK_TRUSTED_PROXIES",
            "Addresses or networks of reverse proxies (10.0.0.5,10.1.0.0/16) whose X-Forwarded-For and -Proto are believed.",
        ),
    ] = ""
    metrics_token: Annotated[
        str | None,
        _setting(
            "DAYBOOK_METRICS_TOKEN",
            "The bearer token that /metrics asks for. Without it, /metrics is open in the local environment and shut elsewhere.",
        ),
    ] = None
    assistant_url: Annotated[
        str | None,
        _setting(
            "DAYBOOK_ASSISTANT_URL",
            "A provider whose model answers in threads, by OpenAI's API for chat completions (https://host/v1). It sees the "
            "thread, and what the model looks up in pages for it.",
        ),
    ] = None
    assistant_model: Annotated[
        str | None, _setting("DAYBOOK_ASSISTANT_MODEL", "The provider's model; one that can use tools. assistant-url needs it.")
    ] = None
    assistant_api_key: Annotated[str | None, _setting("DAYBOOK_ASSISTANT_API_KEY", "The provider's key, if it wants one.")] = None
    assistant_steps: Annotated[
        int, _setting("DAYBOOK_ASSISTANT_STEPS", "How often the model may use tools for one answer, several at once each time.")
    ] = 8
    assistant_timeout_s: Annotated[
        int, _setting("DAYBOOK_ASSISTANT_TIMEOUT_S", "Seconds that an answer may take. What was said until then is kept.")
    ] = 60
    assistant_tokens: Annotated[
        int,
        _setting(
            "DAYBOOK_ASSISTANT_TOKENS",
            "Tokens that the model may read and write for one answer; with each use of tools it reads the thread again.",
        ),
    ] = 60_000
    universe: Annotated[str, _setting("DAYBOOK_UNIVERSE", "The name of the product, in the headers of planning's answers.")] = (
        "daybook"
    )
    instance: Annotated[str, _setting("DAYBOOK_INSTANCE", "The name of this installation, in the same place.")] = "main"
    hosting: Annotated[str, _setting("DAYBOOK_HOSTING", "Who runs it, in the same place.")] = "self-hosted"
    jupiter_headers: Annotated[
        bool,
        _setting(
            "DAYBOOK_JUPITER_HEADERS",
            "Planning's answers name the instance in headers that begin with x-jupiter- as well, for clients that look there.",
        ),
    ] = True
    shutdown_grace_s: Annotated[
        int, _setting("DAYBOOK_SHUTDOWN_GRACE_S", "Seconds that a service which is told to end gives to requests under way.")
    ] = 30
    log_requests: Annotated[
        LoggedRequests,
        _setting("DAYBOOK_LOG_REQUESTS", "Which requests get a line in the log; failed are those answered 400 or more."),
    ] = "failed"
