"""What tools answer: compact JSON for a model to read. What pages say stands in fields of its own, so that it is seen as data."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec

from application.assistant_texts import blacked_out, cut, keepable, tells_key
from application.tools.wishes import Wish
from domain.errors import DomainError
from domain.threads.events import Citation

TEXT_CHARACTERS_MAX = 24_000
QUOTE_CHARACTERS_MAX = 300
LINE_CHARACTERS_MAX = 300
# What errors know and a model can use; what else they carry is for programs.
_USEFUL = ("parameters", "matches", "lines", "nearest", "hint", "headings", "sections", "limitBytes")


class Told(msgspec.Struct, frozen=True):
    """`value` becomes JSON. `passages` are those in it that may be cited."""

    value: dict[str, Any]
    passages: Sequence[Citation] = ()


Run = Callable[[Any, int], Awaitable[Told]]


class Tool(msgspec.Struct, frozen=True):
    """`run` gets what is wished and the number of the call."""

    name: str
    description: str
    wish: type[Wish]
    run: Run
    kind: Literal["read", "write"] = "read"


def as_text(value: dict[str, Any]) -> str:
    return cut(keepable(blacked_out(msgspec.json.encode(value).decode())), TEXT_CHARACTERS_MAX)


def refusal(error: DomainError) -> dict[str, Any]:
    """In the error's own words."""
    return {"error": error.detail} | {name: error.facts[name] for name in _USEFUL if error.facts.get(name)}


def line(text: str) -> str:
    """On one line of bounded length."""
    return cut(" ".join(blacked_out(text).split()), LINE_CHARACTERS_MAX)


def quoted(text: str) -> str:
    return cut(" ".join(blacked_out(text[: 4 * QUOTE_CHARACTERS_MAX]).split()), QUOTE_CHARACTERS_MAX)


def without_keys(passage: Citation) -> Citation:
    """Leads to the page by its id, or not to the heading, where the address would tell a key: slugs and anchors repeat titles
    and headings.
    """
    if tells_key(passage.title, passage.slug):
        passage = msgspec.structs.replace(passage, slug=str(passage.page_id))
    if tells_key(passage.heading, passage.anchor):
        passage = msgspec.structs.replace(passage, heading="", anchor="")
    return passage


def shown(passage: Citation) -> dict[str, Any]:
    """Where a passage stands."""
    return {"title": line(passage.title), "heading": passage.heading, "link": passage.link}
