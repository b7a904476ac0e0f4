"""The command line as its users meet it: processes of its own, beside a service that runs, has stopped, or never was."""

import contextlib
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from assistants import assisting
from conftest import Service, Workspace, free_port

Daybook = Callable[..., subprocess.CompletedProcess[str]]
PROGRAM = str(Path(sys.executable).parent / "daybook")
INTERRUPTED = 130


def fails(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line that says it, nothing else, and the exit code of a failure."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stdout + done.stderr
    assert done.stderr.startswith("daybook: ")
    assert all(word in done.stderr for word in words), done.stderr


def known(workspace: Workspace) -> dict[str, str]:
    """The environment of somebody who was told where the service is."""
    return {**os.environ, "DAYBOOK_URL": workspace.url, "DAYBOOK_API_KEY": workspace.key}


def status(service: Service, key: str) -> int:
    return httpx.get(f"{service.url}/v1/pages", headers={"Authorization": f"Bearer {key}"}).status_code


@pytest.fixture
def daybook(service: Service, workspace: Workspace) -> Daybook:
    """The command line in the test's workspace."""
    return lambda *arguments, **kwargs: service.daybook(*arguments, key=workspace.key, **kwargs)


class TestPages:
    def test_a_page_is_made_read_changed_and_deleted(self, daybook: Daybook, workspace: Workspace, tmp_path: Path) -> None:
        file = tmp_path / "text.md"
        file.write_bytes(b"# Plan\r\n\xc3\xa9")
        assert daybook("pages", "create", "--title", "The plan", "--file", str(file)).stdout == "Created the-plan: The plan\n"
        assert daybook("pages", "append", "the-plan", "-", input="- more").stdout == "Appended to the-plan\n"
        reading = [PROGRAM, "pages", "get", "the-plan"]
        assert (
            subprocess.run(reading, env=known(workspace), capture_output=True, check=True).stdout == b"# Plan\r\n\xc3\xa9\n- more"
        )
        daybook(
            "pages",
            "update",
            "the-plan",
            "--status",
            "idea",
            "--property",
            "n=3",
            "--property",
            "on=true",
            "--property",
            "v=1.10",
        )
        page = workspace.get("the-plan")
        assert (page["status"], page["properties"]) == ("idea", {"n": 3, "on": True, "v": "1.10"})
        daybook("pages", "update", "the-plan", "--status", "none", "--property", "n=", "--title", "Renamed")
        page = workspace.get("the-plan")
        assert (page["status"], page["title"], page["properties"]) == (None, "Renamed", {"on": True, "v": "1.10"})
        assert daybook("pages", "delete", "the-plan").stdout == "Deleted the-plan\n"
        fails(daybook("pages", "get", "the-plan"), "(404, page_not_found, request ")
        assert daybook("pages", "trash").stdout.split("\t")[1:] == ["the-plan", "Renamed", "0\n"]

    def test_many_changes_are_made_at_once_or_rehearsed(self, daybook: Daybook, workspace: Workspace, tmp_path: Path) -> None:
        file = tmp_path / "batch.json"
        file.write_text(
            '[{"action": "create", "title": "One", "ref": "one"}, {"action": "append", "slug": "$one", "content": "x"}]'
        )
        rows = "create\tone\t201\t\nappend\tone\t200\t\n"
        assert daybook("pages", "batch", str(file), "--dry-run").stdout == rows
        assert workspace.client.get("/pages").json()["totalPages"] == 0
        assert daybook("pages", "batch", "-", input=file.read_text()).stdout == rows
        assert workspace.get("one")["content"] == "x"
        file.write_text('{"actions": [{"action": "delete", "slug": "nobody"}]}')
        failed = daybook("pages", "batch", str(file))
        assert (failed.returncode, "action 0 (delete)" in failed.stderr) == (1, True)

    def test_a_pipe_gets_the_tree_and_the_timeline_as_lines_with_tabs(self, daybook: Daybook, workspace: Workspace) -> None:
        workspace.create("Top", owner="a@b.io", dueDate="2026-03-01")
        workspace.create("Below", parentSlug="top", status="idea")
        assert daybook("pages", "list").stdout == "Top\ttop\t\ta@b.io\t2026-03-01\n  Below\tbelow\tidea\t\t\n"
        daybook("pages", "update", "below", "--root")
        newest, *_ = daybook("pages", "history", "below", "--limit", "1").stdout.splitlines()
        assert newest.split("\t")[1:] == ["test key", "Below", "Moved to the root"]

    def test_json_is_the_answer_of_the_api(self, daybook: Daybook, workspace: Workspace) -> None:
        made = json.loads(daybook("pages", "create", "--title", "A", "--json").stdout)
        assert made == {"page": workspace.get("a")}
        assert json.loads(daybook("pages", "list", "--json").stdout)["totalPages"] == 1
        assert json.loads(daybook("pages", "history", "--json").stdout)["history"][0]["action"] == "create"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["pages", "create", "--title", " "], ["title is missing", "400"]),
            (["pages", "create", "--title", "x", "--file", "/nowhere.md"], ["/nowhere.md: No such file"]),
            (["pages", "update", "x"], ["Nothing to change"]),
            (["pages", "update", "x", "--property", "novalue"], ["KEY=VALUE"]),
            (["import", "/nowhere"], ["/nowhere is not a folder"]),
            (["import", "--history", "/nowhere.jsonl"], ["/nowhere.jsonl: No such file"]),
        ],
        ids=lambda value: " ".join(value[:2]),
    )
    def test_what_goes_wrong_is_one_line(self, daybook: Daybook, arguments: list[str], words: list[str]) -> None:
        fails(daybook(*arguments), *words)

    def test_what_was_typed_wrongly_is_another_exit_code(self, daybook: Daybook) -> None:
        done = daybook("pages", "frobnicate")
        assert done.returncode == 2
        assert "frobnicate" in done.stderr

    def test_a_reader_who_has_seen_enough_is_no_error(self, workspace: Workspace) -> None:
        workspace.create("Long", content="line\n" * 100_000)
        reading = [PROGRAM, "pages", "get", "long"]
        with subprocess.Popen(reading, env=known(workspace), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(5)
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0

    def test_an_interrupted_import_says_that_what_was_done_stays_done(self, workspace: Workspace, tmp_path: Path) -> None:
        for number in range(2000):
            (tmp_path / f"{number}.md").touch()
        with subprocess.Popen(
            [PROGRAM, "import", str(tmp_path)],
            env=known(workspace),
            stderr=subprocess.PIPE,
            text=True,
            # Whoever runs the tests in the background lets them ignore it, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing else runs before the exec
        ) as process:
            while workspace.client.get("/pages", params={"limit": 1}).json()["totalPages"] < 5:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=30)
        assert process.returncode == INTERRUPTED
        assert stderr.endswith("daybook: interrupted; what was done stays done.\n")
        assert "Traceback" not in stderr


class TestSearch:
    @pytest.fixture
    def found(self, workspace: Workspace) -> Workspace:
        workspace.create("Fish & <chips>", content="# Peas\n\nSalt & vinegar belong\nto chips if 1 < 2.")
        workspace.create("Gardens", content="Vinegar kills weeds.")
        return workspace

    def test_a_pipe_gets_a_result_a_line_and_the_notice_goes_beside_it(self, daybook: Daybook, found: Workspace) -> None:
        done = daybook("search", "vinegar salt")
        first, second = done.stdout.splitlines()
        assert first == "1\tFish & <chips>\tfish-chips\tPeas\tSalt & vinegar belong to chips if 1 < 2."
        assert second.split("\t")[:3] == ["2", "Gardens", "gardens"]
        assert "only words are looked for" in done.stderr
        assert daybook("search", "vinegar", "--mode", "keyword", "--type", "page", "--limit", "1").stderr == ""
        assert len(daybook("search", "vinegar", "--limit", "1").stdout.splitlines()) == 1
        nothing = daybook("search", "-vinegar salt")
        assert (nothing.returncode, nothing.stdout) == (0, "")

    def test_json_is_the_answer_of_the_api(self, daybook: Daybook, found: Workspace) -> None:
        assert json.loads(daybook("search", "weeds", "--json").stdout) == found.client.get("/search?q=weeds").json()

    def test_a_terminal_gets_what_matches_in_bold_and_nothing_that_steers_it(self, found: Workspace) -> None:
        found.create("Bell", content="# \u001b[31m\n\nVinegar \u001b]0;title\u0007 rings.")
        shown = on_terminal([PROGRAM, "search", "vinegar"], known(found))
        assert "Salt & \x1b[1mvinegar\x1b[0m belong to chips if 1 < 2." in shown
        assert "1mFish & <chips>\x1b" in shown
        assert "fish-chips > Peas" in shown
        assert "\x1b[31m" not in shown
        assert "\x1b]" not in shown
        assert "\x07" not in shown

    def test_what_cannot_be_looked_for_is_one_line(self, daybook: Daybook) -> None:
        fails(daybook("search", " "), "name the words to look for", "400")
        fails(daybook("search", "x", "--type", "song"), "type is one of")


class TestThreads:
    ANSWER = (
        "This is what the pages of this workspace say:\n\n> Salt & vinegar belong to chips.\n\n"
        "— [Fish & <chips> \u203a Peas](/v1/pages/fish-chips#peas)\n"
    )

    @pytest.fixture(autouse=True)
    def fish(self, workspace: Workspace) -> None:
        workspace.create("Fish & <chips>", content="# Peas\n\nSalt & vinegar belong to chips.")

    def test_a_thread_is_begun_with_a_question_and_a_pipe_gets_the_answer(self, daybook: Daybook) -> None:
        done = daybook("threads", "new", "What belongs to chips?", "--shared")
        assert (done.returncode, done.stdout) == (0, self.ANSWER), done.stderr
        thread = done.stderr.removeprefix("Thread ").strip()
        listed = daybook("threads", "list").stdout.split("\t")
        assert (listed[0], listed[1], listed[3]) == (thread, "What belongs to chips?", "shared\n")

    def test_one_goes_on_by_its_id_and_by_what_is_piped_in(self, daybook: Daybook, workspace: Workspace) -> None:
        thread = daybook("threads", "new", "--title", "Food", "--may-write").stdout.strip()
        made = workspace.client.get(f"/threads/{thread}").json()["thread"]
        assert (made["title"], made["assistantMayWrite"], made["shared"]) == ("Food", True, False)
        assert daybook("threads", "send", made["providerThreadId"], "-", input="What belongs to chips?").stdout == self.ANSWER
        silent = daybook("threads", "send", thread, "-- and thanks", "--no-reply")
        assert (silent.returncode, silent.stdout, silent.stderr) == (0, "", "")
        shown = daybook("threads", "show", thread).stdout
        assert [line.partition(",")[0] for line in shown.splitlines() if line[:1].isalpha()] == ["user", "assistant", "user"]
        assert "  > Salt & vinegar belong to chips.\n" in shown
        assert shown.endswith("  -- and thanks\n")

    def test_json_is_the_answer_of_the_api(self, daybook: Daybook, workspace: Workspace) -> None:
        thread = daybook("threads", "new").stdout.strip()
        assert json.loads(daybook("threads", "list", "--json").stdout) == workspace.client.get("/threads").json()
        raw = workspace.client.get(f"/threads/{thread}/messages?raw=true").json()
        assert json.loads(daybook("threads", "show", thread, "--json").stdout) == raw

    def test_an_answer_is_shown_as_it_comes_about_and_a_failure_is_one_line(
        self, new_service: Callable[..., Service], tmp_path: Path
    ) -> None:
        with assisting() as model:
            service = new_service("--assistant-url", model.url, "--assistant-model", "m", "--assistant-timeout-s", "3")
            workspace = service.new_workspace()
            thread = service.daybook("threads", "new", key=workspace.key).stdout.strip()
            model.hangs("On the \u001b[31m")
            command = [PROGRAM, "threads", "send", thread, "When?"]
            with subprocess.Popen(command, env=known(workspace), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                assert process.stdout is not None
                assert process.stderr is not None
                # Long before the assistant's time is over, and without what steers a terminal.
                assert process.stdout.read(12) == b"On the  [31m"
                assert process.poll() is None
                assert process.wait(timeout=30) == 1
                error = process.stderr.read().decode()
            assert error.startswith("daybook: The assistant did not answer within 3 seconds. Your message is kept")
            assert error.count("\n") == 1
            assert (
                "(no answer: The assistant did not answer" in service.daybook("threads", "show", thread, key=workspace.key).stdout
            )

    def test_what_is_not_there_is_one_line(self, daybook: Daybook) -> None:
        fails(daybook("threads", "new", " "), "content is empty", "400")
        assert daybook("threads", "list").stdout == ""
        fails(daybook("threads", "show", "nowhere"), "No thread that you may see has this id", "404")
        fails(daybook("threads", "send", "nowhere", "Hello"), "No thread that you may see has this id", "404")


def on_terminal(command: list[str], environment: dict[str, str]) -> str:
    """What a terminal of 120 columns is sent."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, env={**environment, "TERM": "xterm", "COLUMNS": "120"}) as process:
        os.close(theirs)
        shown = b""
        # At the end of it, Linux says that the other side is gone.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                shown += piece
        assert process.wait(30) == 0
    os.close(ours)
    return shown.decode()


class TestWorkspacesAndKeys:
    def test_they_are_made_and_revoked_while_the_service_runs(self, service: Service) -> None:
        made = service.daybook_json("workspaces", "create", "made-by-cli")
        assert made["id"] in [each["id"] for each in service.daybook_json("workspaces", "list")]
        key = service.daybook_json("keys", "create", "--workspace", "made-by-cli", "--name", "laptop")
        assert (key.keys(), key["workspace"]) == ({"id", "key", "workspace"}, "made-by-cli")
        assert key["key"].startswith(f"ak_local_{key['id']}.")
        assert status(service, key["key"]) == 200
        assert service.daybook("keys", "revoke", key["id"], "--workspace", "made-by-cli").returncode == 0
        assert _soon_refused(service, key["key"])
        (listed,) = service.daybook_json("keys", "list", "--workspace", made["id"])
        assert (listed["name"], listed["lastFour"]) == ("laptop", key["key"][-4:])
        assert listed["revokedAt"] is not None

    def test_their_errors_are_one_line(self, service: Service) -> None:
        fails(service.daybook("keys", "create", "--workspace", "nowhere"), "There is no workspace 'nowhere'")
        fails(service.daybook("workspaces", "create", "default"), "Another workspace has this name")
        fails(service.daybook("keys", "revoke", "999999", "--workspace", "default"), "key")

    def test_they_are_made_while_the_service_does_not_run_as_well(self, new_service: Callable[..., Service]) -> None:
        service = new_service()
        first: dict[str, Any] = json.loads((service.data_dir / "client.json").read_text())
        service.stop()
        fails(service.daybook("pages", "list"), f"Nothing answers at {service.url}", "daybook serve")
        key = service.daybook_json("keys", "create", "--workspace", "default")
        service.daybook("keys", "revoke", first["key"].partition(".")[0].rpartition("_")[2], "--workspace", "default")
        service.start()
        assert (status(service, key["key"]), status(service, first["key"])) == (200, 401)


class TestFindingTheService:
    def test_beside_the_data_directory_nothing_has_to_be_said(self, new_service: Callable[..., Service]) -> None:
        service = new_service()
        left = service.data_dir / "client.json"
        assert stat.S_IMODE(left.stat().st_mode) == 0o600
        assert service.daybook("pages", "create", "--title", "Found").returncode == 0
        before = json.loads(left.read_text())
        service.stop()
        service.port = free_port()
        service.start()
        assert json.loads(left.read_text()) == {"url": service.url, "key": before["key"]}
        assert service.daybook("pages", "list").stdout == "Found\tfound\t\t\t\n"
        _refuses_a_second_one(service)

    def test_without_a_service_it_is_said_how_to_have_one(self, tmp_path: Path) -> None:
        environment = {**os.environ, "DAYBOOK_DATA_DIR": str(tmp_path)}
        done = subprocess.run([PROGRAM, "pages", "list"], env=environment, capture_output=True, text=True, check=False)
        fails(done, "No service has left its address", "daybook serve", "DAYBOOK_URL")

    def test_a_key_of_nobody_is_refused(self, service: Service) -> None:
        fails(service.daybook("pages", "list", key="ak_local_1.x"), "401, unauthorized")
        fails(service.daybook("pages", "list", key="schlüssel"), "no key has")


def _refuses_a_second_one(service: Service) -> None:
    """Part of another test, for it needs a service of one's own, which takes three seconds to make."""
    assert service.process is not None
    done = service.daybook("serve", "--port", "1")
    fails(done, "Another process runs the embedded server of this data directory", f"process {service.process.pid} ")
    assert service.daybook("pages", "list").returncode == 0


def _soon_refused(service: Service, key: str) -> bool:
    """The service hears of a revocation from the database, within milliseconds but not at once."""
    give_up = time.monotonic() + 2
    while time.monotonic() < give_up:
        if status(service, key) == 401:
            return True
        time.sleep(0.01)
    return False
