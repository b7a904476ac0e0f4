"""Counts for the processes of one machine, in memory that they share: LMDB keeps them right when one is killed in the middle."""

import hashlib
import logging
import struct
from pathlib import Path
from typing import Any

import lmdb

from infrastructure.rate_limits.memory import MemoryCounters

log = logging.getLogger(__name__)

# Room for half a million buckets. Nothing of it is on a disk until the system has nothing better to do.
BYTES_MAX = 64 * 1024 * 1024
# One table for each length of window.
TABLES_MAX = 16
KEY_BYTES = 16
_NUMBER = struct.Struct("<q")
# Under no bucket's name: which window a table counts.
_WINDOW = b"\0window"


class MachineCounters:
    """A hit takes two microseconds, so it is counted at once, on the event loop."""

    def __init__(self, folder: Path) -> None:
        """The folder is of the service's processes alone; whoever starts them makes it and takes it away."""
        # What is counted need not survive the machine, so nothing is ever waited for.
        self._store = lmdb.open(
            str(folder), map_size=BYTES_MAX, max_dbs=TABLES_MAX, sync=False, metasync=False, writemap=True, map_async=True
        )
        self._tables: dict[int, Any] = {}
        self._here = MemoryCounters()
        self._closed = False

    async def count(self, bucket: str, window: int, window_s: int) -> int:
        try:
            return self._here.add(bucket, window, window_s) if self._closed else self._add(bucket, window, window_s)
        except lmdb.Error as error:
            log.warning("requests are counted by this process alone for the moment (%s)", type(error).__name__)
            return self._here.add(bucket, window, window_s)

    async def close(self) -> None:
        """What comes later is counted here."""
        if not self._closed:
            self._closed = True
            self._store.close()

    def _add(self, bucket: str, window: int, window_s: int) -> int:
        # Of one length, whatever the name.
        key = hashlib.sha256(bucket.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]
        try:
            return self._written(key, window, window_s)
        except lmdb.MapFullError:
            # More came in this window than there is room for: all counts begin anew, and nobody is refused because of others.
            self._written(key, window, window_s, anew=True)
            return self._written(key, window, window_s)

    def _written(self, key: bytes, window: int, window_s: int, *, anew: bool = False) -> int:
        table = self._table(window_s)
        with self._store.begin(write=True, db=table) as transaction:
            held = _number(transaction.get(_WINDOW))
            # A hit that comes late counts in the window that goes on, and must not begin the old one anew.
            if anew or (held != window and held != window + 1):
                transaction.drop(table, delete=False)
                transaction.put(_WINDOW, _NUMBER.pack(window))
            if anew:
                return 0
            hits = (_number(transaction.get(key)) or 0) + 1
            transaction.put(key, _NUMBER.pack(hits))
        return hits

    def _table(self, window_s: int) -> Any:  # noqa: ANN401 - the library's handle
        table = self._tables.get(window_s)
        if table is None:
            table = self._tables[window_s] = self._store.open_db(str(window_s).encode())
        return table


def _number(stored: bytes | None) -> int | None:
    return None if stored is None else int(_NUMBER.unpack(stored)[0])
