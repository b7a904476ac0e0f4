"""The part of the composition that has to do with threads: what is said in them, and who answers."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from application.access import Caller
from application.assistant import Assistant, ToolDone, ToolOffer, Tools
from application.event_store import EventStore
from application.idempotency import Idempotency
from application.threads.answering import Answering, ToolsFor
from application.threads.replies import Replies
from application.threads.threads import Threads
from daybook.world import new_id, now
from domain.threads.events import ToolCall
from infrastructure.database import Database
from infrastructure.threads import PostgresThreadBook


class NoTools:
    """Nothing may be done."""

    offers: Sequence[ToolOffer] = ()

    async def run(self, name: str, arguments: str) -> ToolDone:
        return ToolDone(ToolCall(name, arguments, "refused", ""), "")


def no_tools(caller: Caller, thread_id: UUID, asked_id: UUID, *, writes: bool) -> Tools:  # noqa: ARG001
    return NoTools()


class ThreadParts(msgspec.Struct, frozen=True):
    """The use cases."""

    threads: Threads
    replies: Replies


def thread_parts(
    store: EventStore, database: Database, idempotency: Idempotency, assistant: Assistant, tools_for: ToolsFor, *, time_s: float
) -> ThreadParts:
    threads = Threads(store, PostgresThreadBook(database), new_id)
    answering = Answering(threads, assistant, tools_for, now, time_s=time_s)
    return ThreadParts(threads, Replies(threads, idempotency, answering, now, time_s=time_s))
