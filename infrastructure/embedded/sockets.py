"""Where the Unix socket lives: in the data directory, unless its path is too long for the kernel."""

import shutil
import stat
import sys
import tempfile
from pathlib import Path

from infrastructure.embedded.lock import RunningServer
from infrastructure.embedded.privileges import Privileges, hand_over

SOCKET_PATH_BYTES_MAX = 107 if sys.platform == "linux" else 103
SOCKET_FOLDER = "postgres-socket"
_TEMPORARY_PREFIX = "daybook-"
_OWNER_ONLY = 0o700


def prepare_socket_dir(data_dir: Path, *, port: int, privileges: Privileges, previous: RunningServer | None) -> Path:
    """Make a folder only PostgreSQL's user may enter, short enough for the socket's path."""
    folder = data_dir / SOCKET_FOLDER
    if _fits(folder, port):
        folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        folder.chmod(_OWNER_ONLY)
    else:
        folder = _temporary_folder(port, privileges, previous)
    hand_over(folder, privileges)
    return folder


def remove_socket_dir(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder(port: int, privileges: Privileges, previous: RunningServer | None) -> Path:
    # After a kill -9 the last folder is still there: using it again leaves no litter behind.
    if previous is not None and _is_private(Path(previous.socket_dir), privileges):
        return Path(previous.socket_dir)
    temporary = tempfile.gettempdir()
    if not _fits(Path(temporary, f"{_TEMPORARY_PREFIX}12345678"), port):
        temporary = "/tmp"  # noqa: S108 -- mkdtemp makes a private folder with an unforeseeable name in it
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=temporary))


def _is_private(folder: Path, privileges: Privileges) -> bool:
    if not folder.name.startswith(_TEMPORARY_PREFIX) or not folder.exists():
        return False
    status = folder.lstat()
    return (status.st_mode, status.st_uid) == (stat.S_IFDIR | _OWNER_ONLY, privileges.owner[0])


def _fits(folder: Path, port: int) -> bool:
    return len(bytes(folder / f".s.PGSQL.{port}")) <= SOCKET_PATH_BYTES_MAX
