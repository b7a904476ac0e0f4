"""Carrying decisions on one page out: finding the page, deciding on its newest state, explaining refusals."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from application.event_store import Command, EventStore, StreamChange
from application.hot_streams import HotStreams
from application.pages.ports import Current, Outcome, PageStates
from domain.errors import VersionStale
from domain.events import Event
from domain.pages.errors import ContentStale, PageNotFound
from domain.pages.state import Page, evolve

# How many slugs are remembered with the page they lead to.
LOCATED_MAX = 100_000

Decide = Callable[[Page | None], Sequence[Event]]


class _Relocated(Exception):
    """The slug no longer leads where it led when it was remembered."""


class PageDecider:
    """One per process: it holds the hot pages."""

    def __init__(self, store: EventStore, states: PageStates) -> None:
        self._states = states
        self._hot: HotStreams[Page] = HotStreams(store, states.load, evolve, lambda page: page.content.size_bytes + 2048)
        self._located: dict[tuple[UUID, str], UUID] = {}

    async def decide(self, command: Command, reference: str, decide: Decide) -> Outcome:
        """The page after the decision, once durable."""
        # Written out, because this is every append's way, and a context manager of coroutines costs as much as the decision.
        try:
            return await self._find_and_decide(command, reference, decide)
        except (VersionStale, ContentStale) as error:
            await self._explain(command, error)
            raise

    @asynccontextmanager
    async def explained(self, command: Command) -> AsyncIterator[None]:
        """Adds to a refusal for staleness what a caller needs to go on: the page as it is now."""
        try:
            yield
        except (VersionStale, ContentStale) as error:
            await self._explain(command, error)
            raise

    async def parent_slug(self, workspace_id: UUID, page: Page) -> str | None:
        """The slug of the page's parent as it is now."""
        parent_id = page.details.parent_id
        if parent_id is None:
            return None
        parent = self._hot.peek(workspace_id, parent_id) or await self._states.load(workspace_id, parent_id)
        return parent.details.slug if parent is not None else None

    async def peek(self, workspace_id: UUID, reference: str) -> Page | None:
        """The page that a reference leads to: its newest state here, or else the durable one."""
        remembered = self._located.get((workspace_id, reference))
        hot = None if remembered is None else self._hot.peek(workspace_id, remembered)
        if hot is not None and hot.live and hot.details.slug == reference:
            return hot
        page_id = await self._states.find(workspace_id, reference)
        if page_id is None:
            return None
        return self._hot.peek(workspace_id, page_id) or await self._states.load(workspace_id, page_id)

    def remember(self, workspace_id: UUID, page: Page) -> None:
        """Keeps a page that just became durable."""
        self._hot.remember(workspace_id, page.details.id, page)

    def forget(self, workspace_id: UUID, changes: Sequence[StreamChange]) -> None:
        """Lets go of pages that were written around the hot streams."""
        for change in changes:
            self._hot.forget(workspace_id, change.stream_id)

    async def _explain(self, command: Command, error: VersionStale | ContentStale) -> None:
        page: Page = error.facts["current"]
        error.facts["current"] = Current(page, await self.parent_slug(command.workspace_id, page))

    async def _find_and_decide(self, command: Command, reference: str, decide: Decide) -> Outcome:
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

    async def _execute(self, command: Command, page_id: UUID, decide: Decide) -> Outcome:
        page, position = await self._hot.execute(command, page_id, decide)
        if page is None:
            raise PageNotFound
        return Outcome(page, position=position)
