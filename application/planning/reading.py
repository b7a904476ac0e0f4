"""Entities as answers show them: each with what belongs to it, what that names, and what belongs to that in turn."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec

from application.planning.ports import EntityReader, Seen, Selection, Stored
from domain.planning.entities import Concept, Entity
from domain.planning.errors import EntityNotFound

S = TypeVar("S", bound=Entity)
T = TypeVar("T", bound=Entity)
# A note may be large, so no more than these lie in memory at once.
SHOWN_AT_ONCE_MAX = 200
COUNT_MAX = 2**31 - 1
_NOW = Seen()


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown beside an entity: what belongs to it, what belongs to that, and others that it names, with its owner. What
    belongs to it shows what it names in any case.
    """

    belonging: tuple[Concept[Any], ...] = ()
    deeper: tuple[Concept[Any], ...] = ()
    named: bool = False


_NOTHING_BESIDE = Beside()


class Found(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """Which entities a find is about. `keep` looks at each of them, for filters that no column answers."""

    concept: Concept[S]
    seen: Seen = Seen()
    ref_ids: Sequence[int] | None = None
    owner: int | None = None
    beside: Beside = Beside()
    keep: Callable[[S], bool] | None = None
    limit: int | None = None
    offset: int = 0


_NOTHING: Mapping[str, Sequence[Stored]] = {}


class Shelf:
    """What was read for some entities: what belongs to them, by its kind, and what is named by any."""

    __slots__ = ("_belonging", "_entities", "_named", "names")

    def __init__(self, belonging: Iterable[Stored] = ()) -> None:
        self._belonging: dict[int | None, dict[str, list[Stored]]] = {}
        self._named: dict[int, Stored] = {}
        self._entities: dict[int, Any] = {}
        # The ref_ids that an entity names.
        self.names: dict[int, Sequence[str]] = {}
        self.put(belonging)

    def put(self, belonging: Iterable[Stored]) -> None:
        for each in belonging:
            self._belonging.setdefault(each.owner, {}).setdefault(each.concept.kind, []).append(each)

    def know(self, named: Iterable[Stored]) -> None:
        self._named |= {each.ref_id: each for each in named}

    def of(self, owner: int) -> Mapping[str, Sequence[Stored]]:
        return self._belonging.get(owner, _NOTHING)

    def entity(self, stored: Stored) -> Any:  # noqa: ANN401 - of its concept
        """Decoded once, however many ask."""
        found = self._entities.get(stored.ref_id)
        if found is None:
            found = self._entities[stored.ref_id] = decoded(stored)
        return found

    def named(self, concept: Concept[Any], ref_id: int) -> Stored | None:
        stored = self._named.get(ref_id)
        return stored if stored is not None and stored.concept is concept else None


class Shown(Generic[S]):
    """An entity and what is shown beside it. All of them are typed as what they are on the wire, but hold bytes, which go into
    the answer as they are; `entity` alone can be looked into. Where archived ones were seen for the sake of some, others may be
    asked for without them.
    """

    __slots__ = ("_belonging", "_shelf", "_stored")

    def __init__(self, stored: Stored, shelf: Shelf) -> None:
        self._stored = stored
        self._shelf = shelf
        self._belonging = shelf.of(stored.ref_id)

    @property
    def itself(self) -> S:
        return cast("S", self._stored.doc)

    @property
    def entity(self) -> S:
        return cast("S", self._shelf.entity(self._stored))

    @property
    def ref_id(self) -> str:
        """Without looking into it."""
        return str(self._stored.ref_id)

    def one(self, concept: Concept[T], *, archived: bool = True) -> T | None:
        """The one of a concept that belongs to it; None if there is none, or it was not asked for."""
        found = self._those(concept, archived=archived)
        return cast("T", found[0].doc) if found else None

    def the(self, concept: Concept[T]) -> T:
        """The one of a concept that everything of its kind has. Raises `EntityNotFound` where it went away while it was read."""
        found = self._belonging.get(concept.kind)
        if not found:
            raise self._stored.concept.not_found()
        return cast("T", found[0].doc)

    def all(self, concept: Concept[T], *, archived: bool = True) -> list[T]:
        return [cast("T", stored.doc) for stored in self._those(concept, archived=archived)]

    def each(self, concept: Concept[T], *, archived: bool = True) -> list["Shown[T]"]:
        """Those of a concept that belong to it, each with what is shown beside it in turn."""
        found = self._those(concept, archived=archived)
        return [Shown(stored, self._shelf) for stored in found] if found else []

    def named(self, concept: Concept[T], ref_id: str | None) -> T | None:
        """Another that it names, if it can be seen."""
        stored = None if ref_id is None else self._shelf.named(concept, int(ref_id))
        return None if stored is None else cast("T", stored.doc)

    def all_named(self, concept: Concept[T], *, archived: bool = True) -> list[T]:
        return [cast("T", stored.doc) for stored in self._those_named(concept, archived=archived)]

    def each_named(self, concept: Concept[T], *, archived: bool = True) -> list["Shown[T]"]:
        """Those of a concept that it names, in the order in which it names them."""
        return [Shown(stored, self._shelf) for stored in self._those_named(concept, archived=archived)]

    def _those(self, concept: Concept[Any], *, archived: bool) -> Sequence[Stored]:
        found = self._belonging.get(concept.kind, ())
        return found if archived or not found else [stored for stored in found if not self._shelf.entity(stored).archived]

    def _those_named(self, concept: Concept[Any], *, archived: bool) -> list[Stored]:
        named = (self._shelf.named(concept, int(ref_id)) for ref_id in self._shelf.names.get(self._stored.ref_id, ()))
        found = [stored for stored in named if stored is not None]
        return found if archived else [stored for stored in found if not self._shelf.entity(stored).archived]


_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


def decoded(stored: Stored) -> Any:  # noqa: ANN401 - an entity of its concept
    decoder = _decoders.get(stored.concept.kind)
    if decoder is None:
        decoder = _decoders[stored.concept.kind] = msgspec.json.Decoder(stored.concept.entity)
    return decoder.decode(stored.doc)


class Reading:
    """Finds and loads; both show the same, of several or of one."""

    def __init__(self, reader: EntityReader) -> None:
        self._reader = reader
        self.history = reader.history

    async def find(self, workspace_id: UUID, found: Found[S]) -> AsyncIterator[list[Shown[S]]]:
        """In the order of their ref_ids, in pieces, of which only the first may be empty."""
        after, skip, left = 0, found.offset, COUNT_MAX if found.limit is None else found.limit
        while True:
            # What only decoding can tell apart cannot be skipped before.
            limit, offset = (SHOWN_AT_ONCE_MAX, 0) if found.keep else (min(left, SHOWN_AT_ONCE_MAX), skip)
            selected, belonging = await self._reader.select(workspace_id, _selection(found, after, limit, offset))
            matching = [each for each in selected if found.keep is None or found.keep(decoded(each))]
            wanted = matching[skip - offset :][:left]
            skip, left = max(skip - offset - len(matching), 0), left - len(wanted)
            if wanted or after == 0:
                yield await self._shown(workspace_id, found, wanted, belonging)
            if left == 0 or len(selected) < limit:
                return
            after = selected[-1].ref_id

    async def load(self, workspace_id: UUID, concept: Concept[S], ref_id: int, seen: Seen, beside: Beside) -> Shown[S]:
        """Raises `EntityNotFound`."""
        async for shown in self.find(workspace_id, Found(concept=concept, seen=seen, ref_ids=[ref_id], beside=beside, limit=1)):
            if shown:
                return shown[0]
        raise concept.not_found()

    async def only(
        self, workspace_id: UUID, concept: Concept[S], seen: Seen = _NOW, beside: Beside = _NOTHING_BESIDE
    ) -> Shown[S]:
        """The one of a concept of which each workspace has one, from its first request on. Raises `EntityNotFound` before."""
        for shown in await anext(self.find(workspace_id, Found(concept=concept, seen=seen, beside=beside, limit=1))):
            return shown
        raise EntityNotFound("This workspace had none yet at that time.")

    async def _shown(
        self, workspace_id: UUID, found: Found[S], wanted: Sequence[Stored], belonging: Sequence[Stored]
    ) -> list[Shown[S]]:
        shelf, beside = Shelf(belonging), found.beside
        naming = [*belonging, *(wanted if beside.named else ())]
        if beside.deeper and belonging:
            owners = [each.ref_id for each in belonging]
            deeper = await self._reader.belonging(workspace_id, owners, beside.deeper, found.seen)
            shelf.put(deeper)
            naming += deeper
        shelf.names = {each.ref_id: each.concept.names(shelf.entity(each)) for each in naming if each.concept.names}
        ref_ids = {int(ref_id) for names in shelf.names.values() for ref_id in names}
        if beside.named:
            ref_ids |= {each.owner for each in wanted if each.owner is not None}
        if ref_ids:
            shelf.know(await self._reader.named(workspace_id, sorted(ref_ids), found.seen))
        return [Shown(each, shelf) for each in wanted]


def _selection(found: Found[Any], after: int, limit: int, offset: int) -> Selection:
    return Selection(
        concept=found.concept,
        seen=found.seen,
        ref_ids=found.ref_ids,
        owner=found.owner,
        beside=found.beside.belonging,
        after=after,
        limit=limit,
        offset=offset,
    )
