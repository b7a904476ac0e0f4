"""`daybook serve` without the application's own workspace filter, so that row-level security stands alone.

`python tests/unfiltered.py serve …` takes what `daybook serve` does. What its statements compare with the caller's workspace they
compare with nothing: they ask for everybody's rows, and what comes back is what the policies let through.
"""

import re
import sys
from collections.abc import Callable
from importlib.resources import files

import asyncpg

import infrastructure.sql

# In statements the workspace is their first parameter, in the pieces of queries a named one, in functions an argument.
_FILTER = re.compile(r"\b(?:\w+\.)?workspace_id = (\$1(?!\d)|:workspace\b|p_workspace\b)")
# The parameter stays where it was, with its type, so that the arguments still fit.
_NO_FILTER = r"\1::uuid IS NOT NULL"
# Those that run as the owner see everything already and have to look after themselves.
_FUNCTIONS = """SELECT n.nspname || '.' || p.proname AS name, pg_get_functiondef(p.oid) AS text
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('daybook', 'search') AND NOT p.prosecdef AND p.prokind = 'f'
   -- It makes functions, for the owner alone, and asks for nobody's rows.
   AND p.proname <> 'prepare_vectors' ORDER BY p.proname"""


def without_filter(text: str) -> tuple[str, int]:
    """The statement, and how many conditions of it are no more."""
    return _FILTER.subn(_NO_FILTER, text)


def statements() -> dict[str, str]:
    """All of the service's, as they are."""
    found = (each for each in files(infrastructure.sql).iterdir() if each.name.endswith(".sql"))
    return {each.name.removesuffix(".sql"): each.read_text(encoding="utf-8") for each in found}


def counted() -> str:
    """What is switched off, in one line."""
    counts = [without_filter(text)[1] for text in statements().values()]
    return f"unfiltered: {sum(counts)} conditions of {sum(map(bool, counts))} statements"


def switch_off() -> None:
    """From here on `sql` answers statements without the filter. Some modules read theirs when they are imported."""
    early = [
        name for name in sys.modules if name.startswith(("daybook", "infrastructure.")) and name != infrastructure.sql.__name__
    ]
    assert not early, f"imported before the filter was switched off: {early}"
    as_written: Callable[[str], str] = infrastructure.sql.sql
    infrastructure.sql.sql = lambda name: without_filter(as_written(name))[0]


async def switch_off_in_functions(owner_dsn: str) -> set[str]:
    """The same in the functions of a database, for good. Answers their names."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        changed = set()
        for function in await connection.fetch(_FUNCTIONS):
            text, conditions = without_filter(function["text"])
            if conditions:
                await connection.execute(text)
                changed.add(function["name"])
    finally:
        await connection.close()
    return changed


# A worker process of the service runs this file again, under the second name.
if __name__ in {"__main__", "__mp_main__"}:
    switch_off()

if __name__ == "__main__":
    from daybook.cli import main

    print(counted(), flush=True)
    main()
