"""How the commands of clients print: for people on a terminal, for programs into a pipe."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import httpx
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print the API's answer.")]
Row: TypeAlias = tuple[str | None, ...]


def print_table(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """A terminal gets a table; a pipe gets each row on a line, its cells parted by tabs."""
    if not sys.stdout.isatty():
        lines = ("\t".join(" ".join((cell or "").splitlines()).replace("\t", " ") for cell in row) for row in rows)
        return print_bytes("".join(f"{line}\n" for line in lines).encode())
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell or "") for cell in row))
    return Console().print(table)


def print_json(response: httpx.Response) -> None:
    print_bytes(response.content.rstrip(b"\n") + b"\n")


def print_bytes(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def steady(text: str) -> str:
    """Nothing in it steers a terminal but the ends of its lines."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)
