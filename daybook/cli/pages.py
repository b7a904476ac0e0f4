"""The commands on single pages: `daybook pages …`."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Final, Literal

import httpx
import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from daybook.cli.printing import Json, Row, print_bytes, print_json, print_table
from daybook.client import ClientError, ManyPages, OnePage, Page, Trash, connected, decoded, page_path
from daybook.vault import front_matter

Slug = Annotated[str, Parameter(help="The page's slug or id.")]
File = Annotated[str | None, Parameter(help="A file with the Markdown, or - for stdin.", allow_leading_hyphen=True)]
Status = Literal["idea", "not_started", "on_track", "at_risk", "off_track", "completed", "paused", "none"]

STDIN: Final = "-"

pages_app = App(name="pages", help="List, read and write pages.")


class Actor(msgspec.Struct):
    name: str | None = None


class Entry(msgspec.Struct, rename="camel"):
    """What the history table shows of an entry."""

    created_at: str
    action: str
    page_slug: str | None = None
    page_title: str | None = None
    summary: str | None = None
    actor: Actor | None = None


class Entries(msgspec.Struct):
    history: list[Entry]


class Failure(msgspec.Struct):
    detail: str


class Result(msgspec.Struct):
    """What the table shows of what became of an action."""

    status: int
    action: str | None = None
    slug: str | None = None
    error: Failure | None = None


class Results(msgspec.Struct):
    results: list[Result]


@pages_app.command(name="list")
def list_pages(*, as_json: Json = False) -> None:
    """Show all pages as a tree."""
    with connected() as client:
        response = client.get("/pages")
        if as_json:
            return print_json(response)
        tree = _tree(decoded(response, ManyPages).pages)
    rows = [("  " * depth + page.title, page.slug, page.status, page.owner, page.due_date) for depth, page in tree]
    return print_table(("Page", "Slug", "Status", "Owner", "Due"), rows)


@pages_app.command
def get(slug: Slug, /, *, as_json: Json = False) -> None:
    """Print a page's Markdown: formatted on a terminal, byte for byte into a pipe or file."""
    with connected() as client:
        response = client.get(page_path(slug))
        if as_json:
            return print_json(response)
        content = decoded(response, OnePage).page.content
    if sys.stdout.isatty():
        return Console().print(Markdown(content))
    return print_bytes(content.encode())


@pages_app.command
def create(*, title: str, parent: str | None = None, file: File = None, as_json: Json = False) -> None:
    """Make a page."""
    body: dict[str, object] = {"title": title}
    with connected() as client:
        if parent is not None:
            body["parentSlug"] = parent
        if file is not None:
            body["content"] = _read(file)
        _print_page("Created", client.write("POST", "/pages", body), as_json=as_json)


@pages_app.command
def update(  # noqa: PLR0913 - one option for each thing that can change
    slug: Slug,
    /,
    *,
    title: str | None = None,
    status: Annotated[Status | None, Parameter(help="`none` takes it away.")] = None,
    parent: Annotated[str | None, Parameter(help="Move it below this page.")] = None,
    root: Annotated[bool, Parameter(negative="", help="Move it to the top.")] = False,
    property_: Annotated[
        list[str] | None, Parameter(name="--property", negative="", help="KEY=VALUE; an empty value takes it away.")
    ] = None,
    content_file: File = None,
    as_json: Json = False,
) -> None:
    """Change a page; what is not named stays."""
    body: dict[str, object] = {}
    with connected() as client:
        if parent is not None and root:
            raise ClientError("A page goes below --parent or to the --root, not both.")
        if title is not None:
            body["title"] = title
        if status is not None:
            body["status"] = None if status == "none" else status
        if parent is not None or root:
            body["parentSlug"] = parent
        if property_:
            body["properties"] = dict(map(_property, property_))
        if content_file is not None:
            body["content"] = _read(content_file)
        if not body:
            raise ClientError("Nothing to change was named; see `daybook pages update --help`.")
        _print_page("Updated", client.write("PATCH", page_path(slug), body), as_json=as_json)


@pages_app.command
def append(
    slug: Slug,
    text: Annotated[str, Parameter(help="The Markdown, or - for stdin.", allow_leading_hyphen=True)],
    /,
    *,
    as_json: Json = False,
) -> None:
    """Add text to the end of a page, on a line of its own."""
    with connected() as client:
        content = _read(STDIN) if text == STDIN else text
        response = client.write("POST", page_path(slug, "/content/append"), {"content": content})
        _print_done(f"Appended to {slug}", response, as_json=as_json)


@pages_app.command
def delete(slug: Slug, /, *, as_json: Json = False) -> None:
    """Delete a page and the pages below it."""
    with connected() as client:
        _print_done(f"Deleted {slug}", client.write("DELETE", page_path(slug)), as_json=as_json)


@pages_app.command
def restore(slug: Slug, /, *, as_json: Json = False) -> None:
    """Bring a deleted page back, with the pages that were deleted together with it."""
    with connected() as client:
        _print_done(f"Restored {slug}", client.write("POST", page_path(slug, "/restore")), as_json=as_json)


@pages_app.command
def trash(*, as_json: Json = False) -> None:
    """Show what was deleted and can be restored, newest first."""
    with connected() as client:
        response = client.get("/trash")
        if as_json:
            return print_json(response)
        pages = decoded(response, Trash).pages
    rows = [(page.archived_at, page.slug, page.title, str(page.pages_below)) for page in pages]
    return print_table(("Deleted", "Slug", "Page", "Pages below"), rows)


@pages_app.command
def batch(
    file: Annotated[str, Parameter(help="A file with a JSON list of actions, or - for stdin.", allow_leading_hyphen=True)],
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Only say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Carry many changes out at once, all or nothing."""
    with connected() as client:
        try:
            actions = msgspec.json.decode(_read(file))
        except msgspec.DecodeError as exc:
            raise ClientError(f"{file} is not JSON: {exc}") from exc
        body = actions if isinstance(actions, dict) else {"actions": actions}
        response = client.write("POST", "/pages/batch", {**body, "dryRun": True} if dry_run else body)
        if as_json:
            return print_json(response)
        results = decoded(response, Results).results
    return print_table(("Action", "Page", "Status", "Why not"), [_result(each) for each in results])


@pages_app.command
def history(
    slug: Annotated[str | None, Parameter(help="Only this page's.")] = None,
    /,
    *,
    limit: int = 20,
    as_json: Json = False,
) -> None:
    """Show who changed what, newest first."""
    params: dict[str, str | int] = {"limit": limit} if slug is None else {"limit": limit, "page": slug}
    with connected() as client:
        response = client.get("/pages/history", params=params)
        if as_json:
            return print_json(response)
        entries = decoded(response, Entries).history
    return print_table(("When", "Who", "Page", "What"), [_told(entry) for entry in entries])


def _result(result: Result) -> Row:
    return result.action, result.slug, str(result.status), result.error.detail if result.error else None


def _told(entry: Entry) -> Row:
    who = entry.actor.name if entry.actor else None
    return entry.created_at, who, entry.page_title or entry.page_slug, entry.summary or entry.action


def _tree(pages: list[Page]) -> list[tuple[int, Page]]:
    """Order pages as a tree, each with its depth; the API's order is kept among siblings."""
    ids = {page.id for page in pages}
    children: defaultdict[str | None, list[Page]] = defaultdict(list)
    for page in reversed(pages):
        children[page.parent_id if page.parent_id in ids else None].append(page)
    ordered = []
    open_pages = [(0, page) for page in children[None]]
    while open_pages:
        depth, page = open_pages.pop()
        ordered.append((depth, page))
        open_pages += [(depth + 1, child) for child in children[page.id]]
    return ordered


def _property(given: str) -> tuple[str, object]:
    key, separator, value = given.partition("=")
    if not (key and separator):
        raise ClientError(f"--property {given!r} is not KEY=VALUE.")
    return key, front_matter.scalar(value) if value else None


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return data.decode()
    except OSError as exc:
        raise ClientError(f"{file}: {exc.strerror or exc}") from exc
    except UnicodeDecodeError as exc:
        raise ClientError(f"{'stdin' if file == STDIN else file} is not UTF-8 (byte {exc.start}).") from exc


def _print_page(verb: str, response: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        return print_json(response)
    page = decoded(response, OnePage).page
    return Console(soft_wrap=True).print(Text(f"{verb} {page.slug}: {page.title}"))


def _print_done(line: str, response: httpx.Response, *, as_json: bool) -> None:
    if as_json:
        return print_json(response)
    return Console(soft_wrap=True).print(Text(line))
