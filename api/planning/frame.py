"""What a resource of planning is made of. A concept declares a `Resource`, and `handlers.py` makes its routes from that."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from api.planning.queries import FindQuery, LoadQuery
from application.planning.draft import Draft
from application.planning.orders import ChangeOrder, Order, OrderOnOne
from application.planning.plain import plainly_changed
from application.planning.planning import Made
from application.planning.ports import Seen
from application.planning.reading import Beside, Reading, Shown
from domain.planning.entities import Concept, Entity, Kept

S = TypeVar("S", bound=Entity)
O = TypeVar("O", bound=Order)  # noqa: E741 - an order
D = TypeVar("D", bound=OrderOnOne)
C = TypeVar("C", bound=ChangeOrder)
F = TypeVar("F", bound=FindQuery)
L = TypeVar("L", bound=LoadQuery)
Answer = msgspec.Struct


class Create(msgspec.Struct, Generic[O], frozen=True, kw_only=True):
    """How one is made: by which order, what it does, and what is answered of what was made. Below another entity, `within` is
    how the order names that, which has to be the one of the address. Where one is made in several ways, `way` ends the path, and
    `summary` tells them apart.
    """

    order: type[O]
    act: Callable[[Draft, O], Awaitable[None]]
    answer: type[Answer]
    made: Callable[[Made], Answer]
    within: Callable[[O], str] | None = None
    way: str = ""
    summary: str | None = None


class Find(msgspec.Struct, Generic[S, F], frozen=True, kw_only=True):
    """How several are shown: `answer` has a list called `many` of what `entry` makes of each, after what `ahead` finds."""

    query: type[F]
    answer: type[Answer]
    entry: Callable[[Shown[S], F], Answer]
    many: str = "entries"
    ahead: Callable[[Reading, UUID, Seen], Awaitable[dict[str, Any]]] | None = None


class Load(msgspec.Struct, Generic[S, L], frozen=True, kw_only=True):
    """How one is shown, and what beside it, which the query may have a say in."""

    answer: type[Answer]
    shown: Callable[[Shown[S], L], Answer]
    beside: Beside | Callable[[L], Beside] = Beside()
    query: type[L] = LoadQuery  # type: ignore[assignment] # which most have


class Change(msgspec.Struct, Generic[S, C], frozen=True, kw_only=True):
    """What may be changed, and how."""

    order: type[C]
    act: Callable[[Draft, Kept[S], C], Awaitable[None]] = plainly_changed


async def _archive(draft: Draft, kept: Kept[Any]) -> None:
    await draft.archive(kept)


async def _unarchive(draft: Draft, kept: Kept[Any]) -> None:
    await draft.unarchive(kept)


async def _remove(draft: Draft, kept: Kept[Any]) -> None:
    await draft.remove(kept)


class Resource(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """A concept over HTTP. What it has none of, it has no routes for. With `within`, it lies below entities of that concept, and
    its path begins with theirs.
    """

    path: str
    concept: Concept[S]
    # As people call it, and several of it.
    one: str
    many: str
    within: Concept[Any] | None = None
    create: Create[Any] | None = None
    # Other ways to make one.
    creates_too: Sequence[Create[Any]] = ()
    find: Find[S, Any] | None = None
    load: Load[S, Any] | None = None
    change: Change[S, Any] | None = None
    archive: Callable[[Draft, Kept[S]], Awaitable[None]] | None = _archive
    unarchive: Callable[[Draft, Kept[S]], Awaitable[None]] = _unarchive
    remove: Callable[[Draft, Kept[S]], Awaitable[None]] | None = _remove
    # Where a removal may say more, in place of `remove`.
    removal: "Removal[S, Any] | None" = None
    # Commands of its own on one of them.
    commands: Sequence["Command[S, Any]"] = ()


class Command(msgspec.Struct, Generic[S, D], frozen=True, kw_only=True):
    """`POST <path of one>/<name>`; answers null. Without an order of its own, its body may be left out."""

    name: str
    summary: str
    order: type[D] = OrderOnOne  # type: ignore[assignment] # which those have that need to say nothing
    act: Callable[[Draft, Kept[S], D], Awaitable[None]]


class Removal(msgspec.Struct, Generic[S, D], frozen=True, kw_only=True):
    """A removal whose body may be left out, or say more."""

    order: type[D]
    act: Callable[[Draft, Kept[S], D], Awaitable[None]]
