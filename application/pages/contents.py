"""What can be done with a page's text."""

from collections.abc import Sequence

import msgspec

from application.event_store import Command
from application.pages.decider import PageDecider
from application.pages.ports import Outcome
from domain.events import Event
from domain.pages import decisions
from domain.pages.decisions import UNGUARDED, Guard, check_live
from domain.pages.find_replace import FindReplace, find_replace
from domain.pages.state import Page


class Contents:
    """The use cases. Each takes who, where and when as a `Command`, and answers the page once the change is durable."""

    def __init__(self, decider: PageDecider) -> None:
        self._decider = decider

    async def append(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decider.decide(
            command, reference, lambda page: decisions.append_content(check_live(page, guard), text)
        )

    async def replace(self, command: Command, reference: str, text: str, guard: Guard = UNGUARDED) -> Outcome:
        return await self._decider.decide(
            command, reference, lambda page: decisions.replace_content(check_live(page, guard), text)
        )

    async def find_replace(self, command: Command, reference: str, wanted: FindReplace, guard: Guard = UNGUARDED) -> Outcome:
        replaced = 0

        def decide(page: Page | None) -> Sequence[Event]:
            nonlocal replaced
            events, replaced = find_replace(check_live(page, guard), wanted)
            return events

        outcome = await self._decider.decide(command, reference, decide)
        return msgspec.structs.replace(outcome, replacements=replaced)
