"""Tools that change pages, by the use cases that everybody has and with everything that these check."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from application.event_store import Command
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.ports import Outcome
from application.tools.told import Told, Tool, without_keys
from application.tools.wishes import Append, CreatePage, FindAndReplace
from domain.events import ASSISTANT
from domain.ids import derived_id
from domain.pages.decisions import Draft
from domain.pages.find_replace import FindReplace
from domain.threads.events import Citation


class Asked(msgspec.Struct, frozen=True):
    """What the assistant was asked, and where: the thread, the message that is answered, and the request that asked for it."""

    workspace_id: UUID
    thread_id: UUID
    asked_id: UUID
    request: str | None = None


class Writing:
    """For one question. What it does is the assistant's, and leads back to the thread."""

    def __init__(self, asked: Asked, pages: Pages, contents: Contents, now: Callable[[], datetime]) -> None:
        self._asked = asked
        self._pages = pages
        self._contents = contents
        self._now = now

    def tools(self) -> list[Tool]:
        return [
            Tool("append", "Adds text at the end of a page.", Append, self.append, "write"),
            Tool(
                "find_replace",
                "Replaces text in a page. What does not match character by character is refused, and lines like it are shown.",
                FindAndReplace,
                self.find_replace,
                "write",
            ),
            Tool("create_page", "Makes a new page.", CreatePage, self.create_page, "write"),
        ]

    async def append(self, wish: Append, number: int) -> Told:
        return _told(await self._contents.append(self._command(number), wish.page, wish.text))

    async def find_replace(self, wish: FindAndReplace, number: int) -> Told:
        wanted = FindReplace(find=wish.find, replace=wish.replace, replace_all=wish.all)
        outcome = await self._contents.find_replace(self._command(number), wish.page, wanted)
        return _told(outcome, replacements=sum(outcome.replacements))

    async def create_page(self, wish: CreatePage, number: int) -> Told:
        draft = Draft(title=wish.title, content=wish.content)
        return _told(await self._pages.create(self._command(number), draft, slug=None, parent=wish.parent))

    def _command(self, number: int) -> Command:
        asked = self._asked
        return Command(
            workspace_id=asked.workspace_id,
            command_id=derived_id(f"assistant\n{asked.workspace_id}\n{asked.asked_id}\n{number}"),
            at=self._now(),
            actor=ASSISTANT,
            request=asked.request,
            cause=asked.thread_id,
        )


def _told(outcome: Outcome, **more: int) -> Told:
    page = outcome.page.details
    changed = without_keys(Citation(page.id, page.slug, page.title))
    return Told({"done": True, "page": changed.slug, "link": changed.link, **more})
