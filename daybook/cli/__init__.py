"""The command line: each module holds the commands of one subject."""

import sys
from importlib.metadata import version

from cyclopts import App

from daybook.cli.audit import audit_app, rebuild, replay
from daybook.cli.operator import keys_app, members_app, signing_keys_app, workspaces_app
from daybook.cli.pages import pages_app
from daybook.cli.search import search
from daybook.cli.serve import AddressTaken, serve
from daybook.cli.sign_in import login, logout, whoami
from daybook.cli.threads import threads_app
from daybook.cli.vault import export_command, import_command
from daybook.cli.worker import worker
from daybook.production import UnsafeSettings
from domain.errors import DomainError
from infrastructure.embedded import EmbeddedServerError
from infrastructure.migrations import DatabaseNewer, DatabaseNotUtf8, DatabaseUnusable, MigrationChanged, PostgresTooOld

app = App(
    name="daybook",
    help="A workspace backend in which everything is written down once, in order, and never rubbed out.",
    version=version("daybook-server"),
)
app.command(serve)
app.command(worker)
app.command(workspaces_app)
app.command(keys_app)
app.command(members_app)
app.command(signing_keys_app)
app.command(login)
app.command(whoami)
app.command(logout)
app.command(pages_app)
app.command(search)
app.command(threads_app)
app.command(import_command, name="import")
app.command(export_command, name="export")
app.command(audit_app)
app.command(rebuild)
app.command(replay)


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


def main() -> None:
    """The entry point. What can go wrong in use ends in one line, not in a traceback."""
    try:
        app()
    except REPORTED as error:
        sys.stderr.write(f"daybook: {' '.join((str(error) or str(error.__doc__)).split())}\n")
        sys.exit(1)
