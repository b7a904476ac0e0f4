"""What updates, milestones and principles share: each is a stream that begins, changes, and goes to the trash and back.

What one of them has and refuses stands in a module of its own, which ends in its `Kind`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET

from domain.errors import NotFound
from domain.events import Actor, Change, Event, Recorded
from domain.pages.errors import NotInTrash
from domain.pages.queries import NONE
from domain.versions import check_version


class Begun(Event, frozen=True):
    """It is there from here on, with all it has from the start."""


class Changed(Event, frozen=True):
    """Something of it changed: only the fields that did are set."""


class Archived(Event, frozen=True):
    """It went to the trash."""


class Restored(Event, frozen=True):
    """It came back from the trash."""


ItemEvent = Begun | Changed | Archived | Restored


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to change: only set fields do. They have the names of the item's own."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One of them at one version."""

    kind: ClassVar[str]

    id: UUID
    page_id: UUID | None = None
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: Actor
    updated_by: Actor
    archived_at: datetime | None

    @property
    def live(self) -> bool:
        return self.archived_at is None

    @property
    def moment(self) -> datetime:
        """What lists are in the order of."""
        return self.created_at

    @property
    def standing(self) -> str:
        """What lists are filtered by."""
        return NONE


S = TypeVar("S", bound=Item)


class Kind(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What one of them says of itself. `check` refuses what it may not have; it is shown what an item begins with, and what it
    would be after a change.
    """

    state: type[S]
    changed: Callable[..., Changed]
    archived: Archived
    restored: Restored
    not_found: type[NotFound]
    check: Callable[[Any], None]
    # Whether it is in the trash for as long as its page is.
    goes_with_page: bool = False
    newest_first: bool = False

    def evolve(self, item: S | None, fact: Recorded[ItemEvent], item_id: UUID) -> S:
        event = fact.event
        if isinstance(event, Begun):
            return self._begun(event, fact, item_id)
        if item is None:
            raise TypeError("an item's stream starts with its beginning")
        after = msgspec.structs.replace(item, version=fact.version, updated_at=fact.at, updated_by=fact.actor)
        match event:
            case Changed():
                return _applied(after, event)
            case Archived():
                return msgspec.structs.replace(after, archived_at=fact.at)
            case Restored():
                return msgspec.structs.replace(after, archived_at=None)

    def begin(self, begun: Begun) -> list[ItemEvent]:
        self.check(begun)
        return [begun]

    def change(self, item: S, wanted: Changes) -> list[ItemEvent]:
        """Only what differs is recorded."""
        named = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET}
        changes = {name: Change(before, after) for name, after in named.items() if (before := getattr(item, name)) != after}
        if not changes:
            return []
        changed = self.changed(**changes)
        self.check(_applied(item, changed))
        return [changed]

    def archive(self, _: S) -> list[ItemEvent]:
        return [self.archived]

    def restore(self, item: S) -> list[ItemEvent]:
        if item.live:
            raise NotInTrash
        return [self.restored]

    def check_live(self, item: S, versions: Sequence[int] = ()) -> S:
        """Raises `VersionStale` as `check_version` does, or that there is no such item."""
        if not item.live:
            raise self.not_found
        return check_version(item, versions)

    def _begun(self, event: Begun, fact: Recorded[ItemEvent], item_id: UUID) -> S:
        return self.state(
            id=item_id,
            version=fact.version,
            created_at=fact.at,
            updated_at=fact.at,
            created_by=fact.actor,
            updated_by=fact.actor,
            archived_at=None,
            **msgspec.structs.asdict(event),
        )


def _applied(item: S, changed: Changed) -> S:
    changes = msgspec.structs.asdict(changed)
    return msgspec.structs.replace(item, **{name: change.after for name, change in changes.items() if change is not UNSET})
