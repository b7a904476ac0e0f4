"""The bootstrap: `python3 dev.py serve|test|lint|bench|lock` makes its own environment, then runs the named job.

Only the standard library may be used here, because nothing else is installed yet.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
# On several processors, each with a service of its own. A file stays in one process, as its tests share what was made for them;
# files go in their order, so that the small ones of tests/unit come last and nobody waits for a large one at the end.
EVERY_TEST = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]


def install(lock: str) -> None:
    """Install one lock file into the environment, unless exactly that file was installed before."""
    path = ROOT / "requirements" / f"{lock}.lock"
    wanted = hashlib.sha256(path.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f"{lock}.installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    make_environment()
    print(f"Installing {path.relative_to(ROOT)} into {VENV.relative_to(ROOT)} (once) …", file=sys.stderr, flush=True)
    pip = [str(BIN / "python"), "-m", "pip", "-qq", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--require-hashes", "-r", str(path)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    stamp.write_text(wanted)


def make_environment() -> None:
    """A virtual environment with pip in it; a half-made one, of a run that was interrupted, is made anew."""
    if (BIN / "pip").exists():
        return
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv, then try again.")


def run(*command: str) -> None:
    """Run one program of the environment; its failure is ours."""
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def serve(arguments: list[str]) -> None:
    install("serve")
    # exec, so that signals reach the service itself and killing it leaves no wrapper behind.
    os.chdir(ROOT)
    os.execv(BIN / "daybook", ["daybook", "serve", *arguments])  # noqa: S606 - no shell is wanted


def test(arguments: list[str]) -> None:
    install("dev")
    run("pytest", *(arguments or EVERY_TEST))


def lint(_arguments: list[str]) -> None:
    install("dev")
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")
    run("mypy")
    run("lint-imports")


def bench(arguments: list[str]) -> None:
    install("bench")
    run("python", "-m", "benchmarks", *arguments)


def lock(_arguments: list[str]) -> None:
    """Write the lock files anew. Hashes pin the content, so no address needs to be named in them."""
    install("dev")
    run("pip", "--quiet", "install", "uv")
    compiling = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    compiling += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
    extras = {"bench": ["build", "dev", "bench"], "dev": ["build", "dev"], "serve": ["build"]}
    for name, wanted in extras.items():
        # The widest lock is solved first, from nothing; the others take its versions.
        source = ["--upgrade"] if name == "bench" else ["--constraint", "requirements/bench.lock"]
        run(*compiling, *source, *(f"--extra={extra}" for extra in wanted), "-o", f"requirements/{name}.lock")


JOBS = {"serve": serve, "test": test, "lint": lint, "bench": bench, "lock": lock}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in JOBS:
        sys.exit(f"Say what to do: python3 dev.py {'|'.join(JOBS)}")
    if sys.version_info < (3, 11):  # noqa: UP036 - this file also runs where Daybook cannot
        sys.exit(f"Daybook needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    JOBS[sys.argv[1]](sys.argv[2:])
