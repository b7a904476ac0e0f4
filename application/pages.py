"""What can be done with pages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
from msgspec import UNSET, UnsetType

from application.event_store import Append, Command, EventStore, KnownCommand, StreamChange, recorded
from application.hot_streams import HotStreams
from domain.errors import VersionStale
from domain.events import Event
from domain.pages import decisions
from domain.pages.decisions import UNGUARDED, Changes, Draft, Guard, check_guard, check_live
from domain.pages.errors import ContentStale, MoveMakesCycle, PageNotFound, ParentNotFound, SlugTaken
from domain.pages.events import PageEvent
from domain.pages.find_replace import FindReplace, find_replace
from domain.pages.slugs import SLUG_CHARACTERS_MAX, check_slug, is_reserved, shortened, slug_from
from domain.pages.state import Page, evolve, fold

# How often a slug made from a title may be snatched by somebody else before the caller hears of it.
SLUG_ATTEMPTS_MAX = 20
# How many slugs are remembered with the page they lead to.
LOCATED_MAX = 100_000


class PageStates(Protocol):
    """What the read model tells a use case."""

    async def load(self, workspace_id: UUID, page_id: UUID) -> Page | None: ...

    async def find(self, workspace_id: UUID, reference: str) -> UUID | None:
        """The page with this id, or that has or last had this slug; also one in the trash."""
        ...

    async def free_slug(self, workspace_id: UUID, base: str, avoid: Sequence[str]) -> str: ...

    async def subtree(self, workspace_id: UUID, page_id: UUID) -> list[Page]:
        """The page and all below it, parents first, those in the trash included."""
        ...


class Outcome(msgspec.Struct, frozen=True):
    """The page after a command."""

    page: Page
    replacements: int = 0


class Current(msgspec.Struct, frozen=True):
    """What a refusal for staleness shows: the page as it is now."""

    page: Page
    parent_slug: str | None


class _Relocated(Exception):
    """The slug no longer leads where it led when it was remembered."""


class Pages:
    """The use cases. Each takes who, where and when as a `Command`, and answers the page once the change is durable."""

    def __init__(self, store: EventStore, states: PageStates, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._states = states
        self._new_id = new_id
        self._hot: HotStreams[Page] = HotStreams(store, states.load, evolve, lambda page: page.content.size_bytes + 2048)
        self._located: dict[tuple[UUID, str], UUID] = {}
        self._claimed: set[tuple[UUID, str]] = set()
        self._turns: WeakValueDictionary[tuple[UUID, str], asyncio.Lock] = WeakValueDictionary()

    async def create(self, command: Command, draft: Draft, *, slug: str | None, parent: str | None) -> Outcome:
        parent_id = await self._parent_id(command.workspace_id, parent)
        if slug is not None:
            self._claim(command.workspace_id, check_slug(slug))
            return await self._create_as(command, draft, slug, parent_id)
        decisions.create(draft, slug="checked-first", parent_id=parent_id)
        for _ in range(SLUG_ATTEMPTS_MAX):
            try:
                claimed = await self._claim_free(command.workspace_id, slug_from(draft.title))
                return await self._create_as(command, draft, claimed, parent_id)
            except SlugTaken:
                continue
        raise SlugTaken

    async def change(
        self,
        command: Command,
        reference: str,
        changes: Changes,
        *,
        parent: str | UnsetType | None = UNSET,
        guard: Guard = UNGUARDED,
    ) -> Outcome:
        """`parent` moves the page; None moves it to the root."""
        if changes.slug is not UNSET:
            check_slug(changes.slug)
        if parent is not UNSET:
            return await self._move(command, reference, changes, parent, guard)
        return await self._decide(command, reference, lambda page: decisions.change(check_live(page, guard), changes))

    async def append(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decide(command, reference, lambda page: decisions.append_content(check_live(page, guard), text))

    async def replace(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decide(command, reference, lambda page: decisions.replace_content(check_live(page, guard), text))

    async def find_replace(self, command: Command, reference: str, wanted: FindReplace, guard: Guard = UNGUARDED) -> Outcome:
        replaced = 0

        def decide(page: Page | None) -> Sequence[Event]:
            nonlocal replaced
            events, replaced = find_replace(check_live(page, guard), wanted)
            return events

        outcome = await self._decide(command, reference, decide)
        return Outcome(outcome.page, replaced)

    async def archive(self, command: Command, reference: str, guard: Guard = UNGUARDED) -> Outcome:
        """The page and all live pages below it, as one."""
        async with self._explained(command), self._store.exclusive(command.workspace_id) as session:
            root = check_live(await self._load(command.workspace_id, reference), guard)
            below = await self._states.subtree(command.workspace_id, root.details.id)
            decided = [(page, decisions.archive(page, root.details.id)) for page in below]
            changes = [_change(command, page.details.id, page, events) for page, events in decided if events]
            await session.append(Append(command, changes))
        self._forget(command.workspace_id, changes)
        return Outcome(changes[0].after)

    async def restore(self, command: Command, reference: str, guard: Guard = UNGUARDED) -> Outcome:
        """The page and those below it that went to the trash with it."""
        async with self._explained(command), self._store.exclusive(command.workspace_id) as session:
            root = await self._load(command.workspace_id, reference)
            if root is None:
                raise PageNotFound
            check_guard(root, guard)
            below = await self._states.subtree(command.workspace_id, root.details.id)
            together = [page for page in below if page.details.archived_root == root.details.archived_root]
            changes = await self._restored(command, together)
            await session.append(Append(command, changes))
        self._forget(command.workspace_id, changes)
        return Outcome(changes[0].after)

    async def as_of(self, workspace_id: UUID, page_id: UUID, version: int) -> Page:
        """The page as it was at one of its versions."""
        page = fold(None, await self._store.stream(workspace_id, page_id, version), page_id)
        if page is None:
            raise PageNotFound
        return page

    async def again(self, command: Command, known: KnownCommand, wanted: FindReplace | None = None) -> Outcome:
        """What the command answered when it was carried out: the page as it was then."""
        page = await self.as_of(command.workspace_id, known.stream_id, known.version)
        if wanted is None:
            return Outcome(page)
        before = await self.as_of(command.workspace_id, known.stream_id, known.version - 1)
        return Outcome(page, find_replace(before, wanted)[1])

    async def parent_slug(self, workspace_id: UUID, page: Page) -> str | None:
        """The slug of the page's parent as it is now."""
        parent_id = page.details.parent_id
        if parent_id is None:
            return None
        parent = self._hot.peek(workspace_id, parent_id) or await self._states.load(workspace_id, parent_id)
        return parent.details.slug if parent is not None else None

    async def _create_as(self, command: Command, draft: Draft, slug: str, parent_id: UUID | None) -> Outcome:
        """The slug is claimed; the claim ends here, when the store has had the last word on it."""
        try:
            page_id = self._new_id()
            events = decisions.create(draft, slug=slug, parent_id=parent_id)
            change = _change(command, page_id, None, events)
            await asyncio.shield(self._store.append(Append(command, [change])))
        finally:
            self._claimed.discard((command.workspace_id, slug))
        self._hot.remember(command.workspace_id, page_id, change.after)
        return Outcome(change.after)

    def _claim(self, workspace_id: UUID, slug: str) -> None:
        if (workspace_id, slug) in self._claimed:
            raise SlugTaken
        self._claimed.add((workspace_id, slug))

    async def _claim_free(self, workspace_id: UUID, base: str) -> str:
        """One after the other for one base: all who look at once see the same slug free, and all but one would look again."""
        turn = self._turns.setdefault((workspace_id, base), asyncio.Lock())
        async with turn:
            slug = await self._free_slug(workspace_id, base, [slug for owner, slug in self._claimed if owner == workspace_id])
            self._claim(workspace_id, slug)
            return slug

    async def _free_slug(self, workspace_id: UUID, base: str, avoid: Sequence[str]) -> str:
        """The base, or the base with the first number that makes it a slug nobody has and a page may have."""
        while True:
            slug = await self._states.free_slug(workspace_id, base, avoid)
            if len(slug) > SLUG_CHARACTERS_MAX:
                base = shortened(base)
            elif is_reserved(slug):
                # With a number behind it, too: 31 hexadecimal digits and `-2` read as an id.
                avoid = [*avoid, slug]
            else:
                return slug

    async def _move(self, command: Command, reference: str, changes: Changes, parent: str | None, guard: Guard) -> Outcome:
        """Under the workspace's lock, because a cycle can also be made by two moves that are each harmless."""
        async with self._explained(command), self._store.exclusive(command.workspace_id) as session:
            page = check_live(await self._load(command.workspace_id, reference), guard)
            parent_id = await self._parent_id(command.workspace_id, parent)
            below = await self._states.subtree(command.workspace_id, page.details.id)
            if any(parent_id == each.details.id for each in below):
                raise MoveMakesCycle
            events = decisions.change(page, msgspec.structs.replace(changes, parent_id=parent_id))
            if not events:
                return Outcome(page)
            change = _change(command, page.details.id, page, events)
            await session.append(Append(command, [change]))
        self._forget(command.workspace_id, [change])
        return Outcome(change.after)

    async def _restored(self, command: Command, pages: Sequence[Page]) -> list[StreamChange]:
        """Each page gets its slug back unless another took it; the first goes to the root if its parent is gone."""
        changes: list[StreamChange] = []
        given: list[str] = []
        for page in pages:
            slug = page.details.slug
            if slug in given or await self._states.find(command.workspace_id, slug) != page.details.id:
                # Never the old one, be its taker in the trash: without a change of slug nothing would say whose it is now.
                slug = await self._free_slug(command.workspace_id, slug, [*given, slug])
            given.append(slug)
            parent_id = page.details.parent_id if changes else await self._live_parent(command.workspace_id, page)
            events = decisions.restore(page, slug=slug, parent_id=parent_id)
            changes.append(_change(command, page.details.id, page, events))
        return changes

    async def _live_parent(self, workspace_id: UUID, page: Page) -> UUID | None:
        if page.details.parent_id is None:
            return None
        parent = await self._states.load(workspace_id, page.details.parent_id)
        return page.details.parent_id if parent is not None and parent.live else None

    @asynccontextmanager
    async def _explained(self, command: Command) -> AsyncIterator[None]:
        """Adds to a refusal for staleness what a caller needs to go on: the page as it is now."""
        try:
            yield
        except (VersionStale, ContentStale) as error:
            await self._explain(command, error)
            raise

    async def _explain(self, command: Command, error: VersionStale | ContentStale) -> None:
        page: Page = error.facts["current"]
        error.facts["current"] = Current(page, await self.parent_slug(command.workspace_id, page))

    async def _decide(self, command: Command, reference: str, decide: Callable[[Page | None], Sequence[Event]]) -> Outcome:
        # Written out, because this is every append's way, and a context manager of coroutines costs as much as the decision.
        try:
            return await self._find_and_decide(command, reference, decide)
        except (VersionStale, ContentStale) as error:
            await self._explain(command, error)
            raise

    async def _find_and_decide(
        self, command: Command, reference: str, decide: Callable[[Page | None], Sequence[Event]]
    ) -> Outcome:
        """Finds the page and carries the decision out. A remembered slug is believed only while the page still has it."""
        workspace_id = command.workspace_id
        remembered = self._located.get((workspace_id, reference))
        if remembered is not None:

            def decide_if_still_there(page: Page | None) -> Sequence[Event]:
                if page is None or page.details.slug != reference or not page.live:
                    raise _Relocated
                return decide(page)

            try:
                return await self._execute(command, remembered, decide_if_still_there)
            except _Relocated:
                # Others who met the same may have been quicker.
                self._located.pop((workspace_id, reference), None)
        page_id = await self._states.find(workspace_id, reference)
        if page_id is None:
            raise PageNotFound
        outcome = await self._execute(command, page_id, decide)
        if len(self._located) >= LOCATED_MAX:
            self._located.clear()
        if outcome.page.details.slug == reference:
            self._located[workspace_id, reference] = page_id
        return outcome

    async def _execute(self, command: Command, page_id: UUID, decide: Callable[[Page | None], Sequence[Event]]) -> Outcome:
        page = await self._hot.execute(command, page_id, decide)
        if page is None:
            raise PageNotFound
        return Outcome(page)

    async def _load(self, workspace_id: UUID, reference: str) -> Page | None:
        page_id = await self._states.find(workspace_id, reference)
        return None if page_id is None else await self._states.load(workspace_id, page_id)

    async def _parent_id(self, workspace_id: UUID, reference: str | None) -> UUID | None:
        if reference is None:
            return None
        parent = await self._load(workspace_id, reference)
        if parent is None or not parent.live:
            raise ParentNotFound
        return parent.details.id

    def _forget(self, workspace_id: UUID, changes: Sequence[StreamChange]) -> None:
        for change in changes:
            self._hot.forget(workspace_id, change.stream_id)


def _change(command: Command, page_id: UUID, before: Page | None, events: Sequence[PageEvent]) -> StreamChange:
    version = before.version if before else 0
    after = fold(before, recorded(events, command, version), page_id)
    return StreamChange(page_id, version, events, before, after)
