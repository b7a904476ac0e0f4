"""What can be done with a page's text."""

import hashlib
from collections.abc import Sequence

import msgspec

from application.event_store import Command
from application.markdown import MarkdownReader, ReadingTakesLong
from application.pages.decider import PageDecider
from application.pages.ports import Outcome
from domain.events import Event
from domain.pages import decisions
from domain.pages.decisions import UNGUARDED, Guard, check_live
from domain.pages.find_replace import FindReplace, find_replace
from domain.pages.markdown import Markdown
from domain.pages.section_edits import Read, SectionEdit, edit_section, prepend_content
from domain.pages.state import Page

# A section edit reads three texts: the page before, the page after, and what is put in. While others go on writing the page,
# what was read is old by the time of the decision; after so many times it is read at once.
READINGS_MAX = 6


class Contents:
    """The use cases. Each takes who, where and when as a `Command`, and answers the page once the change is durable."""

    def __init__(self, decider: PageDecider, markdown: MarkdownReader) -> None:
        self._decider = decider
        self._markdown = markdown

    async def append(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decider.decide(
            command, reference, lambda page: decisions.append_content(check_live(page, guard), text)
        )

    async def replace(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decider.decide(
            command, reference, lambda page: decisions.replace_content(check_live(page, guard), text)
        )

    async def prepend(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decider.decide(command, reference, lambda page: prepend_content(check_live(page, guard), text))

    async def find_replace(
        self, command: Command, reference: str, wanted: FindReplace | Sequence[FindReplace], guard: Guard = UNGUARDED
    ) -> Outcome:
        """One after the other, all or none."""
        replaced: tuple[int, ...] = ()

        def decide(page: Page | None) -> Sequence[Event]:
            nonlocal replaced
            events, replaced = find_replace(check_live(page, guard), wanted)
            return events

        outcome = await self._decider.decide(command, reference, decide)
        return msgspec.structs.replace(outcome, replacements=replaced)

    async def edit_section(self, command: Command, reference: str, wanted: SectionEdit, guard: Guard = UNGUARDED) -> Outcome:
        """A long text is read beforehand, apart from everybody else's requests; the decision then finds it read."""
        for _ in range(READINGS_MAX):
            try:
                return await self._edit_section(command, reference, wanted, guard, self._reader(however_long=False))
            except ReadingTakesLong as error:
                await self._markdown.read(error.text, error.content_hash)
        return await self._edit_section(command, reference, wanted, guard, self._reader(however_long=True))

    async def _edit_section(self, command: Command, reference: str, wanted: SectionEdit, guard: Guard, read: Read) -> Outcome:
        return await self._decider.decide(command, reference, lambda page: edit_section(check_live(page, guard), wanted, read))

    def _reader(self, *, however_long: bool) -> Read:
        def read(text: bytes) -> Markdown:
            return self._markdown.read_now(text, hashlib.sha256(text).hexdigest(), however_long=however_long)

        return read
