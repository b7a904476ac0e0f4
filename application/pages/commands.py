"""What can be done with pages as a whole: make them, change what they are, move them, put them in the trash and back."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.event_store import Append, Command, EventStore, KnownCommand
from application.page_past import PastPages, Then
from application.pages.decider import PageDecider
from application.pages.ports import Outcome, PageStates, Place, live_parent, load_by, page_change
from application.pages.renames import Renames
from application.pages.rows import RowRules
from application.pages.slugs import SlugClaims
from application.pages.tree import Tree
from domain.pages import decisions
from domain.pages.databases import set_schema
from domain.pages.decisions import UNGUARDED, Changes, Draft, Guard, check_guard, check_live
from domain.pages.errors import PageNotFound, SlugTaken
from domain.pages.events import Schema
from domain.pages.find_replace import FindReplace, find_replace
from domain.pages.slugs import check_slug, slug_from
from domain.pages.state import Page

# How often a slug made from a title may be snatched by somebody else before the caller hears of it.
SLUG_ATTEMPTS_MAX = 20


class Pages:
    """The use cases. Each takes who, where and when as a `Command`, and answers the page once the change is durable."""

    def __init__(
        self,
        store: EventStore,
        states: PageStates,
        past: PastPages,
        decider: PageDecider,
        renames: Renames,
        new_id: Callable[[], UUID],
    ) -> None:
        self._store = store
        self._states = states
        self._past = past
        self._decider = decider
        self._renames = renames
        self._new_id = new_id
        self._claims = SlugClaims(states)
        self._tree = Tree(states)
        self._rows = RowRules(states)

    async def create(self, command: Command, draft: Draft, *, slug: str | None, parent: str | None) -> Outcome:
        above = await live_parent(self._states, command.workspace_id, parent)
        parent_page_id = above.details.id if above else None
        await self._rows.check(command.workspace_id, above.details.schema if above else None, draft.properties)
        if slug is not None:
            self._claims.claim(command.workspace_id, check_slug(slug))
            return await self._create_as(command, draft, slug, parent_page_id)
        decisions.create(draft, slug="checked-first", parent_id=parent_page_id)
        for _ in range(SLUG_ATTEMPTS_MAX):
            try:
                claimed = await self._claims.claim_free(command.workspace_id, slug_from(draft.title))
                return await self._create_as(command, draft, claimed, parent_page_id)
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
        place: Place | None = None,
        guard: Guard = UNGUARDED,
    ) -> Outcome:
        """`parent` moves the page; None moves it to the root. `place` is where it goes among the siblings there."""
        if changes.slug is not UNSET:
            check_slug(changes.slug)
        if parent is not UNSET or place is not None:
            return await self._move(command, reference, changes, parent, place, guard)
        if changes.properties:
            properties = changes.properties
            return await self._rows.decide(
                self._decider,
                command,
                reference,
                lambda _: properties,
                lambda page: decisions.change(check_live(page, guard), changes),
            )
        return await self._decider.decide(command, reference, lambda page: decisions.change(check_live(page, guard), changes))

    async def set_schema(self, command: Command, reference: str, schema: Schema | None, guard: Guard = UNGUARDED) -> Outcome:
        """What the rows of a database may hold; None is anything."""
        return await self._decider.decide(command, reference, lambda page: set_schema(check_live(page, guard), schema))

    async def rename(
        self,
        command: Command,
        reference: str,
        changes: Changes,
        *,
        parent: str | UnsetType | None = UNSET,
        place: Place | None = None,
        guard: Guard = UNGUARDED,
    ) -> Outcome:
        """As `change`, and every link that leads to the page by a slug names the new one, as one."""
        if changes.slug is not UNSET:
            check_slug(changes.slug)
        workspace_id = command.workspace_id
        async with self._decider.explained(command), self._store.exclusive(workspace_id) as session:
            page = check_live(await load_by(self._states, workspace_id, reference), guard)
            changed = await self._tree.moved(command, page, changes, parent, place)
            if not changed:
                return Outcome(page)
            rewritten: list[str] = []
            if changed[0].after.details.slug != page.details.slug:
                command = _with_message(command, page, changed[0].after)
                changed, rewritten = await self._renames.rewritten(command, changed)
            position = await session.append(Append(command, changed))
        self._decider.forget(workspace_id, changed)
        return Outcome(changed[0].after, position=position, rewritten=tuple(rewritten))

    async def renamed_again(self, command: Command, known: KnownCommand) -> Outcome:
        """What a rename answered when it was carried out."""
        rewritten = await self._renames.rewritten_by(command, known)
        page = await self.as_of(command.workspace_id, known.stream_id, known.version)
        return Outcome(page, position=known.position, rewritten=tuple(rewritten))

    async def archive(self, command: Command, reference: str, guard: Guard = UNGUARDED) -> Outcome:
        """The page and all live pages below it, as one."""
        async with self._decider.explained(command), self._store.exclusive(command.workspace_id) as session:
            root = check_live(await load_by(self._states, command.workspace_id, reference), guard)
            changes = await self._tree.archived(command, root)
            position = await session.append(Append(command, changes))
        self._decider.forget(command.workspace_id, changes)
        return Outcome(changes[0].after, position=position)

    async def restore(self, command: Command, reference: str, guard: Guard = UNGUARDED) -> Outcome:
        """The page and those below it that went to the trash with it."""
        async with self._decider.explained(command), self._store.exclusive(command.workspace_id) as session:
            root = await load_by(self._states, command.workspace_id, reference)
            if root is None:
                raise PageNotFound
            check_guard(root, guard)
            changes = await self._tree.restored(command, root)
            position = await session.append(Append(command, changes))
        self._decider.forget(command.workspace_id, changes)
        return Outcome(changes[0].after, position=position)

    async def parent_slug(self, workspace_id: UUID, page: Page) -> str | None:
        """The slug of the page's parent as it is now."""
        return await self._decider.parent_slug(workspace_id, page)

    async def as_of(self, workspace_id: UUID, page_id: UUID, version: int) -> Page:
        """The page as it was at one of its versions."""
        return (await self._past.page(workspace_id, str(page_id), Then(version))).page

    async def again(
        self, command: Command, known: KnownCommand, wanted: FindReplace | Sequence[FindReplace] | None = None
    ) -> Outcome:
        """What the command answered when it was carried out: the page as it was then."""
        page = await self.as_of(command.workspace_id, known.stream_id, known.version)
        if wanted is None:
            return Outcome(page, position=known.position)
        before = await self.as_of(command.workspace_id, known.stream_id, known.version - 1)
        return Outcome(page, find_replace(before, wanted)[1], known.position)

    async def _create_as(self, command: Command, draft: Draft, slug: str, parent_page_id: UUID | None) -> Outcome:
        """The slug is claimed; the claim ends here, when the store has had the last word on it."""
        try:
            page_id = self._new_id()
            events = decisions.create(draft, slug=slug, parent_id=parent_page_id)
            change = page_change(command, page_id, None, events)
            position = await asyncio.shield(self._store.append(Append(command, [change])))
        finally:
            self._claims.release(command.workspace_id, slug)
        self._decider.remember(command.workspace_id, change.after)
        return Outcome(change.after, position=position)

    async def _move(
        self,
        command: Command,
        reference: str,
        changes: Changes,
        parent: str | UnsetType | None,
        place: Place | None,
        guard: Guard,
    ) -> Outcome:
        async with self._decider.explained(command), self._store.exclusive(command.workspace_id) as session:
            page = check_live(await load_by(self._states, command.workspace_id, reference), guard)
            moved = await self._tree.moved(command, page, changes, parent, place)
            if not moved:
                return Outcome(page)
            position = await session.append(Append(command, moved))
        self._decider.forget(command.workspace_id, moved)
        return Outcome(moved[0].after, position=position)


def _with_message(command: Command, before: Page, after: Page) -> Command:
    """In the history of the pages that link to it, the rename is what explains the edit."""
    if command.message is not None:
        return command
    return msgspec.structs.replace(command, message=f"The page {before.details.slug} is now {after.details.slug}.")
