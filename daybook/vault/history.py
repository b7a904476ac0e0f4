"""Replays an edit history, one JSON object a line, each edit at its own time and with its own message.

Two things let a run that was killed go on without doing anything twice. Now and then a page is marked with the line that it
is written by, so all lines up to the newest mark are done and need no request. And every request has an `Idempotency-Key` made
from its line, so the few after it that may be done as well are answered by the service from memory.

An edit that changes no more than the text becomes no more than a change of text: one event, one line of the timeline. What the
importer keeps for itself on the page is brought up to date at the end, once for each page.

A page lies below the page of its folder, which is made when first needed and never deleted: deleting a page deletes what is
below it, and `guide/index.md` may go while `guide/a.md` stays.
"""

import hashlib
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal
from urllib.parse import quote

import httpx
import msgspec

from daybook.client import ApiError, Client, ClientError, OnePage, decoded, page_path
from daybook.vault.imports import REFUSALS, Target
from daybook.vault.layout import is_safe
from daybook.vault.mapping import FRONT_MATTER, HASH, Draft, RefusedError, creation, draft_of, folder_draft
from daybook.vault.metadata import Metadata

MARK: Final = "import.line"
# How many lines at most are sent again for nothing after a kill, against one more event for each mark.
MARK_EVERY_LINES: Final = 32
MESSAGE_BYTES_MAX: Final = 2000  # it travels in a header, percent-encoded
SETTLED: Final = "Import finished"
XZ_MAGIC: Final = b"\xfd7zXZ\x00"

Kind = Literal["written", "unchanged", "deleted", "replayed", "invalid"]


class Edit(msgspec.Struct):
    at: str
    op: Literal["write", "delete"]
    path: str
    content: str | None = None
    message: str | None = None


class Line(msgspec.Struct):
    number: int
    text: bytes

    def key(self, root: str, part: str = "") -> str:
        """Name the line below a parent, or one of several requests that it takes, the same in every run."""
        return hashlib.sha256(b"%d:%s:%s:%s" % (self.number, root.encode(), part.encode(), self.text)).hexdigest()


class Step(msgspec.Struct):
    """What became of one line."""

    number: int
    kind: Kind
    reason: str = ""


class Survey(msgspec.Struct):
    """What a first look at the file finds: how long it is, and the last line that an earlier run is known to have done."""

    lines: int
    done: int


class _State(msgspec.Struct):
    """A path as the lines so far left it. It depends on the file alone, so that every run words its requests the same."""

    page_id: str | None  # not known of a page that an earlier run deleted
    stored: object = None  # the hash that the page has; it is the one thing here that depends on the run
    digest: object = None
    said: Metadata | None = None
    block: str | None = None
    at: str = ""
    deleted: bool = False
    made_by: int = 0


def read_lines(path: Path) -> Iterator[Line]:
    with _opened(path) as file:
        try:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield Line(number, text.rstrip(b"\r\n"))
        except (EOFError, lzma.LZMAError, OSError) as exc:
            raise ClientError(f"{path} cannot be read to its end: {exc}") from exc


def survey(path: Path, into: Target) -> Survey:
    marks = {page.properties.get(MARK) for page in into.known.values()}
    found = Survey(0, 0)
    for line in read_lines(path):
        found.lines = line.number
        if marks and line.key(into.root) in marks:
            found.done = line.number
    return found


def replay(client: Client, path: Path, into: Target, done: int) -> Iterator[Step]:
    run = _Run(client, path, into)
    line = None
    for line in read_lines(path):
        try:
            edit = _edit(line)
            yield Step(line.number, run.skip(line, edit) if line.number <= done else run.apply(line, edit))
        except (RefusedError, ApiError) as exc:
            if isinstance(exc, ApiError) and exc.status not in REFUSALS:
                raise
            yield Step(line.number, "invalid", str(exc))
    if line is not None:
        run.settle(line)


class _Run:
    def __init__(self, client: Client, file: Path, into: Target) -> None:
        self._client = client
        self._file = file
        self._into = into
        self._states = {path: _State(page.id, page.properties.get(HASH)) for path, page in into.known.items()}

    def skip(self, line: Line, edit: Edit) -> Kind:
        """Remember what a line that is done means for those that are not."""
        if edit.op == "delete":
            if state := self._states.get(edit.path):
                state.deleted = True
            return "replayed"
        draft = _draft(line, edit, self._into.root)
        _remember(self._states.setdefault(edit.path, _State(None, made_by=line.number)), draft, edit.at)
        return "replayed"

    def apply(self, line: Line, edit: Edit) -> Kind:
        state = self._states.get(edit.path)
        if edit.op == "delete":
            return self._delete(line, edit, state)
        draft = _draft(line, edit, self._into.root)
        if state is None:
            made = _State(None, made_by=line.number)
            kind = self._create(line, edit, draft, made)
            self._states[edit.path] = made
            return kind
        if state.digest == draft.origin[HASH] and not state.deleted:
            return "unchanged"
        return self._replace(line, edit, draft, state)

    def settle(self, last: Line) -> None:
        """Note on each page the hash of the file it is now, and that the last line is done."""
        for state in sorted(self._states.values(), key=lambda state: state.at):
            if state.page_id is None or state.deleted or state.digest in {None, state.stored}:
                continue
            body = {"properties": {HASH: state.digest, MARK: last.key(self._into.root)}}
            # Dated as the page's last edit, so that the page does not look as if it had been edited today.
            headers = {"Daybook-Effective-At": state.at, "Daybook-Message": quote(SETTLED)}
            try:
                self._client.write("PATCH", page_path(state.page_id), body, headers=headers)
            except ApiError as exc:
                if exc.status != 404:  # somebody deleted it meanwhile
                    raise

    def _delete(self, line: Line, edit: Edit, state: _State | None) -> Kind:
        if state is None or state.deleted:
            return "unchanged"
        state.deleted = True
        if state.page_id is None:
            return "replayed"  # an earlier run did it, or the list would have shown the page
        return _kind(self._send(line, edit, ("DELETE", page_path(state.page_id))), "deleted")

    def _create(self, line: Line, edit: Edit, draft: Draft, state: _State) -> Kind:
        parent_id = self._folder(edit.path.rpartition("/")[0], line, edit)
        answer = self._send(line, edit, ("POST", "/pages"), creation(draft, parent_id))
        state.page_id = decoded(answer, OnePage).page.id
        state.stored = draft.origin[HASH]
        _remember(state, draft, edit.at)
        return _kind(answer, "written")

    def _replace(self, line: Line, edit: Edit, draft: Draft, state: _State) -> Kind:
        page = page_path(state.page_id or self._recovered(state))
        if state.deleted:
            self._send(line, edit, ("POST", f"{page}/restore"), part="restore")
            state.deleted = False
        same_metadata = state.said == draft.metadata and state.block == draft.origin[FRONT_MATTER]
        if same_metadata and line.number % MARK_EVERY_LINES:
            answer = self._send(line, edit, ("PUT", f"{page}/content"), {"content": draft.content})
        else:
            answer = self._send(line, edit, ("PATCH", page), _replacement(draft, state.said))
            state.stored = draft.origin[HASH]
        _remember(state, draft, edit.at)
        return _kind(answer, "written")

    def _recovered(self, state: _State) -> str:
        """Learn the id of a deleted page by sending once more what made it: the service answers that from memory."""
        line = next(line for line in read_lines(self._file) if line.number == state.made_by)
        made = _State(None)
        edit = _edit(line)
        if self._create(line, edit, _draft(line, edit, self._into.root), made) == "written":
            state.deleted = False  # the service has forgotten by now and made a new page
        state.page_id = str(made.page_id)
        return state.page_id

    def _folder(self, folder: str, line: Line, edit: Edit) -> str | None:
        """Find the page of a folder, or make it and those above it."""
        if not folder:
            return self._into.parent_id
        path = f"{folder}/"
        if path not in self._states:
            parent_id = self._folder(folder.rpartition("/")[0], line, edit)
            body = creation(folder_draft(path, self._into.root), parent_id)
            answer = self._send(line, edit, ("POST", "/pages"), body, part=path)
            self._states[path] = _State(decoded(answer, OnePage).page.id)
        return self._states[path].page_id

    def _send(self, line: Line, edit: Edit, request: tuple[str, str], body: object = None, *, part: str = "") -> httpx.Response:
        message = (edit.message or "").encode()[:MESSAGE_BYTES_MAX].decode(errors="ignore")
        headers = {"Idempotency-Key": line.key(self._into.root, part), "Daybook-Effective-At": edit.at}
        if message:
            headers["Daybook-Message"] = quote(message, safe="")
        return self._client.write(*request, body, headers=headers)


def _edit(line: Line) -> Edit:
    try:
        edit = msgspec.json.decode(line.text, type=Edit)
        at = datetime.fromisoformat(edit.at)
    except (msgspec.DecodeError, ValueError) as exc:
        raise RefusedError(f"not an edit: {exc}") from exc
    edit.at = (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
    if edit.op == "write" and edit.content is None:
        raise RefusedError("a write without content")
    if edit.path.endswith("/") or not is_safe(edit.path):
        raise RefusedError(f"{edit.path!r} is no path of a file in a folder")
    return edit


def _draft(line: Line, edit: Edit, root: str) -> Draft:
    draft = draft_of(edit.path, (edit.content or "").encode(), root)
    draft.origin[MARK] = line.key(root)
    return draft


def _remember(state: _State, draft: Draft, at: str) -> None:
    state.digest, state.said, state.block = draft.origin[HASH], draft.metadata, draft.origin[FRONT_MATTER]
    state.at, state.deleted = at, False


def _replacement(draft: Draft, before: Metadata | None) -> dict[str, object]:
    """Word the request that replaces a page. What the file said before and says no more goes; nothing else does."""
    said = draft.metadata
    fields = {k: v for k, v in said.fields.items() if v is not None or (before and before.fields[k] is not None)}
    gone = {key: None for key in (before.properties if before else ()) if key not in said.properties}
    return {**fields, "content": draft.content, "properties": {**gone, **said.properties, **draft.origin}}


def _kind(answer: httpx.Response, kind: Kind) -> Kind:
    return "replayed" if answer.headers.get("Idempotent-Replay") == "true" else kind


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            packed = file.read(len(XZ_MAGIC)) == XZ_MAGIC
            file.seek(0)
            with lzma.open(file) if packed else file as text:
                yield text
    except OSError as exc:
        raise ClientError(f"{path}: {exc.strerror or exc}") from exc
