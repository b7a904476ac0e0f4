"""What all entities of planning share: each is a stream that begins, changes, is archived and brought back, and is removed.

What one of them has and refuses stands in a module of its own, which ends in its `Concept`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta

from domain.events import Change, Event, Recorded
from domain.patterns import whole
from domain.planning.errors import EntityNotFound
from domain.planning.features import Feature

# Numbers of a workspace in decimal, given out once. Eighteen digits fit where they are stored.
REF_ID_PATTERN = whole("[1-9][0-9]{0,17}")
RefId = Annotated[str, Meta(pattern=REF_ID_PATTERN)]
# A workspace has one collection of each concept.
COLLECTION = "1"
# The name of what people do not name.
NOT_USED = "NOT-USED"
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
ArchivalReason = Literal["user", "gc", "sync"]
# What of the life plan others refer to, by its kind.
Referred = Literal["project", "goal", "chapter"]


class Created(Event, frozen=True, kw_only=True):
    """It is there from here on, with all it has from the start. The fields have the names of the entity's own."""

    ref_id: RefId


class Changed(Event, frozen=True, kw_only=True):
    """Something of it changed: only the fields that did are set."""


class Archived(Event, frozen=True, kw_only=True):
    """It was put away; by itself, or along with something that it belongs to."""

    reason: ArchivalReason = "user"
    along_with: RefId | None = None


class Unarchived(Event, frozen=True):
    """It was brought back."""


class Removed(Event, frozen=True):
    """It disappeared from every read."""


EntityEvent = Created | Changed | Archived | Unarchived | Removed


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One of them at one version, exactly as it is answered: what is stored goes into answers as it is."""

    ref_id: RefId
    version: int
    archived: bool
    archival_reason: ArchivalReason | None
    archived_time: Time | None
    created_time: Time
    last_modified_time: Time


S = TypeVar("S", bound=Entity)


class Kept(msgspec.Struct, Generic[S], frozen=True):
    """An entity with what is known of it and not answered."""

    concept: "Concept[S]"
    stream_id: UUID
    entity: S
    # What it was archived along with, which brings it back; None where it is not archived, or was by itself.
    along_with: str | None = None
    removed: bool = False

    @property
    def owner(self) -> str | None:
        return self.concept.owner(self.entity)


class Lifecycle(msgspec.Struct, frozen=True):
    """The events of what can be put away and removed."""

    archived: type[Archived]
    unarchived: type[Unarchived]
    removed: type[Removed]


def as_it_is(entity: S) -> S:
    return entity


def _nothing(_: Any) -> None:  # noqa: ANN401 - any entity
    return None


class Concept(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What one of them says of itself."""

    # What its events begin with, and its rows are known by.
    kind: str
    # As people call it, where that is something else.
    called: str | None = None
    entity: type[S]
    created: type[Created]
    # What it is a part of; None of what every workspace has, and of what is about something else.
    feature: Feature | None = None
    # The first that has all fields which a command changes tells of it, so the one that has the most comes last. One command
    # is one event, which makes the stream's version the entity's.
    changed: tuple[type[Changed], ...]
    # Fields that it has not: those of what belongs to it, of which its events tell as if they were its own.
    told_beside: tuple[str, ...] = ()
    # None of what is there for good.
    lifecycle: Lifecycle | None = None
    # Puts a new or changed entity right before it is recorded, such as the spaces of its name, or refuses what it may not be.
    settle: Callable[[S], S] = as_it_is
    # The entity that it belongs to: what is archived, brought back or removed takes along what belongs to it.
    owner: Callable[[S], str | None] = _nothing
    # Its fields that hold the ref_id of something of the life plan, or several. What they name has to be there when it is named,
    # and when that is removed, they name what takes its place. The last of `changed` has all of them.
    references: Mapping[str, Referred] = {}
    # What no two of them have in common.
    key: Callable[[S], str | None] = _nothing
    # Others that are shown where it is, by their ref_ids.
    names: Callable[[S], Sequence[str]] | None = None
    # As which namespaces of notes and tags speak of it; None where it has none.
    note_namespace: str | None = None
    # Where each has a note from the start, which does not go without it.
    note_stays: bool = False
    tag_namespace: str | None = None
    # As which its blocks of the calendar are of it.
    time_namespace: str | None = None

    @property
    def events(self) -> tuple[type[Event], ...]:
        return (self.created, *self.changed, *(msgspec.structs.astuple(self.lifecycle) if self.lifecycle else ()))

    def evolve(self, kept: Kept[S] | None, fact: Recorded[EntityEvent], stream_id: UUID) -> Kept[S]:
        event = fact.event
        if isinstance(event, Created):
            return Kept(self, stream_id, self._begun(event, fact.version, moment_text(fact.at)))
        if kept is None:
            raise TypeError("an entity's stream starts with its creation")
        at = moment_text(fact.at)
        entity = msgspec.structs.replace(kept.entity, version=fact.version, last_modified_time=at)
        along_with, removed = kept.along_with, False
        match event:
            case Changed():
                after = {name: each.after for name, each in changes_of(event).items() if name not in self.told_beside}
                entity = msgspec.structs.replace(entity, **after)
            case Archived(reason=reason, along_with=along_with):
                entity = msgspec.structs.replace(entity, archived=True, archival_reason=reason, archived_time=at)
            case Unarchived():
                entity = msgspec.structs.replace(entity, archived=False, archival_reason=None, archived_time=None)
                along_with = None
            case Removed():
                removed = True
        return Kept(self, stream_id, entity, along_with, removed)

    def begin(self, wanted: Created, at: datetime) -> Created:
        """The beginning as it is recorded."""
        settled = self.settle(self._begun(wanted, 1, moment_text(at)))
        return msgspec.structs.replace(wanted, **{name: getattr(settled, name) for name in wanted.__struct_fields__})

    def change(
        self,
        before: S,
        wanted: S,
        *,
        telling: type[Changed] | None = None,
        beside: Mapping[str, Change[Any]] | None = None,
    ) -> Changed | None:
        """The difference; None if there is none. An event that says more than its fields do has to be named. `beside` is what
        changed of what is told beside it, so that its version guards that as well.
        """
        after = self.settle(wanted)
        pairs = {name: (getattr(before, name), getattr(after, name)) for name in self.entity.__struct_fields__}
        changes = {name: Change(one, other) for name, (one, other) in pairs.items() if one != other}
        changes |= beside or {}
        if not changes:
            return None
        for event in (telling,) if telling else self.changed:
            if changes.keys() <= set(event.__struct_fields__):
                return event(**changes)
        raise TypeError(f"no event tells that {', '.join(changes)} of a {self.kind} changed")

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return self.called or self.kind.replace("_", " ")

    @property
    def ends(self) -> Lifecycle:
        """Of what is there for good, nobody asks."""
        if self.lifecycle is None:
            raise TypeError(f"a {self.kind} is there for good")
        return self.lifecycle

    def not_found(self) -> EntityNotFound:
        return EntityNotFound(f"This workspace has no {self.words} of this ref_id. It may be archived, or removed.")

    def _begun(self, event: Created, version: int, at: str) -> S:
        return self.entity(
            version=version,
            archived=False,
            archival_reason=None,
            archived_time=None,
            created_time=at,
            last_modified_time=at,
            **msgspec.structs.asdict(event),
        )


def changes_of(event: Changed) -> dict[str, Change[Any]]:
    """By field."""
    return {name: change for name, change in msgspec.structs.asdict(event).items() if change is not UNSET}


def moment_text(at: datetime) -> str:
    """As answers show it: UTC with its offset, and microseconds only where there are some."""
    return at.astimezone(UTC).isoformat()
