"""Going on after the last thing seen: what is made, changed or deleted meanwhile doubles nothing and skips nothing that stayed.

A cursor is the key that the last entry has in the list's order, in a form nobody needs to look into. A list that takes one reads
`WHERE key > cursor ORDER BY key`, so its hundred-thousandth page costs what the first does.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import QueryParameter

from domain.errors import InvalidValue

CURSOR_CHARACTERS_MAX = 1000
K = TypeVar("K")

Cursor = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=CURSOR_CHARACTERS_MAX,
        description="The `nextCursor` of the answer before, with the same filters: what comes after it.",
    ),
]


def cursor_for(order: str, key: Any) -> str:  # noqa: ANN401 - any key that JSON can hold
    """`order` names the list, its order and its filters, so that a cursor of another list is not taken for one of this."""
    return urlsafe_b64encode(msgspec.json.encode((order, key))).rstrip(b"=").decode()


def key_from(cursor: str, order: str, kind: type[K]) -> K:
    """The key that a cursor was made of. Raises `InvalidValue`."""
    try:
        decoded = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        made_for, key = msgspec.json.decode(decoded, type=tuple[str, kind])  # type: ignore[valid-type] # known when called
    except (ValueError, msgspec.MsgspecError):
        raise InvalidValue("A cursor is the nextCursor of an answer, unchanged.", parameter="cursor") from None
    if made_for != order:
        raise InvalidValue("This cursor is of another list or of other filters; begin without one.", parameter="cursor")
    found: K = key
    return found
