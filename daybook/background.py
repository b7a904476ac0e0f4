"""What follows the log without being asked to, composed alike for the service and for a worker beside it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from application.embeddings import Embedder
from daybook.choices import aside
from daybook.core import Core
from infrastructure.projections import Projection
from infrastructure.projections.links import LinkProjection
from infrastructure.projections.runner import ProjectionRunner
from infrastructure.projections.snapshots import Snapshots
from infrastructure.projections.texts import PageTexts
from infrastructure.search.embedding import EmbeddingWorker
from infrastructure.search.projection import SearchProjection
from infrastructure.webhooks.deliverer import Deliverer
from infrastructure.webhooks.projection import WebhookProjection


class Background:
    """Any number of processes run it side by side. Without an embedder no passage is embedded."""

    def __init__(self, core: Core, deliverer: Deliverer, embedder: Embedder | None) -> None:
        # One line for each asynchronous projection.
        self.projections: list[Projection] = [
            WebhookProjection(),
            Snapshots(),
            LinkProjection(),
            PageTexts(),
            SearchProjection(),
        ]
        self.runner = ProjectionRunner(core.database, core.hub, self.projections)
        self.described = ", ".join(projection.name for projection in self.projections)
        self.described += f"; passages are embedded by {embedder.model}" if embedder else "; passages are not embedded"
        self._deliverer = deliverer
        filler = aside(embedder)
        self._embedding = EmbeddingWorker(core.database, filler) if filler else None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At its end, what is under way ends first."""
        moved = self.runner.moved
        self.runner.start()
        beside = [asyncio.create_task(self._deliverer.run(moved[WebhookProjection.name]))]
        if self._embedding is not None:
            beside.append(asyncio.create_task(self._embedding.run(moved[SearchProjection.name])))
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.runner.close()
