"""A workspace as a batch sees it: the pages of the database, and on top of them what the batch has changed so far."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from application.event_store import (
    StreamChange,
)
from application.pages.ports import BatchTooLarge, ManyPages, SlugOwner
from domain.pages.errors import SlugTaken
from domain.pages.events import slug_claims
from domain.pages.ordering import Sibling
from domain.pages.slugs import SLUG_CHARACTERS_MAX, as_id
from domain.pages.state import Page

# The text of the pages that a batch works on, and of its own events: what one batch may keep in memory.
BATCH_BYTES_MAX = 64 * 1024 * 1024
# How many numbers behind a slug are looked up at once.
NUMBERS_AT_ONCE = 64
SIBLINGS_AT_ONCE = 64
# In place of a parent for pages that the database does not have.
NOWHERE = UUID(int=0)


class Workbench:
    """The states of pages, for one workspace. Whatever was read once is not read again."""

    def __init__(self, reader: ManyPages, workspace_id: UUID, bytes_max: int = BATCH_BYTES_MAX) -> None:
        self._reader = reader
        self._workspace_id = workspace_id
        self._room_bytes = bytes_max
        self._pages: dict[UUID, Page | None] = {}
        self._children: dict[UUID, set[UUID]] = {}
        # Pages below which every page is known.
        self._whole: set[UUID] = set()
        self._owners: dict[str, SlugOwner | None] = {}
        # Below which parent the database has the pages that were changed here.
        self._changed: dict[UUID, UUID | None] = {}
        self._siblings: dict[tuple[UUID | None, Sibling, bool], tuple[int, list[Sibling]]] = {}

    async def read_ahead(self, references: Iterable[str], slugs: Iterable[str], branches: Iterable[str]) -> None:
        """What will be needed, in a few statements: pages with their parents, whole branches, and who has which slugs."""
        branches = list(branches)
        references = [*references, *branches]
        await self._learn_owners([*references, *slugs])
        await self._read_branches(await self._ids(branches))
        await self._read(await self._ids(references))
        await self._read([page.details.parent_id for page in self._pages.values() if page and page.details.parent_id])

    async def load(self, _workspace_id: UUID, page_id: UUID) -> Page | None:
        await self._read([page_id])
        return self._pages[page_id]

    def known(self, page_id: UUID) -> Page | None:
        """A page that was read or made before."""
        return self._pages.get(page_id)

    async def find(self, _workspace_id: UUID, reference: str) -> UUID | None:
        page_id = as_id(reference)
        if page_id is not None:
            return page_id
        owner = await self._owner(reference)
        return owner.page_id if owner else None

    async def free_slug(self, _workspace_id: UUID, base: str, avoid: Sequence[str]) -> str:
        """The same that the database would find: it doubles its step until a number is free, then halves back."""
        if not await self._is_known(base, avoid):
            return base
        taken, free = 1, 2
        while await self._is_numbered(base, free, avoid):
            taken, free = free, free * 2
        while free - taken > 1:
            middle = (free + taken) // 2
            if await self._is_numbered(base, middle, avoid):
                taken = middle
            else:
                free = middle
        return f"{base}-{free}"

    async def siblings(
        self, _workspace_id: UUID, parent_id: UUID | None, beside: Sibling, *, before: bool, limit: int
    ) -> list[Sibling]:
        moved = sum(parent == parent_id for parent in self._changed.values())
        stored = await self._stored_siblings(parent_id, beside, before=before, limit=limit + moved)
        here = [Sibling(page.details.place, page_id) for page_id in self._changed if (page := self._below(page_id, parent_id))]
        found = [each for each in stored if each.page_id not in self._changed]
        found += [each for each in here if (each < beside if before else each > beside)]
        return sorted(found, reverse=before)[:limit]

    async def _stored_siblings(self, parent_id: UUID | None, beside: Sibling, *, before: bool, limit: int) -> list[Sibling]:
        """More than are asked for now, because the next action often asks for more."""
        fetched, found = self._siblings.get((parent_id, beside, before), (0, []))
        if fetched < limit and len(found) == fetched:
            fetched = max(SIBLINGS_AT_ONCE, 2 * limit)
            found = await self._reader.siblings(self._workspace_id, parent_id, beside, before=before, limit=fetched)
            self._siblings[parent_id, beside, before] = fetched, found
        return found

    def _below(self, page_id: UUID, parent_id: UUID | None) -> Page | None:
        page = self._pages[page_id]
        return page if page is not None and page.live and page.details.parent_id == parent_id else None

    async def subtree(self, _workspace_id: UUID, page_id: UUID) -> list[Page]:
        found: list[Page] = []
        level, seen = [page_id], {page_id}
        while level:
            await self._read_branches(level)
            found += [page for each in level if (page := self._pages.get(each)) is not None]
            below = {child for each in level for child in self._children.get(each, ())} - seen
            seen |= below
            level = sorted(below)
        return found

    async def put(self, changes: Sequence[StreamChange]) -> None:
        """What happened, all of it or nothing. Raises `SlugTaken`, as the store would, and `BatchTooLarge`."""
        after: dict[UUID, Page] = {change.stream_id: change.after for change in changes}
        claims = [(slug, change.stream_id) for change in changes for slug in slug_claims(change.events)]
        await self._learn_owners([slug for slug, _ in claims])
        for slug, page_id in claims:
            owner = self._owners[slug]
            if owner is not None and owner.page_id != page_id and self._holds(owner, after):
                raise SlugTaken
        self._take_room(sum(len(msgspec.json.encode(event)) for change in changes for event in change.events))
        for change in changes:
            self._changed.setdefault(change.stream_id, change.before.details.parent_id if change.before else NOWHERE)
            self._keep(change.after)
            if change.before is None:
                self._whole.add(change.stream_id)
        for slug, page_id in claims:
            self._owners[slug] = SlugOwner(slug, page_id, live=True, present=slug)

    def _holds(self, owner: SlugOwner, after: dict[UUID, Page]) -> bool:
        page = after.get(owner.page_id) or self._pages.get(owner.page_id)
        return owner.live and owner.present == owner.slug if page is None else page.live and page.details.slug == owner.slug

    async def _is_known(self, slug: str, avoid: Sequence[str]) -> bool:
        """Whether a slug is not to be given away unasked: a live page has it, or last had it."""
        owner = await self._owner(slug)
        if slug in avoid or owner is None:
            return slug in avoid
        page = self._pages.get(owner.page_id)
        return owner.live if page is None else page.live

    async def _is_numbered(self, base: str, number: int, avoid: Sequence[str]) -> bool:
        if f"{base}-{number}" not in self._owners:
            await self._learn_owners([f"{base}-{each}" for each in range(number, number + NUMBERS_AT_ONCE)])
        return await self._is_known(f"{base}-{number}", avoid)

    async def _owner(self, slug: str) -> SlugOwner | None:
        await self._learn_owners([slug])
        return self._owners[slug]

    async def _learn_owners(self, references: Sequence[str]) -> None:
        unknown = {each for each in references if each not in self._owners}
        if not unknown:
            return
        self._owners |= dict.fromkeys(unknown)
        # What no slug can be, the database need not be asked for; of some of it, such as NUL, it cannot be asked.
        asked = [each for each in unknown if len(each) <= SLUG_CHARACTERS_MAX and each.isprintable()]
        if asked:
            owners = await self._reader.slug_owners(self._workspace_id, asked)
            self._owners |= {owner.slug: owner for owner in owners}

    async def _ids(self, references: Sequence[str]) -> list[UUID]:
        found = [await self.find(self._workspace_id, reference) for reference in references]
        return [page_id for page_id in found if page_id is not None]

    async def _read(self, page_ids: Iterable[UUID]) -> None:
        unknown = {each for each in page_ids if each not in self._pages}
        if unknown:
            pages = await self._reader.load_all(self._workspace_id, list(unknown), self._room_bytes)
            self._know(pages)
            for page_id in unknown:
                self._pages.setdefault(page_id, None)

    async def _read_branches(self, page_ids: Iterable[UUID]) -> None:
        unknown = set(page_ids) - self._whole
        if unknown:
            pages = await self._reader.branches(self._workspace_id, list(unknown), self._room_bytes)
            self._know(pages)
            self._whole |= unknown | {page.details.id for page in pages}

    def _know(self, pages: Sequence[Page]) -> None:
        """Pages from the database, save those that are known already, which may have been changed since."""
        for page in pages:
            if self._pages.get(page.details.id) is None:
                self._take_room(page.content.size_bytes)
                self._keep(page)

    def _keep(self, page: Page) -> None:
        page_id, parent_id = page.details.id, page.details.parent_id
        before = self._pages.get(page_id)
        if before is not None and before.details.parent_id is not None:
            self._children[before.details.parent_id].discard(page_id)
        if parent_id is not None:
            self._children.setdefault(parent_id, set()).add(page_id)
        self._pages[page_id] = page

    def check_room(self) -> None:
        """Raises `BatchTooLarge` from where the room did not suffice: what comes after would only be worked out in vain."""
        if self._room_bytes < 0:
            raise BatchTooLarge

    def _take_room(self, size_bytes: int) -> None:
        self._room_bytes -= size_bytes
        self.check_room()
