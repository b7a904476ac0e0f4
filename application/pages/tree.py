"""What a command on a whole branch of the tree leads to. Ask under the workspace's lock: two harmless moves can make a cycle."""

import contextlib
from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.event_store import Command, StreamChange
from application.pages.ports import LAST, PageStates, Place, live_parent, load_by, page_change
from application.pages.rows import RowRules
from application.pages.slugs import free_slug
from domain.pages import decisions
from domain.pages.decisions import Changes, check_live
from domain.pages.errors import MoveMakesCycle, NotASibling
from domain.pages.ordering import AFTER_ALL, BEFORE_ALL, NoRoom, Sibling, fits, places, widening
from domain.pages.state import Page


class Tree:
    """Reads states and answers what happens to which page, the one that was asked for first."""

    def __init__(self, states: PageStates) -> None:
        self._states = states
        self._rows = RowRules(states)

    async def archived(self, command: Command, root: Page) -> list[StreamChange]:
        """The page and all live pages below it go to the trash, as one."""
        below = await self._states.subtree(command.workspace_id, root.details.id)
        decided = [(page, decisions.archive(page, root.details.id)) for page in below]
        return [page_change(command, page.details.id, page, events) for page, events in decided if events]

    async def restored(self, command: Command, root: Page) -> list[StreamChange]:
        """The page and those below it that went to the trash with it. Each gets its slug back unless another took it; the
        first goes to the root if its parent is gone.
        """
        below = await self._states.subtree(command.workspace_id, root.details.id)
        changes: list[StreamChange] = []
        given: list[str] = []
        for page in (page for page in below if page.details.archived_root == root.details.archived_root):
            slug = await self._slug_back(command.workspace_id, page, given)
            given.append(slug)
            parent = page.details.parent_id if changes else await self._live_parent(command.workspace_id, page)
            events = decisions.restore(page, slug=slug, parent_id=parent)
            changes.append(page_change(command, page.details.id, page, events))
        return changes

    async def moved(
        self, command: Command, page: Page, changes: Changes, parent: str | UnsetType | None, place: Place | None = None
    ) -> list[StreamChange]:
        """The page is changed and goes below `parent` (None is the root, UNSET where it is) to its `place` there, which is the
        end for one that comes from elsewhere. Neighbours may have to make room. Empty if all would stay as it is.
        """
        workspace_id, here = command.workspace_id, page.details.parent_id
        above = None if parent is UNSET else await live_parent(self._states, workspace_id, parent)
        target = here if parent is UNSET else above.details.id if above else None
        if target is not None and target != here:
            below = await self._states.subtree(workspace_id, page.details.id)
            if any(target == each.details.id for each in below):
                raise MoveMakesCycle
        if target != here:
            place = place or LAST
            properties = page.details.properties | (changes.properties or {})
            await self._rows.check(workspace_id, above.details.schema if above else None, properties)
        elif changes.properties:
            await self._rows.check(workspace_id, await self._rows.schema(workspace_id, here), changes.properties)
        places = {} if place is None else await self._places(workspace_id, page, target, place)
        rank = places.pop(page.details.id, UNSET)
        events = decisions.change(page, msgspec.structs.replace(changes, parent_id=target, rank=rank))
        moved = [page_change(command, page.details.id, page, events)] if events else []
        return moved + [await self._given_way(command, page_id, rank) for page_id, rank in places.items()]

    async def _places(self, workspace_id: UUID, page: Page, parent: UUID | None, place: Place) -> dict[UUID, str]:
        """The new place of the page, and of neighbours that have to make room; none if it stands there already."""
        itself = Sibling(page.details.place, page.details.id)
        beside = await self._beside(workspace_id, page, parent, place)
        for moved in widening():
            left, right = [
                [
                    each
                    for each in await self._states.siblings(workspace_id, parent, beside, before=before, limit=moved + 2)
                    if each.page_id != itself.page_id
                ]
                for before in (True, False)
            ]
            if place.after is not None:
                left = [beside, *left]
            elif place.before is not None:
                right = [beside, *right]
            if fits(itself, left, right):
                return {}
            with contextlib.suppress(NoRoom):
                return places(page.details.id, left, right, moved)
        raise AssertionError("unreachable: at last all siblings are moved")

    async def _beside(self, workspace_id: UUID, page: Page, parent: UUID | None, place: Place) -> Sibling:
        """What the page goes beside: a sibling, or an end of the list."""
        reference = place.before or place.after
        if reference is None:
            return BEFORE_ALL if place.position == "first" else AFTER_ALL
        sibling = await load_by(self._states, workspace_id, reference)
        if sibling is None or not sibling.live or sibling.details.parent_id != parent or sibling.details.id == page.details.id:
            raise NotASibling
        return Sibling(sibling.details.place, sibling.details.id)

    async def _given_way(self, command: Command, page_id: UUID, rank: str) -> StreamChange:
        sibling = check_live(await self._states.load(command.workspace_id, page_id))
        return page_change(command, page_id, sibling, decisions.change(sibling, Changes(rank=rank)))

    async def _slug_back(self, workspace_id: UUID, page: Page, given: Sequence[str]) -> str:
        slug = page.details.slug
        if slug not in given and await self._states.find(workspace_id, slug) == page.details.id:
            return slug
        # Never the old one, be its taker in the trash: without a change of slug nothing would say whose it is now.
        return await free_slug(self._states, workspace_id, slug, [*given, slug])

    async def _live_parent(self, workspace_id: UUID, page: Page) -> UUID | None:
        if page.details.parent_id is None:
            return None
        parent = await self._states.load(workspace_id, page.details.parent_id)
        return page.details.parent_id if parent is not None and parent.live else None
