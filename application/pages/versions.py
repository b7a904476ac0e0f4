"""What can be done with the versions of a page."""

from application.event_store import Command
from application.page_past import PastPages, Then
from application.pages.decider import PageDecider
from application.pages.ports import Outcome
from application.pages.rows import RowRules
from domain.pages import versions
from domain.pages.decisions import UNGUARDED, Guard, check_live


class Versions:
    """The use cases. Each takes who, where and when as a `Command`, and answers the page once the change is durable."""

    def __init__(self, past: PastPages, decider: PageDecider, rows: RowRules) -> None:
        self._past = past
        self._decider = decider
        self._rows = rows

    async def revert(self, command: Command, reference: str, version: int, guard: Guard = UNGUARDED) -> Outcome:
        """What a version was never changes, so it is read before the decision; what it is brought back onto is the newest."""
        then = (await self._past.page(command.workspace_id, reference, Then(version))).page
        page_id = str(then.details.id)
        return await self._rows.decide(
            self._decider,
            command,
            page_id,
            lambda page: versions.properties_given_back(page, then),
            lambda page: versions.revert(check_live(page, guard), then),
        )

    async def label(self, command: Command, reference: str, version: int, text: str | None, guard: Guard = UNGUARDED) -> Outcome:
        """None takes the name away."""
        return await self._decider.decide(command, reference, lambda page: versions.label(check_live(page, guard), version, text))
