"""The change feed: the log of a workspace as programs follow it, in order, each event once."""

from typing import Protocol
from uuid import UUID

import msgspec

from domain.errors import DomainError, InvalidValue
from domain.planning.concepts import PREFIXES
from domain.scopes import ADMIN
from domain.threads.rules import PRIVATE

TYPES_MAX = 50
TYPE_CHARACTERS_MAX = 200


class PositionUnknown(DomainError):
    """This workspace's log does not go as far as the position you named. Was it restored from a backup, or is this the position
    of another workspace? Start from a position that you are sure of, or from 0.
    """

    code = "position_unknown"


class Types(msgspec.Struct, frozen=True):
    """Which types of events are wanted: some by name, others by how they begin; but none that begin as the hidden ones do."""

    names: tuple[str, ...]
    prefixes: tuple[str, ...]
    hidden: tuple[str, ...] | None = None


PAGES = "pages:read"
PLANNING = "planning:read"
# What begins so is for whoever may read pages, and what stands beside them.
READABLE = ("page.", "update.", "milestone.", "principle.")
# What begins so is between a workspace's owners: who may come in and who did, and where it is sent to.
RESTRICTED = ("access.", "key.", "member.", "webhook.")


def visible(types: Types | None, scopes: frozenset[str]) -> Types | None:
    """Of the wanted types, those that such a caller may see: what happens in threads, nobody, because most are private. Every
    type begins with nothing, which is how all are asked for.
    """
    hidden = [PRIVATE]
    for scope, prefixes in ((ADMIN, RESTRICTED), (PAGES, READABLE), (PLANNING, PREFIXES)):
        hidden += () if scope in scopes else prefixes
    asked = Types((), ("",)) if types is None else types
    return Types(asked.names, asked.prefixes, tuple(hidden))


class FeedEvent(msgspec.Struct, frozen=True, gc=False):
    """One event; `json` is the object that is sent, in one line."""

    position: int
    type: str
    json: bytes


class FeedRead(msgspec.Struct, frozen=True):
    """Events after a position. `next` is the position up to which nothing was left out, `head` the newest of the log."""

    events: list[FeedEvent]
    next: int
    head: int


class FeedReader(Protocol):
    """Reads one workspace's log. Raises `PositionUnknown` and `StoreUnavailable`."""

    @property
    def closing(self) -> bool:
        """Whether the service is about to end, so that nobody should wait for more."""
        ...

    async def head(self, workspace_id: UUID) -> int:
        """The newest position, 0 if there is none."""
        ...

    async def read(self, workspace_id: UUID, after: int, *, types: Types | None, events_max: int, bytes_max: int) -> FeedRead:
        """What comes after a position: at least one event if there is one, and then as many as the bounds allow."""
        ...

    async def grown(self, workspace_id: UUID, after: int, timeout_s: float) -> None:
        """Returns when the log may go on after a position, at the latest when the time is over."""
        ...


def types_from(text: str) -> Types:
    """`page.created,key.*` and the like. A type that does not exist is no error: it matches nothing."""
    words = text.split(",")
    if len(words) > TYPES_MAX:
        raise InvalidValue(f"types names at most {TYPES_MAX} types.", parameter="types")
    for word in words:
        plain = word.removesuffix(".*")
        if not plain or "*" in plain or not plain.isprintable() or " " in plain or len(word) > TYPE_CHARACTERS_MAX:
            raise InvalidValue("types are names with commas between, such as page.created or page.*.", parameter="types")
    names = tuple(sorted(word for word in words if not word.endswith(".*")))
    return Types(names, tuple(sorted(word[:-1] for word in words if word.endswith(".*"))))
