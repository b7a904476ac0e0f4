"""The errors that a command reports in one line, because whoever runs it can do something about them."""

from daybook.cli.serve import AddressTaken
from daybook.production import UnsafeSettings
from domain.errors import DomainError
from infrastructure.embedded import EmbeddedServerError
from infrastructure.migrations import DatabaseNewer, DatabaseNotUtf8, DatabaseUnusable, MigrationChanged, PostgresTooOld

REPORTED = (
    AddressTaken,
    DomainError,
    EmbeddedServerError,
    DatabaseNewer,
    DatabaseNotUtf8,
    DatabaseUnusable,
    MigrationChanged,
    PostgresTooOld,
    TimeoutError,
    UnsafeSettings,
)
