"""The service of tests/unfiltered.py, for tests to start."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import PLAIN, Service, run_apart
from unfiltered import switch_off_in_functions

PROGRAM = Path(__file__).with_name("unfiltered.py")


class UnfilteredService(Service):
    """Like any other, but only row-level security keeps its workspaces apart."""

    functions: set[str]

    def start(self) -> "UnfilteredService":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "serve.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, PROGRAM, "serve", "--port", str(self.port), *self.flags],
                env={**os.environ, **PLAIN, "DAYBOOK_DATA_DIR": str(self.data_dir)},
                stdout=log,
                stderr=log,
                text=True,
            )
        self.wait_ready()
        self.functions = run_apart(switch_off_in_functions(self.owner_dsn))
        return self
