"""Rows of databases: whatever gives a page properties, or puts it below another page, asks here what the schema there takes.

A schema that is changed at the same moment may not be seen yet: then the row counts among those that do not fit.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from application.event_store import Command
from application.pages.decider import Decide, PageDecider
from application.pages.ports import Outcome, PageStates, load_by
from domain.events import Event
from domain.pages.databases import check_row, refuse_relation, relations
from domain.pages.errors import PageNotFound
from domain.pages.events import PropertyValue, Schema
from domain.pages.state import Page

Properties = Mapping[str, PropertyValue | None]


class _RowMoved(Exception):
    """The page went below another one since its schema was looked up."""


class RowRules:
    """Reads schemas and the pages that rows name."""

    def __init__(self, states: PageStates) -> None:
        self._states = states

    async def schema(self, workspace_id: UUID, parent_id: UUID | None) -> Schema | None:
        """What holds for pages right below this one; None if nothing does."""
        parent = None if parent_id is None else await self._states.load(workspace_id, parent_id)
        return None if parent is None else parent.details.schema

    async def check(self, workspace_id: UUID, schema: Schema | None, properties: Properties) -> None:
        """Raises `PropertyInvalid`."""
        if schema is None:
            return
        check_row(schema, properties)
        for name, reference in relations(schema, properties):
            page = await load_by(self._states, workspace_id, reference)
            if page is None or not page.live:
                refuse_relation(name, reference)

    async def decide(
        self,
        decider: PageDecider,
        command: Command,
        reference: str,
        changed: Callable[[Page], Properties],
        decide: Decide,
    ) -> Outcome:
        """The page after a decision that gives it the `changed` properties, as the schema of its parent allows."""
        while True:
            seen = await decider.peek(command.workspace_id, reference)
            if seen is None:
                raise PageNotFound
            parent_id = seen.details.parent_id
            await self.check(command.workspace_id, await self.schema(command.workspace_id, parent_id), changed(seen))

            def decide_below(page: Page | None, parent_id: UUID | None = parent_id) -> Sequence[Event]:
                if page is not None and page.live and page.details.parent_id != parent_id:
                    raise _RowMoved
                return decide(page)

            with contextlib.suppress(_RowMoved):
                return await decider.decide(command, reference, decide_below)
