"""Embeds the passages that wait for it, a few at a time. Any number of processes share the work, each taking some for a while."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from application.embeddings import Embedder, EmbeddingsUnavailable, TextRefused
from application.event_store import StoreUnavailable
from domain.search.passages import embedded_text
from infrastructure.database import LOST, NO_WORKSPACE, Connection, Database
from infrastructure.growth import Hub, Subscription
from infrastructure.lines import Line
from infrastructure.listening import RECONNECT_PAUSE_S
from infrastructure.sql import sql

log = logging.getLogger(__name__)

# Few, so that a process that ends has little to do over again, and progress shows.
PASSAGES_AT_ONCE = 16
POLL_S = 1.0
# Between two tries while whoever embeds does not answer; doubled each time.
PAUSE_S = 1.0
PAUSE_MAX_S = 60.0
# How many passages are looked through one by one; beyond, a workspace's vectors get an index.
EXACT_PASSAGES_MAX = 100_000
# Far longer than embedding so few takes, and than an index takes to build.
LEASE_S = 120.0
INDEXING_S = 3600.0
# How long a text is left alone that a provider does not take, and after how many passages a workspace is looked over.
ASIDE_S = 3600.0
LOOK_AFTER_PASSAGES = 5000


class EmbeddingWorker:
    """One for each process that embeds."""

    def __init__(self, database: Database, embedder: Embedder, *, exact_passages_max: int = EXACT_PASSAGES_MAX) -> None:
        self._line = Line(database, relaxed=True)
        self._embedder = embedder
        self._exact_passages_max = exact_passages_max
        self._began = False
        # Embedded since the workspace was last looked over.
        self._unlooked: dict[UUID, int] = {}
        self._pause_s = PAUSE_S

    async def run(self, indexed: Hub) -> None:
        """`indexed` tells that there may be something new to embed. Never returns."""
        subscription = Subscription()
        try:
            with indexed.subscribed(subscription):
                while True:
                    await self._try_round()
                    await subscription.next(POLL_S)
        finally:
            await self._line.close()

    async def _try_round(self) -> None:
        try:
            await self._round()
            self._pause_s = PAUSE_S
        except EmbeddingsUnavailable as error:
            log.warning("passages wait to be embedded: %s Next try in %d s.", error, self._pause_s)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)
        except Exception as error:  # the last resort: embedding must go on
            if not isinstance(error, StoreUnavailable):
                log.exception("embedding passages failed in an unforeseen way")
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _round(self) -> None:
        """A few passages of each workspace, and again, until none is left."""
        async with self._line.bound(NO_WORKSPACE) as connection:
            if not await connection.fetchval(sql("search_vectors")):
                return
        if not self._began:
            await self._begin()
            self._began = True
        while workspaces := await self._workspaces("search_waiting"):
            for workspace_id in workspaces:
                async with self._line.bound(workspace_id) as connection:
                    await self._settle_some(connection, workspace_id)

    async def _begin(self) -> None:
        """Whoever starts last decides which model embeds: so processes with different ones do not undo each other's work."""
        for workspace_id in await self._workspaces("search_without_model"):
            async with self._line.bound(workspace_id) as connection:
                await connection.execute(sql("search_model_set"), workspace_id, self._embedder.model)

    async def _workspaces(self, question: str) -> list[UUID]:
        async with self._line.bound(NO_WORKSPACE) as connection:
            return [row["workspace_id"] for row in await connection.fetch(sql(question), self._embedder.model)]

    async def _settle_some(self, connection: Connection, workspace_id: UUID) -> None:
        """What is embedded is not locked meanwhile: whoever dies leaves it to be taken again a while later."""
        await connection.execute(sql("search_model_begin"), workspace_id, self._embedder.model)
        taken = await connection.fetch(sql("search_pending_take"), workspace_id, PASSAGES_AT_ONCE, LEASE_S)
        digests = [row["digest"] for row in taken]
        rows = await connection.fetch(sql("search_pending_texts"), workspace_id, digests)
        texts = {row["digest"]: embedded_text(row["title"], row["heading"], row["body"]) for row in rows}
        try:
            vectors = await self._vectors(connection, workspace_id, texts)
        except BaseException:
            # Others need not wait for the lease, whether this process ends or whoever embeds does not answer.
            with contextlib.suppress(*LOST):
                await connection.execute(sql("search_pending_give_back"), workspace_id, digests)
            raise
        model = self._embedder.model
        async with connection.transaction():
            await connection.execute(sql("search_vector_write"), workspace_id, model, list(vectors), _as_text(vectors.values()))
            await connection.execute(sql("search_vector_drop"), workspace_id, [each for each in digests if each not in texts])
            await connection.execute(sql("search_pending_done"), workspace_id, digests, model)
        await self._index_many(connection, workspace_id, len(vectors))

    async def _vectors(self, connection: Connection, workspace_id: UUID, texts: Mapping[bytes, str]) -> dict[bytes, list[float]]:
        """A text that has none keeps the others from theirs only until it is found."""
        try:
            return dict(zip(texts, await self._embedder.embed(list(texts.values())), strict=True))
        except TextRefused as error:
            if len(texts) == 1:
                log.warning("a passage of workspace %s is left alone for a while: %s", workspace_id, error)
                await connection.execute(sql("search_pending_aside"), workspace_id, next(iter(texts)), ASIDE_S)
                return {}
        vectors: dict[bytes, list[float]] = {}
        digests = list(texts)
        for half in (digests[: len(digests) // 2], digests[len(digests) // 2 :]):
            vectors |= await self._vectors(connection, workspace_id, {digest: texts[digest] for digest in half})
        return vectors

    async def _index_many(self, connection: Connection, workspace_id: UUID, more: int) -> None:
        """Very many vectors get an index. Counting them is worth it only now and then."""
        self._unlooked[workspace_id] = self._unlooked.get(workspace_id, LOOK_AFTER_PASSAGES) + more
        if self._unlooked[workspace_id] < LOOK_AFTER_PASSAGES:
            return
        self._unlooked[workspace_id] = 0
        arguments = (workspace_id, self._embedder.model, self._exact_passages_max)
        if await connection.fetchval(sql("search_vector_index"), *arguments, timeout=INDEXING_S):
            log.info("the vectors of workspace %s have an index of their own from now on", workspace_id)


def _as_text(vectors: Iterable[Sequence[float]]) -> list[str]:
    """As pgvector reads them. Seven digits are more than half precision keeps."""
    return [f"[{','.join([f'{number:.7g}' for number in vector])}]" for vector in vectors]
