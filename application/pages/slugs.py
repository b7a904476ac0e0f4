"""Slugs that nobody has: found in the read model, and held here until the page that wants one is written."""

import asyncio
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from application.pages.ports import PageStates
from domain.pages.errors import SlugTaken
from domain.pages.slugs import SLUG_CHARACTERS_MAX, is_reserved, shortened


class SlugClaims:
    """What pages on their way claim, so that two of one process do not run into each other at the store."""

    def __init__(self, states: PageStates) -> None:
        self._states = states
        self._claimed: set[tuple[UUID, str]] = set()
        self._turns: WeakValueDictionary[tuple[UUID, str], asyncio.Lock] = WeakValueDictionary()

    def claim(self, workspace_id: UUID, slug: str) -> None:
        """Raises `SlugTaken` where another page on its way has it."""
        if (workspace_id, slug) in self._claimed:
            raise SlugTaken
        self._claimed.add((workspace_id, slug))

    async def claim_free(self, workspace_id: UUID, base: str) -> str:
        """One after the other for one base: all who look at once see the same slug free, and all but one would look again."""
        turn = self._turns.setdefault((workspace_id, base), asyncio.Lock())
        async with turn:
            avoid = [slug for owner, slug in self._claimed if owner == workspace_id]
            slug = await free_slug(self._states, workspace_id, base, avoid)
            self.claim(workspace_id, slug)
            return slug

    def release(self, workspace_id: UUID, slug: str) -> None:
        self._claimed.discard((workspace_id, slug))


async def free_slug(states: PageStates, workspace_id: UUID, base: str, avoid: Sequence[str]) -> str:
    """The base, or the base with the first number that makes it a slug nobody has and a page may have."""
    while True:
        slug = await states.free_slug(workspace_id, base, avoid)
        if len(slug) > SLUG_CHARACTERS_MAX:
            base = shortened(base)
        elif is_reserved(slug):
            # With a number behind it, too: 31 hexadecimal digits and `-2` read as an id.
            avoid = [*avoid, slug]
        else:
            return slug
