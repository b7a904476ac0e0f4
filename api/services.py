"""All that routes need, in one value: a single dependency costs a request nothing, several cost it a task group."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.event_stream import EventStreams
from api.gate import Gate
from api.metrics import Metrics
from api.requests import AnyRequest, Requests, wait_for
from application.access import Caller
from application.audit_trail import AuditTrail
from application.databases import Databases
from application.event_store import Command
from application.feed import FeedReader
from application.idempotency import Idempotency
from application.invitations import Invitations
from application.item_views import MilestoneView, PrincipleView, UpdateView
from application.items import Items
from application.keys import Keys
from application.markdown import MarkdownReader
from application.members import Members
from application.page_links import PageLinks
from application.page_past import PagePast
from application.page_queries import PageQueries
from application.page_reader import PageReader
from application.pages.batches import Batches
from application.pages.commands import Pages
from application.pages.contents import Contents
from application.pages.ports import Outcome
from application.pages.versions import Versions
from application.people import People
from application.planning.cases import PlanningCases
from application.positions import Positions
from application.readiness import ProjectionState
from application.search import Search
from application.search_settings import SearchSettingsCases
from application.search_state import SearchStates
from application.sign_in import SignIn
from application.similar import SimilarPages
from application.threads.replies import Replies
from application.threads.threads import Threads
from application.webhooks import Webhooks
from application.workspace_past import WorkspacePast
from domain.items.milestones import Milestone
from domain.items.principles import Principle
from domain.items.updates import Update
from domain.pages.find_replace import FindReplace


class HealthProbe(Protocol):
    """Asks the database."""

    async def __call__(self) -> bool: ...


class AskProjections(Protocol):
    """Asks how far each asynchronous projection is, by name. Raises `StoreUnavailable`."""

    async def __call__(self) -> dict[str, ProjectionState]: ...


class Services(msgspec.Struct, frozen=True):
    """Built by the composition root, handed to every route."""

    requests: Requests
    gate: Gate
    sign_in: SignIn
    people: People
    members: Members
    invitations: Invitations
    keys: Keys
    audit_trail: AuditTrail
    pages: Pages
    contents: Contents
    page_reader: PageReader
    page_queries: PageQueries
    databases: Databases
    search: Search
    search_settings: SearchSettingsCases
    search_states: SearchStates
    similar: SimilarPages
    updates: Items[Update, UpdateView]
    milestones: Items[Milestone, MilestoneView]
    principles: Items[Principle, PrincipleView]
    planning: PlanningCases
    threads: Threads
    replies: Replies
    webhooks: Webhooks
    markdown: MarkdownReader
    past: PagePast
    workspace_past: WorkspacePast
    versions: Versions
    page_links: PageLinks
    idempotency: Idempotency
    batches: Batches
    metrics: Metrics
    health_probe: HealthProbe
    projection_states: AskProjections
    feed: FeedReader
    event_streams: EventStreams
    positions: Positions
    # Ends what would go on for ever, because the service is about to end.
    stop_streams: Callable[[], None]
    new_request_id: Callable[[], str]

    async def caught_up(self, request: AnyRequest, projection: str) -> Caller:
        """The caller, as soon as a view that follows the log has what the answer needs: up to `Daybook-Wait-For`, or what was
        written by now. Every read of such a view begins with this.
        """
        caller = await self.requests.caller(request)
        await self.positions.reached(caller.workspace_id, projection, wait_for(request))
        return caller

    async def once(
        self, command: Command, run: Callable[[], Awaitable[Outcome]], wanted: FindReplace | Sequence[FindReplace] | None = None
    ) -> tuple[Outcome, bool]:
        """The outcome of a command on a page, and whether it is that of an earlier run under the same key."""
        return await self.idempotency.once(command, run, lambda known: self.pages.again(command, known, wanted))


# What a handler writes in its signature.
WithServices = NamedDependency[SkipValidation[Services]]
