"""Folders of Markdown and edit histories through the real service: what goes in comes out again, whatever happens in between."""

import io
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Service, Workspace, caught_up

from daybook.cli import app
from daybook.vault.history import SETTLED
from daybook.vault.mapping import FILE_BYTES_MAX

KILLED_WITHIN_S = 30.0

# One of each kind of file that people have and importers trip over.
AWKWARD: dict[str, bytes] = {
    "index.md": b"# Everything\n",
    "README.md": b"# Beside the index\n",
    "crlf.md": b"---\r\ntitle: Windows\r\n---\r\n\r\ntext\r\n",
    "old-mac.md": b"# a\rb\rc\r",
    "bom.md": b"\xef\xbb\xbf# Marked\n",
    "bom-front.md": b"\xef\xbb\xbf---\nstatus: idea\n---\nbody",
    "no-newline.md": b"# Ends here",
    "empty.md": b"",
    "blank.md": b"  \n\n",
    "bad-yaml.md": b"---\ntitle: [open\n : : :\n---\ntext\n",
    "list-yaml.md": b"---\n- a\n---\ntext\n",
    "no-end.md": b"---\ntitle: x\ntext\n",
    "toml.md": b'+++\ntitle = "Toml"\n+++\n',
    "all.md": (
        "---\ntitle: All\nsubtitle: Sub\nstatus: at_risk\nicon: 🎉\nowner: a@b.io\ndueDate: 2026-03-01\ntype: database\n"
        "tags: [a, b]\nn: 1.10\nbig: 123456789012345678901234567890\nyes: true\nnone: ~\n---\nbody\n"
    ).encode(),
    "wrong.md": b"---\ntitle: ''\nstatus: nope\nicon: star\nowner: me\ndueDate: 2026-02-30\ntype: x\nslug: y\nid: 5\n---\n",
    "many.md": ("---\n" + "".join(f"k{n}: {n}\n" for n in range(250)) + "---\n").encode(),
    "largest.md": b"# Largest\n" + b"x" * (FILE_BYTES_MAX - 10),
    "quotes.md": b'"' * FILE_BYTES_MAX,
    "both/index.md": b"# I\n",
    "both/README.md": b"# R\n",
    "foo.md": b"# Foo\n",
    "foo/inner.md": b"inside\n",
    "bar.md": b"# Bar\n",
    "bar/index.md": b"# Bar's own\n",
    "deep/er/est/x.markdown": b"x",
    "UPPER.MD": b"up",
    "same-1.md": b"# Same\n",
    "same-2.md": b"# Same\n",
    "search.md": b"# Search\n",
    "01234567-89ab-cdef-0123-456789abcdef.md": b"",
    "--help.md": b"",
    "a b/ c .md": b"",
    "quo'te\".md": b"",
    "new\nline.md": b"",
    "back\\slash.md": b"",
    "%2F.md": b"",
    "emoji 🎉/日本語.md": "# こんにちは\n".encode(),
    "nfc-\u00e9.md": b"c",
    "nfd-e\u0301.md": b"d",
    "n" * 251 + ".md": b"",
    ".hidden.md": b"",
}
REFUSED = {
    "latin-1.md": "# Grüße".encode("latin-1"),
    "nul.md": b"a\0b",
    "surrogate.md": b"\xed\xa0\x80",
    "too-large.md": b"x" * (FILE_BYTES_MAX + 1),
}


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


Daybook = Callable[..., Done]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def history(workspace: Workspace, **params: Any) -> list[dict[str, Any]]:
    """Oldest first."""
    entries: list[dict[str, Any]] = workspace.client.get("/pages/history", params=params).json()["history"]
    return entries[::-1]


def head(workspace: Workspace) -> int:
    newest = history(workspace, limit=1)
    position: int = newest[0]["position"] if newest else 0
    return position


def summary(done: Done) -> str:
    return done.stdout.splitlines()[-1]


def run(*arguments: object) -> Done:
    """The command line without the half second that a process of its own takes to start; `test_cli` starts real ones."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    returncode: Any = 0
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            app([str(argument) for argument in arguments])
        except SystemExit as exc:
            returncode = exc.code or 0
    stdout, stderr = (stream.buffer for stream in streams)
    assert isinstance(stdout, io.BytesIO)
    assert isinstance(stderr, io.BytesIO)
    return Done(returncode, stdout.getvalue().decode(), stderr.getvalue().decode())


@pytest.fixture
def daybook(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Daybook:
    """The command line in the test's workspace."""
    monkeypatch.setenv("DAYBOOK_URL", workspace.url)
    monkeypatch.setenv("DAYBOOK_API_KEY", workspace.key)
    return run


@pytest.fixture
def killed(workspace: Workspace) -> Callable[..., int]:
    """Starts a command and kills it once the log has grown by so much; answers by how much it had."""

    def kill(events: int, *arguments: object) -> int:
        environment = {**os.environ, "DAYBOOK_URL": workspace.url, "DAYBOOK_API_KEY": workspace.key}
        command = [str(Path(sys.executable).parent / "daybook"), *map(str, arguments)]
        before, give_up = head(workspace), time.monotonic() + KILLED_WITHIN_S
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while head(workspace) < before + events and time.monotonic() < give_up:
                time.sleep(0.01)
            process.kill()
        assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
        return head(workspace) - before

    return kill


class TestFolders:
    def test_every_markdown_file_comes_out_as_it_went_in(self, daybook: Daybook, tmp_path: Path) -> None:
        vault = write(tmp_path / "vault", AWKWARD)
        done = daybook("import", vault)
        assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stdout + done.stderr
        assert summary(done).startswith(f"{len(AWKWARD)} files: {len(AWKWARD)} imported")
        assert daybook("export", tmp_path / "out").returncode == 0
        assert read(tmp_path / "out") == AWKWARD

    def test_what_cannot_come_in_is_named_and_the_rest_comes(
        self, daybook: Daybook, workspace: Workspace, tmp_path: Path
    ) -> None:
        vault = write(tmp_path / "vault", {**REFUSED, "fine.md": b"fine", "picture.png": b"\x89PNG", ".git/hooks/x.md": b"no"})
        (vault / "elsewhere.md").symlink_to("/etc/passwd")
        (vault / "nowhere.md").symlink_to("missing")
        (vault / "loop").symlink_to(".")
        (vault / "linked.md").symlink_to("fine.md")
        done = daybook("import", vault)
        assert done.returncode == 1
        assert summary(done) == "9 files: 2 imported, 0 updated, 0 unchanged, 0 conflict, 4 refused, 3 skipped."
        for name, reason in [
            ("latin-1.md", "not UTF-8 (byte 4)"),
            ("nul.md", "contains a NUL character"),
            ("surrogate.md", "not UTF-8 (byte 0)"),
            ("too-large.md", "larger than 4 MiB"),
            ("elsewhere.md", "a link that leaves the folder"),
            ("nowhere.md", "a link that leads nowhere"),
            ("loop/", "a link that loops"),
            (".git/", "hidden"),
            ("picture.png", "not Markdown"),
        ]:
            assert f"{name}  ({reason})\n" in done.stdout
        assert {page["title"] for page in workspace.client.get("/pages").json()["pages"]} == {"fine", "linked"}

    def test_the_tree_and_the_front_matter_become_pages(self, daybook: Daybook, workspace: Workspace, tmp_path: Path) -> None:
        chosen = ["all.md", "foo.md", "foo/inner.md", "search.md", "emoji 🎉/日本語.md"]
        daybook("import", write(tmp_path / "vault", {path: AWKWARD[path] for path in chosen}))
        page = workspace.get("all")
        assert [page[name] for name in ("subtitle", "status", "owner", "dueDate", "type", "icon")] == [
            *("Sub", "at_risk", "a@b.io", "2026-03-01", "database"),
            {"type": "emoji", "value": "🎉"},
        ]
        assert (page["content"], page["properties"]["n"], page["properties"]["yes"]) == ("body\n", "1.10", True)
        assert workspace.get("inner")["parentSlug"] == "foo"
        assert workspace.get("こんにちは")["parentSlug"] == "emoji"
        assert workspace.get("search-2")["title"] == "Search"

    def test_importing_again_writes_nothing_and_a_changed_file_only_itself(
        self, daybook: Daybook, workspace: Workspace, tmp_path: Path
    ) -> None:
        vault = write(tmp_path / "vault", {"a.md": b"# A\n", "b/c.md": b"# C\n", "d.md": b"# D\n"})
        daybook("import", vault)
        before = head(workspace)
        assert "3 unchanged" in summary(daybook("import", vault))
        assert head(workspace) == before
        write(vault, {"a.md": b"# A\nmore\n"})
        assert "1 updated, 2 unchanged" in summary(daybook("import", vault))
        assert {entry["pageSlug"] for entry in history(workspace) if entry["position"] > before} == {"a"}

    def test_an_edit_in_daybook_and_one_in_the_folder_are_a_conflict_until_somebody_decides(
        self, daybook: Daybook, workspace: Workspace, tmp_path: Path
    ) -> None:
        vault = write(tmp_path / "vault", {"a.md": b"# A\n"})
        daybook("import", vault)
        daybook("pages", "append", "a", "from Daybook")
        assert "1 unchanged" in summary(daybook("import", vault))
        write(vault, {"a.md": b"# A\nfrom the folder\n"})
        done = daybook("import", vault)
        assert (done.returncode, workspace.get("a")["content"]) == (1, "# A\nfrom Daybook")
        assert "conflict  a.md" in done.stdout
        assert daybook("import", vault, "--overwrite").returncode == 0
        assert workspace.get("a")["content"] == "# A\nfrom the folder\n"

    def test_an_export_replaces_no_file_that_is_not_its_own(self, daybook: Daybook, tmp_path: Path) -> None:
        daybook("import", write(tmp_path / "vault", {"a.md": b"# A\n"}))
        out = write(tmp_path / "out", {"a.md": b"mine"})
        done = daybook("export", out)
        assert (done.returncode, read(out)) == (1, {"a.md": b"mine"})
        assert "differs   a.md" in done.stdout
        assert daybook("export", out, "--force").returncode == 0
        assert read(out) == {"a.md": b"# A\n"}

    def test_a_folder_goes_below_a_page_and_comes_out_of_it(self, daybook: Daybook, workspace: Workspace, tmp_path: Path) -> None:
        files = {"a.md": b"# A\n", "b/index.md": b"# B\n", "b/c.md": b"c"}
        vault = write(tmp_path / "vault", files)
        daybook("pages", "create", "--title", "Shelf")
        daybook("import", vault)
        assert daybook("import", vault, "--parent", "shelf").returncode == 0
        assert workspace.get("a-2")["parentSlug"] == "shelf"
        assert daybook("export", tmp_path / "out", "--parent", "shelf").returncode == 0
        assert read(tmp_path / "out") == files

    def test_killed_in_the_middle_it_goes_on_where_it_was(
        self, daybook: Daybook, workspace: Workspace, killed: Callable[..., int], tmp_path: Path
    ) -> None:
        files = {f"folder-{number % 7}/{number}.md": b"# %d\n" % number for number in range(200)}
        vault = write(tmp_path / "vault", files)
        assert 20 <= killed(20, "import", vault) < 200
        killed(20, "import", vault)
        assert daybook("import", vault).returncode == 0
        assert len(history(workspace)) == 207  # a page for each file and folder, made once
        daybook("export", tmp_path / "out")
        assert read(tmp_path / "out") == files

    @pytest.mark.parametrize("name", ["rust-book", "marten-docs"])
    def test_real_vaults_come_out_as_they_went_in(
        self, daybook: Daybook, workspace: Workspace, shared_data: Path, tmp_path: Path, name: str
    ) -> None:
        vault = shared_data / "vault" / name
        assert daybook("import", vault).returncode == 0
        before = head(workspace)
        assert daybook("import", vault).returncode == 0
        assert head(workspace) == before
        assert daybook("export", tmp_path / "out").returncode == 0
        assert read(tmp_path / "out") == read(vault)


def edit(number: int, path: str, content: str | None, message: str = "") -> dict[str, object]:
    """One line of a history, a minute after the one before."""
    at = f"2020-01-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00+00:00"
    op = {"op": "delete"} if content is None else {"op": "write", "content": content}
    return {"at": at, "path": path, "message": message or f"Edit {number}", **op}


def jsonl(file: Path, edits: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in edits))
    return file


def outcome(edits: list[dict[str, Any]]) -> dict[str, bytes]:
    """The files after the last edit."""
    files = {one["path"]: one["content"].encode() for one in edits if one["op"] == "write"}
    last = {one["path"]: one for one in edits}
    return {path: last[path]["content"].encode() for path in files if last[path]["op"] == "write"}


LIVELY = [
    edit(
        n,
        ["index.md", "a.md", "b/index.md", "b/c.md", "d/e/f.md"][n % 5],
        None if n % 17 == 16 else f"---\nstatus: {'idea' if n % 2 else 'paused'}\n---\n# {n // 40}\ntext {n}\n",
    )
    for n in range(300)
]


class TestHistories:
    def test_each_edit_stands_in_the_timeline_with_its_date_and_message(
        self, daybook: Daybook, workspace: Workspace, tmp_path: Path
    ) -> None:
        edits = [
            edit(0, "a.md", "# A\n", "Begin"),
            edit(1, "a.md", "# A\ntext\n", "Fix\n\n  a typo: é 100%"),
            edit(2, "a.md", "# B\ntext\n", "Rename"),
            edit(3, "a.md", None, "Drop"),
            edit(4, "a.md", "# B\nback\n", "Revive"),
        ]
        assert daybook("import", "--history", jsonl(tmp_path / "h.jsonl", edits)).returncode == 0
        told = [(entry["action"], entry["createdAt"][:16], entry["summary"]) for entry in history(workspace, page="a")]
        assert told == [
            ("create", "2020-01-01T00:00", "Begin"),
            ("replace", "2020-01-01T00:01", "Fix a typo: é 100%"),
            ("update", "2020-01-01T00:02", "Rename"),
            ("replace", "2020-01-01T00:02", "Rename"),
            ("delete", "2020-01-01T00:03", "Drop"),
            ("restore", "2020-01-01T00:04", "Revive"),
            ("replace", "2020-01-01T00:04", "Revive"),
            ("update", "2020-01-01T00:04", SETTLED),
        ]
        assert workspace.get("a")["updatedAt"].startswith("2020-01-01T00:04")

    def test_the_end_of_a_history_is_a_folder_like_any_other(
        self, daybook: Daybook, workspace: Workspace, tmp_path: Path
    ) -> None:
        daybook("import", "--history", jsonl(tmp_path / "h.jsonl", LIVELY))
        daybook("export", tmp_path / "out")
        assert read(tmp_path / "out") == outcome(LIVELY)
        before = head(workspace)
        assert "5 unchanged" in summary(daybook("import", tmp_path / "out"))
        assert head(workspace) == before

    def test_lines_that_are_no_edits_are_named_and_the_rest_is_replayed(self, daybook: Daybook, tmp_path: Path) -> None:
        file = jsonl(tmp_path / "h.jsonl", [edit(0, "a.md", "a"), edit(1, "../b.md", "b"), edit(2, "c.md", "c\0")])
        file.write_text(file.read_text() + 'nonsense\n\n{"at": "soon", "op": "write", "path": "d.md", "content": ""}\n')
        done = daybook("import", "--history", file)
        assert done.returncode == 1
        assert summary(done) == "5 edits: 1 written, 0 unchanged, 0 deleted, 0 replayed, 4 invalid."
        assert [line.partition(":")[0] for line in done.stdout.splitlines()[:4]] == ["line 2", "line 3", "line 4", "line 6"]

    def test_killed_in_the_middle_it_does_nothing_twice(
        self, daybook: Daybook, service: Service, workspace: Workspace, killed: Callable[..., int], tmp_path: Path
    ) -> None:
        file = jsonl(tmp_path / "h.jsonl", LIVELY)
        for events in (30, 1, 100):
            killed(events, "import", "--history", file)
        done = daybook("import", "--history", file)
        assert done.returncode == 0
        assert " 0 invalid" in summary(done)
        # What a run leaves that nobody killed.
        other = service.new_workspace()
        service.daybook("import", "--history", str(file), key=other.key)
        assert _timeline(workspace) == _timeline(other)
        before = head(workspace)
        assert "300 replayed" in summary(daybook("import", "--history", file))
        assert head(workspace) == before

    def test_a_real_history_ends_where_it_should_even_if_killed(
        self, daybook: Daybook, workspace: Workspace, killed: Callable[..., int], shared_data: Path, tmp_path: Path
    ) -> None:
        file = shared_data / "history" / "rust-book.jsonl.xz"
        edits = [json.loads(line) for line in lzma.decompress(file.read_bytes()).splitlines()]
        killed(600, "import", "--history", file)
        assert daybook("import", "--history", file).returncode == 0
        daybook("export", tmp_path / "out")
        assert read(tmp_path / "out") == outcome(edits)
        told = {(entry["createdAt"][:19], entry["summary"]) for entry in history(workspace)}
        assert told >= {(one["at"][:19], " ".join(one["message"].split())) for one in edits}
        _check_past(workspace, edits)


def _check_past(workspace: Workspace, edits: list[dict[str, Any]]) -> None:
    """Every edit is a version that gives the file byte for byte, by its number; at its date the page was so, or was not there."""
    caught_up(workspace)
    dates: dict[str, list[str]] = {}
    for entry in history(workspace):
        dates.setdefault(entry["pageId"], []).append(entry["createdAt"][:19])
    page_of = {_then(workspace, page_id, version=1)["properties"]["import.path"]: page_id for page_id in dates}
    ends = {(one["path"], one["at"]): one for one in edits}
    for number, one in enumerate(ends.values()):
        page_id = page_of[one["path"]]
        page = _then(workspace, page_id, version=bisect_right(dates[page_id], one["at"][:19]))
        assert (page["archivedAt"] is not None) == (one["op"] == "delete")
        assert one["op"] == "delete" or page["content"] == one["content"]
        if number % 3 == 0:
            answer = workspace.client.get(f"/pages/{page_id}", params={"asOf": one["at"]})
            assert answer.status_code == (404 if one["op"] == "delete" else 200)
            assert one["op"] == "delete" or answer.json()["page"]["content"] == one["content"]


def _then(workspace: Workspace, page_id: str, **query: Any) -> dict[str, Any]:
    answer = workspace.client.get(f"/pages/{page_id}", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()["page"]
    return page


def _timeline(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    return [(entry["action"], entry["pageSlug"], entry["createdAt"], entry["summary"]) for entry in history(workspace)]
