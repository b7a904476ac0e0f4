"""The composition root: the only place that sees every layer. It builds; nothing here decides."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from litestar import Litestar

from api.app import create_app
from api.edge import Edge
from api.event_stream import EventStreams
from api.metrics import Metrics
from api.requests import Requests
from api.services import Services
from application.idempotency import Idempotency
from daybook.access import AccessParts, access_parts
from daybook.background import Background
from daybook.choices import Together, embedder_for
from daybook.core import Core
from daybook.items import item_parts
from daybook.pages import page_parts
from daybook.planning import instance_headers, planning_cases
from daybook.search import search_parts
from daybook.settings import Settings, listed
from daybook.threads import ThreadParts, thread_parts, toolbox
from daybook.webhooks import WebhookParts, webhook_parts
from daybook.world import new_id, now
from infrastructure.feed import PostgresFeed
from infrastructure.keys import KEYS_CHANNEL
from infrastructure.projections.elsewhere import WANTED_CHANNEL, RunnerElsewhere
from infrastructure.projections.positions import PostgresPositions
from infrastructure.projections.states import ProjectionStates

ALONE = Together()
# Of the time that requests have when the service ends: what is left is for telling whoever waits that they get no answer.
ASKING_GRACE = 0.8


def build(service_dsn: str, role: str | None, server_key: bytes, settings: Settings, together: Together = ALONE) -> Edge:
    """The service's application on its adapters. It never learns the owner's connection."""
    metrics = Metrics(token=settings.metrics_token or None, local=settings.environment == "local")
    core = Core(service_dsn, role, metrics.batch_written)
    store, database, embedder = core.store, core.database, embedder_for(settings)
    on_pages = page_parts(store, database)
    items = item_parts(store, database)
    access = access_parts(store, database, server_key, settings, together)
    searching = search_parts(store, database, embedder)
    hooks = webhook_parts(store, database, server_key, settings)
    idempotency = Idempotency(store)
    tools = toolbox(on_pages, searching.search, access.access.may_still)
    talking = thread_parts(store, database, idempotency, searching.search, tools, settings)
    background = Background(core, hooks.deliverer, embedder)
    elsewhere = RunnerElsewhere(database) if settings.projections == "elsewhere" else None
    feed = PostgresFeed(database, core.hub)
    positions = PostgresPositions(database, core.hub, elsewhere or background.runner)

    def stop_streams() -> None:
        """While requests under way have their grace."""
        core.hub.close()
        talking.replies.end_in(settings.shutdown_grace_s * ASKING_GRACE)

    services = Services(
        requests=Requests(access.access, access.gate, positions, new_id, now),
        gate=access.gate,
        sign_in=access.sign_in,
        people=access.people,
        members=access.members,
        invitations=access.invitations,
        keys=access.keys,
        audit_trail=access.audit_trail,
        pages=on_pages.pages,
        contents=on_pages.contents,
        versions=on_pages.versions,
        batches=on_pages.batches,
        page_reader=on_pages.reader,
        page_queries=on_pages.queries,
        databases=on_pages.databases,
        search=searching.search,
        search_settings=searching.settings,
        search_states=searching.states,
        similar=searching.similar,
        page_links=on_pages.links,
        updates=items.updates,
        milestones=items.milestones,
        principles=items.principles,
        markdown=on_pages.markdown,
        past=on_pages.past,
        workspace_past=on_pages.workspace_past,
        planning=planning_cases(store, database),
        threads=talking.threads,
        replies=talking.replies,
        webhooks=hooks.webhooks,
        idempotency=idempotency,
        metrics=metrics,
        health_probe=database.answers,
        projection_states=ProjectionStates(database, background.projections),
        feed=feed,
        event_streams=EventStreams(feed),
        positions=positions,
        stop_streams=stop_streams,
        new_request_id=lambda: new_id().hex,
    )

    lifespan = _lifespan(core, background, elsewhere, access, talking, hooks)
    return create_app(
        services,
        lifespan,
        cors_origins=listed(settings.cors_origins),
        log_requests=settings.log_requests,
        instance=instance_headers(settings),
    )


def _lifespan(
    core: Core,
    background: Background,
    elsewhere: RunnerElsewhere | None,
    access: AccessParts,
    talking: ThreadParts,
    hooks: WebhookParts,
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """What runs while requests are answered."""

    def keys_changed(_: str) -> None:
        access.forget_all()
        # Streams ask again whether their keys are good.
        core.hub.anybody()

    @contextlib.asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        channels = {KEYS_CHANNEL: keys_changed, WANTED_CHANNEL: background.runner.hurry}
        following = elsewhere.running() if elsewhere else background.running()
        async with core.running(channels, lambda up: access.line(up=up)):
            try:
                async with following, access.running(), talking.replies.running():
                    yield
            finally:
                await hooks.deliveries.close()
                await access.close()

    return running
