"""A person's session on this machine: where its tokens are kept, and how requests are sent with it."""

import fcntl
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

import httpx
import msgspec

# Tokens are renewed a little early, so that none expires on its way.
EARLY = timedelta(seconds=30)


class SessionOver(Exception):
    """Your session is over. Sign in again with `daybook login`."""


class SessionNotRenewed(Exception):
    """Your session could not be renewed now. Try again in a minute; if that is refused too, sign in with `daybook login`."""


class User(msgspec.Struct):
    id: UUID
    email: str
    name: str


class Tokens(msgspec.Struct, rename="camel"):
    """What the service answers to a code or a refresh token."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    user: User


class Session(msgspec.Struct):
    """Of one person with one service. Without a workspace, it is the person's first."""

    url: str
    tokens: Tokens
    workspace: UUID | None = None


class SessionFile:
    """One session at a time, in a file that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session.json"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "SessionFile":
        """In the person's own configuration, wherever the command is started."""
        base = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or "~").expanduser() / ".config")
        return cls(Path(base) / "daybook")

    def read(self) -> Session | None:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Session)
        except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
            return None

    def write(self, session: Session) -> None:
        """Whole, so that nobody reads half of it."""
        self._make_folder()
        with NamedTemporaryFile(dir=self.path.parent, delete=False) as draft:
            draft.write(msgspec.json.encode(session))
        Path(draft.name).replace(self.path)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One command renews the tokens at a time: a refresh token that comes twice ends the session."""
        self._make_folder()
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


class SessionAuth(httpx.Auth):
    """Sends the access token, and gets another when it is over."""

    def __init__(self, file: SessionFile, session: Session) -> None:
        self._file = file
        self._session = session

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._session.tokens.expires_at - EARLY <= datetime.now(UTC):
            yield from self._renewed()
        response = yield self._marked(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._renewed()
            yield self._marked(request)

    def _marked(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._session.tokens.access_token}"
        if self._session.workspace is not None:
            request.headers["X-Workspace-Id"] = str(self._session.workspace)
        return request

    def _renewed(self) -> Generator[httpx.Request, httpx.Response, None]:
        """Raises `SessionOver`."""
        with self._file.alone():
            kept = self._file.read()
            if kept is None or kept.url != self._session.url:
                raise SessionOver
            if kept.tokens.access_token == self._session.tokens.access_token:
                body = {"refreshToken": kept.tokens.refresh_token}
                answer = yield httpx.Request("POST", f"{kept.url}/v1/auth/refresh", json=body)
                answer.read()
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    self._file.forget()
                    raise SessionOver
                if not answer.is_success:
                    raise SessionNotRenewed
                kept.tokens = msgspec.json.decode(answer.content, type=Tokens)
                self._file.write(kept)
            self._session = kept


def session_for(environment: Mapping[str, str]) -> tuple[SessionFile, Session] | None:
    """The session that commands go by: not beside a key of one's own, nor for another service than was named."""
    file = SessionFile.of(environment)
    session = file.read()
    named = environment.get("DAYBOOK_URL", "").strip().rstrip("/")
    if session is None or environment.get("DAYBOOK_API_KEY", "").strip() or named not in ("", session.url):
        return None
    return file, session
