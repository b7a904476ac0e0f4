"""PostgreSQL's own log: a file it appends to, whose end explains a failed start."""

from pathlib import Path
from typing import BinaryIO

LOG_BYTES_MAX = 16 * 1024 * 1024
_TAIL_LINES = 20
_TAIL_BYTES_MAX = 64 * 1024


class ServerLog:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._attempt_begins_at = 0

    def open(self) -> BinaryIO:
        """Open for the next attempt to write to. A full log makes way first, and the one before that is dropped."""
        if self._path.exists() and self._path.stat().st_size > LOG_BYTES_MAX:
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._path.touch(mode=0o600)  # it may quote statements
        file = self._path.open("ab")
        self._attempt_begins_at = file.tell()
        return file

    def tail(self) -> str:
        """Quote the last lines of the last attempt."""
        if not self._path.exists():
            return ""
        with self._path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(self._attempt_begins_at, size - _TAIL_BYTES_MAX))
            lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join([f"The end of {self._path}:", *lines[-_TAIL_LINES:]])
