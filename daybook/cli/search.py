"""`daybook search`: find by words and by meaning."""

import html
import re
import sys
from typing import Annotated, Final, Literal

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from daybook.cli.printing import Json, print_json, print_table, steady
from daybook.client import connected, decoded

# What the API puts around words that match.
_MARKED: Final = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)
_BOLD: Final = "bold"
_BESIDE: Final = "dim"


class Result(msgspec.Struct, rename="camel"):
    """What is shown of a result."""

    title: str
    slug: str | None
    heading: str
    snippet: str


class Answer(msgspec.Struct):
    results: list[Result]
    notice: str | None


def search(
    words: Annotated[str, Parameter(help='Words, "quoted phrases" and -words to leave out.', allow_leading_hyphen=True)],
    /,
    *,
    mode: Annotated[Literal["hybrid", "keyword", "semantic"] | None, Parameter(help="By words, by meaning, or both.")] = None,
    type_: Annotated[
        str | None, Parameter(name="--type", help="page, update, milestone or principle; several with commas between.")
    ] = None,
    limit: Annotated[int, Parameter(help="How many at most.")] = 10,
    as_json: Json = False,
) -> None:
    """Find pages and whatever else has text, the best first."""
    chosen = {"q": words, "mode": mode, "type": type_, "limit": limit}
    with connected() as client:
        response = client.get("/search", params={name: value for name, value in chosen.items() if value is not None})
        if as_json:
            return print_json(response)
        answer = decoded(response, Answer)
    if answer.notice is not None:
        sys.stderr.write(f"{answer.notice}\n")
    ranked = list(enumerate(answer.results, 1))
    if sys.stdout.isatty():
        return _show(ranked)
    return print_table((), [(str(rank), each.title, each.slug, each.heading, _text(each.snippet).plain) for rank, each in ranked])


def _show(ranked: list[tuple[int, Result]]) -> None:
    """Each with its snippet below it."""
    console = Console(highlight=False)
    for rank, result in ranked:
        place = " > ".join(filter(None, (result.slug, result.heading)))
        console.print(Text.assemble(f"{rank}. ", (_printable(result.title), _BOLD), "  ", (_printable(place), _BESIDE)))
        console.print(_text(result.snippet), end="\n\n")


def _text(snippet: str) -> Text:
    """A snippet is text for HTML."""
    # Every other piece is what stood between marks.
    pieces = [_printable(html.unescape(piece)) for piece in _MARKED.split(snippet)]
    return Text.assemble(*((piece, _BOLD if number % 2 else "") for number, piece in enumerate(pieces)))


def _printable(text: str) -> str:
    """On one line."""
    return steady(text).replace("\n", " ")
