"""The database cluster on disk: how it comes to be, and what its lock files say about who uses it."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from infrastructure.embedded.errors import EmbeddedServerError
from infrastructure.embedded.privileges import Privileges, clean_environment, hand_over

_INIT_TIMEOUT_S = 300
# The version of PostgreSQL that brought a locale provider of its own.
_BUILTIN_LOCALE_VERSION_MIN = 17
_STATUS_LINE = 7  # of postmaster.pid, counted from zero; PostgreSQL fixes the lines' order in pidfile.h

# What PostgreSQL says when the last one's postmaster or one of its processes still uses the cluster.
PREDECESSOR_MESSAGES = ("pre-existing shared memory block", '.pid" already exists', '.lock" already exists')


class InitFailed(EmbeddedServerError):
    """The database cluster could not be created. What initdb said follows; nothing was left behind."""


def ensure_cluster(cluster: Path, binaries: Path, privileges: Privileges) -> None:
    """Create the cluster unless it is there. It appears under its name complete and on disk, or not at all."""
    _remove_unfinished(cluster)
    if not (cluster / "PG_VERSION").exists():
        _create(cluster, binaries, privileges)
        # The initdb of a start that was killed may have written on while it was removed; by now it has ended.
        _remove_unfinished(cluster)
    hand_over(cluster, privileges)


def _remove_unfinished(cluster: Path) -> None:
    for leftover in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _create(cluster: Path, binaries: Path, privileges: Privileges) -> None:
    if cluster.exists() and any(cluster.iterdir()):
        raise InitFailed(f"{cluster} holds something else than a database cluster: move it away.")
    # A new name each time: the initdb of a killed supervisor may still be at work in the old folder.
    unfinished = Path(tempfile.mkdtemp(prefix=f"{cluster.name}.new-", dir=cluster.parent))
    try:
        hand_over(unfinished, privileges)
        _run_initdb(unfinished, binaries, privileges)
        unfinished.rename(cluster)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _flush_folder(cluster.parent)


def _major_version(binaries: Path) -> int:
    """Of a system's own installation, which may be older than what Daybook brings along."""
    asking: list[str | Path] = [binaries / "initdb", "--version"]
    said = subprocess.run(asking, capture_output=True, check=True, text=True).stdout  # noqa: S603 -- chosen by find_binaries
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0


def _run_initdb(folder: Path, binaries: Path, privileges: Privileges) -> None:
    # C.UTF-8 of both providers: the builtin one orders and folds text alike on every machine, and full-text search asks
    # the C library which characters are letters, where plain C would know only the English ones.
    builtin = ("--locale-provider=builtin",) if _major_version(binaries) >= _BUILTIN_LOCALE_VERSION_MIN else ()
    locale = (*builtin, "--locale=C.UTF-8", "--encoding=UTF8")
    command = privileges.command(binaries / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", *locale)
    result = subprocess.run(  # noqa: S603 -- the binaries were chosen by find_binaries
        command,
        capture_output=True,
        check=False,
        cwd=folder.parent,
        env=clean_environment(),
        start_new_session=True,
        text=True,
        timeout=_INIT_TIMEOUT_S,
    )
    if result.returncode != 0:
        raise InitFailed(result.stdout + result.stderr)


def _flush_folder(folder: Path) -> None:
    # initdb flushes the files in the cluster; the cluster's own name is an entry of its parent.
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether this very process says that it takes connections. A file left by an earlier one names another process."""
    lines = _read_lines(cluster / "postmaster.pid")
    return lines[:1] == [str(pid)] and lines[_STATUS_LINE : _STATUS_LINE + 1] == ["ready"]


def living_predecessor(cluster: Path, socket_dir: Path) -> int | None:
    """Return the postmaster that still runs on this cluster, if one does; remove lock files that name a stranger.

    PostgreSQL itself only asks whether some process has the number, and then refuses to start. After a restart of the
    machine or container the number is likely to be somebody else's. Its second guard, on shared memory, is untouched:
    since version 12 it finds the segment by the folder's inode, without postmaster.pid.
    """
    for file in (cluster / "postmaster.pid", *socket_dir.glob(".s.PGSQL.*.lock")):
        pid = next(iter(_read_lines(file)), "")
        arguments = _command_line(pid.lstrip("-"))  # a single-user server writes its number negated
        if arguments is None:
            continue
        if bytes(cluster) in arguments:
            return int(pid)
        file.unlink(missing_ok=True)
    return None


def _command_line(pid: str) -> list[bytes] | None:
    """Empty for a zombie. None if it cannot be known (dead, hidden, or no /proc): that is for PostgreSQL to judge."""
    try:
        return Path("/proc", pid, "cmdline").read_bytes().split(b"\0") if pid.isdigit() else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def _read_lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return []
