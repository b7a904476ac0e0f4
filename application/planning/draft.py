"""What one command makes of the entities, decided while nobody else appends to its workspace."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from application.event_store import Command, StreamChange, recorded
from application.planning.ports import EntityBook
from domain.events import Change
from domain.planning.entities import ArchivalReason, Changed, Concept, Created, Entity, EntityEvent, Kept
from domain.planning.errors import OwnerArchived
from domain.versions import check_version

S = TypeVar("S", bound=Entity)


class Draft:
    """Reads see what the draft holds already. Each entity changes once at most, so that its version counts commands."""

    def __init__(self, book: EntityBook, command: Command, newest: int, new_id: Callable[[], UUID]) -> None:
        self._book = book
        self._command = command
        self._newest = newest
        self._new_id = new_id
        self._changes: dict[UUID, StreamChange] = {}
        self._about: Kept[Any] | None = None
        # What is answered though nothing happened to it, because what was wanted was there already.
        self.there_already: list[Kept[Any]] = []

    @property
    def changes(self) -> list[StreamChange]:
        return list(self._changes.values())

    @property
    def subject(self) -> Kept[Any] | None:
        """What the command is about, as it is by now, if that was there before."""
        return None if self._about is None else self._drafted(self._about)

    @property
    def at(self) -> datetime:
        """When the command happens."""
        return self._command.at

    def next_ref_id(self) -> str:
        self._newest += 1
        return str(self._newest)

    # Reading.

    async def get(self, concept: Concept[S], ref_id: str, *, archived: bool = False) -> Kept[S]:
        """Raises `EntityNotFound`, for an archived one as well unless those are wanted."""
        found = self._as_drafted(concept, await self._book.load(self._command.workspace_id, [ref_id]))
        if not found or (found[0].entity.archived and not archived):
            raise concept.not_found()
        return found[0]

    async def several(self, concept: Concept[S], ref_ids: Sequence[str]) -> list[Kept[S]]:
        """Those of them that are there, archived ones included."""
        return self._as_drafted(concept, await self._book.load(self._command.workspace_id, ref_ids))

    async def belonging(self, concept: Concept[S], owner: Kept[Any]) -> list[Kept[S]]:
        """Those of a concept that belong to an entity, archived ones included."""
        found = await self._book.belonging(self._command.workspace_id, owner.entity.ref_id)
        mine = [kept for kept in self._as_drafted(concept, found) if kept.owner == owner.entity.ref_id]
        return mine + [kept for kept in self._begun(concept) if kept.owner == owner.entity.ref_id]

    async def all(self, concept: Concept[S], keys: Sequence[str] | None = None) -> list[Kept[S]]:
        """All of a concept, or those with one of the keys, archived ones included."""
        found = await self._book.of_kind(self._command.workspace_id, concept, keys)
        return self._as_drafted(concept, found) + [
            kept for kept in self._begun(concept) if keys is None or concept.key(kept.entity) in keys
        ]

    async def naming(self, concept: Concept[S], ref_id: str) -> list[Kept[S]]:
        """At least those of a concept that name another, archived ones included, as far as they were there before the command."""
        return self._as_drafted(concept, await self._book.of_kind(self._command.workspace_id, concept, naming=ref_id))

    # Changing.

    def about(self, kept: Kept[S], versions: Sequence[int] = ()) -> Kept[S]:
        """Whose command it is, which holds for these versions of it, or for any if there are none. Raises `VersionStale`."""
        check_version(kept.entity, versions)
        self._about = kept
        return kept

    def begin(self, concept: Concept[S], wanted: Created) -> Kept[S]:
        return self._happened(concept, None, self._new_id(), concept.begin(wanted, self.at))

    def change(
        self,
        kept: Kept[S],
        wanted: S,
        *,
        telling: type[Changed] | None = None,
        beside: Mapping[str, Change[Any]] | None = None,
    ) -> Kept[S]:
        """What it is afterwards; what changes nothing is not recorded."""
        event = kept.concept.change(kept.entity, wanted, telling=telling, beside=beside)
        return kept if event is None else self._happened(kept.concept, kept, kept.stream_id, event)

    async def archive(self, kept: Kept[Any], reason: ArchivalReason = "user") -> None:
        """With what belongs to it. What is archived already stays as it is."""
        if kept.entity.archived:
            return
        self._happened(kept.concept, kept, kept.stream_id, kept.concept.ends.archived(reason=reason))
        for each in await self._all_belonging(kept):
            if not each.entity.archived:
                along = each.concept.ends.archived(reason=reason, along_with=kept.entity.ref_id)
                self._happened(each.concept, each, each.stream_id, along)

    async def unarchive(self, kept: Kept[Any]) -> None:
        """With what was archived along with it. Raises `OwnerArchived`."""
        if not kept.entity.archived:
            return
        await self._check_owner(kept)
        for each in [kept, *await self._all_belonging(kept)]:
            if each is kept or each.along_with == kept.entity.ref_id:
                self._happened(each.concept, each, each.stream_id, each.concept.ends.unarchived())

    async def remove(self, kept: Kept[Any]) -> None:
        """With what belongs to it."""
        for each in [kept, *await self._all_belonging(kept)]:
            self._happened(each.concept, each, each.stream_id, each.concept.ends.removed())

    async def _all_belonging(self, kept: Kept[Any]) -> list[Kept[Any]]:
        found = await self._book.belonging(self._command.workspace_id, kept.entity.ref_id)
        return [self._drafted(each) for each in found if not self._drafted(each).removed]

    async def _check_owner(self, kept: Kept[Any]) -> None:
        owners = [] if kept.owner is None else await self._book.load(self._command.workspace_id, [kept.owner])
        if any(self._drafted(owner).entity.archived for owner in owners):
            raise OwnerArchived

    def _happened(self, concept: Concept[S], before: Kept[S] | None, stream_id: UUID, event: EntityEvent) -> Kept[S]:
        if stream_id in self._changes:
            raise RuntimeError("an entity changes once in a command, so that its version counts commands")
        version = 0 if before is None else before.entity.version
        (fact,) = recorded([event], self._command, version)
        after = concept.evolve(before, fact, stream_id)
        self._changes[stream_id] = StreamChange(stream_id, version, [event], before, after)
        return after

    def _drafted(self, kept: Kept[S]) -> Kept[S]:
        change = self._changes.get(kept.stream_id)
        return kept if change is None else change.after

    def _as_drafted(self, concept: Concept[S], found: Iterable[Kept[Any]]) -> list[Kept[S]]:
        now = (self._drafted(kept) for kept in found if kept.concept is concept)
        return [kept for kept in now if not kept.removed]

    def _begun(self, concept: Concept[S]) -> list[Kept[S]]:
        begun = (change.after for change in self._changes.values() if change.before is None)
        return [kept for kept in begun if kept.concept is concept]
