"""The settings PostgreSQL starts with unless the caller says otherwise."""

from collections.abc import Mapping
from types import MappingProxyType

# Given on the command line, so they outrank postgresql.conf and ALTER SYSTEM: what is written here is what runs.
DEFAULT_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        # Nothing but the Unix socket, whose folder only its owner may enter. As everybody inside is trusted, that is
        # the lock on the door.
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        # Holds the heads, the newest events and the hot read models of a workspace, and still fits a small machine.
        "shared_buffers": "256MB",
        # Several processes with a pool each, and room for an administrator. An unused slot costs a few kilobytes.
        "max_connections": "200",
        # Checkpoints by the clock and not by volume: the first change to a page after each one logs the whole page,
        # so rare checkpoints mean less to flush per append. The price is a longer replay after a crash (seconds).
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Those whole pages are most of the log after a checkpoint. Measured on updates of JSON rows right after one:
        # 0.37 of the bytes to flush, for up to a fifth more time on a disk that flushes in 0.1 ms; slower disks gain.
        "wal_compression": "on",
        # A new database grows from ten pages to thousands in seconds; plans made for ten should not outlive that by a minute.
        "autovacuum_naptime": "5s",
        # Every statement here is short; compiling one costs more than running it.
        "jit": "off",
        # Times mean the same wherever the machine stands.
        "timezone": "UTC",
        "log_timezone": "UTC",
        # The launcher reads the server's words to tell a predecessor that is still leaving from a real failure.
        "lc_messages": "C",
    }
)
