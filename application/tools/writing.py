"""Tools that change pages, by the use cases that everybody has and with everything that these check."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec

from application.event_store import Command
from application.idempotency import Idempotency
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.ports import Outcome
from application.tools.told import Told, Tool, without_keys
from application.tools.wishes import Append, CreatePage, FindAndReplace, Wish
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

    def __init__(
        self, asked: Asked, pages: Pages, contents: Contents, idempotency: Idempotency, now: Callable[[], datetime]
    ) -> None:
        self._asked = asked
        self._pages = pages
        self._contents = contents
        self._idempotency = idempotency
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
        command = self._command(wish, number)
        return await self._done(command, lambda: self._contents.append(command, wish.page, wish.text))

    async def find_replace(self, wish: FindAndReplace, number: int) -> Told:
        command = self._command(wish, number)
        wanted = FindReplace(find=wish.find, replace=wish.replace, replace_all=wish.all)
        return await self._done(command, lambda: self._contents.find_replace(command, wish.page, wanted), wanted)

    async def create_page(self, wish: CreatePage, number: int) -> Told:
        command, draft = self._command(wish, number), Draft(title=wish.title, content=wish.content)
        return await self._done(command, lambda: self._pages.create(command, draft, slug=None, parent=wish.parent))

    def _command(self, wish: Wish, number: int) -> Command:
        """The same for the same call of an answer: carried out twice, it is one."""
        asked = self._asked
        return Command(
            workspace_id=asked.workspace_id,
            command_id=derived_id(f"assistant\n{asked.workspace_id}\n{asked.asked_id}\n{number}"),
            at=self._now(),
            actor=ASSISTANT,
            request=asked.request,
            fingerprint=hashlib.sha256(msgspec.json.encode([type(wish).__name__, wish])).hexdigest()[:32],
            cause=asked.thread_id,
        )

    async def _done(self, command: Command, run: Callable[[], Awaitable[Outcome]], wanted: FindReplace | None = None) -> Told:
        outcome, _ = await self._idempotency.once(command, run, lambda known: self._pages.again(command, known, wanted))
        page = outcome.page.details
        changed = without_keys(Citation(page.id, page.slug, page.title))
        told = {"done": True, "page": changed.slug, "link": changed.link}
        return Told(told if wanted is None else told | {"replacements": sum(outcome.replacements)})
