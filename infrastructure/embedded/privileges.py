"""Who PostgreSQL runs as: never root, which it refuses, and without a change to anything outside the data directory."""

import os
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path

from infrastructure.embedded import child
from infrastructure.embedded.errors import EmbeddedServerError

_PROBE_TIMEOUT_S = 20


class PrivilegesNotDropped(EmbeddedServerError):
    """PostgreSQL refuses to run as root, and no unprivileged user could be found that may enter the data directory.

    Start Daybook as an ordinary user, or choose a data directory whose parent folders everybody may enter,
    such as /var/lib/daybook. Daybook does not change the permissions of folders that are not its own.
    """


class Privileges(Enum):
    """The ways to run PostgreSQL, best first.

    `NAMESPACE` keeps root's files root's: outside its user namespace the server is the same user, without the power.
    `NOBODY` works where containers forbid namespaces; whatever else runs as nobody can then reach the database's files.
    """

    KEEP = "keep"
    NAMESPACE = "namespace"
    NOBODY = "nobody"

    @property
    def owner(self) -> tuple[int, int]:
        """The user and group, as seen from outside, who own what PostgreSQL reads and writes."""
        if self is Privileges.NOBODY:
            return child.UNPRIVILEGED_ID, child.UNPRIVILEGED_ID
        return os.geteuid(), os.getegid()

    def command(self, *argv: str | Path) -> list[str]:
        """Return the command line that runs `argv` this way, as a child that ends with the thread that starts it."""
        launcher = (sys.executable, "-I", "-S", child.__file__, self.value, str(os.getpid()))
        return [*launcher, *map(str, argv)]

    def permits(self, *argv: str | Path) -> bool:
        """Whether `argv` succeeds this way: asking the kernel is shorter than foretelling its answer, and right."""
        probe = subprocess.run(  # noqa: S603 -- our own launcher and fixed programs
            self.command(*argv),
            capture_output=True,
            check=False,
            cwd="/",
            env=clean_environment(),
            timeout=_PROBE_TIMEOUT_S,
        )
        return probe.returncode == 0


def choose_privileges(data_dir: Path, forced: Privileges | None = None) -> Privileges:
    """Keep an ordinary user who they are, and make root an unprivileged user who may enter the data directory."""
    if os.geteuid() != 0:
        return Privileges.KEEP
    for privileges in [forced] if forced else [Privileges.NAMESPACE, Privileges.NOBODY]:
        if privileges.permits("test", "-x", data_dir):
            return privileges
    raise PrivilegesNotDropped(f"The data directory is {data_dir}.")


def reachable_binaries(binaries: Path, privileges: Privileges, copy: Path) -> Path:
    """Return the binaries themselves if PostgreSQL's user may run them, else a copy of them."""
    if privileges is Privileges.KEEP or privileges.permits(binaries / "postgres", "--version"):
        return binaries
    package = binaries.parent.parent
    copied_binaries = copy / binaries.relative_to(package.parent)
    if not _is_same_program(binaries / "postgres", copied_binaries / "postgres"):
        _copy_installation(binaries.parent, copy)
    hand_over(copy, privileges)
    return copied_binaries


def _is_same_program(original: Path, copied: Path) -> bool:
    if not copied.exists():
        return False
    left, right = original.stat(), copied.stat()
    return (left.st_size, left.st_mtime_ns) == (right.st_size, right.st_mtime_ns)


def _copy_installation(installation: Path, copy: Path) -> None:
    # The wheel's programs look for their libraries in a folder beside the package, so that neighbour comes along.
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    unfinished = copy.with_name(f"{copy.name}.new")
    for leftover in (unfinished, copy):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(
        installation,
        unfinished / package.name / installation.name,
        symlinks=True,
        ignore=shutil.ignore_patterns("include"),
    )
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    unfinished.rename(copy)


def hand_over(path: Path, privileges: Privileges) -> None:
    """Give a folder of ours to PostgreSQL's user, the folder itself last, so that after a crash it is done again."""
    uid, gid = privileges.owner
    if privileges is Privileges.KEEP or path.lstat().st_uid == uid:
        return
    for folder, folders, files in os.walk(path, followlinks=False):
        for name in (*folders, *files):
            os.lchown(Path(folder, name), uid, gid)
    os.lchown(path, uid, gid)


def clean_environment() -> dict[str, str]:
    """Keep what PostgreSQL needs of our environment: neither our secrets nor PGPORT and its kin may reach it."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}
