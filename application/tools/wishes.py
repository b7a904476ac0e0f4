"""What each tool takes. The schema that a model sees is made from these, and what it sends is read as these."""

from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from application.assistant_texts import keepable
from domain.errors import InvalidValue

RESULTS_MAX = 10
ENTRIES_MAX = 20
_Page = Annotated[str, msgspec.Meta(description="The page's slug or id.", max_length=300)]
_Offset = Annotated[int, msgspec.Meta(description="Where to go on, as `next` said.", ge=0, le=2**31 - 1)]
W = TypeVar("W", bound="Wish")


class Wish(msgspec.Struct, frozen=True):
    """More than these fields is let pass: models add what they like."""


class SearchFor(Wish, frozen=True):
    query: Annotated[str, msgspec.Meta(description='Words, a "quoted phrase", or a question; -word leaves out.', min_length=1)]
    limit: Annotated[int, msgspec.Meta(description="How many passages.", ge=1, le=RESULTS_MAX)] = 5


class ReadPage(Wish, frozen=True):
    page: _Page
    section: Annotated[str, msgspec.Meta(description="Only this section: its heading or its anchor.", max_length=2000)] | None = (
        None
    )
    offset: _Offset = 0


class Outline(Wish, frozen=True):
    page: _Page
    offset: _Offset = 0


class History(Wish, frozen=True):
    page: Annotated[str, msgspec.Meta(description="Of this page, by its slug or id; without, of all.", max_length=300)] | None = (
        None
    )
    limit: Annotated[int, msgspec.Meta(description="How many changes.", ge=1, le=ENTRIES_MAX)] = 10


class Append(Wish, frozen=True):
    page: _Page
    text: Annotated[str, msgspec.Meta(description="Markdown. It gets lines of its own at the end.", min_length=1)]


class FindAndReplace(Wish, frozen=True):
    page: _Page
    find: Annotated[
        str, msgspec.Meta(description="The exact text. It has to be there once, so take enough around it.", min_length=1)
    ]
    replace: Annotated[str, msgspec.Meta(description="What is to be there instead; empty removes it.")]
    all: Annotated[bool, msgspec.Meta(description="Wherever it is, however often.")] = False


class CreatePage(Wish, frozen=True):
    title: Annotated[str, msgspec.Meta(description="One line.", min_length=1)]
    content: Annotated[str, msgspec.Meta(description="Markdown, without the title.")] = ""
    parent: Annotated[str, msgspec.Meta(description="The page above it, by its slug or id.", max_length=300)] | None = None


@cache
def parameters(wish: type[Wish]) -> dict[str, Any]:
    """The JSON Schema, in one piece and plain: not every provider follows references, or knows choices of types."""
    (reference,), components = msgspec.json.schema_components([wish])
    schema = components[reference["$ref"].rpartition("/")[2]]
    fields = {name: _plain(field) for name, field in schema["properties"].items()}
    return {"type": "object", "properties": fields, "required": schema["required"]}


def read(arguments: str, wish: type[W]) -> W:
    """Raises `InvalidValue`, which says what would be right."""
    try:
        return msgspec.json.decode(keepable(arguments).encode(), type=wish)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidValue(f"The arguments are not right: {error}.", parameters=parameters(wish)) from None


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    """What may be left out may be null as well, which nobody has to know."""
    plain: dict[str, Any] = field["anyOf"][0] if "anyOf" in field else field
    return {name: value for name, value in plain.items() if name != "default" or value is not None}
