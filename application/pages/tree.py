"""What a command on a whole branch of the tree leads to. Ask under the workspace's lock: two harmless moves can make a cycle."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from application.event_store import Command, StreamChange
from application.pages.ports import PageStates, page_change, parent_id
from application.pages.slugs import free_slug
from domain.pages import decisions
from domain.pages.decisions import Changes
from domain.pages.errors import MoveMakesCycle
from domain.pages.state import Page


class Tree:
    """Reads states and answers what happens to which page, the one that was asked for first."""

    def __init__(self, states: PageStates) -> None:
        self._states = states

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

    async def moved(self, command: Command, page: Page, changes: Changes, parent: str | None) -> list[StreamChange]:
        """The page is changed and goes below `parent`; None is the root. Empty if it would stay as it is."""
        target = await parent_id(self._states, command.workspace_id, parent)
        below = await self._states.subtree(command.workspace_id, page.details.id)
        if any(target == each.details.id for each in below):
            raise MoveMakesCycle
        events = decisions.change(page, msgspec.structs.replace(changes, parent_id=target))
        return [page_change(command, page.details.id, page, events)] if events else []

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
