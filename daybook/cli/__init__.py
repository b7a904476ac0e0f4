"""The command line: each module holds the commands of one subject."""

import sys
from importlib.metadata import version

from cyclopts import App

app = App(
    name="daybook",
    help="A workspace backend in which everything is written down once, in order, and never rubbed out.",
    version=version("daybook-server"),
)
# By where they are, so that a command imports what it works with and no other's: the service alone takes most of a second.
COMMANDS = {
    "serve": "daybook.cli.serve:serve",
    "worker": "daybook.cli.worker:worker",
    "workspaces": "daybook.cli.operator:workspaces_app",
    "keys": "daybook.cli.operator:keys_app",
    "members": "daybook.cli.operator:members_app",
    "signing-keys": "daybook.cli.operator:signing_keys_app",
    "login": "daybook.cli.sign_in:login",
    "whoami": "daybook.cli.sign_in:whoami",
    "logout": "daybook.cli.sign_in:logout",
    "pages": "daybook.cli.pages:pages_app",
    "search": "daybook.cli.search:search",
    "threads": "daybook.cli.threads:threads_app",
    "import": "daybook.cli.vault:import_command",
    "export": "daybook.cli.vault:export_command",
    "audit": "daybook.cli.audit:audit_app",
    "rebuild": "daybook.cli.audit:rebuild",
    "replay": "daybook.cli.audit:replay",
}
for name, place in COMMANDS.items():
    app.command(place, name=name)


def main() -> None:
    """The entry point. What can go wrong in use ends in one line, not in a traceback."""
    try:
        app()
    except Exception as error:
        from daybook.cli.reported import REPORTED  # noqa: PLC0415 - it knows the errors of every command

        if not isinstance(error, REPORTED):
            raise
        sys.stderr.write(f"daybook: {' '.join((str(error) or str(error.__doc__)).split())}\n")
        sys.exit(1)
