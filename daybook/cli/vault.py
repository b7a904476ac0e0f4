"""The commands that move folders of Markdown in and out: `daybook import` and `daybook export`."""

import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Final, TypeVar

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from daybook.client import Client, ClientError, connected
from daybook.vault.exports import Written, export_pages
from daybook.vault.folder import scan
from daybook.vault.history import replay, survey
from daybook.vault.imports import Outcome, import_folder, target
from daybook.vault.layout import places

T = TypeVar("T")

IMPORT_KINDS: Final = ("imported", "updated", "unchanged", "conflict", "refused", "skipped")
EXPORT_KINDS: Final = ("written", "unchanged", "differs", "refused")
HISTORY_KINDS: Final = ("written", "unchanged", "deleted", "replayed", "invalid")

Parent = Annotated[str | None, Parameter(help="The page above, by its slug; without it, the top of the workspace.")]
Folder = Annotated[Path | None, Parameter(help="A folder of Markdown.")]
History = Annotated[Path | None, Parameter(help="Replay an edit history (.jsonl or .jsonl.xz) instead of a folder.")]


def import_command(
    path: Folder = None,
    /,
    *,
    parent: Parent = None,
    history: History = None,
    overwrite: Annotated[bool, Parameter(negative="", help="In a conflict, take the folder's text.")] = False,
) -> None:
    """Bring a folder of Markdown, or an edit history, into Daybook. Run again, it brings only what changed since."""
    with connected() as client:
        if history is not None and path is None and not overwrite:
            sound = _import_history(client, history, parent)
        elif path is not None and history is None:
            sound = _import_folder(client, path, parent, overwrite=overwrite)
        else:
            raise ClientError("Name a folder of Markdown, or an edit history with --history, not both.")
    if not sound:
        raise SystemExit(1)


def export_command(
    directory: Annotated[Path, Parameter(help="Where the files go; made if it is not there.")],
    /,
    *,
    parent: Parent = None,
    force: Annotated[bool, Parameter(negative="", help="Replace files that differ.")] = False,
) -> None:
    """Write the pages as Markdown files. What was imported and not changed since gets its old bytes."""
    with connected() as client:
        wanted = places(client.pages(), None if parent is None else client.page(parent).id)
        work = _shown(export_pages(client, wanted, directory, force=force), "Exporting", len(wanted))
        told = [written for written in work if written.kind != "empty"]
    _say_files(told, quiet=frozenset({"written", "unchanged"}))
    if not _summed(Counter(written.kind for written in told), EXPORT_KINDS, "pages", bad={"differs", "refused"}):
        raise SystemExit(1)


def _import_folder(client: Client, path: Path, parent: str | None, *, overwrite: bool) -> bool:
    if not path.is_dir():
        raise ClientError(f"{path} is not a folder.")
    found = scan(path)
    into = target(client, parent)
    files = len(found.files) + sum(source.location is not None for source in found.sources)
    outcomes = list(_shown(import_folder(client, found, into, overwrite=overwrite), "Importing", files))
    _say_files(outcomes, quiet=frozenset({"imported", "updated", "unchanged"}))
    for folder in found.folders:
        _say(f"left out  {folder.path}  ({folder.reason})")
    gone = into.known.keys() - {source.path for source in found.sources} - {source.opens for source in found.sources}
    if gone:
        _say(f"{len(gone)} earlier imported pages have no file in the folder any more; they stay as they are.")
    counts: Counter[str] = Counter(outcome.kind for outcome in outcomes)
    sound = _summed(counts, IMPORT_KINDS, "files", bad={"conflict", "refused"})
    return sound and not any(folder.refused for folder in found.folders)


def _import_history(client: Client, path: Path, parent: str | None) -> bool:
    into = target(client, parent)
    extent = survey(path, into)
    counts: Counter[str] = Counter()
    for step in _shown(replay(client, path, into, extent.done), "Replaying", extent.lines):
        counts[step.kind] += 1
        if step.kind == "invalid":
            _say(f"line {step.number}: {step.reason}")
    return _summed(counts, HISTORY_KINDS, "edits", bad={"invalid"})


def _shown(work: Iterable[T], title: str, total: int) -> Iterator[T]:
    """Pass on what comes, and move a bar on stderr, where it does not mix with what is piped on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with _ended_between_steps() as end_if_asked, Progress(*columns, console=Console(stderr=True)) as progress:
        for step in progress.track(work, total=total, description=title):
            yield step
            end_if_asked()


@contextmanager
def _ended_between_steps() -> Iterator[Callable[[], None]]:
    """Ctrl-C ends the work after the step that is under way: in the middle of a request, a lock of the client may stay taken, for
    which its own tidying up then waits for good. Pressed again, it ends at once.
    """
    asked = Event()

    def ask(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.set()

    def end_if_asked() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield end_if_asked
    finally:
        signal.signal(signal.SIGINT, before)


def _say_files(told: Iterable[Outcome | Written], *, quiet: frozenset[str]) -> None:
    for one in told:
        if one.kind not in quiet or one.reason:
            _say(f"{one.kind:<9} {one.path}" + (f"  ({one.reason})" if one.reason else ""))


def _summed(counts: Counter[str], kinds: tuple[str, ...], noun: str, *, bad: set[str]) -> bool:
    parts = ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
    _say(f"{counts.total()} {noun}: {parts}.")
    return not any(counts[kind] for kind in bad)


def _say(line: str) -> None:
    """Print a line whole. A file's name may hold anything, so what is no text or would steer the terminal is escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in line)
    Console(soft_wrap=True).print(Text(shown))
