"""The PostgreSQL that Daybook brings along: where its binaries are, who it runs as, and how it lives and dies.

No SQL and no asyncpg in here: whoever wants to talk to the server asks for its `dsn` and connects by itself.
"""

from infrastructure.embedded.binaries import BinariesNotFound, find_binaries
from infrastructure.embedded.cluster import InitFailed
from infrastructure.embedded.errors import EmbeddedServerError
from infrastructure.embedded.lock import DataDirectoryHeld, RunningServer, find_running
from infrastructure.embedded.privileges import Privileges, PrivilegesNotDropped
from infrastructure.embedded.server import EmbeddedServer, PredecessorStillRunning, ServerNotStarted, StartFailed
from infrastructure.embedded.settings import DEFAULT_SETTINGS

__all__ = [
    "DEFAULT_SETTINGS",
    "BinariesNotFound",
    "DataDirectoryHeld",
    "EmbeddedServer",
    "EmbeddedServerError",
    "InitFailed",
    "PredecessorStillRunning",
    "Privileges",
    "PrivilegesNotDropped",
    "RunningServer",
    "ServerNotStarted",
    "StartFailed",
    "find_binaries",
    "find_running",
]
