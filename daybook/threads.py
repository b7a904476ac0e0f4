"""The part of the composition that has to do with threads: what is said in them, and who answers."""

import msgspec

from application.assistant import Assistant
from application.event_store import EventStore
from application.idempotency import Idempotency
from application.threads.answering import Answering, ToolsFor
from application.threads.replies import Replies
from application.threads.threads import Threads
from daybook.world import new_id, now
from infrastructure.database import Database
from infrastructure.threads import PostgresThreadBook


class ThreadParts(msgspec.Struct, frozen=True):
    """The use cases."""

    threads: Threads
    replies: Replies


def thread_parts(
    store: EventStore, database: Database, idempotency: Idempotency, assistant: Assistant, tools_for: ToolsFor, *, time_s: float
) -> ThreadParts:
    threads = Threads(store, PostgresThreadBook(database), new_id)
    answering = Answering(threads, assistant, tools_for, new_id, now, time_s=time_s)
    return ThreadParts(threads, Replies(threads, idempotency, answering, now, time_s=time_s))
