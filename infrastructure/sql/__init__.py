"""The statements, one a file, each with a line that says what it is for."""

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> str:
    """The statement in `name`.sql."""
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
