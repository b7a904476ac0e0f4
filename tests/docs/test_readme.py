"""The README's tour, as it stands: its shell blocks are run, and what they print is what it shows.

It runs in a folder like a clone in which everything is installed already. Only the port is another one, through the variable
that the settings name, so that neither port 8000 nor the checkout's own data is touched.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import free_port

REPOSITORY = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "-- end of block --"
READY_S = 60.0
TOUR_S = 60.0
BASH = shutil.which("bash") or "/bin/bash"


def _tour() -> list[tuple[str, str]]:
    """Each shell block with what it is shown to print; "" where nothing is shown."""
    section = (REPOSITORY / "README.md").read_text(encoding="utf-8").partition("## Five minutes\n")[2].partition("\n## ")[0]
    blocks = BLOCK.findall(section)
    steps = []
    for number, (kind, text) in enumerate(blocks):
        if kind == "sh":
            following = blocks[number + 1 : number + 2]
            steps.append((text, following[0][1] if following and following[0][0] == "text" else ""))
    assert len(steps) > 10, "the tour is not where this test looks for it"
    return steps


TOUR = _tour()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make serve` needs of a clone, with an environment that says it is installed."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("Makefile", "pyproject.toml", "requirements"):
        (folder / name).symlink_to(REPOSITORY / name)
    # A copy, because the bootstrap follows a link to the folder it works in.
    shutil.copyfile(REPOSITORY / "dev.py", folder / "dev.py")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    wanted = (REPOSITORY / "requirements" / "serve.lock").read_bytes() + (REPOSITORY / "pyproject.toml").read_bytes()
    (folder / ".venv" / "serve.installed").write_text(hashlib.sha256(wanted).hexdigest())
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DAYBOOK_", "MAKE"))}
    more = {"TMPDIR": str(tmp_path_factory.mktemp("tmp")), "DAYBOOK_PORT": str(free_port()), "PYTHON": sys.executable}
    return {**ours, **more, "no_proxy": "127.0.0.1"}


@pytest.fixture(scope="module")
def started(clone: Path, environment: dict[str, str]) -> Iterator[Path]:
    """The first terminal: the tour's first block, and the file that what it prints goes to."""
    command, _ = TOUR[0]
    if shutil.which("make") is None:
        # The README gives this as the same thing.
        command = command.replace("make serve", "python3 dev.py serve")
    printed = clone / "printed"
    with printed.open("w") as out:
        process = subprocess.Popen(
            [BASH, "-ec", command], cwd=clone, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait_ready(process, f"http://127.0.0.1:{environment['DAYBOOK_PORT']}/readyz", printed)
        yield printed
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def test_the_service_greets_as_shown(started: Path, environment: dict[str, str]) -> None:
    _, shown = TOUR[0]
    _check_shown(started.read_text(), shown.replace("8000", environment["DAYBOOK_PORT"]))


def test_the_tour_runs_and_prints_what_it_shows(started: Path, clone: Path, environment: dict[str, str]) -> None:
    steps = TOUR[1:]
    script = "".join(f"{command}echo {END!r}\n" for command, _ in steps)
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", script],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TOUR_S,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}\n{started.read_text()[-2000:]}"
    printed = done.stdout.split(f"{END}\n")
    for (_, shown), found in zip(steps, printed, strict=False):
        _check_shown(found, shown)


def _check_shown(printed: str, shown: str) -> None:
    """`…` stands for anything in its line; on a line by itself, for any lines."""
    lines = ["(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + "\n" for line in shown.splitlines()]
    assert re.fullmatch("".join(lines), printed.replace("\r\n", "\n")), f"shown:\n{shown}\nprinted:\n{printed}"


def _wait_ready(process: "subprocess.Popen[bytes]", url: str, printed: Path) -> None:
    give_up = time.monotonic() + READY_S
    while time.monotonic() < give_up:
        assert process.poll() is None, f"the service ended: {printed.read_text()[-3000:]}"
        try:
            if httpx.get(url, timeout=1, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the service did not become ready: {printed.read_text()[-3000:]}")
