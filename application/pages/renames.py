"""Another slug for a page, and every link that leads to it: decided and written as one, under the workspace's lock."""

from collections.abc import Sequence
from uuid import UUID

from application.event_store import Command, KnownCommand, StreamChange
from application.markdown import MarkdownReader
from application.page_links import Candidate, LinkFinder
from application.pages.ports import PageStates, load_by, page_change
from domain.pages.errors import LinksUnread, TooManyLinks
from domain.pages.links import redirect
from domain.pages.markdown import Link
from domain.pages.state import Page

PAGES_REWRITTEN_MAX = 1000
BYTES_REWRITTEN_MAX = 64 * 1024 * 1024
# Pages that nobody has looked at since they changed are looked at now, as long as it is no more than so many.
PAGES_UNREAD_MAX = 1000


class Renames:
    """Which links change where."""

    def __init__(self, states: PageStates, finder: LinkFinder, markdown: MarkdownReader) -> None:
        self._states = states
        self._finder = finder
        self._markdown = markdown

    async def rewritten(self, command: Command, changed: Sequence[StreamChange]) -> tuple[list[StreamChange], list[str]]:
        """What happens to the page, which comes first, and to others that make room for it; with the links that are rewritten in
        all of them and in further pages. And the slugs of the pages that hold these links.

        Raises `TooManyLinks` and `LinksUnread`.
        """
        renamed, *others = changed
        page_id, page = renamed.stream_id, renamed.after
        slugs = await self._redirected(command.workspace_id, page)
        own = redirect(page, await self._links(page), slugs)
        linking = [page_change(command, page_id, renamed.before, [*renamed.events, *own])]
        states = {change.stream_id: change.after for change in others}
        for candidate in await self._candidates(command.workspace_id, list(slugs)):
            other = states.get(candidate.page_id) or await self._states.load(command.workspace_id, candidate.page_id)
            if other is None or not other.live or candidate.page_id == page_id:
                continue
            events = redirect(other, await self._links(other), slugs)
            if events:
                linking.append(page_change(command, candidate.page_id, other, events))
        first, *rest = linking
        if len(rest) > PAGES_REWRITTEN_MAX:
            raise TooManyLinks
        return [first, *others, *rest], [change.after.details.slug for change in (linking if own else rest)]

    async def rewritten_by(self, command: Command, known: KnownCommand) -> list[str]:
        """The slugs of the pages that a rename rewrote, as they are now."""
        return await self._finder.rewritten(command.workspace_id, command.command_id, known.position)

    async def _redirected(self, workspace_id: UUID, page: Page) -> dict[str, str]:
        """By which slug links are to name a page from now on: all that ever led to it are replaced, and a link by its id stays.
        The new slug may once have been another page's; links that still lead there are not to end up here.
        """
        slug = page.details.slug
        slugs = {former: slug for former in await self._finder.slugs(workspace_id, page.details.id) if former != slug}
        former_owner = await load_by(self._states, workspace_id, slug)
        if former_owner is not None and former_owner.live and former_owner.details.id != page.details.id:
            slugs[slug] = former_owner.details.slug
        return slugs

    async def _links(self, page: Page) -> tuple[Link, ...]:
        found = await self._markdown.read(bytes(page.content), page.content.hash)
        return found.links

    async def _candidates(self, workspace_id: UUID, slugs: Sequence[str]) -> list[Candidate]:
        found = await self._finder.candidates(workspace_id, slugs, PAGES_REWRITTEN_MAX + PAGES_UNREAD_MAX + 1)
        if sum(not candidate.unread for candidate in found) > PAGES_REWRITTEN_MAX:
            raise TooManyLinks
        if sum(candidate.unread for candidate in found) > PAGES_UNREAD_MAX:
            raise LinksUnread
        if sum(candidate.content_bytes for candidate in found) > BYTES_REWRITTEN_MAX:
            raise TooManyLinks
        return found
